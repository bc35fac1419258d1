//! Which request meets which fault, and what cannot be one.

use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{config, directory::Directory, error::Aadsts, params::Params};

const DESKTOP: Uuid = Uuid::from_u128(0xd000_0000_0000_4000_8000_0000_0000_0001);
const ADA: Uuid = Uuid::from_u128(0xa000_0000_0000_4000_8000_0000_0000_0001);

fn contoso() -> Directory {
    let document = config::built_in();
    Directory::of(&document.tenants[0], &document)
}

fn fault(text: Value) -> Fault {
    serde_json::from_value(text).expect("a fault")
}

fn armed(faults: &[Value]) -> Faults {
    let mut list = Faults::default();
    for (number, text) in faults.iter().enumerate() {
        list.arm(Uuid::from_u128(number as u128), fault(text.clone()), &contoso()).expect("a good fault");
    }
    list
}

/// A refresh for ada by the desktop client.
fn refresh() -> Sought {
    Sought {
        client: Some(DESKTOP),
        user: Some(ADA),
        grant_type: Some("refresh_token".to_owned()),
        ..Sought::at(Endpoint::Token)
    }
}

#[rstest]
#[case::anything(json!({ "drop": true }), refresh(), true)]
#[case::anything_but_an_api(json!({ "drop": true }), Sought::at(Endpoint::Api), false)]
#[case::pages_are_the_authoritys(json!({ "drop": true }), Sought::at(Endpoint::Page), true)]
#[case::endpoint(json!({ "endpoint": "token", "drop": true }), refresh(), true)]
#[case::other_endpoint(json!({ "endpoint": "authorize", "drop": true }), refresh(), false)]
#[case::short_name(json!({ "client": "desktop", "drop": true }), refresh(), true)]
#[case::client_id(json!({ "client": DESKTOP, "drop": true }), refresh(), true)]
#[case::other_client(json!({ "client": "portal", "drop": true }), refresh(), false)]
#[case::unknown_client(json!({ "client": "desktop", "drop": true }), Sought::at(Endpoint::Keys), false)]
#[case::user(json!({ "user": "ada", "drop": true }), refresh(), true)]
#[case::user_name(json!({ "user": "ADA@contoso.test", "drop": true }), refresh(), true)]
#[case::other_user(json!({ "user": "bo", "drop": true }), refresh(), false)]
#[case::grant(json!({ "endpoint": "token", "grant_type": "refresh_token", "drop": true }), refresh(), true)]
#[case::other_grant(json!({ "endpoint": "token", "grant_type": "password", "drop": true }), refresh(), false)]
#[case::other_spelling(
    json!({ "endpoint": "token", "grant_type": "device_code", "drop": true }),
    Sought { grant_type: Some("urn:ietf:params:oauth:grant-type:device_code".to_owned()), ..refresh() },
    true)]
#[case::api(json!({ "api": "mail", "drop": true }), Sought { api: Some("mail".to_owned()), ..Sought::at(Endpoint::Api) }, true)]
#[case::other_api(json!({ "api": "mail", "drop": true }), Sought { api: Some("vault".to_owned()), ..Sought::at(Endpoint::Api) }, false)]
fn a_fault_concerns_what_its_matchers_say(#[case] text: Value, #[case] request: Sought, #[case] concerned: bool) {
    assert_eq!(armed(&[text]).hit(&request).is_some(), concerned);
}

#[test]
fn it_comes_as_often_as_it_says_after_so_many_have_passed() {
    let mut faults = armed(&[json!({ "code": 50196, "times": 2, "after": 1 })]);
    assert_eq!(faults.hit(&refresh()), None, "the first passes");
    let hit = faults.hit(&refresh()).expect("the second does not");
    assert_eq!(hit.effect, Effect::Refuse(Aadsts::LoopDetected));
    assert_eq!(hit.reason.because, "fault 00000000-0000-0000-0000-000000000000: AADSTS50196; once more");
    assert_eq!(faults.list()[0].remaining, Some(1));
    assert!(faults.hit(&refresh()).expect("the third").reason.because.ends_with("not again"));
    assert!(faults.is_empty(), "it is spent");
    assert_eq!(faults.hit(&refresh()), None);
}

#[test]
fn the_earliest_comes_first_and_a_limit_is_no_must() {
    let mut faults = armed(&[json!({ "status": 429 }), json!({ "status": 503, "times": "unlimited" })]);
    let mut status = || match faults.hit(&refresh()).expect("a hit").effect {
        Effect::Status { status, .. } => status,
        other => panic!("{other:?}"),
    };
    assert_eq!([status(), status(), status(), status()], [429, 503, 503, 503]);
}

