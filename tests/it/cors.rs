//! Which answers a page of another origin may read. What browsers do with the headers is proven by the suite `msal-browser`.

use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::{Method, header::HeaderMap};
use rstest::rstest;
use serde_json::json;
use tests::{Answer, CALENDAR, RawClient};

const TENANT: &str = "/11111111-1111-4111-8111-111111111111";
const SPA: &str = "d0000000-0000-4000-8000-000000000002";
const PAGE: &str = "http://localhost:3000";
/// What MSAL puts in headers where it does not put it in the query.
const MSAL_HEADERS: &str = "client-request-id,x-anchormailbox,x-client-current-telemetry,x-client-last-telemetry,x-client-os,x-client-sku,x-client-ver,x-ms-lib-capability";

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

fn allowed(answer: &Answer) -> Option<&str> {
    header(&answer.headers, "access-control-allow-origin")
}

fn exposes(answer: &Answer, name: &str) -> bool {
    header(&answer.headers, "access-control-expose-headers")
        .is_some_and(|names| names.split(", ").any(|one| one == name))
}

async fn from(client: &RawClient, origin: &str, method: Method, path: &str) -> Answer {
    client.send(client.request(method, path).header("origin", origin)).await
}

async fn preflight(client: &RawClient, origin: &str, path: &str, method: &str, headers: &str) -> Answer {
    let request = client.request(Method::OPTIONS, path).header("origin", origin);
    let request = request.header("access-control-request-method", method);
    client.send(request.header("access-control-request-headers", headers)).await
}

/// The single-page application, and a page of it.
async fn page(idp: &MockIdp) -> RawClient {
    let mut client = RawClient::new(idp).await;
    client.client_id = SPA.to_owned();
    client.origin = Some(PAGE.to_owned());
    let address = client.redirect_uri.clone();
    let registered = vec![address, "https://app.example/signed-in".to_owned()];
    idp.tenant().change_application("spa", |spa| spa.redirect_uris = registered).unwrap();
    client
}

#[rstest]
#[case::metadata("/contoso.test/v2.0/.well-known/openid-configuration", 200)]
#[case::metadata_v1("/contoso.test/.well-known/openid-configuration", 200)]
#[case::no_tenant("/nowhere.test/v2.0/.well-known/openid-configuration", 400)]
#[case::keys("/common/discovery/v2.0/keys", 200)]
#[case::user_realm("/common/userrealm/ada@contoso.test", 200)]
#[case::instance(
    "/common/discovery/instance?authorization_endpoint=https://localhost/common/oauth2/v2.0/authorize",
    200
)]
#[case::another_instance(
    "/common/discovery/instance?authorization_endpoint=https://evil.test/common/oauth2/v2.0/authorize",
    400
)]
#[tokio::test]
async fn documents_are_for_every_page(#[case] path: &str, #[case] status: u16) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = from(&client, "https://app.example", Method::GET, path).await;
    assert_eq!((answer.status, allowed(&answer)), (status, Some("*")));
    let asked = preflight(&client, "https://app.example", path, "GET", MSAL_HEADERS).await;
    assert_eq!((asked.status, allowed(&asked)), (204, Some("*")));
    assert_eq!(header(&asked.headers, "access-control-allow-headers"), Some(MSAL_HEADERS));
}

#[tokio::test]
async fn msal_browser_redeems_and_refreshes_from_its_own_page() {
    let idp = MockIdp::start().await;
    let client = page(&idp).await;
    let token = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    assert_eq!((token.status, allowed(&token)), (200, Some(PAGE)), "{}", token.text);
    assert_eq!(header(&token.headers, "vary"), Some("Origin"));
    assert_eq!(header(&token.headers, "access-control-allow-credentials"), None);
    assert!(["x-ms-request-id", "Retry-After", "client-request-id"].iter().all(|name| exposes(&token, name)));
    let again = client.refresh(token.text_of("refresh_token"), CALENDAR, &[]).await;
    assert_eq!((again.status, allowed(&again)), (200, Some(PAGE)));
}

/// MSAL Browser has to read the error, its claims and how long to wait.
#[tokio::test]
async fn msal_browser_reads_refusals_and_faults() {
    let idp = MockIdp::start().await;
    let client = page(&idp).await;
    let refused = client.refresh("rubbish", CALENDAR, &[]).await;
    assert_eq!((refused.status, allowed(&refused)), (400, Some(PAGE)));
    let fault = json!({ "endpoint": "token", "status": 429, "retry_after": 30 });
    idp.tenant().inject_fault(serde_json::from_value(fault).unwrap()).unwrap();
    let throttled = client.refresh("rubbish", CALENDAR, &[]).await;
    assert_eq!((throttled.status, allowed(&throttled)), (429, Some(PAGE)));
    assert!(throttled.headers.contains_key("retry-after") && exposes(&throttled, "Retry-After"));
}

