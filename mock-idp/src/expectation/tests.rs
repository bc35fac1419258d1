//! Each rule once kept and once broken, on logs made by hand.

mod prompting;

use std::sync::Arc;

use jiff::Timestamp;
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use super::{Expectation, Expectations, Log};
use crate::{
    policy::Reason,
    recorder::{Answer, Endpoint, Exchange, fingerprints, redact},
};

const POLICY: &str = r#"{"access_token":{"capolids":{"essential":true,"values":["p1"]}}}"#;
const CONTEXT: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
const PAYROLL: &str = "api://payroll/Salary.Read openid profile offline_access";

/// A log that grows.
#[derive(Default)]
struct Story(Vec<Exchange>);

impl Story {
    fn then(mut self, endpoint: Endpoint, parameters: &[(&str, &str)], answer: Answer) -> Self {
        let parameters: Vec<_> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let value = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        self.0.push(Exchange {
            number: self.0.len() as u64 + 1,
            at: Timestamp::UNIX_EPOCH,
            endpoint,
            method: "POST".to_owned(),
            path: "/x".to_owned(),
            client_id: Some("desktop".to_owned()),
            user: Some("ada@contoso.test".to_owned()),
            grant_type: value("grant_type"),
            claims: value("claims"),
            fingerprints: fingerprints(&parameters),
            parameters: redact(&parameters),
            interaction: None,
            reasons: Vec::new(),
            answer,
            tokens: Vec::new(),
            correlation_id: Uuid::nil(),
            trace_id: Uuid::nil(),
        });
        self
    }

    /// The last exchange happened so many seconds after the first.
    fn after(mut self, seconds: i64) -> Self {
        self.0.last_mut().unwrap().at = Timestamp::from_second(seconds).unwrap();
        self
    }

    /// A sign-in window for `scope`, with fresh values and the right hint unless `more` says otherwise.
    fn window(self, scope: &str, more: &[(&str, &str)]) -> Self {
        let fresh = format!("fresh {}", self.0.len());
        let usual = [
            ("scope", scope),
            ("login_hint", "ada@contoso.test"),
            ("state", &fresh),
            ("nonce", &fresh),
            ("code_challenge", &fresh),
        ];
        let parameters: Vec<_> = more.iter().copied().chain(usual).filter(|(_, value)| !value.is_empty()).collect();
        self.then(Endpoint::Authorize, &parameters, Answer::of(302, "code"))
    }

    fn redeems(self, scope: &str) -> Self {
        let code = format!("code {}", self.0.len());
        let parameters = [("grant_type", "authorization_code"), ("scope", scope), ("code", &code)];
        self.then(Endpoint::Token, &parameters, token(scope))
    }

    /// A page of the sign-in that began at this exchange.
    fn page_of(self, interaction: u64) -> Self {
        let mut story = self.then(Endpoint::Page, &[], Answer::of(200, "page consent"));
        story.0.last_mut().unwrap().interaction = Some(interaction);
        story
    }

    fn silent(self, scope: &str, more: &[(&str, &str)], answer: Answer) -> Self {
        let parameters: Vec<_> =
            [("grant_type", "refresh_token"), ("scope", scope)].iter().chain(more).copied().collect();
        self.then(Endpoint::Token, &parameters, answer)
    }

    fn api(self, answer: Answer) -> Self {
        self.then(Endpoint::Api, &[], Answer { api: Some("payroll".to_owned()), ..answer })
    }

    /// Signed in to the calendar; then payroll was refused silently.
    fn payroll_refused() -> Self {
        Self::default().window(CALENDAR, &[]).redeems(CALENDAR).silent(PAYROLL, &[], refused(Some(POLICY)))
    }

    fn judge(&self, wanted: serde_json::Value) -> Option<String> {
        let exchanges: Vec<_> = self.0.iter().cloned().map(Arc::new).collect();
        let expectations: Expectations = serde_json::from_value(wanted).unwrap();
        let failures = expectations.check(&Log::new(&exchanges).since(2));
        failures.into_iter().next().map(|failure| failure.sentence)
    }
}

const CALENDAR: &str = "api://calendar/Events.Read";

fn token(scope: &str) -> Answer {
    Answer { scope: Some(scope.to_owned()), expires_in: Some(3600), ..Answer::of(200, "token") }
}

