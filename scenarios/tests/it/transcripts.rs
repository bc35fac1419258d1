//! What the reference client did, as its transcript tells it, becomes a scenario: it passes, and the client does the same.

use std::sync::{Arc, Mutex};

use desktop_client::{Randomness, Transcript};
use rstest::rstest;
use scenarios::{ClientFactory, Loaded, Options, Verdict, incident::from_transcript, load, run};
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
    let again = load("transcript.yaml", &text).unwrap_or_else(|mistakes| panic!("{mistakes}\n\n{text}"));
    let (verdict, second) = recorded(again).await;
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
