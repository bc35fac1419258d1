//! The client against a scripted authority: a real HTTP server, a scripted user, a clock that
//! stands still.

mod api;
mod cache;
mod command_line;
mod confidential;
mod device_code;
mod escalation;
mod hammer;
mod hostile;
mod interactive;
mod not_supported;
mod observer;
mod other_user;
mod silent;
mod support;
mod throttle;
mod transport;
mod username_password;
