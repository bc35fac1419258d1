//! The client against a scripted authority: a real HTTP server, a scripted user, a clock that
//! stands still.

mod api;
mod authority;
mod command_line;
mod escalation;
mod hostile;
mod interactive;
mod openid;
mod silent;
mod support;
mod throttle;
