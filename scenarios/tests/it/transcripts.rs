//! What the reference client did, as its transcript tells it, becomes a scenario: it passes, and the client does the same.

use std::sync::{Arc, Mutex};

use desktop_client::{Randomness, Transcript};
use mock_idp::incident::from_transcript;
use rstest::rstest;
use scenarios::{ClientFactory, Loaded, Options, Verdict, load, run};
use serde_json::Value;

use super::{script, sentences};

/// Runs a script with a reference client that writes down what passes.
async fn recorded(script: Loaded) -> (Verdict, Value) {
    let kept: Arc<Mutex<Option<Arc<Transcript>>>> = Arc::default();
    let keeps = kept.clone();
    let client = ClientFactory::new(move |seat| {
        let transcript = Arc::new(Transcript::new(seat.clock.clone(), &Randomness::seeded(7)));
        *keeps.lock().unwrap() = Some(transcript.clone());
        Ok(Box::new(seat.builder()?.observer(transcript).build()?))
    });
    let options = Options { client, ..Options::default() };
    let verdict = run(&[script], options, |_| {}).await.unwrap().verdicts.remove(0);
    let transcript = kept.lock().unwrap().take().unwrap().to_json();
    (verdict, serde_json::from_str(&transcript).unwrap())
}

/// The kinds of exchanges: where, how it was answered, and with which error.
fn kinds(transcript: &Value) -> Vec<String> {
    let exchanges = transcript["exchanges"].as_array().unwrap().iter();
    let is_of_use = |exchange: &&Value| exchange["endpoint"] != "discovery";
    exchanges
        .filter(is_of_use)
        .map(|exchange| {
            let answer = &exchange["answer"];
            format!("{} {} {} {}", exchange["endpoint"], exchange["grant_type"], answer["status"], answer["code"])
        })
        .collect()
}

#[rstest]
#[case("main-01")]
#[case("main-02")]
#[case("main-03")]
#[case("main-05")]
#[case("main-07")]
#[case("challenge-arm")]
#[case("context-echoed")]
#[case("outage")]
#[case("blocked")]
#[case("revocation")]
#[case("inactivity")]
#[case("terms-of-use")]
#[case("joined-device")]
#[case("cae-strict-location")]
#[case("cae-location")]
#[case("risky-sign-in")]
#[case("declined")]
#[case("throttled")]
#[case("closed-window")]
#[case("error-to-order")]
#[case("cae-policy-change")]
#[case("on-behalf-of")]
#[tokio::test]
async fn a_transcript_becomes_a_scenario_in_which_the_client_does_the_same(#[case] id: &str) {
    let (_, transcript) = recorded(script(id)).await;
    let text = from_transcript(&transcript.to_string()).unwrap();
    let again = load("transcript.yaml", &text);
    assert!(again.is_ok(), "{}\n\n{text}", again.unwrap_err());
    let (verdict, second) = recorded(again.unwrap()).await;
    assert!(verdict.passed, "{}\n\n{text}", sentences(&verdict).join("\n"));
    assert_eq!(kinds(&second), kinds(&transcript), "{text}");
}

#[rstest]
#[case::nothing("{", "this is no transcript: EOF while parsing")]
#[case::other_json("[]", "this is no transcript: ")]
#[case::empty(r#"{"exchanges": [], "dropped": 0}"#, "there is nothing in this transcript that a scenario could repeat")]
fn what_is_no_transcript_is_refused(#[case] text: &str, #[case] sentence: &str) {
    let refused = from_transcript(text).unwrap_err().to_string();
    assert!(refused.starts_with(sentence), "{refused}");
}

/// A device's sign-in in another directory, whose API gets a stand-in.
#[tokio::test]
async fn a_transcript_of_a_device_elsewhere_runs_here() {
    let exchange = |endpoint: &str, more: &Value, answer: &Value| {
        let mut exchange = serde_json::json!({
            "number": 1, "at": "2026-03-01T09:08:07Z", "endpoint": endpoint, "method": "POST", "host": "login.microsoftonline.com",
            "path": "/contoso.example/oauth2/v2.0/token", "fingerprints": [], "reasons": [], "answer": answer,
            "parameters": [["scope", "api://0f0e0d0c-0b0a-4908-8706-050403020100/Orders.Read openid profile offline_access"]],
        });
        for (name, value) in more.as_object().unwrap() {
            exchange[name] = value.clone();
        }
        exchange
    };
    let poll = serde_json::json!({ "grant_type": "device_code" });
    let transcript = serde_json::json!({ "dropped": 0, "exchanges": [
        exchange("discovery", &serde_json::json!({}), &serde_json::json!({ "status": 200, "kind": "document" })),
        exchange("device_code", &serde_json::json!({}), &serde_json::json!({ "status": 200, "kind": "device code" })),
        exchange("token", &poll, &serde_json::json!({ "status": 400, "kind": "error", "error": "authorization_pending", "code": 70016 })),
        exchange("token", &poll, &serde_json::json!({ "status": 200, "kind": "token" })),
        exchange("api", &serde_json::json!({ "path": "/orders" }), &serde_json::json!({ "status": 429, "kind": "refused" })),
    ]});
    let text = from_transcript(&transcript.to_string()).unwrap();
    assert!(text.contains("Orders.Read': mail/Mail.Read stands in for it"), "{text}");
    let loaded = load("device.yaml", &text);
    assert!(loaded.is_ok(), "{}\n\n{text}", loaded.unwrap_err());
    let (verdict, _) = recorded(loaded.unwrap()).await;
    assert!(verdict.passed, "{}\n\n{text}", sentences(&verdict).join("\n"));
}
