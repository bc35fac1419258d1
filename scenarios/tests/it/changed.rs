//! A built-in scenario with one expectation or one circumstance changed turns red, with a sentence that says what was seen.

use rstest::rstest;
use scenarios::{built_in, load};

use super::{sentences, verdict_on};

#[rstest]
#[case::number("policy/joined-device", "code: 53001", "code: 53000", "expected code AADSTS53000, saw AADSTS53001")]
#[case::classification(
    "policy/enrolment-guarded",
    "classification: message_only",
    "classification: basic_action",
    "expected classification basic_action, saw message_only"
)]
#[case::circumstance(
    "policy/platform",
    "platform: windows",
    "platform: ios",
    "saw UI required (message_only, AADSTS53003"
)]
#[case::time("policy/every-time", "advance_clock: 6m", "advance_clock: 4m", "saw a token for payroll from the network")]
#[case::claims(
    "policy/context-echoed",
    "claims: { contexts: [c1] }",
    "claims: { policies: [c1-is-mfa] }",
    "expected claims naming c1-is-mfa, saw claims {\"access_token\":{\"acrs\""
)]
#[case::dropped_claims(
    "policy/dropped-claims",
    "claims: from_last_error",
    "claims: none",
    "expected the token's amr to hold mfa, saw [pwd]; expected the page one-time code, saw no page"
)]
#[case::pages(
    "policy/all-of",
    "pages: [one_time_code, terms_of_use]",
    "pages: [terms_of_use]",
    "expected the page terms of use, saw the pages one-time code, terms of use"
)]
#[case::challenge(
    "api/challenge-spellings",
    "scheme_count: 2, header_count: 2",
    "scheme_count: 1, header_count: 2",
    "expected 1 challenge, saw 2"
)]
#[case::session_control(
    "api/cae-strict-location",
    "continuous_access_evaluation: strict_location",
    "continuous_access_evaluation: disabled",
    "expected UI required (message_only, AADSTS53003, claims naming news-strictly-in-the-office), saw"
)]
#[case::life(
    "api/cae-disabled",
    "expires_in_at_most: 95m",
    "expires_in_at_least: 20h",
    "expected a token that is good for at least 20h, saw 1h"
)]
#[case::registration(
    "consent/combined",
    "steps:",
    "given: { apis: { portal: { known_client_applications: [] } } }\nsteps:",
    "expected an answer with status 200, saw an answer with status 403"
)]
#[case::switch(
    "grant/strict-rotation",
    "refresh_token_rotation: strict",
    "refresh_token_rotation: reusable",
    "expected UI required (none, AADSTS70000, no claims), saw a token for mail from the network"
)]
#[case::suberror(
    "grant/family",
    "suberror: client_mismatch",
    "suberror: none",
    "expected suberror none, saw client_mismatch"
)]
#[case::dialect(
    "grant/v1-endpoint",
    "error: interaction_required",
    "error: invalid_grant",
    "expected error invalid_grant, saw interaction_required"
)]
#[case::requests(
    "load/state-differs",
    "token_requests: 0",
    "token_requests: 1",
    "expected 1 request to the token endpoint in this step, saw 0"
)]
#[case::windows(
    "account/closed-window",
    "prompts: 2",
    "prompts: 1",
    "expected 1 sign-in window, saw 2 sign-in windows"
)]
#[tokio::test]
async fn a_changed_scenario_turns_red(
    #[case] name: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] sentence: &str,
) {
    let file = format!("scenarios/scripts/{name}.yaml");
    let (_, source) = built_in::SCRIPTS.iter().find(|(known, _)| *known == file).unwrap();
    assert!(source.contains(from), "{source}");
    let script = load(&file, &source.replacen(from, to, 1)).unwrap();
    let verdict = verdict_on(script).await;
    let seen = sentences(&verdict).join(" | ");
    assert!(!verdict.passed && seen.contains(sentence), "{seen}");
}