fn refused(claims: Option<&str>) -> Answer {
    Answer {
        error: Some("invalid_grant".to_owned()),
        code: Some(50076),
        claims: claims.map(str::to_owned),
        ..Answer::of(400, "error")
    }
}

fn challenged() -> Answer {
    Answer {
        error: Some("insufficient_claims".to_owned()),
        claims: Some(CONTEXT.to_owned()),
        ..Answer::of(401, "challenge")
    }
}

fn both() -> String {
    r#"{"access_token":{"capolids":{"essential":true,"values":["p1"]},"acrs":{"essential":true,"value":"c1"},"xms_cc":{"values":["cp1"]}}}"#.to_owned()
}

#[rstest]
#[case::prompts(json!({"prompts": 1}))]
#[case::token_requests(json!({"token_requests": {"refresh_token": 1, "authorization_code": 1}}))]
#[case::pages(json!({"pages": []}))]
#[case::policies_fired(json!({"policies_fired": []}))]
#[case::no_prompt_before_silent(json!({"no_prompt_before_silent": true}))]
#[case::claims_forwarded(json!({"claims_forwarded_unmodified": true}))]
#[case::claims_forwarded_in_bytes(json!({"claims_forwarded_byte_for_byte": true}))]
#[case::claims_absent(json!({"claims_absent_when_none_given": true}))]
#[case::scopes(json!({"scopes_unchanged_on_escalation": true}))]
#[case::account(json!({"same_account_hinted": true}))]
#[case::loops(json!({"no_identical_request_repeated": "2m"}))]
#[case::cached(json!({"no_token_request_while_cached": true}))]
#[case::api(json!({"api_retried_at_most_once": true}))]
#[case::fresh(json!({"fresh_state_nonce_pkce": true}))]
#[case::concurrent(json!({"concurrent_callers_share_prompt": true}))]
#[case::no_prompt_where_none_helps(json!({"no_prompt_where_none_helps": true}))]
#[case::no_prompt_at_a_block(json!({"no_prompt_at_a_block": true}))]
#[case::retry_after_respected(json!({"retry_after_respected": true}))]
#[case::foreign_state_refused(json!({"foreign_state_refused": true}))]
fn a_right_escalation_keeps_every_rule(#[case] wanted: serde_json::Value) {
    let story = Story::payroll_refused()
        .window(PAYROLL, &[("claims", POLICY)])
        .redeems(PAYROLL)
        .api(Answer::of(200, "api answer"));
    assert_eq!(story.judge(wanted), None);
}

#[test]
fn each_of_several_refresh_tokens_may_be_tried_and_none_twice() {
    let tried = |second: &str| {
        let one = |story: Story, token: &str| story.silent(PAYROLL, &[("refresh_token", token)], refused(Some(POLICY)));
        one(one(Story::default().window(CALENDAR, &[]).redeems(CALENDAR), "of the calendar"), second)
    };
    let wanted = json!({"no_identical_request_repeated": "2m"});
    assert_eq!(tried("of the mail").judge(wanted.clone()), None);
    assert!(tried("of the calendar").judge(wanted.clone()).is_some());
    // After a good answer the next request has a new token in any case.
    let fetched = |story: Story, held: &str| story.silent(PAYROLL, &[("refresh_token", held)], token(PAYROLL));
    let signed_in = Story::default().window(CALENDAR, &[]).redeems(CALENDAR);
    assert!(fetched(fetched(signed_in, "first"), "second").judge(wanted).is_some());
}

#[rstest]
#[case::dropped("", "carried no claims; the silent failure at 3 had given {…capolids…}")]
#[case::no_json(
    "claims please",
    "carried claims that are no JSON object; the silent failure at 3 had given {…capolids…}"
)]
#[case::others(CONTEXT, "carried none of the claims; the silent failure at 3 had given {…capolids…}")]
#[case::changed(
    r#"{"access_token":{"capolids":{"essential":true,"values":["p2"]}}}"#,
    r#"changed {…capolids…} of the claims to {"essential":true,"values":["p2"]}; the silent failure at 3 had given {"essential":true,"values":["p1"]}"#
)]
fn claims_that_do_not_arrive(#[case] sent: &str, #[case] end: &str) {
    let story = Story::payroll_refused().window(PAYROLL, &[("claims", sent)]);
    let sentence = format!("the interactive request for payroll (exchange 4) {end}");
    assert_eq!(story.judge(json!({"claims_forwarded_unmodified": true})), Some(sentence));
    assert_eq!(story.judge(json!({"claims_forwarded_unmodified": false})), None);
}

