//! Failures answered from memory, and the one more try (escalation reference 5.5).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use desktop_client::{Classification, Error, Throttling, TokenSource};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, PAYROLL, POLICY, User, refusal, token_path};

const ACRS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

fn busy(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

fn advance(authority: &Authority, seconds: i64) {
    authority.clock.advance(SignedDuration::from_secs(seconds));
}

async fn sent(authority: &Authority) -> usize {
    authority.token_requests().await.len()
}

/// An API at `/api/{name}` that demands these claims every time, or nothing.
async fn api(authority: &Authority, name: &str, demands: Option<&str>) {
    let answer = demands.map_or_else(
        || ResponseTemplate::new(200),
        |claims| {
            let value = format!(r#"Bearer error="insufficient_claims", claims="{}""#, STANDARD.encode(claims));
            ResponseTemplate::new(401).insert_header("www-authenticate", value)
        },
    );
    Mock::given(path(format!("/api/{name}"))).respond_with(answer).mount(&authority.server).await;
}

/// MAIN-08: consent given meanwhile is noticed after two minutes, not before.
#[tokio::test]
async fn step_10_main_08_a_need_for_the_user_is_not_asked_about_again_within_two_minutes() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(65001, Some("consent_required"), None)).await;
    let silent = app.acquire_token_silent([PAYROLL]).with_account(&ada);
    let first = silent.clone().await.unwrap_err();
    assert!(!first.is_throttled());
    advance(&authority, 119);
    for request in [silent.clone(), silent.clone().with_claims(POLICY), silent.clone().with_force_refresh(true)] {
        let again = request.await.unwrap_err();
        assert!(again.is_throttled(), "{again}");
        let needed = again.as_ui_required().unwrap();
        assert_eq!(needed.classification, Classification::ConsentRequired);
        assert_eq!(needed.error_codes, [65001]);
        assert_eq!(needed.trace_id.as_deref(), Some("trace-1"));
    }
    assert_eq!(sent(&authority).await, 1);
    app.acquire_token_silent(["api://mail/Mail.Read"]).with_account(&ada).await.unwrap();
    assert_eq!(sent(&authority).await, 2);
}

#[tokio::test]
async fn step_10_main_08_after_two_minutes_the_server_is_asked_again() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(65001, Some("consent_required"), None)).await;
    let silent = app.acquire_token_silent([PAYROLL]).with_account(&ada);
    silent.clone().await.unwrap_err();
    advance(&authority, 121);
    assert_eq!(silent.await.unwrap().source, TokenSource::IdentityProvider);
    assert_eq!(sent(&authority).await, 2);
}

#[tokio::test]
async fn switched_off_every_call_asks() {
    let authority = Authority::start().await;
    let (app, ada) = authority.sign_in_with(authority.builder().throttling(Throttling::Off)).await;
    authority.answers("payroll", 2, refusal(65001, Some("consent_required"), None)).await;
    let silent = app.acquire_token_silent([PAYROLL]).with_account(&ada);
    for _ in 0..2 {
        assert!(!silent.clone().await.unwrap_err().is_throttled());
    }
    silent.await.unwrap();
}

#[tokio::test]
async fn a_sign_in_ends_it() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("grant_type=refresh_token", 1, refusal(65001, Some("consent_required"), None)).await;
    let silent = app.acquire_token_silent([PAYROLL]).with_account(&ada);
    silent.clone().await.unwrap_err();
    assert!(silent.clone().await.unwrap_err().is_throttled());
    app.acquire_token_interactive([CALENDAR]).with_extra_scopes_to_consent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(silent.await.unwrap().source, TokenSource::IdentityProvider);
}

#[tokio::test]
async fn a_replayed_need_for_the_user_still_brings_the_prompt() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let error = app.token_for([PAYROLL]).ui_allowed(false).await.unwrap_err();
    assert!(!error.is_throttled());
    app.token_for([PAYROLL]).await.unwrap();
    let pages = authority.pages();
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0]["claims"], POLICY);
    assert_eq!(sent(&authority).await, 2, "one silent, one redemption");
    let cached = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(cached.source, TokenSource::Cache);
}

