//! The device flow: both legs, the polls, every end of escalation reference 2.10, and as the prompt of a host without a
//! browser.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use desktop_client::{
    BoxFuture, Cancellation, Classification, DeviceAuthorization, DeviceCodePromptError, Error,
    PublicClientApplication, UserAgent, UserAgentError,
};
use rstest::rstest;
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::{header, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{
    Authority, CALENDAR, CLIENT, PAYROLL, POLICY, Parameters, TENANT, device_code_path, form, refusal,
};

/// A host on which nothing can be opened.
struct NoBrowser;

impl UserAgent for NoBrowser {
    fn open<'a>(&'a self, _: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        Box::pin(async { Err("there is none".into()) })
    }

    fn is_present(&self) -> bool {
        false
    }
}

/// What a person was shown.
type Shown = Arc<Mutex<Vec<DeviceAuthorization>>>;

fn prompt(
    shown: &Shown,
) -> impl Fn(DeviceAuthorization) -> std::future::Ready<Result<(), DeviceCodePromptError>> + Send + Sync + 'static {
    let shown = Arc::clone(shown);
    move |code| {
        shown.lock().unwrap().push(code);
        std::future::ready(Ok(()))
    }
}

fn start_body() -> Value {
    json!({
        "user_code": "ABCD-1234", "device_code": "the-device-code",
        "verification_uri": "https://login.example/device", "expires_in": 900, "interval": 5,
        "message": "Open it\u{1b}[2J and enter ABCD-1234",
    })
}

async fn gives(authority: &Authority, answer: ResponseTemplate) {
    Mock::given(path(device_code_path())).respond_with(answer).mount(&authority.server).await;
}

async fn with_codes() -> Authority {
    let authority = Authority::start().await;
    gives(&authority, ResponseTemplate::new(200).set_body_json(start_body())).await;
    authority
}

async fn starts(authority: &Authority) -> Vec<Parameters> {
    authority.requests_to(&device_code_path()).await.iter().map(|request| form(&request.body)).collect()
}

fn oauth_error(code: &str, number: Option<u64>) -> ResponseTemplate {
    let mut body = json!({"error": code, "error_description": "no. Trace ID: t", "trace_id": "trace-1"});
    if let Some(number) = number {
        body["error_codes"] = json!([number]);
    }
    ResponseTemplate::new(400).set_body_json(body)
}

fn pending() -> ResponseTemplate {
    oauth_error("authorization_pending", Some(70016))
}

async fn polls_meet(authority: &Authority, answers: Vec<ResponseTemplate>) {
    for answer in answers {
        authority.answers("device_code", 1, answer).await;
    }
}

async fn sign_in(authority: &Authority) -> Result<desktop_client::AuthenticationResult, Error> {
    authority.app().acquire_token_by_device_code([CALENDAR]).with_device_code_prompt(prompt(&Shown::default())).await
}

fn seconds(authority: &Authority, since: jiff::Timestamp) -> i64 {
    desktop_client::Clock::now(&*authority.clock).duration_since(since).as_secs()
}

fn now(authority: &Authority) -> jiff::Timestamp {
    desktop_client::Clock::now(&*authority.clock)
}

#[tokio::test]
async fn both_legs_carry_what_they_must() {
    let authority = with_codes().await;
    polls_meet(&authority, vec![pending()]).await;
    let shown = Shown::default();
    let app = authority.builder().client_capabilities(["cp1"]).device_code_prompt(prompt(&shown)).build().unwrap();
    let begin = now(&authority);
    let result = app.acquire_token_by_device_code([CALENDAR]).with_claims(POLICY).await.unwrap();
    assert_eq!(result.account.username, "ada@contoso.test");
    assert_eq!(result.other_user_than_hinted, None);
    assert_eq!(app.accounts().unwrap(), [result.account]);
    assert_eq!(seconds(&authority, begin), 5);

    let claims = r#"{"access_token":{"xms_cc":{"values":["cp1"]},"capolids":{"essential":true,"values":["p1"]}}}"#;
    let start = &starts(&authority).await[0];
    assert_eq!(start["client_id"], CLIENT);
    assert_eq!(start["scope"], format!("{CALENDAR} openid profile offline_access"));
    assert_eq!(start["claims"], claims);
    let polls = authority.token_requests().await;
    assert_eq!(polls.len(), 2);
    assert_eq!(polls[0], polls[1]);
    assert_eq!(polls[0]["grant_type"], "urn:ietf:params:oauth:grant-type:device_code");
    assert_eq!(polls[0]["device_code"], "the-device-code");
    assert_eq!(polls[0]["client_id"], CLIENT);
    assert_eq!(polls[0]["client_info"], "1");
    assert_eq!(polls[0]["claims"], claims);

    let shown = shown.lock().unwrap();
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].user_code, "ABCD-1234");
    assert_eq!(shown[0].verification_uri.as_str(), "https://login.example/device");
    assert_eq!(shown[0].message, "Open it [2J and enter ABCD-1234");
    assert_eq!((shown[0].expires_in, shown[0].interval), (Duration::from_secs(900), Duration::from_secs(5)));
    assert!(!format!("{shown:?}").contains("ABCD-1234"));
}

