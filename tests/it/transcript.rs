//! The client's transcript and the server's log of the same run say the same, in the same format; the transcript without
//! secrets and names.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use desktop_client::{DeviceAuthorization, Event, Observer, Randomness, SystemClock, Transcript};
use mock_idp::{
    MockIdp,
    virtual_user::{Answer, Browser, VirtualUser},
};
use serde_json::{Map, Value};
use tests::{CALENDAR, MAIL, PAYROLL, Seat, VAULT};

/// Hands events on to the transcript and notes every secret in them.
struct Eavesdropper {
    transcript: Transcript,
    secrets: Mutex<BTreeSet<String>>,
}

impl Eavesdropper {
    fn new() -> Arc<Self> {
        let transcript = Transcript::new(Arc::new(SystemClock), &Randomness::seeded(7));
        Arc::new(Self { transcript, secrets: Mutex::default() })
    }

    fn note(&self, name: &str, value: &str) {
        const SECRET: [&str; 12] = [
            "access_token",
            "client_info",
            "code",
            "code_challenge",
            "code_verifier",
            "device_code",
            "id_token",
            "login_hint",
            "nonce",
            "refresh_token",
            "state",
            "user_code",
        ];
        if SECRET.contains(&name) && value.len() > 1 {
            self.secrets.lock().unwrap().insert(value.to_owned());
        }
    }
}

impl Observer for Eavesdropper {
    fn observe(&self, event: Event<'_>) {
        match event {
            Event::SignInOpened(address) => address.query_pairs().for_each(|(name, value)| self.note(&name, &value)),
            Event::SignInAnswered(answer) => answer.parameters.iter().for_each(|(name, value)| self.note(name, value)),
            Event::Authority(exchanged) => {
                let sent = exchanged.request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
                let sent = String::from_utf8_lossy(sent).into_owned();
                let sent = url::Url::parse(&format!("http://form/?{sent}")).unwrap();
                sent.query_pairs().for_each(|(name, value)| self.note(&name, &value));
                let heard: Map<String, Value> = serde_json::from_slice(exchanged.answer.unwrap().body).unwrap();
                for (name, value) in &heard {
                    self.note(name, value.as_str().unwrap_or_default());
                }
            }
            _ => {}
        }
        self.transcript.observe(event);
    }
}

/// What both sides know of an exchange.
fn both_know(exchange: &Value) -> Value {
    let mut known = Map::new();
    for name in ["endpoint", "method", "path", "client_id", "grant_type", "claims", "correlation_id"] {
        known.insert(name.to_owned(), exchange[name].clone());
    }
    match exchange["endpoint"].as_str().unwrap() {
        // The client does not see the page that this leads to.
        "authorize" => {}
        "api" => {
            // Only the server reads them out of the token.
            known.shift_remove("client_id");
            known.shift_remove("correlation_id");
            known.insert("answer".to_owned(), without_api(&exchange["answer"]));
        }
        _ => {
            known.insert("answer".to_owned(), without_api(&exchange["answer"]));
            known.insert("trace_id".to_owned(), exchange["trace_id"].clone());
        }
    }
    Value::Object(known)
}

/// The short name of an API is the server's.
fn without_api(answer: &Value) -> Value {
    let mut answer = answer.clone();
    answer.as_object_mut().unwrap().shift_remove("api");
    answer
}

/// Everything the client can see: not the pages, but how the last one of each sign-in answered.
fn seen_by_the_client(log: &[Value]) -> Vec<Value> {
    let visible = |exchange: &&Value| !matches!(exchange["endpoint"].as_str(), Some("page" | "discovery"));
    log.iter().filter(visible).map(both_know).collect()
}

fn outcomes(log: &[Value]) -> Vec<Value> {
    let ends = |exchange: &&Value| {
        exchange["endpoint"] == "page" && !exchange["answer"]["kind"].as_str().unwrap().starts_with("page ")
    };
    // The state of an answer is told by its fingerprint, and by the server alone: the client has it in clear.
    let told = |exchange: &Value| {
        let mut answer = exchange["answer"].clone();
        answer.as_object_mut().unwrap().remove("state");
        answer
    };
    log.iter().filter(ends).map(told).collect()
}

/// Each member is one of the server's, of its type and in its order.
fn assert_same_shape(ours: &Value, theirs: &[Value]) {
    let members = |exchange: &Value| exchange.as_object().unwrap().clone();
    let mut known: Vec<(String, Value)> = Vec::new();
    for (name, value) in theirs.iter().flat_map(members) {
        if !known.iter().any(|(own, _)| *own == name) {
            known.push((name, value));
        }
    }
    for (name, value) in members(ours).into_iter().filter(|(name, _)| name != "host") {
        let model = known.iter().find(|(own, _)| *own == name).map(|(_, model)| std::mem::discriminant(model));
        assert_eq!(model, Some(std::mem::discriminant(&value)), "{name}");
    }
    let order = |exchange: &Value| members(exchange).keys().filter(|name| *name != "host").cloned().collect::<Vec<_>>();
    let like = theirs.iter().find(|theirs| theirs["endpoint"] == ours["endpoint"]).map(order);
    let shared = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).cloned().collect()
    };
    if let Some(like) = like {
        assert_eq!(shared(&order(ours), &like), shared(&like, &order(ours)));
    }
}

