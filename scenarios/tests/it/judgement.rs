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

/// Behind the sign-in that was before the scenario, and behind what an earlier step waited for.
#[tokio::test]
async fn exchanges_are_waited_for_one_behind_the_other() {
    let source = "
version: 1
title: What the client did is found in the log
given:
  signed_in: { scopes: [calendar/Events.Read] }
steps:
  - acquire_silent: { scopes: [mail/Mail.Read], expect: { ui_required: { code: 65001 } } }
  - acquire_interactive: { scopes: [mail/Mail.Read] }
  - wait_for: { endpoint: token, grant: refresh_token, scopes: [mail/Mail.Read], error: invalid_grant, code: 65001 }
  - wait_for: { endpoint: authorize, client: desktop }
  - wait_for: { endpoint: page }
  - wait_for: { endpoint: token, grant: authorization_code, api: mail, error: none, status: 200 }
";
    let verdict = verdict_on(load("s.yaml", source).unwrap()).await;
    assert_eq!(sentences(&verdict), [""; 0]);
    let seen = &verdict.steps[2].seen;
    assert_eq!(seen, "silent: mail/Mail.Read => 400 AADSTS65001 consent_required (exchange 6)");
}

#[tokio::test]
async fn an_exchange_that_does_not_come_is_told() {
    let source = "
version: 1
title: Nobody asks for payroll
steps:
  - wait_for: { endpoint: token, grant: refresh_token, scopes: [payroll/Salary.Read], code: 50076 }
";
    let verdict = verdict_on(load("s.yaml", source).unwrap()).await;
    let expected =
        "a request to the token endpoint for payroll/Salary.Read with the grant refresh_token that ends in AADSTS50076";
    assert_eq!(sentences(&verdict), [format!("waits for {expected}: expected {expected}; there was none")]);
}
