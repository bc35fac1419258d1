//! The client against a scripted authority: a real HTTP server, a scripted user, a clock that
//! stands still.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod api;
mod authority;
mod cache;
mod command_line;
mod confidential;
mod crash;
mod device_code;
mod domain;
mod escalation;
mod hammer;
mod hostile;
mod interactive;
mod loopback;
mod named;
mod not_supported;
mod observer;
mod openid;
mod other_user;
mod program;
mod renewal;
mod sharing;
mod silent;
mod support;
mod throttle;
mod transport;
mod unmet;
mod unsaved;
mod username_password;
