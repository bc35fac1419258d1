//! A client that is wrong on purpose turns the right scenario red, with a sentence that names its mistake.

use scenarios::{Conduct, load};

use super::{script, sentences, verdict_on};

#[tokio::test]
async fn a_client_that_drops_the_claims() {
    let verdict = verdict_on(script("main-03"), Conduct::DropsClaims).await;
    assert_eq!(
        sentences(&verdict),
        [
            "the interactive request for payroll (exchange 7) carried no claims; the silent failure at 6 had given {…capolids…}"
        ]
    );
}

#[tokio::test]
async fn a_client_that_prompts_before_it_asks_silently() {
    let verdict = verdict_on(script("main-01"), Conduct::PromptsFirst).await;
    assert_eq!(
        sentences(&verdict),
        [
            "the interactive request for mail (exchange 6) came without a silent attempt before it, although the client had a refresh token from exchange 5",
            "the client asks silently for mail/Mail.Read: expected a token for mail from the network, saw a token for mail from the cache"
        ]
    );
}

#[tokio::test]
async fn a_client_that_loops() {
    let verdict = verdict_on(script("main-02"), Conduct::Loops).await;
    assert_eq!(
        verdict.reason().unwrap(),
        "the interactive request for mail (exchange 7) was repeated unchanged at exchanges 10, 12 within 2m: the client loops"
    );
}

#[tokio::test]
async fn a_failure_names_its_place_in_the_file() {
    let verdict = verdict_on(script("main-03"), Conduct::DropsClaims).await;
    let script = script("main-03");
    let place = &verdict.missed[0].place;
    assert_eq!(place.file, "scenarios/scripts/main-03.yaml");
    let line = script.source.lines().nth(place.line - 1).unwrap();
    assert_eq!(line.trim(), "claims_forwarded_unmodified: true");
    assert_eq!(&line[place.column - 1..], "true");
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
    let verdict = verdict_on(load("idle.yaml", source).unwrap(), Conduct::Reference).await;
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
    let verdict = verdict_on(load("kept.yaml", &source).unwrap(), Conduct::Reference).await;
    assert_eq!(
        sentences(&verdict),
        ["expected the client to break a rule, and it kept it: the window named the account of the failure"]
    );
}
