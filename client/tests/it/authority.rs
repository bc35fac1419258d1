//! Instance discovery, aliases and personal accounts: where tokens are asked for and under which
//! name they are kept.

use std::time::Duration;

use desktop_client::{Account, Cloud, PublicClientApplication, TokenSource};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, CLIENT, PAYROLL, TENANT, User, client_info_of, jwt};

const DISCOVERY: &str = "/common/discovery/instance";
const MSA: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

async fn discovery_answers(authority: &Authority, answer: ResponseTemplate) {
    Mock::given(path(DISCOVERY)).respond_with(answer).mount(&authority.server).await;
}

fn document(network: &str, cache: &str, aliases: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({
        "tenant_discovery_endpoint": "https://ignored.example/",
        "api-version": "1.1",
        "metadata": [{"preferred_network": network, "preferred_cache": cache, "aliases": aliases}],
    }))
}

async fn sign_in(authority: &Authority) -> Result<Account, desktop_client::Error> {
    authority.app().acquire_token_interactive([CALENDAR]).await.map(|result| result.account)
}

#[tokio::test]
async fn the_host_is_asked_once_and_its_name_for_the_cache_is_used() {
    let authority = Authority::start().await;
    let host = authority.server.address().to_string();
    discovery_answers(&authority, document(&host, "127.0.0.1", &json!([host, "127.0.0.1"]))).await;
    let (app, ada) = authority.signed_in().await;
    assert_eq!(ada.environment, "127.0.0.1");
    assert_eq!(app.accounts().unwrap().len(), 1);
    let cached = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(cached.source, TokenSource::Cache);
    let refreshed = app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(refreshed.account, ada);
    let asked = authority.requests_to(DISCOVERY).await;
    assert_eq!(asked.len(), 1);
    let query: std::collections::BTreeMap<_, _> = asked[0].url.query_pairs().collect();
    assert_eq!(query["api-version"], "1.1");
    assert_eq!(query["authorization_endpoint"], format!("http://{host}/{TENANT}/oauth2/v2.0/authorize"));
}

#[tokio::test]
async fn switched_off_nobody_is_asked() {
    let authority = Authority::start().await;
    let host = authority.server.address().ip().to_string();
    let (_, ada) = authority.sign_in_with(authority.builder().instance_discovery(false)).await;
    assert_eq!(ada.environment, host);
    assert!(authority.requests_to(DISCOVERY).await.is_empty());
}