#[test]
fn claims_written_anew_are_the_same_json_and_other_bytes() {
    let spaced = POLICY.replace(':', ": ");
    let story = Story::payroll_refused().window(PAYROLL, &[("claims", &spaced)]);
    assert_eq!(story.judge(json!({"claims_forwarded_unmodified": true})), None);
    assert_eq!(
        story.judge(json!({"claims_forwarded_byte_for_byte": true})).unwrap(),
        "the interactive request for payroll (exchange 4) rewrote the claims: the same JSON as the silent failure at 3 had given, but other bytes"
    );
}

#[test]
fn a_challenge_is_handed_on_silently_and_then_together_with_the_failure() {
    let start = || Story::default().window(PAYROLL, &[]).redeems(PAYROLL).api(challenged());
    let right =
        start().silent(PAYROLL, &[("claims", CONTEXT)], refused(Some(POLICY))).window(PAYROLL, &[("claims", &both())]);
    assert_eq!(right.judge(json!({"claims_forwarded_unmodified": true})), None);
    let silent = start().silent(PAYROLL, &[], refused(Some(POLICY)));
    assert_eq!(
        silent.judge(json!({"claims_forwarded_unmodified": true})).unwrap(),
        "the silent request for payroll (exchange 4) carried no claims; the API's challenge at 3 had given {…acrs…}"
    );
    let half =
        start().silent(PAYROLL, &[("claims", CONTEXT)], refused(Some(POLICY))).window(PAYROLL, &[("claims", POLICY)]);
    assert_eq!(
        half.judge(json!({"claims_forwarded_unmodified": true})).unwrap(),
        "the interactive request for payroll (exchange 5) lost {…acrs…} of the claims; the silent failure at 4 and the API's challenge at 3 had given {…acrs…capolids…}"
    );
}

#[test]
fn claims_that_nobody_gave() {
    let story = Story::default()
        .window(CALENDAR, &[])
        .redeems(CALENDAR)
        .silent(PAYROLL, &[], refused(None))
        .window(PAYROLL, &[("claims", POLICY)]);
    assert_eq!(
        story.judge(json!({"claims_absent_when_none_given": true})).unwrap(),
        "the interactive request for payroll (exchange 4) carried the claims {…capolids…}, which nobody had given"
    );
}

