//! End-to-end tests, in process, over the real wire.

mod authorize;
mod bad_requests;
mod discovery;
mod grants;
mod main_line;
mod mock_apis;
mod readme;
mod switches;
mod tokens;
