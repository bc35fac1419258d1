//! Accounts and applications in every state (escalation reference 2.3 B8 to B11, 2.6 E).

use mock_idp::{
    MockIdp,
    directory::{Application, PersistentBrowser, Policy, SessionControls, Targets, User},
    virtual_user::{Outcome, PageKind, VirtualUser},
};
use reqwest::Method;
use rstest::rstest;
use tests::{Answer, CALENDAR, PAYROLL, RawClient};

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

async fn signed_in() -> (MockIdp, RawClient, String) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    (idp, client, first.text_of("refresh_token").to_owned())
}

fn summary(answer: &Answer) -> (u16, &str, Option<u64>, Option<&str>) {
    (answer.status, answer.text_of("error"), answer.code(), answer.body["suberror"].as_str())
}

/// B8 to B11: no claims, although a policy covers payroll.
#[rstest]
#[case::disabled(|ada: &mut User| ada.enabled = false, 50057, None)]
#[case::deleted(|ada: &mut User| ada.deleted = true, 50034, Some("bad_token"))]
#[case::locked(|ada: &mut User| ada.locked = true, 50053, None)]
#[case::password_expired(|ada: &mut User| ada.password_expired = true, 50055, Some("user_password_expired"))]
#[tokio::test]
async fn a_silent_request_for_an_account_that_is_not_usable(
    #[case] change: fn(&mut User),
    #[case] number: u64,
    #[case] suberror: Option<&str>,
) {
    let (idp, client, refresh_token) = signed_in().await;
    idp.tenant().change_user("ada", change).unwrap();
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (400, "invalid_grant", Some(number), suberror), "{}", answer.text);
    assert!(answer.body.get("claims").is_none());
    assert_eq!(answer.text_of("error_uri"), format!("https://login.microsoftonline.com/error?code={number}"));
    assert_eq!(answer.headers["x-ms-clitelem"], format!("1,{number},0,,"));
}

/// The window: an expired password is renewed there, the others are told.
#[rstest]
#[case::locked(|ada: &mut User| ada.locked = true, "access_denied", "AADSTS50053: ")]
#[case::disabled(|ada: &mut User| ada.enabled = false, "access_denied", "AADSTS50057: ")]
#[tokio::test]
async fn a_window_for_an_account_that_is_not_usable(
    #[case] change: fn(&mut User),
    #[case] error: &str,
    #[case] says: &str,
) {
    let (idp, client, _) = signed_in().await;
    idp.tenant().change_user("ada", change).unwrap();
    let visit = client.visit(&ada(), CALENDAR, &[]).await;
    assert_eq!(visit.outcome.parameter("error"), Some(error), "{visit:#?}");
    assert!(visit.outcome.parameter("error_description").unwrap().starts_with(says), "{visit:#?}");
}

#[tokio::test]
async fn nobody_signs_in_to_a_deleted_account() {
    let (idp, client, _) = signed_in().await;
    idp.tenant().change_user("ada", |ada| ada.deleted = true).unwrap();
    idp.tenant().revoke_sessions("ada").unwrap();
    let visit = client.browser.visit(&client.authorize_url(CALENDAR, &[]), &ada()).await;
    assert!(visit.unwrap_err().to_string().contains("AADSTS50034"));
}