#[tokio::test]
async fn the_correlation_id_stays_and_the_library_says_which_verb_it_is() {
    let authority = with_codes().await;
    sign_in(&authority).await.unwrap();
    let start = &authority.requests_to(&device_code_path()).await[0];
    let poll = &authority.requests_to(&crate::support::token_path()).await[0];
    assert_eq!(start.headers["client-request-id"], poll.headers["client-request-id"]);
    assert!(poll.headers["x-client-current-telemetry"].to_str().unwrap().starts_with("5|1008,0"));
}

/// Escalation reference 2.10: `(answer to a poll) → (error code, AADSTS numbers, next step)`.
#[rstest]
#[case::i2_declined(oauth_error("authorization_declined", Some(65004)), "authorization_declined", "the user declined")]
#[case::i2_declined_as_in_the_rfc(oauth_error("access_denied", None), "access_denied", "the user declined")]
#[case::i3_unknown(oauth_error("bad_verification_code", Some(70019)), "bad_verification_code", "start again")]
#[case::i4_expired(oauth_error("expired_token", Some(70020)), "expired_token", "start again")]
#[case::i6_blocked(refusal(53003, Some("message_only"), Some(POLICY)), "invalid_grant", "sign in with a browser")]
#[case::i6_blocked_otherwise(oauth_error("access_denied", Some(53003)), "access_denied", "sign in with a browser")]
#[case::i6_confirmation(refusal(50199, None, None), "invalid_grant", "sign in with a browser")]
#[case::i7_not_here(oauth_error("invalid_request", Some(90133)), "invalid_request", "correct the app's registration")]
#[case::i7_no_tenant(oauth_error("invalid_request", Some(50059)), "invalid_request", "correct the app's registration")]
#[case::i8_wrong_data_centre(refusal(50134, None, None), "invalid_grant", "start again")]
#[case::no_json(ResponseTemplate::new(400).set_body_string("<h1>"), "http_status_not_200", "")]
#[tokio::test]
async fn what_ends_the_polls(#[case] answer: ResponseTemplate, #[case] code: &str, #[case] next: &str) {
    let authority = with_codes().await;
    polls_meet(&authority, vec![pending(), answer]).await;
    let error = sign_in(&authority).await.unwrap_err();
    assert_eq!(error.code(), code);
    assert!(error.to_string().contains(next), "{error}");
    assert_eq!(authority.token_requests().await.len(), 2);
    assert!(!error.is_throttled() && !format!("{error:?}").contains("the-device-code"));
}

#[tokio::test]
async fn entras_members_survive() {
    let authority = with_codes().await;
    polls_meet(&authority, vec![refusal(53003, Some("message_only"), Some(POLICY))]).await;
    let error = sign_in(&authority).await.unwrap_err();
    let needed = error.as_ui_required().unwrap();
    assert_eq!(needed.classification, Classification::MessageOnly);
    assert_eq!(needed.claims.as_deref(), Some(POLICY));
    assert_eq!((needed.trace_id.as_deref(), needed.error_codes.as_slice()), (Some("trace-1"), &[53003][..]));
    assert!(needed.after_prompt);

    polls_meet(&authority, vec![oauth_error("authorization_declined", Some(65004))]).await;
    let Error::Service(declined) = sign_in(&authority).await.unwrap_err() else { panic!("a service error") };
    assert!(declined.is_declined());
    assert_eq!((declined.trace_id.as_deref(), declined.error_codes.as_slice()), (Some("trace-1"), &[65004][..]));
}

/// How long the client waits between polls, in all.
#[rstest]
#[case::i1_pending(vec![pending(), pending()], 10)]
#[case::i5_slow_down(vec![pending(), oauth_error("slow_down", None), pending()], 5 + 10 + 10)]
#[case::i5_slower_still(vec![oauth_error("slow_down", None), oauth_error("slow_down", None)], 10 + 15)]
#[case::outage(vec![ResponseTemplate::new(503), ResponseTemplate::new(503), pending()], 1 + 10 + 10)]
#[case::told_to_wait(vec![ResponseTemplate::new(429).insert_header("retry-after", "30")], 30)]
#[tokio::test]
async fn time_between_polls(#[case] answers: Vec<ResponseTemplate>, #[case] expected: i64) {
    let authority = with_codes().await;
    polls_meet(&authority, answers).await;
    let begin = now(&authority);
    sign_in(&authority).await.unwrap();
    assert_eq!(seconds(&authority, begin), expected);
}

