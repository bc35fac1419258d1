//! Clients that are wrong on purpose, one mistake each, and the proof that the built-in scenarios catch every one for the
//! right reason. What they catch is written down in `mutants.md` and in the report:
//!
//! ```sh
//! cargo test --release -p scenarios --test mutants                   # every mutant against every scenario
//! MUTANTS=write cargo test --release -p scenarios --test mutants     # and writes the two files anew
//! ```
//!
//! A debug build is ten times slower at this. There each mutant meets only the scenario that has to catch it, and the rest of
//! the matrix is taken on trust until `.ci/run` makes the whole of it.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

mod exploration;
mod family;
mod matrix;
mod seam;

use std::{collections::BTreeSet, sync::Arc};

use rstest::rstest;
use scenarios::{ClientFactory, Loaded, Options, Verdict, built_in, load, run};
use tokio::{sync::Semaphore, task::JoinSet};

use family::{Caught, Mutant, control, family};
use matrix::{Matrix, Row};

/// The files that the matrix is written to.
const FILES: [&str; 2] = ["mutants.md", "templates/mutants.html"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mutant_is_caught_for_the_right_reason() {
    let matrix = Matrix { rows: judge_all(scripts_for).await };
    let escaped: Vec<_> = matrix.rows.iter().filter_map(Row::escape).collect();
    assert!(escaped.is_empty(), "\n{}", escaped.join("\n"));

    let made = [matrix.as_markdown(), matrix.as_html()];
    for (file, made) in FILES.iter().zip(made) {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        if cfg!(debug_assertions) {
            let committed = std::fs::read_to_string(&path).unwrap();
            let missing = matrix.missing_in(&committed);
            assert!(missing.is_empty(), "{}\n{}", stale(file), missing.join("\n"));
        } else if std::env::var_os("MUTANTS").is_some_and(|word| word == "write") {
            std::fs::write(&path, made).unwrap();
        } else {
            let committed = std::fs::read_to_string(&path).unwrap();
            let changed = matrix::changed(&committed, &made);
            assert!(changed.is_empty(), "{}\n{}", stale(file), changed.join("\n"));
        }
    }
}

fn stale(file: &str) -> String {
    format!(
        "scenarios/{file} tells something else than what came out; \
         `MUTANTS=write cargo test --release -p scenarios --test mutants` writes it anew, read what changed before you commit it"
    )
}

/// What a mutant meets: everything, or in a debug build what has to catch it.
fn scripts_for(mutant: &Mutant) -> Vec<Loaded> {
    let mut scripts = built_in::scripts();
    if cfg!(debug_assertions) {
        scripts.retain(|script| script.id == mutant.caught.scenario);
    }
    scripts
}

async fn judge_all(scripts_for: fn(&Mutant) -> Vec<Loaded>) -> Vec<Row> {
    let turns = Arc::new(Semaphore::new(2));
    let mut tasks = JoinSet::new();
    for (number, mutant) in family().into_iter().enumerate() {
        let turns = turns.clone();
        tasks.spawn(async move {
            let _turn = turns.acquire_owned().await;
            (number, Row { mutant, verdicts: judge(&scripts_for(&mutant), mutant.factory()).await })
        });
    }
    let mut rows = tasks.join_all().await;
    rows.sort_by_key(|(number, _)| *number);
    rows.into_iter().map(|(_, row)| row).collect()
}

async fn judge(scripts: &[Loaded], client: ClientFactory) -> Vec<Verdict> {
    run(scripts, Options { client, ..Options::default() }, |_| {}).await.unwrap().verdicts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_without_a_mistake_passes_behind_the_same_seams() {
    let verdicts = judge(&built_in::scripts(), control()).await;
    let failed: Vec<_> = verdicts.iter().filter_map(|verdict| Some((&verdict.id, verdict.reason()?))).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn every_mutant_has_a_name_of_its_own() {
    let names: BTreeSet<_> = family().iter().map(|mutant| mutant.name).collect();
    assert_eq!(names.len(), family().len());
}

/// It is the named assertion that catches: without it the mutant goes unnoticed in the same scenario.
#[rstest]
#[case("drops-claims", &["claims_forwarded_unmodified", "claims_forwarded_byte_for_byte"])]
#[case("loses-capabilities", &["capabilities_kept"])]
#[case("forgets-account", &["same_account_hinted"])]
#[case("reuses-nonce", &["fresh_state_nonce_pkce"])]
#[case("exact-scopes-as-cache-key", &["no_token_request_while_cached", "token_requests"])]
#[tokio::test]
async fn a_mutant_survives_when_its_assertion_is_taken_away(#[case] name: &str, #[case] assertions: &[&str]) {
    let mutant = family().into_iter().find(|mutant| mutant.name == name).unwrap();
    let Caught { scenario, assertion, .. } = mutant.caught;
    assert!(assertions.contains(&assertion));
    let script = built_in::scripts().into_iter().find(|script| script.id == scenario).unwrap();
    let is_kept = |line: &&str| !assertions.iter().any(|name| line.trim().starts_with(&format!("{name}:")));
    let weaker: Vec<_> = script.source.lines().filter(is_kept).collect();
    assert_eq!(weaker.len(), script.source.lines().count() - assertions.len());
    let weaker = load(&script.file, &weaker.join("\n")).unwrap();
    let verdicts = judge(&[weaker], mutant.factory()).await;
    assert_eq!(verdicts[0].reason(), None);
    let row = Row { mutant, verdicts };
    assert!(row.escape().is_some_and(|sentence| sentence.contains(name) && sentence.contains(assertion)));
}
