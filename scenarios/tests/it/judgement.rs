//! How a run is judged: which assertion was missed, where it stands, and what proves nothing. Wrong clients are in
//! `tests/mutants`.

use scenarios::{Missed, load};

use super::{script, sentences, verdict_on};

#[tokio::test]
async fn a_failure_names_its_assertion_and_its_place_in_the_file() {
    let source = script("main-03").source.replace("prompts: 1", "prompts: 2");
    let verdict = verdict_on(load("twice.yaml", &source).unwrap()).await;
    assert_eq!(sentences(&verdict), ["expected 2 sign-in windows, saw 1 sign-in window (exchange 7)"]);
    let Missed { assertion, place, .. } = &verdict.missed[0];
    assert_eq!((*assertion, place.file.as_str()), ("prompts", "twice.yaml"));
    let line = source.lines().nth(place.line - 1).unwrap();
    assert_eq!(line.trim(), "prompts: 2");
    assert_eq!(&line[place.column - 1..], "2");
}

#[tokio::test]
async fn what_a_step_must_end_in_is_called_its_outcome() {
    let source = script("main-01").source.replacen("from: network", "from: cache", 1);
    let verdict = verdict_on(load("s.yaml", &source).unwrap()).await;
    assert_eq!(verdict.missed[0].assertion, Missed::OUTCOME);
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(json["missed"][0]["assertion"], "outcome");
}

#[tokio::test]
async fn a_scenario_that_cannot_begin_misses_what_is_given() {
    let source = "
version: 1
title: Nobody can sign in
given:
  user: di
  signed_in: { scopes: [calendar/Events.Read] }
steps:
  - acquire_silent: { scopes: [calendar/Events.Read] }
";
    let verdict = verdict_on(load("s.yaml", source).unwrap()).await;
    assert_eq!(verdict.missed[0].assertion, Missed::GIVEN);
}

/// The scenario breaks off at its step, and the window is told all the same.
#[tokio::test]
async fn a_window_too_many_counts_even_if_the_run_is_broken_off() {
    let source = script("declined")
        .source
        .replace("error: authentication_canceled", "token: {}")
        .replace("prompts: 2", "prompts: 0");
    let verdict = verdict_on(load("s.yaml", &source).unwrap()).await;
    let missed: Vec<_> = verdict.missed.iter().map(|missed| missed.assertion).collect();
    assert_eq!(missed, [Missed::OUTCOME, "prompts"]);
}

#[tokio::test]
async fn a_scenario_whose_policy_never_came_into_play_proved_nothing() {
    let source = "
version: 1
title: No request is for payroll
given:
  signed_in: { scopes: [calendar/Events.Read] }
  policies: [mfa-for-payroll]
steps:
  - acquire_silent: { scopes: [calendar/Events.Read] }
";
    let verdict = verdict_on(load("idle.yaml", source).unwrap()).await;
    assert!(!verdict.passed);
    assert_eq!(
        sentences(&verdict),
        ["the policy mfa-for-payroll never came into play: no request was for its targets, so this proved nothing"]
    );
    assert_eq!(verdict.missed[0].place.to_string(), "idle.yaml:6:3");
}

#[tokio::test]
async fn a_rule_that_must_be_broken_and_was_kept_is_told() {
    let source = script("main-03").source.replace("same_account_hinted: true", "same_account_hinted: false");
    let verdict = verdict_on(load("kept.yaml", &source).unwrap()).await;
    assert_eq!(
        sentences(&verdict),
        ["expected the client to break a rule, and it kept it: the window named the account of the failure"]
    );
}
