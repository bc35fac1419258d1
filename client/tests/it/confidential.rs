//! The app with a credential: its own tokens, and tokens on behalf of its callers (wire reference 3.1, 3.2;
//! escalation reference 4.8).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use desktop_client::{
    Classification, ClientCertificate, ConfidentialBuilder, ConfidentialClientApplication, Error, Randomness,
    TokenSource,
};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{Authority, CLIENT, PAYROLL, POLICY, Parameters, TENANT, refusal, token_path};

const DEFAULT: &str = "api://payroll/.default";
const CERTIFICATE: &str = include_str!("../data/client-certificate.pem");
const KEY: &str = include_str!("../data/client-key.pem");

fn builder(authority: &Authority) -> ConfidentialBuilder {
    ConfidentialClientApplication::builder(CLIENT)
        .authority(format!("{}/{TENANT}", authority.server.uri()))
        .unwrap()
        .clock(authority.clock.clone())
        .randomness(Randomness::seeded(1))
}

fn portal(authority: &Authority) -> ConfidentialClientApplication {
    builder(authority).client_secret("the-secret").build().unwrap()
}

/// As Entra answers an app by itself: nothing but the token.
async fn tokens_for_the_app(authority: &Authority) {
    for number in 1..5 {
        let body = json!({"token_type": "Bearer", "expires_in": 3600, "access_token": format!("app-{number}")});
        authority.answers("client_credentials", 1, ResponseTemplate::new(200).set_body_json(body)).await;
    }
}

async fn requests(authority: &Authority) -> Vec<Parameters> {
    authority.token_requests().await
}

#[tokio::test]
async fn an_app_by_itself_gets_its_token_once() {
    let authority = Authority::start().await;
    tokens_for_the_app(&authority).await;
    let app = portal(&authority);
    let first = app.acquire_token_for_client([DEFAULT]).await.unwrap();
    assert_eq!((first.access_token.secret(), first.source), ("app-1", TokenSource::IdentityProvider));
    assert_eq!(first.scopes, [DEFAULT]);
    let again = app.acquire_token_for_client([DEFAULT]).await.unwrap();
    assert_eq!((again.access_token.secret(), again.source), ("app-1", TokenSource::Cache));
    let form = &requests(&authority).await[0];
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(form["client_id"], CLIENT);
    assert_eq!(form["client_secret"], "the-secret");
    assert_eq!(form["scope"], DEFAULT);
    assert!(!form.contains_key("client_info") && !form.contains_key("claims"));
    let sent = &authority.requests_to(&token_path()).await[0];
    assert!(sent.headers["x-client-current-telemetry"].to_str().unwrap().starts_with("5|1004,2"));
}

#[tokio::test]
async fn expiry_force_and_claims_pass_the_token_over() {
    let authority = Authority::start().await;
    tokens_for_the_app(&authority).await;
    let app = builder(&authority).client_secret("s").client_capabilities(["cp1"]).build().unwrap();
    app.acquire_token_for_client([DEFAULT]).await.unwrap();
    authority.clock.advance(SignedDuration::from_mins(54));
    assert_eq!(app.acquire_token_for_client([DEFAULT]).await.unwrap().source, TokenSource::Cache);
    authority.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(app.acquire_token_for_client([DEFAULT]).await.unwrap().access_token.secret(), "app-2");
    let forced = app.acquire_token_for_client([DEFAULT]).with_force_refresh(true).await.unwrap();
    assert_eq!(forced.access_token.secret(), "app-3");
    let stronger = app.acquire_token_for_client([DEFAULT]).with_claims(POLICY).await.unwrap();
    assert_eq!(stronger.access_token.secret(), "app-4");
    let claims: Value = serde_json::from_str(&requests(&authority).await[3]["claims"]).unwrap();
    assert_eq!(claims["access_token"]["xms_cc"]["values"], json!(["cp1"]));
    assert_eq!(claims["access_token"]["capolids"]["values"], json!(["p1"]));
}

