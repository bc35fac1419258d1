//! The virtual user skips the pages: the server answers them in her stead.

use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    recorder::Endpoint,
    virtual_user::{Answer, MfaAnswer, PageKind, VirtualUser},
};
use rstest::rstest;
use tests::{CALENDAR, DESKTOP, PAYROLL, RawClient, VERIFIER};
use url::Url;

fn ada() -> VirtualUser {
    VirtualUser { skips_pages: true, ..VirtualUser::new("ada@contoso.test") }
}

/// Opens the address as a browser that never shows a page; gives the status, where it is sent, and its cookies.
async fn open(client: &RawClient, scope: &str, cookie: &str) -> (u16, Option<Url>, String) {
    let url = client.authorize_url(scope, &[]);
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let answer = client.send(client.request(reqwest::Method::GET, &path).header("cookie", cookie)).await;
    let location = answer.headers.get("location").map(|to| Url::parse(to.to_str().unwrap()).unwrap());
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    let cookie = cookies.iter().find_map(|set| set.split(';').next().filter(|pair| pair.starts_with("ESTSAUTH=")));
    (answer.status, location, cookie.unwrap_or_default().to_owned())
}

fn parameter(url: Option<&Url>, name: &str) -> Option<String> {
    url?.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn authorize_leads_to_the_redirect_address_at_once_and_the_log_has_the_pages() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().set_virtual_user(ada());
    let (status, location, cookie) = open(&client, &format!("{PAYROLL} openid offline_access"), "").await;
    let code = parameter(location.as_ref(), "code").unwrap();
    assert_eq!(status, 302);
    let redeemed = client.redeem(&code, &[("code_verifier", VERIFIER)]).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.text);

    let pages: Vec<String> = idp.tenant().exchanges().iter().map(|seen| seen.answer.kind.clone()).collect();
    assert_eq!(pages, ["page username", "page password", "page one-time code", "page consent", "code", "token"]);
    let interactions: Vec<_> = idp.tenant().exchanges().iter().map(|seen| seen.interaction).collect();
    assert_eq!(interactions[..5], [Some(1); 5], "one sign-in");

    // The browser has the session: the next time nobody is asked.
    let (_, location, _) = open(&client, PAYROLL, &cookie).await;
    assert!(parameter(location.as_ref(), "code").is_some());
    let authorize = idp.tenant().exchanges().into_iter().filter(|seen| seen.endpoint == Endpoint::Authorize);
    assert_eq!(authorize.last().unwrap().answer.kind, "code");
}

#[rstest]
#[case::declines(VirtualUser { consent: Answer::Decline, ..ada() }, Some("access_denied"))]
#[case::fails(VirtualUser { mfa: MfaAnswer::Fail, ..ada() }, Some("access_denied"))]
#[case::cancels(VirtualUser { cancel_at: Some(PageKind::Consent), ..ada() }, Some("access_denied"))]
#[case::leaves(VirtualUser { mfa: MfaAnswer::Ignore, ..ada() }, None)]
#[case::types_a_wrong_password(VirtualUser { password: "wrong".to_owned(), ..ada() }, None)]
#[tokio::test]
async fn she_does_what_she_would_do_on_the_pages(#[case] person: VirtualUser, #[case] error: Option<&str>) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().set_virtual_user(person);
    let (status, location, _) = open(&client, PAYROLL, "").await;
    assert_eq!(parameter(location.as_ref(), "error").as_deref(), error);
    assert_eq!(status, if error.is_some() { 302 } else { 200 }, "who leaves sees the page that she left on");
}

#[tokio::test]
async fn a_device_is_signed_in_by_its_code_alone() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().set_virtual_user(ada());
    let asked = client.request(reqwest::Method::POST, &format!("/{}/oauth2/v2.0/devicecode", idp.tenant().id()));
    let codes = client.send(asked.form(&[("client_id", DESKTOP), ("scope", CALENDAR)])).await;
    let path = format!("/deviceauth?otc={}", codes.text_of("user_code"));
    assert_eq!(client.send(client.request(reqwest::Method::GET, &path)).await.status, 200);
    let grant = [
        ("client_id", DESKTOP),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", codes.text_of("device_code")),
    ];
    let token = client.token(&grant, &[]).await;
    assert_eq!(token.status, 200, "{}", token.text);
}

/// Who has stopped the clock does not want to wait.
#[tokio::test]
async fn what_she_thinks_moves_a_clock_that_stands_still() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = "2026-01-05T09:00:00Z".parse().unwrap();
    idp.tenant().freeze_clock(start);
    idp.tenant().set_virtual_user(VirtualUser { think_time: SignedDuration::from_mins(5), ..ada() });
    let (_, location, _) = open(&client, CALENDAR, "").await;
    assert!(parameter(location.as_ref(), "code").is_some());
    let pages = ["username", "password", "consent"].len();
    assert_eq!(idp.tenant().now().duration_since(start), SignedDuration::from_mins(5 * i64::try_from(pages).unwrap()));
}

#[tokio::test]
async fn other_tenants_show_their_pages() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.new_tenant("contoso").unwrap().set_virtual_user(ada());
    assert_eq!(open(&client, CALENDAR, "").await.0, 200);
}
