//! `scenarios explore` finds every wrong client by itself, and what it writes fails again.

use std::sync::Arc;

use scenarios::{
    Options,
    explore::{Explored, Search, explore},
    load, run,
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::family::{Mutant, family};

/// The same cases for everybody; most mutants are found among the first hundred.
const SEED: u64 = 1;
const CASES: u64 = 1_000;

/// A file that is worth something fails in one of so many runs; most do in the first.
const RUNS: usize = 20;

/// A debug build is ten times slower: there these stand for all, unless `MUTANTS=all`.
const SOME: &[&str] = &["drops-claims", "prompts-at-outages", "reuses-state"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exploration_finds_every_mutant() {
    let turns = Arc::new(Semaphore::new(2));
    let mut tasks = JoinSet::new();
    let is_short = cfg!(debug_assertions) && std::env::var_os("MUTANTS").is_none_or(|word| word != "all");
    for mutant in family() {
        if is_short && !SOME.contains(&mutant.name) {
            continue;
        }
        let turns = turns.clone();
        tasks.spawn(async move {
            let _turn = turns.acquire_owned().await;
            trouble(&mutant).await
        });
    }
    let trouble: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert!(trouble.is_empty(), "\n{}", trouble.join("\n"));
}

/// Why a mutant is not found, or its scenario worth nothing.
async fn trouble(mutant: &Mutant) -> Option<String> {
    let options = Options { client: mutant.factory(), ..Options::default() };
    let search = Search { seed: SEED, cases: Some(CASES), budget: None };
    let Explored { found, tried, .. } = explore(search, &options, |_| {}).await.unwrap();
    let Some(found) = found else { return Some(format!("{}: not found in {tried} cases", mutant.name)) };
    println!("{}: case {}, {} steps: {}: {}", mutant.name, found.case, found.steps.1, found.rule, found.sentence);
    // In a race one run in several fails, and a few that did in a row prove no other.
    for _ in 0..RUNS {
        let script = load("found.yaml", &found.source).unwrap();
        let verdicts = run(&[script], options.clone(), |_| {}).await.unwrap().verdicts;
        if verdicts[0].missed.iter().any(|missed| missed.assertion == found.rule) {
            return None;
        }
    }
    Some(format!("{}: the file does not fail by {}:\n{}", mutant.name, found.rule, found.source))
}
