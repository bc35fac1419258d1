//! Hostile and odd servers: a typed error that says what and why, no hang, nothing leaked.

use std::time::Duration;

use desktop_client::{Error, PublicClientApplication};
use reqwest::Url;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, CLIENT, PAYROLL, TENANT, client_info, jwt, metadata_path};

fn text(status: u16, body: &str, content_type: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body, content_type)
}

fn json_body(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

#[rstest]
#[case::no_json(text(400, "<h1>Bad</h1>", "text/html"), "http_status_not_200", false)]
#[case::proxy_page(text(502, "<h1>Gateway</h1>", "text/html"), "service_not_available", true)]
#[case::throttled(text(429, "", "text/plain"), "request_throttled", true)]
#[case::error_without_error(text(400, "{}", "application/json"), "http_status_not_200", false)]
#[case::array(text(400, "[1]", "application/json"), "http_status_not_200", false)]
#[case::truncated(text(200, r#"{"access_token":"SECRET","#, "application/json"), "non_parsable_oauth_error", false)]
#[case::empty(text(200, "", "application/json"), "non_parsable_oauth_error", false)]
#[case::wrong_content_type(text(200, r#"{"access_token":"SECRET"}"#, "text/html"), "non_parsable_oauth_error", false)]
#[case::token_of_wrong_type(json_body(json!({"access_token": ["SECRET"]})), "non_parsable_oauth_error", false)]
#[case::no_token(json_body(json!({"token_type": "Bearer"})), "non_parsable_oauth_error", false)]
#[case::not_bearer(json_body(json!({"access_token": "SECRET", "token_type": "pop"})), "non_parsable_oauth_error", false)]
#[case::error_with_status_200(json_body(json!({"error": "invalid_grant", "suberror": "basic_action"})), "invalid_grant", false)]
#[case::huge(text(200, &format!(r#"{{"access_token":"{}"}}"#, "x".repeat(1 << 20)), "application/json"), "response_too_large", false)]
#[case::redirect(ResponseTemplate::new(307).insert_header("location", "/elsewhere"), "redirect_refused", false)]
#[case::malformed_id_token(json_body(json!({"access_token": "SECRET", "id_token": "a.b"})), "invalid_id_token", false)]
#[tokio::test]
async fn odd_answers_of_the_token_endpoint(
    #[case] answer: ResponseTemplate,
    #[case] code: &str,
    #[case] retryable: bool,
) {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 2, answer).await;
    let error = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(error.is_retryable(), retryable);
    assert_tells_no_secret(&error, &app);
    assert!(authority.requests_to("/elsewhere").await.is_empty());
}

fn assert_tells_no_secret(error: &Error, app: &PublicClientApplication) {
    let told = format!("{error} {error:?} {app:?} {:?}", app.accounts().unwrap());
    for secret in ["SECRET", "rt-1", "at-1", "the-code"] {
        assert!(!told.contains(secret), "{told}");
    }
}

/// A redirect-following client set by the app is found out by the address of the answer.
#[tokio::test]
async fn a_followed_redirect_is_refused_too() {
    let authority = Authority::start().await;
    let (app, ada) = authority.sign_in_with(authority.builder().http_client(reqwest::Client::new())).await;
    authority.answers("payroll", 1, ResponseTemplate::new(303).insert_header("location", "/elsewhere")).await;
    let error = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), "redirect_refused");
}

#[tokio::test]
async fn a_server_that_never_answers_costs_the_timeout_only() {
    let authority = Authority::start().await;
    let impatient = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
    let (app, ada) = authority.sign_in_with(authority.builder().http_client(impatient)).await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    authority.answers("payroll", 2, late).await;
    let error = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), "request_timeout");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn nobody_at_the_address_is_no_reason_to_prompt() {
    // Bound and never listening: the port is taken as long as this lives, and nobody answers at it.
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = taken.local_addr().unwrap().port();
    let builder = PublicClientApplication::builder(CLIENT).authority(format!("http://127.0.0.1:{port}/t"));
    // A host without a browser of its own would not come so far.
    let builder = builder.unwrap().user_agent(|_: Url| async { Err("nobody is to be prompted".into()) });
    let error = builder.build().unwrap().token_for([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "transport_error");
    assert!(error.is_retryable());
}

#[rstest]
#[case::other_nonce(json!({"nonce": "other"}), "nonce_mismatch")]
#[case::no_nonce(json!({"nonce": null}), "nonce_mismatch")]
#[case::other_audience(json!({"aud": "somebody"}), "invalid_id_token")]
#[case::other_issuer(json!({"iss": "https://evil.test/v2.0"}), "invalid_id_token")]
#[case::expired(json!({"exp": 1_767_225_600 - 300}), "invalid_id_token")]
#[case::without_an_end(json!({"exp": null}), "invalid_id_token")]
#[tokio::test]
async fn an_id_token_meant_for_others_or_another_time_is_thrown_away(#[case] change: Value, #[case] code: &str) {
    let authority = Authority::start().await;
    let mut claims = json!({
        "aud": CLIENT, "iss": format!("{}/{TENANT}/v2.0", authority.server.uri()),
        "tid": TENANT, "oid": "ada", "sub": "s", "nonce": "unknown",
    });
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let answer = json!({
        "access_token": "SECRET", "token_type": "Bearer", "expires_in": 3600,
        "id_token": jwt(&claims), "client_info": client_info("ada"),
    });
    authority.answers("authorization_code", 1, json_body(answer)).await;
    let app = authority.app();
    let error = app.acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(app.accounts().unwrap().is_empty());
    assert_tells_no_secret(&error, &app);
}

#[tokio::test]
async fn no_id_token_means_nobody_signed_in() {
    let authority = Authority::start().await;
    let answer = json!({"access_token": "SECRET", "token_type": "Bearer", "client_info": client_info("ada")});
    authority.answers("authorization_code", 1, json_body(answer)).await;
    let error = authority.app().acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "invalid_id_token");
}

