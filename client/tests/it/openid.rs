//! OpenID providers that are not Entra, and hostile ones among them.

use std::sync::Arc;

use desktop_client::storage::MemoryStorage;
use desktop_client::{Builder, Classification, PublicClientApplication, TokenSource};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CLIENT, User, form, jwt};

const TOKEN: &str = "/realms/a/token";

fn issuer(authority: &Authority) -> String {
    format!("{}/realms/a", authority.server.uri())
}

fn builder(authority: &Authority) -> Builder {
    authority.builder().oidc_authority(issuer(authority)).unwrap()
}

fn app(authority: &Authority) -> PublicClientApplication {
    builder(authority).build().unwrap()
}

/// A provider with these changes to its metadata, whose tokens are about `subject`.
async fn provider(changes: Value, subject: &'static str) -> Authority {
    let authority = Authority::without_metadata().await;
    let issuer = issuer(&authority);
    let mut metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
    });
    for (name, value) in changes.as_object().unwrap() {
        metadata[name] = value.clone();
    }
    Mock::given(path("/realms/a/.well-known/openid-configuration"))
        .respond_with(ResponseTemplate::new(200).set_body_json(metadata))
        .mount(&authority.server)
        .await;
    let pages = authority.pages_seen();
    let respond = move |request: &wiremock::Request| {
        let form = form(&request.body);
        let nonce = pages().last().map(|page| page["nonce"].clone());
        let claims =
            json!({"aud": [CLIENT], "iss": issuer, "sub": subject, "email": "ada@example.test", "nonce": nonce});
        ResponseTemplate::new(200).set_body_json(json!({
            "token_type": "bearer", "expires_in": 3600, "access_token": format!("at {}", form["grant_type"]),
            "refresh_token": "rt", "id_token": jwt(&claims),
        }))
    };
    Mock::given(method("POST")).and(path(TOKEN)).respond_with(respond).with_priority(9).mount(&authority.server).await;
    authority
}

async fn token_endpoint_answers(authority: &Authority, answer: ResponseTemplate) {
    Mock::given(method("POST")).and(path(TOKEN)).respond_with(answer).with_priority(1).mount(&authority.server).await;
}

#[tokio::test]
async fn openid_scopes_alone_make_a_request_and_nothing_of_entras_is_sent() {
    let authority = provider(json!({}), "john.doe").await;
    let app = app(&authority);
    let first = app.acquire_token_interactive(["openid"]).await.unwrap();
    assert_eq!(first.account.home_account_id, "john.doe");
    assert_eq!(first.account.username, "ada@example.test");
    assert_eq!(first.account.tenant_id, "");
    assert_eq!(first.account.environment, issuer(&authority).replace("http://", ""));
    let page = authority.pages().remove(0);
    assert_eq!(page["scope"], "openid profile offline_access");
    assert_eq!(page["prompt"], "consent");
    let entras = ["response_mode", "haschrome", "x-client-sku", "client-request-id", "login_req", "X-AnchorMailbox"];
    for name in entras {
        assert!(!page.contains_key(name), "{name}");
    }
    let silent = app.acquire_token_silent(["openid"]).with_account(&first.account);
    assert_eq!(silent.clone().await.unwrap().source, TokenSource::Cache);
    let refreshed = silent.with_force_refresh(true).await.unwrap();
    assert_eq!(refreshed.access_token.secret(), "at refresh_token");
    let requests = authority.requests_to(TOKEN).await;
    assert!(!requests[1].headers.contains_key("x-anchormailbox"));
    assert!(authority.requests_to("/common/discovery/instance").await.is_empty());

    app.acquire_token_interactive(["openid"]).with_account(&first.account).await.unwrap();
    let page = authority.pages().remove(1);
    assert_eq!(page["login_hint"], "ada@example.test");
    assert!(!page.contains_key("login_req") && !page.contains_key("domain_req"));
}

#[tokio::test]
async fn the_form_post_is_asked_for_where_it_is_on_offer() {
    let modes = json!({"response_modes_supported": ["query", "form_post"], "scopes_supported": ["openid"]});
    let authority = provider(modes, "ada").await;
    let strict = builder(&authority).accept_query_response(false).build().unwrap();
    strict.acquire_token_interactive(["openid"]).await.unwrap();
    let page = authority.pages().remove(0);
    assert_eq!((page["response_mode"].as_str(), page["scope"].as_str()), ("form_post", "openid"));
    assert!(!page.contains_key("prompt"));
    authority.user(User::SignsInByQuery);
    let error = strict.acquire_token_interactive(["openid"]).await.unwrap_err();
    assert_eq!(error.code(), "authentication_failed");
}

#[tokio::test]
async fn the_query_is_taken_where_there_is_no_form_post() {
    let authority = provider(json!({"response_modes_supported": ["query"]}), "ada").await;
    authority.user(User::SignsInByQuery);
    let strict = builder(&authority).accept_query_response(false).build().unwrap();
    strict.acquire_token_interactive(["openid"]).await.unwrap();
}

#[rstest]
#[case::foreign(json!("https://evil.example"))]
#[case::of_the_host_alone(json!("http://127.0.0.1"))]
#[case::empty(json!(""))]
#[case::none(json!(null))]
#[tokio::test]
async fn the_issuer_must_be_the_address_that_was_asked(#[case] named: Value) {
    let authority = provider(json!({"issuer": named}), "ada").await;
    let error = app(&authority).acquire_token_interactive(["openid"]).await.unwrap_err();
    assert_eq!(error.code(), "endpoints_resolution_error");
    assert!(authority.pages().is_empty());
}

