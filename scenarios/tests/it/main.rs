//! The scenarios from outside: the built-in ones, wrong clients, wrong files, the command.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

mod bad_input;
mod built_in;
mod changed;
mod command_line;
mod guide;
mod patches;
mod raw;
mod wrong_clients;

use scenarios::{Conduct, Loaded, Options, Verdict, built_in as scripts, run};

/// The built-in scenario called `id`.
fn script(id: &str) -> Loaded {
    scripts::scripts().into_iter().find(|script| script.id == id).unwrap()
}

/// Runs one script.
async fn verdict_on(script: Loaded, conduct: Conduct) -> Verdict {
    run(&[script], Options { conduct }, |_| {}).await.unwrap().verdicts.remove(0)
}

fn sentences(verdict: &Verdict) -> Vec<&str> {
    verdict.missed.iter().map(|missed| missed.sentence.as_str()).collect()
}