#[rstest]
#[case::prompt(
    Story::default().window(CALENDAR, &[]).redeems(CALENDAR).window(PAYROLL, &[]),
    json!({"no_prompt_before_silent": true}),
    "the interactive request for payroll (exchange 3) came without a silent attempt before it, although the client had a refresh token from exchange 2"
)]
#[case::scopes(
    Story::payroll_refused().window("api://payroll/Salary.Read api://calendar/Events.Read", &[]),
    json!({"scopes_unchanged_on_escalation": true}),
    "the interactive request for calendar and payroll (exchange 4) asked for calendar/Events.Read, payroll/Salary.Read; the silent failure at 3 was about payroll/Salary.Read"
)]
#[case::nobody(
    Story::payroll_refused().then(Endpoint::Authorize, &[("scope", PAYROLL)], Answer::of(200, "page username")),
    json!({"same_account_hinted": true}),
    "the interactive request for payroll (exchange 4) named no account; the silent failure at 3 was about ada@contoso.test"
)]
#[case::somebody_else(
    Story::payroll_refused().window(PAYROLL, &[("login_hint", "bo@contoso.test")]),
    json!({"same_account_hinted": true}),
    "the interactive request for payroll (exchange 4) hinted at bo@contoso.test; the silent failure at 3 was about ada@contoso.test"
)]
#[case::silent_loop(
    Story::payroll_refused().silent(PAYROLL, &[], refused(Some(POLICY))).after(119).silent(PAYROLL, &[], refused(Some(POLICY))).after(121),
    json!({"no_identical_request_repeated": "2m"}),
    "the silent request for payroll (exchange 3) was repeated unchanged at exchange 4 within 2m: the client loops"
)]
#[case::cached(
    Story::default().window(PAYROLL, &[]).redeems(PAYROLL).silent(PAYROLL, &[], token(PAYROLL)).after(3299),
    json!({"no_token_request_while_cached": true}),
    "the silent request for payroll (exchange 3) was sent although the client held a good token for it since exchange 2"
)]
#[case::api(
    Story::default().window(PAYROLL, &[]).redeems(PAYROLL).api(challenged()).api(challenged()).api(challenged()),
    json!({"api_retried_at_most_once": true}),
    "/x was called once more at exchange 5, although the retry at 4 had met the same challenge as the call at 3"
)]
#[case::state(
    Story::default().window(CALENDAR, &[("state", "a")]).redeems(CALENDAR).window(PAYROLL, &[("state", "a")]),
    json!({"fresh_state_nonce_pkce": true}),
    "the interactive request for payroll (exchange 3) used the state of exchange 1 again"
)]
#[case::two_windows_whose_codes_come_together(
    Story::payroll_refused().window(PAYROLL, &[]).window(PAYROLL, &[]).redeems(PAYROLL).redeems(PAYROLL),
    json!({"concurrent_callers_share_prompt": true}),
    "the interactive request for payroll (exchange 5) was opened while the window of exchange 4 was still open; concurrent callers share one, or wait"
)]
#[case::two_windows_whose_pages_alternate(
    Story::payroll_refused().window(PAYROLL, &[]).window(PAYROLL, &[]).page_of(4),
    json!({"concurrent_callers_share_prompt": true}),
    "the interactive request for payroll (exchange 5) was opened while the window of exchange 4 was still open; concurrent callers share one, or wait"
)]
#[case::capabilities(
    Story::default().window(CALENDAR, &[("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#)]).redeems(CALENDAR).silent(PAYROLL, &[], token(PAYROLL)),
    json!({"capabilities_kept": true}),
    "the silent request for payroll (exchange 3) left out the client's capability cp1, which exchange 1 had declared"
)]
#[case::prompts(
    Story::payroll_refused().window(PAYROLL, &[]).window(PAYROLL, &[]),
    json!({"prompts": 1}),
    "expected 1 sign-in window, saw 2 sign-in windows (exchanges 4, 5)"
)]
#[case::requests(
    Story::payroll_refused(),
    json!({"token_requests": {"authorization_code": 1}}),
    "requests to the token endpoint: expected 1 by authorization_code, saw 0; expected 0 by refresh_token, saw 1 (exchange 3)"
)]
#[case::pages(
    Story::payroll_refused().then(Endpoint::Page, &[], Answer::of(200, "page one-time code")),
    json!({"pages": ["consent"]}),
    "expected the page consent, saw the page one-time code"
)]
fn a_broken_rule_is_one_sentence(#[case] story: Story, #[case] wanted: serde_json::Value, #[case] sentence: &str) {
    assert_eq!(story.judge(wanted).as_deref(), Some(sentence));
}

#[test]
fn what_is_expired_or_refused_by_its_api_may_be_fetched_again() {
    let late = Story::default().window(PAYROLL, &[]).redeems(PAYROLL).silent(PAYROLL, &[], token(PAYROLL)).after(3301);
    assert_eq!(late.judge(json!({"no_token_request_while_cached": true})), None);
    let refused =
        Story::default().window(PAYROLL, &[]).redeems(PAYROLL).api(challenged()).silent(PAYROLL, &[], token(PAYROLL));
    assert_eq!(refused.judge(json!({"no_token_request_while_cached": true})), None);
}

/// MSAL Node sends no nonce, and MSAL asks for claims of its own in the ID token.
#[test]
fn what_the_standards_leave_to_the_client_breaks_no_rule() {
    let fresh = json!({"fresh_state_nonce_pkce": true});
    let protected = Story::payroll_refused().then(
        Endpoint::Authorize,
        &[("scope", PAYROLL), ("state", "a"), ("code_challenge", "b")],
        Answer::of(302, "code"),
    );
    assert_eq!(protected.judge(fresh.clone()), None);
    let bare = Story::payroll_refused().then(
        Endpoint::Authorize,
        &[("scope", PAYROLL), ("state", "a")],
        Answer::of(302, "code"),
    );
    assert_eq!(
        bare.judge(fresh).as_deref(),
        Some("the interactive request for payroll (exchange 4) carried no nonce (and 1 more like it)")
    );
    let own = r#"{"id_token":{"login_hint":{"essential":true},"signin_state":null}}"#;
    let asks = Story::default().window(CALENDAR, &[]).redeems(CALENDAR).window(PAYROLL, &[("claims", own)]);
    assert_eq!(asks.judge(json!({"claims_absent_when_none_given": true})), None);
}