/// B8: the page asks for a new password; the old grants are gone with it (escalation reference 6.3).
#[tokio::test]
async fn an_expired_password_is_renewed_on_the_page() {
    let (idp, client, refresh_token) = signed_in().await;
    idp.tenant().change_user("ada", |ada| ada.password_expired = true).unwrap();
    let ada = ada();
    let scope = format!("{CALENDAR} offline_access");
    let visit = client.visit(&ada, &scope, &[]).await;
    let pages: Vec<_> = visit.pages.iter().map(|page| page.kind).collect();
    assert_eq!(pages, [PageKind::PasswordChange], "{visit:#?}");
    let token = client.redeem(visit.outcome.parameter("code").unwrap(), &[]).await;
    assert_eq!(token.status, 200, "{}", token.text);

    let old = client.refresh(&refresh_token, CALENDAR, &[]).await;
    assert_eq!(summary(&old), (400, "invalid_grant", Some(50173), Some("bad_token")), "{}", old.text);
    let new = client.refresh(token.text_of("refresh_token"), CALENDAR, &[]).await;
    assert_eq!(new.status, 200, "{}", new.text);
    // From another browser the new password counts.
    let elsewhere = RawClient::new(&idp).await;
    let stale = elsewhere.browser.visit(&elsewhere.authorize_url(CALENDAR, &[]), &ada).await.unwrap_err();
    assert!(stale.to_string().contains("AADSTS50126"), "{stale}");
    let fresh = VirtualUser { password: ada.new_password.clone(), ..ada };
    assert!(elsewhere.visit(&fresh, CALENDAR, &[]).await.outcome.parameter("code").is_some());
}

/// E1: silently with the claims of the policies that cover the request; in the window a page and `access_denied`.
#[tokio::test]
async fn an_application_for_assigned_users() {
    let (idp, client, refresh_token) = signed_in().await;
    idp.tenant().change_application("desktop", |desktop| desktop.assignment_required = true).unwrap();
    let answer = client.refresh(&refresh_token, CALENDAR, &[]).await;
    assert_eq!(summary(&answer), (400, "invalid_grant", Some(50105), None), "{}", answer.text);
    assert!(answer.text_of("error_description").contains("'ada@contoso.test'"), "{}", answer.text);
    let guarded = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(guarded.text_of("claims"), tests::policy_claims(tests::MFA_FOR_PAYROLL));
    let visit = client.visit(&ada(), CALENDAR, &[]).await;
    assert_eq!(visit.outcome.parameter("error"), Some("access_denied"), "{visit:#?}");
    let assigned = vec!["ada@contoso.test".to_owned()];
    idp.tenant().change_application("desktop", |desktop| desktop.assigned = assigned).unwrap();
    assert_eq!(client.refresh(&refresh_token, CALENDAR, &[]).await.status, 200);
}

/// E4, E7 and 2.11: told on a page, for nothing may be sent to the application.
#[rstest]
#[case::disabled(|desktop: &mut Application| desktop.enabled = false, "contoso.test", None, 7_000_112)]
#[case::single_tenant(|desktop: &mut Application| desktop.single_tenant = true, "common", None, 50194)]
#[case::restricted(|_: &mut Application| {}, "contoso.test", Some("fabrikam.test"), 500_021)]
#[tokio::test]
async fn an_authorize_page_says_why_not(
    #[case] change: fn(&mut Application),
    #[case] segment: &str,
    #[case] restricted_to: Option<&str>,
    #[case] number: u32,
) {
    let idp = MockIdp::start().await;
    idp.tenant().change_application("desktop", change).unwrap();
    let client = RawClient::new(&idp).await;
    let url = client.authorize_url(CALENDAR, &[]);
    let mut request =
        client.request(Method::GET, &format!("/{segment}/oauth2/v2.0/authorize?{}", url.query().unwrap()));
    if let Some(tenants) = restricted_to {
        request = request.header("Restrict-Access-To-Tenants", tenants);
    }
    let page = client.send(request).await;
    assert_eq!(page.status, 400, "{}", page.text);
    assert!(page.text.contains(&format!("AADSTS{number}")), "{}", page.text);
}