#[tokio::test]
async fn no_answer_in_time_doubles_the_pause() {
    let authority = with_codes().await;
    let late = || ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    polls_meet(&authority, vec![late(), late()]).await;
    let impatient = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
    let app = authority.builder().http_client(impatient).build().unwrap();
    let begin = now(&authority);
    app.acquire_token_by_device_code([CALENDAR]).with_device_code_prompt(prompt(&Shown::default())).await.unwrap();
    // One second before the one more try, then twice the interval.
    assert_eq!(seconds(&authority, begin), 1 + 10);
}

#[rstest]
#[case::in_seconds(json!(20), 4)]
#[case::as_text(json!("20"), 4)]
#[case::shorter_than_the_interval(json!(3), 1)]
#[tokio::test]
async fn i4_the_code_ends_by_the_apps_clock(#[case] expires_in: Value, #[case] polls: usize) {
    let authority = Authority::start().await;
    let mut body = start_body();
    body["expires_in"] = expires_in.clone();
    gives(&authority, ResponseTemplate::new(200).set_body_json(body)).await;
    authority.answers("device_code", 99, pending()).await;
    let begin = now(&authority);
    let error = sign_in(&authority).await.unwrap_err();
    assert_eq!(error.code(), "code_expired");
    assert_eq!(authority.token_requests().await.len(), polls);
    assert_eq!(seconds(&authority, begin), expires_in.to_string().trim_matches('"').parse::<i64>().unwrap());
}

#[rstest]
#[case::error_with_status_200(
    ResponseTemplate::new(200).set_body_json(json!({"error": "invalid_client", "error_codes": [7_000_218]})),
    "invalid_client"
)]
#[case::refused(oauth_error("unauthorized_client", Some(700016)), "unauthorized_client")]
#[case::outage(ResponseTemplate::new(503), "service_not_available")]
#[case::no_json(ResponseTemplate::new(200).set_body_raw("<h1>", "text/html"), "non_parsable_oauth_error")]
#[case::no_code(
    ResponseTemplate::new(200).set_body_json(json!({"device_code": "SECRET", "verification_uri": "https://x/"})),
    "non_parsable_oauth_error"
)]
#[case::no_web_page(
    ResponseTemplate::new(200).set_body_json(
        json!({"device_code": "SECRET", "user_code": "A", "verification_uri": "javascript:alert(1)"})
    ),
    "non_parsable_oauth_error"
)]
#[tokio::test]
async fn odd_answers_to_the_start(#[case] answer: ResponseTemplate, #[case] code: &str) {
    let authority = Authority::start().await;
    gives(&authority, answer).await;
    let error = sign_in(&authority).await.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(authority.token_requests().await.is_empty());
    assert!(!format!("{error:?}").contains("SECRET"));
}

#[rstest]
#[case::none(json!(null), "offers no sign-in by device code")]
#[case::elsewhere(json!("https://evil.test/devicecode"), "is not its own")]
#[tokio::test]
async fn metadata_must_name_an_endpoint_of_its_own(#[case] endpoint: Value, #[case] why: &str) {
    let authority = Authority::without_metadata().await;
    let base = authority.server.uri();
    authority
        .mount_metadata(json!({
            "issuer": format!("{base}/{TENANT}/v2.0"),
            "authorization_endpoint": format!("{base}/authorize"),
            "token_endpoint": format!("{base}/token"),
            "device_authorization_endpoint": endpoint,
        }))
        .await;
    let error = sign_in(&authority).await.unwrap_err();
    assert_eq!(error.code(), "endpoints_resolution_error");
    assert!(error.to_string().contains(why), "{error}");
}

#[tokio::test]
async fn the_app_calls_it_off() {
    let authority = with_codes().await;
    authority.answers("device_code", 99, pending()).await;
    let cancellation = Cancellation::new();
    let handle = cancellation.clone();
    let request = authority.app().acquire_token_by_device_code([CALENDAR]).with_cancellation(&cancellation);
    let request = request.with_device_code_prompt(move |_: DeviceAuthorization| {
        handle.cancel();
        std::future::pending::<Result<(), DeviceCodePromptError>>()
    });
    assert_eq!(request.await.unwrap_err().code(), "canceled_by_app");
    assert!(authority.token_requests().await.is_empty());
}