#[test]
fn windows_that_follow_one_another_are_not_concurrent() {
    let wanted = json!({"concurrent_callers_share_prompt": true});
    let one_by_one =
        Story::payroll_refused().window(PAYROLL, &[]).redeems(PAYROLL).window(PAYROLL, &[]).redeems(PAYROLL);
    assert_eq!(one_by_one.judge(wanted.clone()), None);
    let the_first_was_closed = Story::payroll_refused().window(PAYROLL, &[]).window(PAYROLL, &[]).redeems(PAYROLL);
    assert_eq!(the_first_was_closed.judge(wanted.clone()), None);
    let mut tried_again = one_by_one.redeems(PAYROLL);
    tried_again.0[7].fingerprints = tried_again.0[6].fingerprints.clone();
    assert_eq!(tried_again.judge(wanted), None, "the same code once more");
}

#[test]
fn a_policy_fires_when_a_rule_names_it() {
    let (mfa, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut story = Story::payroll_refused();
    story.0[2].reasons.push(Reason { policy: Some(mfa), ..Reason::new("conditional-access", "") });
    assert_eq!(story.judge(json!({"policies_fired": [mfa]})), None);
    let silent =
        format!("the policy {other} never came into play: no request was for its targets, so this proved nothing");
    assert_eq!(story.judge(json!({"policies_fired": [mfa, other]})), Some(silent));
    let unexpected = format!("came into play and was not expected to: the policy {mfa}");
    assert_eq!(story.judge(json!({"policies_fired": []})), Some(unexpected));
}

#[test]
fn an_expectation_is_a_document_too() {
    let one: Expectation = serde_json::from_value(json!({"prompts": 2})).unwrap();
    assert_eq!(one, Expectation::Prompts(2));
    assert_eq!(one.check(&[]).unwrap_err().sentence, "expected 2 sign-in windows, saw no sign-in window");
    assert!(serde_json::from_value::<Expectations>(json!({"promts": 2})).is_err());
}

#[rstest]
#[case::v2("/t/oauth2/v2.0/token", "mail/Mail.Read")]
#[case::v1("/t/oauth2/token", "payroll/.default")]
fn what_is_asked_stands_in_the_scope_or_in_the_resource(#[case] path: &str, #[case] asked: &str) {
    let scope = if asked.starts_with("mail") { "api://mail/Mail.Read" } else { "openid" };
    let mut story = Story::default().silent(scope, &[("resource", "api://payroll")], token(scope));
    let mut exchange = story.0.pop().unwrap();
    path.clone_into(&mut exchange.path);
    assert_eq!(super::Asked::of(&exchange).listed(), asked);
}

/// Several applications share a tenant; each is judged by what it sent, and the person and the policies are everybody's.
#[rstest]
#[case::prompts(json!({"prompts": 1}))]
#[case::token_requests(json!({"token_requests": {"authorization_code": 1}}))]
#[case::silent_first(json!({"no_prompt_before_silent": true}))]
#[case::loops(json!({"no_identical_request_repeated": "2m"}))]
#[case::pages(json!({"pages": ["password"]}))]
fn what_others_sent_is_not_the_clients(#[case] wanted: serde_json::Value) {
    let mut story = Story::default()
        .window(CALENDAR, &[])
        .redeems(CALENDAR)
        .window(CALENDAR, &[])
        .then(Endpoint::Token, &[("grant_type", "client_credentials")], Answer::of(401, "error"))
        .then(Endpoint::Page, &[], Answer::of(200, "page password"));
    for exchange in &mut story.0 {
        exchange.client_id = Some("portal".to_owned());
    }
    let mut story = story
        .then(Endpoint::Authorize, &[("scope", CALENDAR)], Answer::of(400, "error"))
        .window(CALENDAR, &[])
        .redeems(CALENDAR);
    // A raw request that names no client at all.
    story.0[5].client_id = None;
    let exchanges: Vec<_> = story.0.into_iter().map(Arc::new).collect();
    let expectations: Expectations = serde_json::from_value(wanted).unwrap();
    assert_eq!(expectations.check(&Log::new(&exchanges).of_client("DESKTOP")), []);
}
