//! The contract line by line: each operation of the control API (§7) and each assertion (§8) has a scenario that passes and
//! one that fails as it should, with the sentence that it must fail with. What comes out is written down for people in
//! `coverage.md`:
//!
//! ```sh
//! COVERAGE=write cargo test -p scenarios --test coverage     # after a row was added or a sentence changed
//! ```

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

mod assertions;
mod operations;
mod server;
mod table;

use std::collections::BTreeSet;

use mock_idp::MockIdp;
use scenarios::{Loaded, Options, Verdict, built_in, load, run, schema};
use serde_json::Value;

use assertions::ASSERTIONS;
use operations::OPERATIONS;
use server::EXCHANGES;

/// A built-in scenario, and what is changed in it.
struct Change {
    scenario: &'static str,
    from: &'static str,
    to: &'static str,
}

impl Change {
    fn made(&self) -> Loaded {
        let (file, source) = built_in::source(self.scenario).unwrap();
        assert!(source.contains(self.from), "{file} does not say `{}`", self.from);
        load(file, &source.replacen(self.from, self.to, 1)).unwrap()
    }
}

/// The scenario called `name`.
fn passing(name: &str) -> Loaded {
    let (file, source) = built_in::source(name).unwrap();
    load(file, source).unwrap()
}

/// The file of a wrong client.
fn failing(name: &str) -> Loaded {
    let file = format!("{}/tests/failing/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    load(&file, &std::fs::read_to_string(&file).unwrap()).unwrap()
}

async fn judge(scripts: &[Loaded]) -> Vec<Verdict> {
    run(scripts, Options::default(), |_| {}).await.unwrap().verdicts
}

#[tokio::test]
async fn every_scenario_of_the_table_passes() {
    let names: BTreeSet<_> =
        OPERATIONS.iter().map(|row| row.fails.scenario).chain(ASSERTIONS.iter().map(|row| row.passes)).collect();
    let scripts: Vec<_> = names.into_iter().map(passing).collect();
    let verdicts = judge(&scripts).await;
    let failed: Vec<_> = verdicts.iter().filter_map(|verdict| Some((&verdict.id, verdict.reason()?))).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn every_operation_has_a_change_that_fails_with_its_sentence() {
    let changed: Vec<_> = OPERATIONS.iter().map(|row| row.fails.made()).collect();
    let mut otherwise = Vec::new();
    for (row, verdict) in OPERATIONS.iter().zip(judge(&changed).await) {
        let seen = verdict.reason().unwrap_or("it passes");
        if !seen.contains(row.sentence) {
            otherwise.push(format!("{}: expected \"{}\", saw \"{seen}\"", row.operation, row.sentence));
        }
        let source = &passing(row.fails.scenario).source;
        assert!(source.contains(row.by), "{}: {} does not say `{}`", row.operation, row.fails.scenario, row.by);
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[tokio::test]
async fn every_assertion_has_a_client_that_fails_it_with_its_sentence() {
    let wrong: Vec<_> = ASSERTIONS.iter().map(|row| failing(row.fails)).collect();
    let mut otherwise = Vec::new();
    for (row, verdict) in ASSERTIONS.iter().zip(judge(&wrong).await) {
        let missed: Vec<_> = verdict.missed.iter().map(|missed| (missed.assertion, &missed.sentence)).collect();
        // One mistake, one sentence.
        if !matches!(missed.as_slice(), [(name, sentence)] if *name == row.name && sentence.contains(row.sentence)) {
            otherwise.push(format!("{}: expected \"{}\", saw {missed:?}", row.fails, row.sentence));
        }
        let source = passing(row.passes).source;
        let asserted = if row.fails == row.name { row.name } else { "policies" };
        assert!(source.contains(&format!("  {asserted}: ")), "{} does not assert `{asserted}`", row.passes);
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[test]
fn every_assertion_that_there_is_stands_in_the_table_and_every_failing_file_is_used() {
    let schema = schema();
    let known: BTreeSet<_> =
        schema["definitions"]["Expectations"]["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let listed: BTreeSet<_> = ASSERTIONS.iter().map(|row| row.name).collect();
    assert_eq!(known, listed);
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/failing")).unwrap();
    let files: BTreeSet<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, ASSERTIONS.iter().map(|row| format!("{}.yaml", row.fails)).collect());
}

#[tokio::test]
async fn every_operation_is_in_the_openapi_document() {
    let server = MockIdp::start().await;
    let document: Value =
        reqwest::get(format!("{}/_mock/openapi.json", server.base())).await.unwrap().json().await.unwrap();
    for (method, path) in OPERATIONS.iter().map(|row| row.route()).chain(EXCHANGES.iter().map(|row| row.route())) {
        let operation = &document["paths"][path.as_str()][method.to_lowercase()];
        assert!(operation["summary"].is_string(), "{method} {path}: {operation}");
    }
}

#[tokio::test]
async fn what_belongs_to_the_server_answers_and_refuses_over_http() {
    for row in EXCHANGES {
        row.passes().await;
        row.fails().await;
    }
}

#[test]
fn the_table_for_people_says_the_same() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/coverage.md");
    let made = table::markdown();
    if std::env::var_os("COVERAGE").is_some_and(|word| word == "write") {
        std::fs::write(path, made).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == made,
        "scenarios/coverage.md is out of date; `COVERAGE=write cargo test -p scenarios --test coverage` writes it anew"
    );
}