#[rstest]
#[case::nothing(json!({}), "", "nothing would happen")]
#[case::only_a_matcher(json!({ "endpoint": "token" }), "", "nothing would happen")]
#[case::two_effects(json!({ "code": 50196, "status": 429 }), "status", "`code` is one already (keep `code` or `status`)")]
#[case::unknown_number(json!({ "code": 50077 }), "code", "no AADSTS50077 (did you mean `5007")]
#[case::no_number_at_all(json!({ "code": 1 }), "code", "`mock-idp errors`")]
#[case::unknown_client(json!({ "drop": true, "client": "desctop" }), "client", "did you mean `desktop`?")]
#[case::unknown_user(json!({ "drop": true, "user": "adda@contoso.test" }), "user", "did you mean `ada@contoso.test`?")]
#[case::unknown_api(json!({ "drop": true, "api": "mial" }), "api", "did you mean `mail`?")]
#[case::unknown_grant(json!({ "drop": true, "endpoint": "token", "grant_type": "refresh" }), "grant_type", "refresh_token")]
#[case::grant_elsewhere(json!({ "drop": true, "grant_type": "password" }), "grant_type", "endpoint: token")]
#[case::api_elsewhere(json!({ "drop": true, "api": "mail", "endpoint": "token" }), "api", "call of an API")]
#[case::number_at_an_api(json!({ "code": 50196, "api": "mail" }), "code", "use `status`")]
#[case::no_status(json!({ "status": 99 }), "status", "200 to 599")]
#[case::state_elsewhere(json!({ "tamper_state": true, "endpoint": "token" }), "tamper_state", "endpoint: authorize")]
#[case::redirect_elsewhere(json!({ "redirect_error": "server_error" }), "redirect_error", "endpoint: authorize")]
#[case::body_alone(json!({ "drop": true, "body": "x" }), "body", "status: 503")]
#[case::type_alone(json!({ "code": 50196, "content_type": "text/plain" }), "content_type", "status: 503")]
#[case::nothing_to_put_it_on(json!({ "drop": true, "retry_after": 5 }), "retry_after", "status: 429")]
#[case::two_headers(json!({ "status": 429, "retry_after": "5\r\nx: y" }), "retry_after", "ASCII")]
#[case::type_with_two_headers(json!({ "status": 429, "body": "", "content_type": "a\nb" }), "content_type", "ASCII")]
#[case::too_late(json!({ "latency": "1h" }), "latency", "10m")]
#[case::before_it_came(json!({ "latency": "-1s" }), "latency", "10m")]
fn what_cannot_be_is_told_with_its_place(#[case] text: Value, #[case] place: &str, #[case] says: &str) {
    let problems = fault(text.clone()).problems(&contoso(), &Path::root());
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path.to_string(), place);
    let told = Faults::default().arm(Uuid::nil(), fault(text), &contoso()).expect_err("not armed").to_string();
    assert!(told.contains(says), "{told}");
}

#[rstest]
#[case(json!({ "times": 0 }))]
#[case(json!({ "times": -1 }))]
#[case(json!({ "times": "often" }))]
#[case(json!({ "retry_after": -1 }))]
#[case(json!({ "cod": 50196 }))]
fn words_are_checked_when_read(#[case] text: Value) {
    serde_json::from_value::<Fault>(text).expect_err("not a fault");
}

#[test]
fn what_is_listed_can_be_injected_again() {
    let text = json!({ "status": 429, "retry_after": "Wed, 21 Oct 2026 07:28:00 GMT", "times": "unlimited", "latency": "PT0.25S" });
    assert_eq!(serde_json::to_value(fault(text.clone())).expect("JSON"), text);
    assert_eq!(fault(json!({ "retry_after": "30" })).retry_after, Some(RetryAfter::Seconds(30)));
}

#[rstest]
#[case(json!({ "endpoint": "token", "client": "desktop", "status": 429, "retry_after": 60, "times": 2 }),
    "the next 2 requests to token by desktop get status 429, Retry-After 60")]
#[case(json!({ "api": "mail", "user": "ada", "drop": true, "times": "unlimited" }),
    "every request to mail for ada gets no answer, and the connection is closed")]
#[case(json!({ "code": 50196, "after": 2 }), "the next request, after 2 that pass, gets AADSTS50196")]
#[case(json!({ "latency": "250ms" }), "the next request gets the usual answer, 250ms late")]
#[case(json!({ "endpoint": "authorize", "redirect_error": "server_error" }),
    "the next request to authorize gets a redirect with server_error alone")]
#[case(json!({ "endpoint": "authorize", "tamper_state": true }), "the next request to authorize gets another state")]
fn a_fault_is_told_in_a_sentence(#[case] text: Value, #[case] told: &str) {
    assert_eq!(fault(text).to_string(), told);
}

#[test]
fn too_many_are_refused() {
    let mut faults = armed(&vec![json!({ "drop": true }); 1_000]);
    let told = faults.arm(Uuid::nil(), fault(json!({ "drop": true })), &contoso()).expect_err("full").to_string();
    assert!(told.contains("clear them first"), "{told}");
}

#[test]
fn every_sentence_is_whole() {
    let params =
        Params::parse(b"client_id=d0000000-0000-4000-8000-000000000001&scope=api://payroll/Salary.Read").expect("fine");
    for code in Aadsts::ALL {
        let refusal = refusal(*code, &params, &contoso(), Some(DESKTOP), Some(ADA), jiff::Timestamp::UNIX_EPOCH);
        assert!(!refusal.sentence().contains(['{', '}']), "{}: {}", refusal.number(), refusal.sentence());
    }
    let told = refusal(Aadsts::MfaRequired, &params, &contoso(), Some(DESKTOP), None, jiff::Timestamp::UNIX_EPOCH);
    let payroll = contoso().api("payroll").expect("built in").id;
    assert!(told.sentence().contains(&payroll.to_string()), "{}", told.sentence());
}
