//! What is refused before any grant is looked at: always Entra's error, never a framework's text, never a redirect.

use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::{Method, header};
use rstest::rstest;
use tests::{CALENDAR, PAYROLL, RawClient};

#[rstest]
#[case::empty("", 400, "invalid_request", 900144)]
#[case::no_client("grant_type=refresh_token", 400, "invalid_request", 900144)]
#[case::malformed_client("grant_type=refresh_token&client_id=desktop", 400, "unauthorized_client", 700038)]
#[case::unknown_client(
    "grant_type=refresh_token&client_id=d0000000-0000-4000-8000-00000000ffff",
    400,
    "unauthorized_client",
    700016
)]
#[case::unknown_grant(
    "grant_type=magic&client_id=d0000000-0000-4000-8000-000000000001",
    400,
    "unsupported_grant_type",
    70003
)]
#[case::repeated("grant_type=refresh_token&grant_type=refresh_token", 400, "invalid_request", 9000411)]
#[case::no_code(
    "grant_type=authorization_code&client_id=d0000000-0000-4000-8000-000000000001",
    400,
    "invalid_request",
    900144
)]
#[case::rubbish_code(
    "grant_type=authorization_code&client_id=d0000000-0000-4000-8000-000000000001&code=rubbish",
    400,
    "invalid_grant",
    9002313
)]
#[case::rubbish_token(
    "grant_type=refresh_token&client_id=d0000000-0000-4000-8000-000000000001&refresh_token=rubbish",
    400,
    "invalid_grant",
    9002313
)]
#[case::public_client_with_secret(
    "grant_type=refresh_token&client_id=d0000000-0000-4000-8000-000000000001&client_secret=x",
    401,
    "invalid_client",
    700025
)]
#[case::no_secret(
    "grant_type=refresh_token&client_id=d0000000-0000-4000-8000-000000000003",
    401,
    "invalid_client",
    7000218
)]
#[case::wrong_secret(
    "grant_type=refresh_token&client_id=d0000000-0000-4000-8000-000000000003&client_secret=x",
    401,
    "invalid_client",
    7000215
)]
#[case::not_a_form("{\"grant_type\":\"refresh_token\"}", 400, "invalid_request", 900144)]
#[case::not_utf8("grant_type=%ff%fe", 400, "invalid_request", 900144)]
#[tokio::test]
async fn a_token_request_is_refused(
    #[case] body: &'static str,
    #[case] status: u16,
    #[case] error: &str,
    #[case] code: u64,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let request = client
        .request(Method::POST, "/contoso.test/oauth2/v2.0/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("client-request-id", "00000000-0000-4000-8000-000000000abc")
        .body(body);
    let answer = client.send(request).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (status, error, Some(code)), "{}", answer.text);
    assert_eq!(answer.text_of("correlation_id"), "00000000-0000-4000-8000-000000000abc");
    assert_eq!(answer.headers["x-ms-request-id"], answer.text_of("trace_id"));
    assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(answer.headers["cache-control"], "no-store, no-cache");
    assert_eq!(answer.headers["x-ms-clitelem"], format!("1,{code},0,,").as_str());
}

#[tokio::test]
async fn a_body_over_64_kib_is_refused() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let request = client.request(Method::POST, "/contoso.test/oauth2/v2.0/token").body("x".repeat(64 * 1024 + 1));
    let answer = client.send(request).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (413, "invalid_request", Some(90015)));
}

#[rstest]
#[case(Method::GET)]
#[case(Method::PUT)]
#[case(Method::DELETE)]
#[tokio::test]
async fn the_token_endpoint_takes_post_alone(#[case] method: Method) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = client.send(client.request(method, "/contoso.test/oauth2/v2.0/token")).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (405, "invalid_request", Some(900561)));
    assert_eq!(answer.headers["allow"], "POST");
}

#[rstest]
#[case::authorize(Method::PUT, "/contoso.test/oauth2/v2.0/authorize")]
#[case::metadata(Method::POST, "/contoso.test/v2.0/.well-known/openid-configuration")]
#[case::login(Method::GET, "/contoso.test/login")]
#[tokio::test]
async fn a_wrong_method_is_told_in_entras_shape(#[case] method: Method, #[case] path: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = client.send(client.request(method, path)).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (405, "invalid_request", Some(900561)));
}

#[tokio::test]
async fn an_unknown_tenant_is_invalid_request_at_token_and_a_page_at_authorize() {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    client.authority = format!("{}/nowhere.test", idp.base());
    let answer = client.token(&[("grant_type", "refresh_token")], &[]).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (400, "invalid_request", Some(90002)));
    let page = client.send(client.request(Method::GET, "/nowhere.test/oauth2/v2.0/authorize")).await;
    assert_eq!(page.status, 400);
    assert!(page.text.contains("AADSTS90002") && page.headers.get("location").is_none());
}

#[rstest]
#[case("/nothing/here")]
#[case("/contoso.test/oauth2/v2.0/tokn")]
#[case("/_mocks/oauth2/v2.0/tokn")]
#[case("/%ff/%fe")]
#[case("/%ff/oauth2/v2.0/authorize")]
#[case("/common/userrealm/%ff")]
#[case("/api/calendar/%ff")]
#[tokio::test]
async fn an_unknown_path_is_told_in_entras_shape(#[case] path: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = client.send(client.request(Method::GET, path)).await;
    assert!(matches!(answer.status, 400 | 404), "{}", answer.status);
    assert_eq!(answer.text_of("error"), "invalid_request", "{}", answer.text);
}

#[tokio::test]
async fn a_repeated_parameter_at_authorize_is_a_page() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let mut url = client.authorize_url(CALENDAR, &[]);
    url.query_pairs_mut().append_pair("redirect_uri", "https://evil.test");
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let answer = client.send(client.request(Method::GET, &path)).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("AADSTS9000411") && answer.headers.get("location").is_none());
}

#[rstest]
#[case::no_cookie(true)]
#[case::no_flow(false)]
#[tokio::test]
async fn a_page_from_another_browser_goes_nowhere(#[case] real_flow: bool) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let url = client.authorize_url(CALENDAR, &[]);
    let page = client.send(client.request(Method::GET, &format!("{}?{}", url.path(), url.query().unwrap()))).await;
    let ctx = page.text.split("name=\"ctx\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let ctx = if real_flow { ctx } else { "rubbish" };
    let form = [("ctx", ctx), ("step", "username"), ("loginfmt", "ada@contoso.test")];
    let answer = client.send(client.request(Method::POST, "/contoso.test/login").form(&form)).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("AADSTS165000"), "{}", answer.text);
}

/// Whatever the clock is told, tokens are made and refused as ever.
#[rstest]
#[case::the_end("9999-12-30T21:59:59Z")]
#[case::the_beginning("-009999-01-02T02:00:00Z")]
#[tokio::test]
async fn no_time_is_too_far_away(#[case] at: &str) {
    let idp = MockIdp::start().await;
    idp.tenant().freeze_clock(at.parse().unwrap());
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    assert_eq!(first.status, 200, "{}", first.text);
    idp.tenant().advance_clock(jiff::SignedDuration::MAX);
    let refused = client.refresh(first.text_of("refresh_token"), PAYROLL, &[]).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
}