#[tokio::test]
async fn a_challenge_after_a_remembered_failure_brings_both_claims_to_the_page() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    api(&authority, "vault", Some(ACRS)).await;
    authority.answers("refresh_token", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let forced = app.acquire_token_silent([CALENDAR]).with_account(&ada).with_force_refresh(true);
    forced.await.unwrap_err();
    let request = app.http_client().get(format!("{}/api/vault", authority.server.uri()));
    // The API of this test is never content; what matters is how it was asked for.
    let error = app.call_api(request, [CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "claims_challenge_repeated");
    let pages = authority.pages();
    assert_eq!(pages.len(), 1);
    assert!(pages[0]["claims"].contains("acrs") && pages[0]["claims"].contains("capolids"), "{}", pages[0]["claims"]);
}

#[tokio::test]
async fn duty_1_a_token_that_is_only_too_weak_stays_for_the_calls_that_it_satisfies() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api(&authority, "secrets", Some(ACRS)).await;
    api(&authority, "names", None).await;
    authority.answers("refresh_token", 1, refusal(50076, Some("basic_action"), Some(ACRS))).await;
    authority.user(User::Cancels);
    let get = |name: &str| app.http_client().get(format!("{}/api/{name}", authority.server.uri()));
    let error = app.call_api(get("secrets"), [CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "authentication_canceled");
    assert_eq!(app.call_api(get("names"), [CALENDAR]).await.unwrap().status(), 200);
    assert_eq!(authority.pages().len(), 1);
    assert_eq!(sent(&authority).await, 1);
}

#[tokio::test]
async fn too_many_requests_means_silence_for_as_long_as_the_server_says() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, busy(429).insert_header("retry-after", "5")).await;
    let silent = app.acquire_token_silent([PAYROLL]).with_account(&ada);
    let first = silent.clone().await.unwrap_err();
    assert!(matches!(&first, Error::Service(error) if error.retry_after == Some(Duration::from_secs(5))));
    advance(&authority, 4);
    assert!(silent.clone().await.unwrap_err().is_throttled());
    let error = app.token_for([PAYROLL]).user_gesture(true).await.unwrap_err();
    assert!(error.is_throttled() && error.is_retryable(), "{error}");
    let error = app.acquire_token_interactive([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert!(error.is_throttled(), "{error}");
    assert!(authority.pages().is_empty());
    assert_eq!(sent(&authority).await, 1);
    advance(&authority, 1);
    silent.await.unwrap();
}

/// Silent requests go to the account's home tenant, the browser to `common`: one authority all the same.
#[tokio::test]
async fn the_wait_the_server_asked_for_holds_back_the_browser_at_common() {
    let authority = Authority::start().await;
    let base = authority.server.uri();
    let common = json!({
        "issuer": format!("{base}/{{tenantid}}/v2.0"),
        "authorization_endpoint": format!("{base}/common/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}{}", token_path()),
    });
    Mock::given(path("/common/v2.0/.well-known/openid-configuration"))
        .respond_with(ResponseTemplate::new(200).set_body_json(common))
        .mount(&authority.server)
        .await;
    let builder = authority.builder().authority(format!("{base}/common")).unwrap();
    let (app, ada) = authority.sign_in_with(builder).await;
    authority.answers("payroll", 1, busy(429).insert_header("retry-after", "600")).await;
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap_err();
    let error = app.acquire_token_interactive([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert!(error.is_throttled(), "{error}");
    assert!(authority.pages().is_empty());
    advance(&authority, 600);
    authority.answers("payroll", 1, busy(429).insert_header("retry-after", "600")).await;
    app.acquire_token_interactive([PAYROLL]).with_account(&ada).await.unwrap_err();
    let error = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert!(error.is_throttled(), "the other way round: {error}");
}

#[tokio::test]
async fn an_outage_is_tried_once_more_and_then_left_alone_for_a_minute() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 2, busy(503)).await;
    let before = authority.server.received_requests().await.unwrap().len();
    let silent = app.acquire_token_silent([PAYROLL]).with_account(&ada);
    silent.clone().await.unwrap_err();
    advance(&authority, 59);
    assert!(silent.clone().await.unwrap_err().is_throttled());
    assert_eq!(authority.server.received_requests().await.unwrap().len(), before + 2);
    advance(&authority, 1);
    silent.await.unwrap();
}

#[rstest]
#[case::bad_gateway(busy(502), true)]
#[case::with_a_wish_to_wait(busy(503).insert_header("retry-after", "5"), false)]
#[case::with_a_date_to_wait_for(busy(503).insert_header("retry-after", "Thu, 01 Jan 2026 00:00:30 GMT"), false)]
#[case::too_many(busy(429), false)]
#[case::refused(busy(400), false)]
#[tokio::test]
async fn the_one_more_try(#[case] answer: ResponseTemplate, #[case] expected: bool) {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, answer).await;
    let outcome = app.acquire_token_silent([PAYROLL]).with_account(&ada).await;
    assert_eq!(outcome.is_ok(), expected);
    assert_eq!(sent(&authority).await, if expected { 2 } else { 1 });
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_waited_for_once_more() {
    let authority = Authority::start().await;
    let impatient = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
    let (app, ada) = authority.sign_in_with(authority.builder().http_client(impatient)).await;
    authority.answers("payroll", 1, busy(200).set_delay(Duration::from_secs(60))).await;
    app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(sent(&authority).await, 2);
}

#[tokio::test]
async fn a_loop_detected_by_the_server_is_given_again_and_never_a_prompt() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(50196, None, None)).await;
    for throttled in [false, true] {
        let error = app.token_for([PAYROLL]).user_gesture(true).await.unwrap_err();
        assert!(matches!(&error, Error::Service(_)), "{error}");
        assert_eq!(error.is_throttled(), throttled);
        assert!(error.to_string().contains("do not prompt"), "{error}");
    }
    assert!(authority.pages().is_empty());
    assert_eq!(sent(&authority).await, 1);
}

#[tokio::test]
async fn callers_with_the_same_need_share_one_failure() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(65001, Some("consent_required"), None)).await;
    let callers: Vec<_> =
        (0..16).map(|_| tokio::spawn(app.acquire_token_silent([PAYROLL]).with_account(&ada).send())).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap_err().code(), "invalid_grant");
    }
    assert_eq!(sent(&authority).await, 1);
}
