//! The scenarios from outside: the built-in ones, how they are judged, wrong files, the command.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

mod bad_input;
mod built_in;
mod changed;
mod command_line;
mod control_verbs;
#[cfg(unix)]
mod exec;
mod explored;
mod exports;
mod guide;
mod incidents;
mod judgement;
mod patches;
mod raw;
mod shared;
mod transcripts;

use scenarios::{Loaded, Options, Verdict, built_in as scripts, run};

/// The built-in scenario called `id`.
fn script(id: &str) -> Loaded {
    scripts::scripts().into_iter().find(|script| script.id == id).unwrap()
}

/// Runs one script.
async fn verdict_on(script: Loaded) -> Verdict {
    run(&[script], Options::default(), |_| {}).await.unwrap().verdicts.remove(0)
}

fn sentences(verdict: &Verdict) -> Vec<&str> {
    verdict.missed.iter().map(|missed| missed.sentence.as_str()).collect()
}