#[rstest]
#[case::not_there(ResponseTemplate::new(404))]
#[case::outage(ResponseTemplate::new(503))]
#[case::no_json(ResponseTemplate::new(200).set_body_string("hello"))]
#[case::other_json(ResponseTemplate::new(200).set_body_json(json!({"metadata": "none"})))]
#[case::huge(ResponseTemplate::new(200).set_body_string("x".repeat(2 << 20)))]
#[case::redirect(ResponseTemplate::new(302).insert_header("location", "https://evil.example/"))]
#[case::unlisted(ResponseTemplate::new(200).set_body_json(json!({"metadata": []})))]
#[case::other_error(ResponseTemplate::new(400).set_body_json(json!({"error": "invalid_request"})))]
#[tokio::test]
async fn without_an_answer_the_host_stands_for_itself(#[case] answer: ResponseTemplate) {
    let authority = Authority::start().await;
    discovery_answers(&authority, answer).await;
    let ada = sign_in(&authority).await.unwrap();
    assert_eq!(ada.environment, authority.server.address().ip().to_string());
    assert!(authority.requests_to("/evil").await.is_empty());
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for_long() {
    let authority = Authority::start().await;
    let impatient = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
    discovery_answers(&authority, ResponseTemplate::new(200).set_delay(Duration::from_secs(60))).await;
    let app = authority.builder().http_client(impatient).build().unwrap();
    app.acquire_token_interactive([CALENDAR]).await.unwrap();
}

#[tokio::test]
async fn a_host_nobody_vouches_for_is_refused_before_anything_is_shown() {
    let authority = Authority::start().await;
    let refusal = json!({"error": "invalid_instance", "error_codes": [50049],
        "error_description": "AADSTS50049: Unknown or invalid instance. Trace ID: t"});
    discovery_answers(&authority, ResponseTemplate::new(400).set_body_json(refusal)).await;
    let error = sign_in(&authority).await.unwrap_err();
    assert_eq!(error.code(), "invalid_instance");
    let told = error.to_string();
    assert!(told.contains("AADSTS50049") && told.contains("switch instance discovery off"), "{told}");
    assert!(!told.contains("Trace ID"), "{told}");
    assert!(authority.pages().is_empty());
}

/// A host that calls itself the public cloud would be handed the public cloud's refresh tokens.
#[rstest]
#[case::network("evil.example", "127.0.0.1", json!(["127.0.0.1"]), "evil.example")]
#[case::cache("127.0.0.1", "login.windows.net", json!(["127.0.0.1"]), "login.windows.net")]
#[case::alias("127.0.0.1", "127.0.0.1", json!(["127.0.0.1", "login.microsoftonline.com"]), "login.microsoftonline.com")]
#[tokio::test]
async fn a_host_that_claims_other_names_is_refused(
    #[case] network: &str,
    #[case] cache: &str,
    #[case] aliases: Value,
    #[case] named: &str,
) {
    let authority = Authority::start().await;
    discovery_answers(&authority, document(network, cache, &aliases)).await;
    let error = sign_in(&authority).await.unwrap_err();
    assert_eq!(error.code(), "endpoints_resolution_error");
    assert!(error.to_string().contains(named), "{error}");
    assert!(authority.pages().is_empty());
}

/// The refresh token of one cloud never reaches another.
#[tokio::test]
async fn an_account_of_another_authority_is_not_asked_about() {
    let here = Authority::start().await;
    let (app, mut theirs) = here.signed_in().await;
    theirs.environment = "login.windows.net".to_owned();
    let error = app.acquire_token_silent([PAYROLL]).with_account(&theirs).await.unwrap_err();
    assert_eq!(error.code(), "no_tokens_found");
    assert!(error.to_string().contains("another authority"), "{error}");
    assert!(here.token_requests().await.is_empty());
}

#[test]
fn a_cloud_by_name_is_all_it_takes() {
    for name in Cloud::NAMES {
        let cloud = Cloud::named(name).unwrap();
        let app = PublicClientApplication::builder(CLIENT).cloud(&cloud, "organizations").unwrap().build().unwrap();
        assert!(format!("{app:?}").contains(&cloud.authority("organizations")), "{app:?}");
    }
    let cloud = Cloud::named("public").unwrap();
    let error = PublicClientApplication::builder(CLIENT).cloud(&cloud, "a tenant/that is none?").err().unwrap();
    assert_eq!(error.code(), "invalid_authority");
}

/// Answers like those of personal accounts: their tenant, an opaque access token.
async fn personal(audience: &'static str, issuer: &str) -> Authority {
    let authority = Authority::without_metadata().await;
    let base = authority.server.uri();
    let metadata = json!({
        "issuer": format!("{base}/{issuer}/v2.0"),
        "authorization_endpoint": format!("{base}/{audience}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/{audience}/oauth2/v2.0/token"),
    });
    for tenant in [audience, MSA] {
        Mock::given(path(format!("/{tenant}/v2.0/.well-known/openid-configuration")))
            .respond_with(ResponseTemplate::new(200).set_body_json(&metadata))
            .mount(&authority.server)
            .await;
    }
    let pages = authority.pages_seen();
    let respond = move |_: &wiremock::Request| {
        let nonce = pages().last().map(|page| page["nonce"].clone());
        let claims = json!({"aud": CLIENT, "iss": format!("{base}/{MSA}/v2.0"), "tid": MSA, "nonce": nonce,
            "oid": "00000000-0000-0000-0000-0000000000aa", "sub": "s", "preferred_username": "ada@outlook.test"});
        ResponseTemplate::new(200).set_body_json(json!({
            "token_type": "Bearer", "expires_in": 3600, "scope": CALENDAR,
            "access_token": "EwBwA8l6BAAU-opaque!", "refresh_token": "M.C5_BAY.0.U.-x",
            "id_token": jwt(&claims), "client_info": client_info_of("00000000-0000-0000-0000-0000000000aa", MSA),
        }))
    };
    Mock::given(method("POST")).respond_with(respond).mount(&authority.server).await;
    authority
}

#[rstest]
#[case::consumers("consumers", MSA, "consumers")]
#[case::by_id(MSA, MSA, MSA)]
#[case::common("common", "{tenantid}", "common")]
#[tokio::test]
async fn personal_accounts(#[case] audience: &'static str, #[case] issuer: &str, #[case] refreshed_at: &str) {
    let authority = personal(audience, issuer).await;
    let address = format!("{}/{audience}", authority.server.uri());
    let app = authority.builder().authority(address).unwrap().build().unwrap();
    let first = app.acquire_token_interactive([CALENDAR]).await.unwrap();
    assert_eq!(first.access_token.secret(), "EwBwA8l6BAAU-opaque!");
    assert_eq!(first.tenant_id, MSA);
    assert_eq!(first.account.home_account_id, format!("00000000-0000-0000-0000-0000000000aa.{MSA}"));
    let silent = app.acquire_token_silent([CALENDAR]).with_account(&first.account);
    assert_eq!(silent.clone().await.unwrap().source, TokenSource::Cache);
    silent.with_force_refresh(true).await.unwrap();
    // `consumers` is a tenant and stays; `common` becomes the account's home (its metadata here
    // names the same endpoint).
    let token = format!("/{refreshed_at}/oauth2/v2.0/token");
    assert_eq!(authority.requests_to(&token).await.len(), 2);
    let home = format!("/{MSA}/v2.0/.well-known/openid-configuration");
    assert_eq!(authority.requests_to(&home).await.len(), usize::from(audience != "consumers"));
}

#[tokio::test]
async fn an_id_token_of_a_work_tenant_is_refused_at_consumers() {
    let authority = personal("consumers", TENANT).await;
    let address = format!("{}/consumers", authority.server.uri());
    let app = authority.builder().authority(address).unwrap().build().unwrap();
    let error = app.acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "endpoints_resolution_error", "{error}");
}

#[rstest]
#[case::right(true, 1)]
#[case::foreign(false, 0)]
#[tokio::test]
async fn the_issuer_of_the_answer_is_checked_where_it_is_given(#[case] right: bool, #[case] tokens: usize) {
    let authority = Authority::start().await;
    let own: &'static str = Box::leak(format!("{}/{TENANT}/v2.0", authority.server.uri()).into_boxed_str());
    let iss = if right { own } else { "https://evil.example/" };
    authority.user(User::ComesBackWith(vec![("code", "the-code"), ("iss", iss)]));
    let outcome = authority.app().acquire_token_interactive([CALENDAR]).await;
    assert_eq!(outcome.as_ref().err().map(desktop_client::Error::code), (!right).then_some("issuer_mismatch"));
    assert_eq!(authority.token_requests().await.len(), tokens);
}