#[rstest]
#[case::foreign_issuer(json!({"issuer": "https://evil.test/t/v2.0"}), "its issuer is https://evil.test/t/v2.0")]
#[case::foreign_token_endpoint(json!({"token_endpoint": "https://evil.test/token"}), "its token_endpoint is https://evil.test/")]
#[case::foreign_authorize_endpoint(json!({"authorization_endpoint": "https://evil.test/a"}), "its authorization_endpoint is")]
#[case::foreign_device_endpoint(json!({"device_authorization_endpoint": "https://evil.test/d"}), "its device_authorization_endpoint is")]
#[case::other_port(json!({"token_endpoint": "http://127.0.0.1:1/token"}), "its token_endpoint is http://127.0.0.1:1/")]
#[case::no_issuer(json!({"issuer": null}), "metadata expected there")]
#[case::no_address(json!({"token_endpoint": "token"}), "metadata expected there")]
#[tokio::test]
async fn metadata_that_points_elsewhere(#[case] change: Value, #[case] why: &str) {
    let authority = Authority::without_metadata().await;
    let base = authority.server.uri();
    let mut metadata = json!({
        "issuer": format!("{base}/{TENANT}/v2.0"),
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
    });
    for (name, value) in change.as_object().unwrap() {
        metadata[name] = value.clone();
    }
    authority.mount_metadata(metadata).await;
    let error = authority.app().acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "endpoints_resolution_error");
    assert!(error.to_string().contains(why), "{error}");
    assert!(authority.pages().is_empty());
}

#[tokio::test]
async fn metadata_of_another_tenant_is_refused() {
    let authority = Authority::without_metadata().await;
    let base = authority.server.uri();
    let metadata = json!({
        "issuer": format!("{base}/22222222-2222-4222-8222-222222222222/v2.0"),
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
    });
    authority.mount_metadata(metadata).await;
    let error = authority.app().acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "endpoints_resolution_error");
    assert!(error.to_string().contains("22222222-2222"), "{error}");
}

#[tokio::test]
async fn metadata_that_never_comes_costs_the_timeout_only() {
    let authority = Authority::without_metadata().await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    Mock::given(path(metadata_path())).respond_with(late).mount(&authority.server).await;
    let impatient = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
    let app = authority.builder().http_client(impatient).build().unwrap();
    let error = app.token_for([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "request_timeout");
    assert!(error.is_retryable() && authority.pages().is_empty());
}

#[rstest]
#[case::not_found(text(404, "nothing", "text/plain"), "http_status_not_200")]
#[case::unknown_tenant(
    ResponseTemplate::new(400).set_body_json(json!({"error": "invalid_tenant", "error_description": "AADSTS90002: x"})),
    "invalid_tenant"
)]
#[case::no_json(text(200, "hello", "text/plain"), "endpoints_resolution_error")]
#[case::redirect(ResponseTemplate::new(302).insert_header("location", "https://evil.test/"), "redirect_refused")]
#[case::to_another_tenant(
    ResponseTemplate::new(307).insert_header("location", "/22222222-2222-4222-8222-222222222222/v2.0/"),
    "redirect_refused"
)]
#[case::huge(text(200, &" ".repeat(2 << 20), "application/json"), "response_too_large")]
#[case::truncated(text(200, r#"{"issuer":"#, "application/json"), "endpoints_resolution_error")]
#[case::array(text(200, "[1]", "application/json"), "endpoints_resolution_error")]
#[tokio::test]
async fn odd_answers_of_discovery(#[case] answer: ResponseTemplate, #[case] code: &str) {
    let authority = Authority::without_metadata().await;
    Mock::given(path(metadata_path())).respond_with(answer).mount(&authority.server).await;
    let error = authority.app().token_for([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), code);
    assert!(authority.pages().is_empty());
}