#[rstest]
#[case::token("token_endpoint", "http://elsewhere.example/token")]
#[case::authorize("authorization_endpoint", "http://elsewhere.example/authorize")]
#[case::device("device_authorization_endpoint", "http://elsewhere.example/device")]
#[case::no_http("authorization_endpoint", "file:///etc/passwd")]
#[tokio::test]
async fn endpoints_without_tls_are_refused(#[case] name: &str, #[case] address: &str) {
    let authority = provider(json!({name: address}), "ada").await;
    let error = app(&authority).acquire_token_interactive(["openid"]).await.unwrap_err();
    assert_eq!(error.code(), "endpoints_resolution_error");
    assert!(error.to_string().contains(name) && error.to_string().contains("not https"), "{error}");
}

/// Mix-up: the answer comes from another server than the one that was asked (RFC 9207).
#[rstest]
#[case::missing(None)]
#[case::foreign(Some("https://evil.example"))]
#[tokio::test]
async fn a_promised_issuer_is_insisted_on(#[case] iss: Option<&'static str>) {
    let authority = provider(json!({"authorization_response_iss_parameter_supported": true}), "ada").await;
    let mut answer = vec![("code", "the-code")];
    answer.extend(iss.map(|iss| ("iss", iss)));
    authority.user(User::ComesBackWith(answer));
    let error = app(&authority).acquire_token_interactive(["openid"]).await.unwrap_err();
    assert_eq!(error.code(), "issuer_mismatch");
    assert!(authority.requests_to(TOKEN).await.is_empty(), "the code must not be sent");
}

#[rstest]
#[case::denied(&[("error", "access_denied")], "authentication_canceled")]
#[case::refused(&[("error", "invalid_scope"), ("error_description", "no such scope")], "invalid_scope")]
#[case::later(&[("error", "temporarily_unavailable")], "temporarily_unavailable")]
#[tokio::test]
async fn answers_that_bring_no_code(#[case] answer: &[(&'static str, &'static str)], #[case] code: &str) {
    let authority = provider(json!({}), "ada").await;
    authority.user(User::ComesBackWith(answer.to_vec()));
    let error = app(&authority).acquire_token_interactive(["openid"]).await.unwrap_err();
    assert_eq!(error.code(), code);
}

#[tokio::test]
async fn more_than_was_granted_needs_the_user() {
    let authority = provider(json!({}), "ada").await;
    let app = app(&authority);
    app.acquire_token_interactive(["openid"]).await.unwrap();
    let refusal = json!({"error": "invalid_scope", "error_description": "not granted", "correlation_id": "c"});
    Mock::given(method("POST"))
        .and(path(TOKEN))
        .and(wiremock::matchers::body_string_contains("refresh_token"))
        .respond_with(ResponseTemplate::new(400).set_body_json(refusal))
        .with_priority(1)
        .mount(&authority.server)
        .await;
    let error = app.token_for(["reports.read"]).ui_allowed(false).await.unwrap_err();
    let needed = error.as_ui_required().unwrap();
    assert_eq!(needed.classification, Classification::ConsentRequired);
    assert_eq!((needed.error.as_str(), needed.error_description.as_str()), ("invalid_scope", "not granted"));
    assert_eq!((needed.status, needed.correlation_id.as_deref()), (Some(400), Some("c")));
    let result = app.token_for(["reports.read"]).await.unwrap();
    assert_eq!(result.source, TokenSource::IdentityProvider);
    assert_eq!(authority.pages().len(), 2);
    // Two tokens now, and each request gets its own.
    let own = app.acquire_token_silent(["openid"]).with_account(&result.account).await.unwrap();
    assert_eq!(own.source, TokenSource::Cache);
}

/// It names no tenant by a domain, so there is nothing to look up.
#[tokio::test]
async fn a_cached_token_serves_without_the_providers_metadata() {
    let authority = provider(json!({}), "ada").await;
    let cache = Arc::new(MemoryStorage::new());
    let start = || builder(&authority).token_cache(Arc::clone(&cache)).build().unwrap();
    let ada = start().acquire_token_interactive(["openid"]).await.unwrap().account;
    let silent = start().acquire_token_silent(["openid"]).with_account(&ada).await.unwrap();
    assert_eq!(silent.source, TokenSource::Cache);
    assert_eq!(authority.requests_to("/realms/a/.well-known/openid-configuration").await.len(), 1);
}

#[tokio::test]
async fn a_refresh_that_answers_about_somebody_else_is_thrown_away() {
    let authority = provider(json!({}), "ada").await;
    let app = app(&authority);
    let first = app.acquire_token_interactive(["openid"]).await.unwrap();
    let claims = json!({"aud": CLIENT, "iss": issuer(&authority), "sub": "eve"});
    let answer = json!({"token_type": "Bearer", "access_token": "SECRET", "id_token": jwt(&claims)});
    token_endpoint_answers(&authority, ResponseTemplate::new(200).set_body_json(answer)).await;
    let silent = app.acquire_token_silent(["openid"]).with_account(&first.account).with_force_refresh(true);
    let error = silent.await.unwrap_err();
    assert_eq!(error.code(), "user_mismatch");
    assert!(!format!("{error} {error:?}").contains("SECRET"));
}

/// Two issuers on one host have their own users, even with the same names.
#[tokio::test]
async fn issuers_that_share_a_host_share_no_tokens() {
    let authority = provider(json!({}), "ada").await;
    let first = app(&authority).acquire_token_interactive(["openid"]).await.unwrap();
    let other = format!("{}/realms/b", authority.server.uri());
    let other = authority.builder().oidc_authority(other).unwrap().build().unwrap();
    let error = other.acquire_token_silent(["openid"]).with_account(&first.account).await.unwrap_err();
    assert_eq!(error.code(), "no_tokens_found");
    assert!(error.to_string().contains("another authority"), "{error}");
}
