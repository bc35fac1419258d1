//! End-to-end tests, in process, over the real wire.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod also_as;
mod authorize;
mod bad_requests;
mod catalogue;
mod challenges;
mod consent;
mod control;
mod control_client;
mod control_stream;
mod cors;
mod dashboard;
mod determinism;
mod discovery;
mod evaluation;
mod faults;
mod fidelity;
mod grants;
mod hostile;
mod left_behind;
mod logout;
mod made_tokens;
mod main_line;
mod mock_apis;
mod model;
mod openapi;
mod openidconnect;
mod pages;
mod policies;
mod python_sdks;
mod readme;
mod reference;
mod reference_client;
mod rfc9700;
mod secrets;
mod signing_keys;
mod skipped_pages;
mod switches;
mod tokens;
mod transcript;
mod userinfo;
mod v1;
