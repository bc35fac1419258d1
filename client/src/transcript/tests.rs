//! What a transcript shows of each leg, and what it never shows.

use std::sync::Arc;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Client, Method, Request, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use url::Url;

use super::Transcript;
use super::redact::Redactor;
use crate::clock::ManualClock;
use crate::observer::{Event, Exchanged, Observer as _, Received, SignInAnswer};
use crate::randomness::Randomness;

const CORRELATION: &str = "c0000000-0000-4000-8000-000000000001";
const TRACE: &str = "e0000000-0000-4000-8000-000000000001";

fn transcript() -> Transcript {
    let start = jiff::Timestamp::from_second(1_767_225_600).unwrap();
    Transcript::new(Arc::new(ManualClock::new(start)), &Randomness::seeded(1))
}

fn shown(transcript: &Transcript) -> Vec<Value> {
    let document: Value = serde_json::from_str(&transcript.to_json()).unwrap();
    document["exchanges"].as_array().unwrap().clone()
}

fn token_request(form: &[(&str, &str)]) -> Request {
    Client::new()
        .post("https://login.example/t/oauth2/v2.0/token")
        .header("client-request-id", CORRELATION)
        .form(form)
        .build()
        .unwrap()
}

fn authority(transcript: &Transcript, request: &Request, status: u16, body: &Value) {
    let body = body.to_string();
    let answer =
        Received { status: StatusCode::from_u16(status).unwrap(), headers: &HeaderMap::new(), body: body.as_bytes() };
    transcript.observe(Event::Authority(Exchanged { request, answer: Some(answer) }));
}

#[test]
fn a_refusal_keeps_what_decides_and_hides_the_grant() {
    let transcript = transcript();
    let claims = r#"{"access_token":{"capolids":{"essential":true,"values":["p1"]}}}"#;
    let request = token_request(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", "0.A-s3cret"),
        ("scope", "api://payroll/Salary.Read"),
        ("claims", claims),
    ]);
    let body = json!({
        "error": "invalid_grant", "error_codes": [50076], "suberror": "basic_action", "claims": claims,
        "error_description": "AADSTS50076: ada@contoso.test must use MFA", "trace_id": TRACE,
    });
    authority(&transcript, &request, 400, &body);
    let one = &shown(&transcript)[0];
    let hash = one["fingerprints"][0][1].as_str().unwrap();
    assert_eq!(
        *one,
        json!({
            "number": 1, "at": "2026-01-01T00:00:00Z", "endpoint": "token", "method": "POST", "host": "login.example",
            "path": "/t/oauth2/v2.0/token", "grant_type": "refresh_token", "claims": claims,
            "parameters": [
                ["grant_type", "refresh_token"],
                ["refresh_token", format!("[refresh_token {hash}]")],
                ["scope", "api://payroll/Salary.Read"],
                ["claims", claims],
            ],
            "fingerprints": [["refresh_token", hash]],
            "reasons": [],
            "answer": {
                "status": 400, "kind": "error", "error": "invalid_grant", "code": 50076, "suberror": "basic_action",
                "claims": claims,
            },
            "correlation_id": CORRELATION, "trace_id": TRACE,
        })
    );
    assert_eq!(hash.len(), 12);
}