/// E7: `/common` learns the tenant from the user name, and only that tenant knows that the application is for it alone.
#[tokio::test]
async fn a_single_tenant_application_is_refused_at_common_once_the_tenant_is_known() {
    let idp = MockIdp::start().await;
    let tenant = idp.new_tenant("contoso").unwrap();
    tenant.change_application("desktop", |desktop| desktop.single_tenant = true).unwrap();
    let mut client = RawClient::new(&idp).await;
    client.authority = format!("{}/common", idp.base());
    let visit = client.visit(&VirtualUser::new(tenant.username("ada").unwrap()), CALENDAR, &[]).await;
    assert!(matches!(visit.outcome, Outcome::ErrorPage { code: Some(50194), .. }), "{visit:#?}");
    tenant.change_application("desktop", |desktop| desktop.single_tenant = false).unwrap();
    let visit = client.visit(&VirtualUser::new(tenant.username("ada").unwrap()), CALENDAR, &[]).await;
    assert!(visit.outcome.parameter("code").is_some(), "{visit:#?}");
}

#[tokio::test]
async fn a_proxy_that_names_this_tenant_lets_it_through() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let path = format!("/contoso.test/oauth2/v2.0/authorize?{}", client.authorize_url(CALENDAR, &[]).query().unwrap());
    let request =
        client.request(Method::GET, &path).header("Restrict-Access-To-Tenants", "fabrikam.test, Contoso.test");
    assert!(client.send(request).await.text.contains("i0116"));
}

/// Goes through the pages by hand and returns the last answer's cookie.
async fn walk(client: &RawClient, steps: &[&[(&str, &str)]]) -> String {
    let url = client.authorize_url(CALENDAR, &[]);
    let mut answer =
        client.send(client.request(Method::GET, &format!("{}?{}", url.path(), url.query().unwrap()))).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let text = answer.text.clone();
    let value = |name: &str| {
        let rest = text.split(&format!("{name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (action, ctx) = (value("action"), value("name=\"ctx\" value"));
    for step in steps {
        let mut form = step.to_vec();
        form.push(("ctx", &ctx));
        answer = client.send(client.request(Method::POST, &action).header("cookie", &cookie).form(&form)).await;
    }
    assert_eq!(answer.status, 302, "{}", answer.text);
    answer.headers.get("set-cookie").map(|cookie| cookie.to_str().unwrap().to_owned()).unwrap_or_default()
}

const USERNAME: &[(&str, &str)] = &[("step", "username"), ("loginfmt", "ada@contoso.test")];
const PASSWORD: &[(&str, &str)] = &[("step", "password"), ("passwd", "Passw0rd!")];
const CONSENT: &[(&str, &str)] = &[("step", "consent"), ("answer", "accept")];

/// Who says yes keeps a session that outlives the browser.
#[rstest]
#[case::yes("yes", true)]
#[case::no("no", false)]
#[tokio::test]
async fn the_user_can_stay_signed_in(#[case] answer: &str, #[case] outlives: bool) {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(|switches| switches.stay_signed_in_page = true);
    let client = RawClient::new(&idp).await;
    let cookie = walk(&client, &[USERNAME, PASSWORD, &[("step", "kmsi"), ("answer", answer)], CONSENT]).await;
    assert_eq!(cookie.contains("Max-Age="), outlives, "{cookie}");
}

/// A policy decides it, and nobody is asked.
#[rstest]
#[case::always(PersistentBrowser::Always, true)]
#[case::never(PersistentBrowser::Never, false)]
#[tokio::test]
async fn a_policy_can_say_whether_the_session_outlives_the_browser(
    #[case] persistent: PersistentBrowser,
    #[case] outlives: bool,
) {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(|switches| switches.stay_signed_in_page = true);
    let session = SessionControls { persistent_browser: Some(persistent), ..SessionControls::default() };
    let targets = Targets { apis: vec!["all".into()], ..Targets::default() };
    idp.tenant().set_policies(vec![Policy { session, targets, ..Policy::default() }]);
    let client = RawClient::new(&idp).await;
    let cookie = walk(&client, &[USERNAME, PASSWORD, CONSENT]).await;
    assert_eq!(cookie.contains("Max-Age="), outlives, "{cookie}");
}
