//! Scenario scripts: who signs in to what, what the client does, and what must be seen. One file a scenario, in YAML that a
//! support engineer can read; each runs in a tenant of its own, in parallel, against the mock authorization server, and
//! ends in a [`Verdict`] with one clear sentence for everything that was missed.
//!
//! ```text
//! file ── load ──> Script ── check ──> Loaded ── run ──> Verdict ── report ──> page, table, text
//!            (file:line:column of every mistake)   │
//!                         World: a tenant, a client, a person with a browser
//! ```
//!
//! This crate knows both the server and the client; neither knows the other. Judging the exchange log is
//! `mock_idp::expectation`'s; this crate judges what the client handed to the app.

#![forbid(unsafe_code)]

mod actor;
pub mod built_in;
mod check;
pub mod cli;
mod client;
mod clock;
pub mod examples;
mod expected;
pub mod explore;
mod foreign;
pub mod incident;
mod landing;
mod log;
mod person;
mod raw;
pub mod report;
mod run;
pub mod script;
mod stage;
mod step;
mod stopwatch;
mod verdict;
mod world;

pub use client::{Ask, ClientFactory, ClientUnderTest, Seat};
pub use expected::{
    AnswerExpected, AuthorizeExpected, ChallengeExpected, ClaimsExpected, Expect, TokenExpected, UiRequiredExpected,
};
pub use foreign::{CommandEnded, Ended, Exec};
pub use run::{Options, Run, run};
pub use script::{Loaded, Script, load, load_all, schema};
pub use stage::{Server, StageError};
pub use step::Step;
pub use verdict::{Missed, Place, StepTaken, Verdict};

/// Reads and checks a script. `name` is the file's name, for messages.
///
/// # Errors
///
/// All mistakes that can be found at once, each with file, line and column.
pub fn check(name: &str, source: &str) -> Result<Loaded, mock_idp::yaml::Diagnostics> {
    load(name, source)
}

/// The guide's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Guide;