#[test]
fn a_sign_in_is_two_exchanges_of_one_interaction() {
    let transcript = transcript();
    let address = format!(
        "https://login.example/t/authorize?client_id=app&state=s3cret&login_hint=Ada%40contoso.test&client-request-id={CORRELATION}"
    );
    transcript.observe(Event::SignInOpened(&Url::parse(&address).unwrap()));
    let parameters = [
        ("error".to_owned(), "access_denied".to_owned()),
        ("error_subcode".to_owned(), "cancel".to_owned()),
        ("error_description".to_owned(), "AADSTS65004: Ada Lovelace declined".to_owned()),
        ("state".to_owned(), "s3cret".to_owned()),
    ];
    transcript.observe(Event::SignInAnswered(SignInAnswer {
        method: &Method::POST,
        redirect_uri: &Url::parse("http://localhost:1234").unwrap(),
        parameters: &parameters,
    }));
    let [opened, answered] = &shown(&transcript)[..] else { panic!("two exchanges") };
    assert_eq!(opened["endpoint"], "authorize");
    assert_eq!(opened["answer"], json!({"status": 0, "kind": "opened"}));
    assert!(opened["parameters"][2][1].as_str().unwrap().starts_with("[user "), "{opened}");
    assert_eq!(answered["endpoint"], "page");
    assert_eq!(answered["host"], "localhost:1234");
    assert_eq!(answered["interaction"], 1);
    assert_eq!(answered["client_id"], "app");
    assert_eq!(answered["correlation_id"], CORRELATION);
    assert_eq!(
        answered["answer"],
        json!({"status": 200, "kind": "cancelled", "error": "access_denied", "code": 65004})
    );
    assert_eq!(opened["fingerprints"][0], answered["fingerprints"][0], "the same state");
    assert!(answered["parameters"][2][1].as_str().unwrap().starts_with("AADSTS65004 [text "), "{answered}");
}

#[rstest]
#[case::challenge(401, r#"Bearer error="insufficient_claims", claims="eyJhIjoxfQ==""#, json!({"status": 401, "kind": "challenge", "error": "insufficient_claims", "claims": "{\"a\":1}"}))]
#[case::refusal(403, "", json!({"status": 403, "kind": "refused"}))]
#[case::answer(200, "", json!({"status": 200, "kind": "api answer"}))]
fn an_api(#[case] status: u16, #[case] challenge: &'static str, #[case] answer: Value) {
    let transcript = transcript();
    let request = Client::new()
        .get("https://api.example/users/ada%40contoso.test/mail?search=birthday")
        .bearer_auth("s3cret")
        .build()
        .unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("www-authenticate", HeaderValue::from_static(challenge));
    let received = Received { status: StatusCode::from_u16(status).unwrap(), headers: &headers, body: b"" };
    transcript.observe(Event::Api(Exchanged { request: &request, answer: Some(received) }));
    let one = &shown(&transcript)[0];
    assert_eq!(one["answer"], answer);
    let text = one.to_string();
    for hidden in ["s3cret", "contoso", "birthday"] {
        assert!(!text.contains(hidden), "{text}");
    }
    assert!(one["path"].as_str().unwrap().starts_with("/users/[user "), "{text}");
}

/// What an app asks of its API is nobody's to read, whatever the parameters are called.
#[test]
fn no_value_of_an_api_s_address_can_be_read() {
    let transcript = transcript();
    let names = [
        "resource",
        "prompt",
        "scope",
        "claims",
        "error",
        "client_id",
        "client-request-id",
        "grant_type",
        "redirect_uri",
        "x-client-sku",
        "Max_Age",
        "code",
        "client_info",
        "error_description",
        "anything",
    ];
    let query: String = names.map(|name| format!("{name}=s3cret")).join("&");
    let address = format!("https://api.example/people/s3cret-1234/x?{query}&s3cret&login_hint=ada%40contoso.test");
    let request = Client::new().get(address).build().unwrap();
    transcript.observe(Event::Api(Exchanged { request: &request, answer: None }));
    let text = transcript.to_json();
    assert!(!text.contains("s3cret") && !text.contains("contoso"), "{text}");
    let one = &shown(&transcript)[0];
    for (name, shown) in names.iter().zip(one["parameters"].as_array().unwrap()) {
        assert_eq!(shown[0], **name);
        assert!(shown[1].as_str().unwrap().starts_with("[value "), "{shown}");
    }
    for member in ["client_id", "claims", "grant_type"] {
        assert_eq!(one.get(member), None, "{one}");
    }
    assert_eq!(one["correlation_id"], "00000000-0000-0000-0000-000000000000");
}