#[tokio::test]
async fn a_code_that_nobody_sees_is_no_sign_in() {
    let authority = with_codes().await;
    let app = authority.app();
    let error = app.acquire_token_by_device_code([CALENDAR]).await.unwrap_err();
    assert!(error.to_string().contains("Builder::device_code_prompt"), "{error}");
    assert!(starts(&authority).await.is_empty());
    let broken = |_: DeviceAuthorization| async { Err("no screen".into()) };
    let error = app.acquire_token_by_device_code([CALENDAR]).with_device_code_prompt(broken).await.unwrap_err();
    assert_eq!(error.code(), "device_code_not_shown");
    assert!(error.to_string().contains("no screen") && authority.token_requests().await.is_empty());
}

/// An app on a host without a browser, in which ada has signed in for the calendar by code.
async fn headless(authority: &Authority, shown: &Shown) -> PublicClientApplication {
    let app = authority.builder().user_agent(NoBrowser).device_code_prompt(prompt(shown)).build().unwrap();
    app.token_for([CALENDAR]).await.unwrap();
    app
}

#[tokio::test]
async fn without_a_browser_the_prompt_is_a_code_with_the_claims() {
    let authority = with_codes().await;
    let shown = Shown::default();
    let app = headless(&authority, &shown).await;
    authority.answers("refresh_token", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let result = app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(result.account.username, "ada@contoso.test");
    assert_eq!(shown.lock().unwrap().len(), 2);
    let start = &starts(&authority).await[1];
    assert_eq!(start["scope"], format!("{PAYROLL} openid profile offline_access"));
    assert_eq!(start["claims"], POLICY);
    assert_eq!(authority.token_requests().await.last().unwrap()["claims"], POLICY);
    assert!(authority.pages().is_empty());
}

#[tokio::test]
async fn a_code_counts_as_the_one_prompt() {
    let authority = with_codes().await;
    let shown = Shown::default();
    let app = headless(&authority, &shown).await;
    authority.answers("payroll", 9, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let error = app.token_for([PAYROLL]).await.unwrap_err();
    assert!(error.as_ui_required().unwrap().after_prompt);
    assert_eq!(shown.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn an_apis_challenge_is_settled_by_a_code_too() {
    let authority = with_codes().await;
    let shown = Shown::default();
    let app = headless(&authority, &shown).await;
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    authority.answers("acrs", 1, refusal(50076, Some("basic_action"), None)).await;
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, claims);
    let challenge = format!(r#"Bearer error="insufficient_claims", claims="{encoded}""#);
    let api = |token: &str| Mock::given(path("/api")).and(header("authorization", format!("Bearer {token}")));
    let refused = ResponseTemplate::new(401).insert_header("www-authenticate", challenge.as_str());
    api("at-1").respond_with(refused).mount(&authority.server).await;
    api("at-2").respond_with(ResponseTemplate::new(200)).mount(&authority.server).await;
    let request = app.http_client().get(format!("{}/api", authority.server.uri()));
    let answer = app.call_api(request, [CALENDAR]).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(starts(&authority).await[1]["claims"], claims);
}

#[tokio::test]
async fn what_the_user_declined_by_code_stays_off_until_a_gesture() {
    let authority = with_codes().await;
    let shown = Shown::default();
    let app = headless(&authority, &shown).await;
    authority.answers("grant_type=refresh_token", 3, refusal(65001, Some("consent_required"), None)).await;
    authority.answers("device_code", 1, oauth_error("authorization_declined", Some(65004))).await;
    assert_eq!(app.token_for([PAYROLL]).await.unwrap_err().code(), "authorization_declined");
    let error = app.token_for([PAYROLL]).await.unwrap_err();
    assert_eq!(error.as_ui_required().unwrap().classification, Classification::ConsentRequired);
    assert_eq!(shown.lock().unwrap().len(), 2);
    app.token_for([PAYROLL]).user_gesture(true).await.unwrap();
    assert_eq!(shown.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn callers_with_the_same_need_share_one_code() {
    let authority = with_codes().await;
    let shown = Shown::default();
    let app = authority.builder().user_agent(NoBrowser).device_code_prompt(prompt(&shown)).build().unwrap();
    let callers: Vec<_> = (0..8).map(|_| tokio::spawn(app.token_for([CALENDAR]).send())).collect();
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(shown.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn without_browser_and_prompt_both_ways_out_are_named() {
    let authority = with_codes().await;
    let app = authority.builder().user_agent(NoBrowser).build().unwrap();
    let error = app.token_for([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "browser_not_opened");
    let told = error.to_string();
    assert!(told.contains("BROWSER") && told.contains("Builder::device_code_prompt"), "{told}");
    let error = app.token_for([CALENDAR]).ui_allowed(false).await.unwrap_err();
    assert_eq!(error.code(), "user_null");
    assert!(starts(&authority).await.is_empty());
}