#[tokio::test]
async fn it_says_what_the_server_says_without_the_secrets() {
    let idp = MockIdp::start().await;
    let eavesdropper = Eavesdropper::new();
    let watcher = eavesdropper.clone();
    let ada = VirtualUser::new("ada@contoso.test");
    let seat = Seat::prepared(&idp.tenant(), ada, &["cp1"], |app| app.observer(watcher));

    // Every leg: a first sign-in, a refusal with claims, a second sign-in, challenges of an API, an answer.
    let account = seat.app.token_for([CALENDAR]).await.unwrap().account;
    seat.app.token_for([PAYROLL]).await.unwrap();
    seat.app.token_for([VAULT]).await.unwrap();
    let request = seat.app.http_client().get(format!("{}/secrets", idp.api_url("vault")));
    assert_eq!(seat.app.call_api(request, [VAULT]).await.unwrap().status(), 200);
    seat.app.token_for([MAIL]).with_account(&account).ui_allowed(false).await.unwrap_err();

    let theirs: Vec<Value> =
        idp.tenant().exchanges().iter().map(|exchange| serde_json::to_value(exchange.as_ref()).unwrap()).collect();
    let text = eavesdropper.transcript.to_json();
    let document: Value = serde_json::from_str(&text).unwrap();
    let ours = document["exchanges"].as_array().unwrap();

    let (seen, logged) = (seen_by_the_client(ours), seen_by_the_client(&theirs));
    for (seen, logged) in seen.iter().zip(&logged) {
        assert_eq!(seen, logged);
    }
    assert_eq!(seen.len(), logged.len());
    assert_eq!(outcomes(ours), outcomes(&theirs));
    assert!(ours.iter().any(|exchange| exchange["answer"]["kind"] == "challenge"));
    assert!(ours.iter().any(|exchange| exchange["answer"]["suberror"] == "consent_required"));
    ours.iter().for_each(|exchange| assert_same_shape(exchange, &theirs));
    assert!(
        ours.iter()
            .map(|exchange| &exchange["number"])
            .eq((1..=ours.len()).map(Value::from).collect::<Vec<_>>().iter())
    );

    let secrets = eavesdropper.secrets.lock().unwrap().clone();
    assert!(secrets.len() > 20, "{}", secrets.len());
    for secret in secrets.iter().map(String::as_str).chain(["ada@contoso", &account.home_account_id, "Ada "]) {
        assert!(!text.contains(secret), "{secret} is in the transcript");
    }
}

#[tokio::test]
async fn a_device_code_is_told_as_the_server_tells_it() {
    let idp = MockIdp::start().await;
    let eavesdropper = Eavesdropper::new();
    let watcher = eavesdropper.clone();
    let ada = VirtualUser::new("ada@contoso.test");
    let seat = Seat::prepared(&idp.tenant(), ada.clone(), &[], |app| app.observer(watcher));
    let browser = Browser::new(None).unwrap();
    let prompt = move |code: DeviceAuthorization| {
        let (browser, ada) = (browser.clone(), ada.clone());
        async move {
            browser.enter_device_code(&code.verification_uri, &ada, &code.user_code).await?;
            Ok(())
        }
    };
    seat.app.acquire_token_by_device_code([CALENDAR]).with_device_code_prompt(prompt).await.unwrap();
    let theirs: Vec<Value> =
        idp.tenant().exchanges().iter().map(|exchange| serde_json::to_value(exchange.as_ref()).unwrap()).collect();
    let text = eavesdropper.transcript.to_json();
    let document: Value = serde_json::from_str(&text).unwrap();
    let ours = document["exchanges"].as_array().unwrap();
    let told = seen_by_the_client(ours);
    assert_eq!(told, seen_by_the_client(&theirs));
    assert_eq!(told[0]["endpoint"], "device_code");
    ours.iter().for_each(|exchange| assert_same_shape(exchange, &theirs));
    for secret in eavesdropper.secrets.lock().unwrap().iter() {
        assert!(!text.contains(secret), "{secret} is in the transcript");
    }
}

#[tokio::test]
async fn a_decline_is_told_as_the_server_tells_it() {
    let idp = MockIdp::start().await;
    let eavesdropper = Eavesdropper::new();
    let watcher = eavesdropper.clone();
    let ada = VirtualUser { consent: Answer::Decline, ..VirtualUser::new("ada@contoso.test") };
    let seat = Seat::prepared(&idp.tenant(), ada, &[], |app| app.observer(watcher));
    seat.app.token_for([CALENDAR]).await.unwrap_err();
    let theirs: Vec<Value> =
        idp.tenant().exchanges().iter().map(|exchange| serde_json::to_value(exchange.as_ref()).unwrap()).collect();
    let document: Value = serde_json::from_str(&eavesdropper.transcript.to_json()).unwrap();
    let ours = outcomes(document["exchanges"].as_array().unwrap());
    assert_eq!(ours, outcomes(&theirs));
    assert_eq!(ours[0]["code"], 65004);
}