#[rstest]
#[case::words("/v1.0/me/calendarView", "/v1.0/me/calendarView")]
#[case::functions("/beta/users/microsoft.graph.delta", "/beta/users/microsoft.graph.delta")]
#[case::guid(
    "/groups/02bd9fd6-8f93-4758-87c3-1fb73740a315/members",
    "/groups/02bd9fd6-8f93-4758-87c3-1fb73740a315/members"
)]
#[case::slash("/api/", "/api/")]
#[case::user("/users/ada@contoso.test", "/users/[user ")]
#[case::user_encoded("/users/ada%40contoso.test", "/users/[user ")]
#[case::number("/orders/7", "/orders/[segment ")]
#[case::long_number("/employees/a12345", "/employees/[segment ")]
#[case::encoded("/files/pay%20slip", "/files/[segment ")]
#[case::function_with_a_value("/users('ada')", "/[segment ")]
#[case::opaque("/messages/AAMkAGI2TG93AAA=", "/messages/[segment ")]
#[case::long("/t/abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "/t/[segment ")]
fn a_path_keeps_its_words(#[case] path: &str, #[case] shown: &str) {
    let told = Redactor::new("key").api_path(path);
    assert!(if shown.ends_with(' ') { told.starts_with(shown) } else { told == shown }, "{told}");
}

#[test]
fn no_answer_and_documents_and_codes_for_devices_have_their_words() {
    let transcript = transcript();
    let metadata = Client::new().get("https://login.example/t/v2.0/.well-known/openid-configuration").build().unwrap();
    transcript.observe(Event::Authority(Exchanged { request: &metadata, answer: None }));
    authority(&transcript, &metadata, 200, &json!({"issuer": "x"}));
    authority(
        &transcript,
        &token_request(&[("scope", "s")]),
        200,
        &json!({"device_code": "d3vice", "user_code": "ABCD"}),
    );
    let words: Vec<(String, String)> = shown(&transcript)
        .iter()
        .map(|one| (one["endpoint"].as_str().unwrap().to_owned(), one["answer"]["kind"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [("discovery", "no answer"), ("discovery", "document"), ("device_code", "device code")];
    assert_eq!(words, expected.map(|(endpoint, kind)| (endpoint.to_owned(), kind.to_owned())));
    assert!(!transcript.to_json().contains("d3vice"));
}

#[test]
fn tokens_are_told_by_scope_lifetime_and_hashed_user() {
    let transcript = transcript();
    let payload = "eyJwcmVmZXJyZWRfdXNlcm5hbWUiOiJBREFAY29udG9zby50ZXN0In0"; // ADA@contoso.test
    let body = json!({
        "access_token": "s3cret-at", "refresh_token": "s3cret-rt", "id_token": format!("e30.{payload}.c2ln"),
        "scope": "api://mail/Mail.Read", "expires_in": "3599",
    });
    authority(
        &transcript,
        &token_request(&[("grant_type", "authorization_code"), ("code", "s3cret-code")]),
        200,
        &body,
    );
    let one = &shown(&transcript)[0];
    assert_eq!(
        one["answer"],
        json!({"status": 200, "kind": "token", "scope": "api://mail/Mail.Read", "expires_in": 3599})
    );
    let text = one.to_string();
    assert!(!text.contains("s3cret") && !text.contains("contoso") && !text.contains(payload), "{text}");
    let same = Redactor::new(&Randomness::seeded(1).token()).user("ada@contoso.test");
    assert_eq!(one["user"], Value::String(same));
}

#[rstest]
#[case::unknown("anything_new", "s3cret")]
#[case::code("code", "s3cret")]
#[case::any_case("Refresh_Token", "s3cret")]
#[case::user_code("user_code", "s3cret")]
#[case::anchor("X-AnchorMailbox", "upn:s3cret@contoso.test")]
#[case::client_info("client_info", "s3cret")]
#[case::name("username", "s3cret@contoso.test")]
fn what_is_not_known_to_be_harmless_is_hashed(#[case] name: &str, #[case] value: &str) {
    let redactor = Redactor::new("key");
    let shown = redactor.parameters(&[(name.to_owned(), value.to_owned())]);
    assert!(!shown[0].1.contains("s3cret"), "{shown:?}");
    assert_eq!(shown, redactor.parameters(&[(name.to_owned(), value.to_owned())]), "equal stays equal");
    assert_ne!(shown, Redactor::new("other").parameters(&[(name.to_owned(), value.to_owned())]));
}
