//! The client against a scripted authority: a real HTTP server, a scripted user, a clock that
//! stands still.

mod api;
mod cache;
mod command_line;
mod escalation;
mod hammer;
mod hostile;
mod interactive;
mod observer;
mod silent;
mod support;
mod throttle;
mod transport;