#[rstest]
#[case::registered("https://app.example", true)]
#[case::another_port_of_loopback("http://localhost:50001", true)]
#[case::another_port_elsewhere("https://app.example:8443", false)]
#[case::another_origin("https://evil.test", false)]
#[case::opaque("null", false)]
#[tokio::test]
async fn a_preflight_is_granted_to_registered_origins_alone(#[case] origin: &str, #[case] granted: bool) {
    let idp = MockIdp::start().await;
    let client = page(&idp).await;
    let path = format!("{TENANT}/oauth2/v2.0/token");
    let asked = preflight(&client, origin, &path, "POST", MSAL_HEADERS).await;
    assert_eq!((asked.status, allowed(&asked)), (204, granted.then_some(origin)));
    assert!(header(&asked.headers, "vary").is_some());
    if granted {
        assert_eq!(header(&asked.headers, "access-control-allow-headers"), Some(MSAL_HEADERS));
        assert_eq!(header(&asked.headers, "access-control-allow-methods"), Some("POST, OPTIONS"));
    }
}

/// AADSTS9002326; its own page reads it, and nothing else.
#[rstest]
#[case::another_page_of_the_single_page_application(SPA, "https://evil.test")]
#[case::a_page_of_a_desktop_application("d0000000-0000-4000-8000-000000000001", PAGE)]
#[tokio::test]
async fn a_page_that_is_not_registered_redeems_nothing(#[case] client_id: &str, #[case] origin: &str) {
    let idp = MockIdp::start().await;
    let mut client = page(&idp).await;
    client.client_id = client_id.to_owned();
    let ada = VirtualUser::new("ada@contoso.test");
    let code = client.code(&ada, CALENDAR, &[]).await;
    client.origin = Some(origin.to_owned());
    let refused = client.redeem(&code, &[]).await;
    assert_eq!((refused.status, refused.text_of("error"), refused.code()), (400, "invalid_request", Some(9_002_326)));
    assert!(refused.text_of("error_description").contains(&format!("Request origin: '{origin}'")));
    assert_eq!(allowed(&refused), Some(origin));

    let other = client.token(&[("client_id", "rubbish"), ("grant_type", "refresh_token")], &[]).await;
    assert_eq!((other.code(), allowed(&other)), (Some(700_038), None));

    // The code was not burnt.
    client.origin = (client_id == SPA).then(|| PAGE.to_owned());
    assert_eq!(client.redeem(&code, &[]).await.status, 200);
}

/// AADSTS9002327, for codes and for refresh tokens.
#[tokio::test]
async fn a_program_redeems_nothing_that_was_issued_to_a_page() {
    let idp = MockIdp::start().await;
    let mut client = page(&idp).await;
    let ada = VirtualUser::new("ada@contoso.test");
    let token = client.sign_in(&ada, &format!("{CALENDAR} offline_access")).await;
    let code = client.code(&ada, CALENDAR, &[]).await;
    client.origin = None;
    for refused in
        [client.redeem(&code, &[]).await, client.refresh(token.text_of("refresh_token"), CALENDAR, &[]).await]
    {
        assert_eq!(
            (refused.status, refused.text_of("error"), refused.code()),
            (400, "invalid_request", Some(9_002_327))
        );
        assert!(refused.body.get("error_uri").is_none());
    }
    client.origin = Some(PAGE.to_owned());
    assert_eq!(client.redeem(&code, &[]).await.status, 200);
}

#[rstest]
#[case("/api/calendar")]
#[case("/api/vault/secrets")]
#[case("/v1.0/me")]
#[case("/oidc/userinfo")]
#[case("/api/nowhere")]
#[tokio::test]
async fn every_page_may_call_an_api_and_read_its_challenge(#[case] path: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let asked = preflight(&client, "https://app.example", path, "GET", "authorization").await;
    assert_eq!((asked.status, allowed(&asked)), (204, Some("*")));
    // A star would leave it out.
    assert_eq!(header(&asked.headers, "access-control-allow-headers"), Some("authorization"));
    let answer = from(&client, "https://app.example", Method::GET, path).await;
    assert_eq!(allowed(&answer), Some("*"));
    assert!(exposes(&answer, "WWW-Authenticate"));
}

#[rstest]
#[case::authorize(Method::GET, "/oauth2/v2.0/authorize")]
#[case::device_code(Method::POST, "/oauth2/v2.0/devicecode")]
#[case::logout(Method::GET, "/oauth2/v2.0/logout")]
#[case::login(Method::POST, "/login")]
#[tokio::test]
async fn what_a_browser_navigates_to_is_read_by_no_script(#[case] method: Method, #[case] path: &str) {
    let idp = MockIdp::start().await;
    let client = page(&idp).await;
    let path = format!("{TENANT}{path}");
    assert_eq!(allowed(&from(&client, PAGE, method.clone(), &path).await), None);
    assert_eq!(allowed(&preflight(&client, PAGE, &path, method.as_str(), "content-type").await), None);
}

#[tokio::test]
async fn no_page_of_an_application_reaches_the_control_api() {
    let idp = MockIdp::start().await;
    let client = page(&idp).await;
    for answer in [
        from(&client, PAGE, Method::GET, "/_mock/health").await,
        preflight(&client, PAGE, "/_mock/reset", "POST", "content-type").await,
    ] {
        assert_eq!((answer.status, allowed(&answer)), (403, None));
    }
}
