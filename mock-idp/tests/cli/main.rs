//! The real binary, as scripts and people use it: what it prints, where, and how it ends.
#![expect(clippy::unwrap_used, reason = "a test's helper that cannot go on fails the test")]

mod browse;
mod crash;
mod run;
mod serve;
mod support;
mod words;