#[rstest]
#[case::scope_by_name(PAYROLL, TENANT, "invalid_request_parameter")]
#[case::no_scope("", TENANT, "invalid_request_parameter")]
#[case::common(DEFAULT, "common", "invalid_authority")]
#[case::organizations(DEFAULT, "organizations", "invalid_authority")]
#[tokio::test]
async fn what_an_app_by_itself_cannot_ask(#[case] scope: &str, #[case] tenant: &str, #[case] code: &str) {
    let authority = Authority::start().await;
    let builder = builder(&authority).client_secret("s").authority(format!("{}/{tenant}", authority.server.uri()));
    let error = builder.unwrap().build().unwrap().acquire_token_for_client([scope]).await.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(authority.server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_secret_is_the_developers_affair() {
    let authority = Authority::start().await;
    let body = json!({"error": "invalid_client", "error_codes": [7_000_215], "error_description": "AADSTS7000215: x"});
    authority.answers("client_credentials", 9, ResponseTemplate::new(401).set_body_json(body)).await;
    let error = portal(&authority).acquire_token_for_client([DEFAULT]).await.unwrap_err();
    assert_eq!(error.code(), "invalid_client");
    assert!(!format!("{error:?}").contains("the-secret"));
}

/// A server that stumbles for one user must not be kept from all: only `Retry-After` is remembered.
#[tokio::test]
async fn an_outage_is_not_remembered_and_retry_after_is() {
    let authority = Authority::start().await;
    authority.answers("client_credentials", 2, ResponseTemplate::new(503)).await;
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "7");
    authority.answers("client_credentials", 1, busy).await;
    tokens_for_the_app(&authority).await;
    let app = portal(&authority);
    let ask = || app.acquire_token_for_client([DEFAULT]).send();
    assert_eq!(ask().await.unwrap_err().code(), "service_not_available");
    assert!(!ask().await.unwrap_err().is_throttled());
    assert!(ask().await.unwrap_err().is_throttled());
    authority.clock.advance(SignedDuration::from_secs(7));
    ask().await.unwrap();
}

#[rstest]
#[case::ps256(false, "PS256", "x5t#S256")]
#[case::rs256(true, "RS256", "x5t")]
#[tokio::test]
async fn a_certificate_signs_a_fresh_assertion(#[case] rs256: bool, #[case] algorithm: &str, #[case] thumbprint: &str) {
    let authority = Authority::start().await;
    tokens_for_the_app(&authority).await;
    let certificate = ClientCertificate::from_pem(CERTIFICATE.as_bytes(), KEY.as_bytes()).unwrap();
    let certificate = if rs256 { certificate.with_rs256() } else { certificate.with_x5c() };
    let app = builder(&authority).client_certificate(certificate).build().unwrap();
    for _ in 0..2 {
        app.acquire_token_for_client([DEFAULT]).with_force_refresh(true).await.unwrap();
    }
    let forms = requests(&authority).await;
    assert!(!forms[0].contains_key("client_secret"));
    assert_eq!(forms[0]["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let part = |form: &Parameters, index: usize| -> Value {
        let part = form["client_assertion"].split('.').nth(index).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    let (header, claims) = (part(&forms[0], 0), part(&forms[0], 1));
    let expected = match thumbprint {
        "x5t" => include_str!("../data/client-certificate.sha1"),
        _ => include_str!("../data/client-certificate.sha256"),
    };
    assert_eq!(header["alg"], algorithm);
    assert_eq!(header[thumbprint], expected.trim());
    assert_eq!(header["x5c"].as_array().map(Vec::len), (!rs256).then_some(1));
    assert_eq!(claims["aud"], format!("{}{}", authority.server.uri(), token_path()));
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!(CLIENT), &json!(CLIENT)));
    let now = desktop_client::Clock::now(&*authority.clock).as_second();
    assert_eq!((&claims["nbf"], &claims["exp"]), (&json!(now), &json!(now + 600)));
    assert_ne!(claims["jti"], part(&forms[1], 1)["jti"]);
    assert!(!format!("{app:?}").contains("PRIVATE"));
}

#[rstest]
#[case::no_certificate("", KEY)]
#[case::broken_certificate("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", KEY)]
#[case::no_key(CERTIFICATE, "")]
#[case::certificate_as_key(CERTIFICATE, CERTIFICATE)]
#[case::cut_off_key(CERTIFICATE, "-----BEGIN PRIVATE KEY-----\nMII")]
#[case::rubbish_key(CERTIFICATE, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
fn a_certificate_that_cannot_be_one(#[case] certificate: &str, #[case] key: &str) {
    let error = ClientCertificate::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err();
    assert_eq!(error.code(), "invalid_request_parameter");
}

#[test]
fn certificate_and_key_may_be_in_one_file() {
    let both = format!("{CERTIFICATE}\n{KEY}");
    ClientCertificate::from_pem(both.as_bytes(), both.as_bytes()).unwrap();
}

#[rstest]
#[case::none(ConfidentialClientApplication::builder(CLIENT))]
#[case::empty(ConfidentialClientApplication::builder(CLIENT).client_secret(""))]
#[case::nobody(ConfidentialClientApplication::builder(" ").client_secret("s"))]
fn settings_that_make_no_sense(#[case] builder: ConfidentialBuilder) {
    assert_eq!(builder.build().unwrap_err().code(), "invalid_request_parameter");
}

#[tokio::test]
async fn on_behalf_of_is_kept_per_assertion() {
    let authority = Authority::start().await;
    let app = portal(&authority);
    let first = app.acquire_token_on_behalf_of([PAYROLL], "ada-at-portal").await.unwrap();
    assert_eq!(first.account.username, "ada@contoso.test");
    let again = app.acquire_token_on_behalf_of([PAYROLL], "ada-at-portal").await.unwrap();
    assert_eq!((again.access_token, again.source), (first.access_token, TokenSource::Cache));
    authority.tokens_are_about("bo");
    let other = app.acquire_token_on_behalf_of([PAYROLL], "bo-at-portal").await.unwrap();
    assert_eq!(other.account.username, "bo@contoso.test");
    let forms = requests(&authority).await;
    assert_eq!(forms.len(), 2);
    assert_eq!(forms[0]["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    assert_eq!(forms[0]["requested_token_use"], "on_behalf_of");
    assert_eq!(forms[0]["assertion"], "ada-at-portal");
    assert_eq!(forms[0]["client_secret"], "the-secret");
    assert_eq!(forms[0]["client_info"], "1");
    assert_eq!(forms[0]["scope"], format!("{PAYROLL} openid profile offline_access"));
    assert_eq!(forms[1]["assertion"], "bo-at-portal");
}

#[tokio::test]
async fn claims_pass_the_kept_token_over_and_an_ended_one_is_renewed() {
    let authority = Authority::start().await;
    let app = portal(&authority);
    let ask = || app.acquire_token_on_behalf_of([PAYROLL], "assertion");
    ask().await.unwrap();
    ask().with_claims(POLICY).await.unwrap();
    assert_eq!(requests(&authority).await[1]["claims"], POLICY);
    assert_eq!(ask().await.unwrap().access_token.secret(), "at-2");
    authority.clock.advance(SignedDuration::from_mins(56));
    assert_eq!(ask().await.unwrap().access_token.secret(), "at-3");
}

#[tokio::test]
async fn what_needs_the_user_becomes_a_challenge_for_the_caller() {
    let authority = Authority::start().await;
    authority.answers("jwt-bearer", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let app = portal(&authority);
    let error = app.acquire_token_on_behalf_of([PAYROLL], "the-assertion").await.unwrap_err();
    assert!(error.to_string().contains("ConfidentialClientApplication::challenge"), "{error}");
    assert!(!format!("{error:?}").contains("the-assertion"));
    let Error::UiRequired(needed) = error else { panic!("a person is needed") };
    assert_eq!(needed.classification, Classification::BasicAction);
    assert_eq!(needed.claims.as_deref(), Some(POLICY));
    let header = app.challenge(&needed);
    assert!(header.contains(&format!("claims=\"{}\"", STANDARD.encode(POLICY))), "{header}");

    // The next caller comes with a stronger assertion: nothing of the failure stands in the way.
    app.acquire_token_on_behalf_of([PAYROLL], "the-assertion").await.unwrap();
}

#[rstest]
#[case::no_assertion(PAYROLL, " ")]
#[case::no_scope("openid", "assertion")]
#[tokio::test]
async fn on_behalf_of_nobody_or_for_nothing(#[case] scope: &str, #[case] assertion: &str) {
    let authority = Authority::start().await;
    let error = portal(&authority).acquire_token_on_behalf_of([scope], assertion).await.unwrap_err();
    assert_eq!(error.code(), "invalid_request_parameter");
}
