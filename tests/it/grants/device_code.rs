//! A device that polls, and a person who signs in for it elsewhere.

use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    directory::{Conditions, GrantControl, GrantControls, Policy, Targets},
    virtual_user::{Answer as Reply, PageKind, VirtualUser, Visit},
};
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use tests::{Answer, CALENDAR, DESKTOP, MFA_FOR_PAYROLL, PAYROLL, RawClient, jwt_claims, policy_claims};
use url::Url;

use super::{Refused, grant, refused, verdict};

const URN: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SCOPE: &str = "api://calendar/Events.Read openid profile offline_access";

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

async fn start(client: &RawClient, form: &[(&str, &str)]) -> Answer {
    let path = format!("{}/oauth2/v2.0/devicecode", client.authority.strip_prefix(&client.base).unwrap());
    client.send(client.request(Method::POST, &path).form(form)).await
}

async fn started(client: &RawClient) -> Answer {
    start(client, &[("client_id", DESKTOP), ("scope", SCOPE)]).await
}

async fn sign_in(client: &RawClient, user: &VirtualUser, start: &Answer) -> Visit {
    let page = Url::parse(start.text_of("verification_uri")).unwrap();
    client.browser.enter_device_code(&page, user, start.text_of("user_code")).await.unwrap()
}

async fn poll(client: &RawClient, start: &Answer, extra: &[(&str, &str)]) -> Answer {
    let base = [("grant_type", URN), ("device_code", start.text_of("device_code")), ("client_info", "1")];
    grant(client, DESKTOP, &base, extra).await
}

#[tokio::test]
async fn the_start_has_what_the_libraries_need_in_the_types_they_need() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    assert_eq!(start.status, 200);
    let members: Vec<&str> = start.body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["user_code", "device_code", "verification_uri", "expires_in", "interval", "message"]);
    assert_eq!((&start.body["expires_in"], &start.body["interval"]), (&json!(900), &json!(5)));
    assert_eq!(start.text_of("verification_uri"), format!("{}/deviceauth", idp.base()));
    assert_eq!(start.text_of("user_code").len(), 9);
    assert!(start.text_of("message").contains(start.text_of("user_code")));
}

#[rstest]
#[case::documented(&[])]
#[case::bare(&[("grant_type", "device_code")])]
#[case::scope_repeated(&[("scope", SCOPE)])]
#[tokio::test]
async fn a_poll_waits_and_then_gets_the_token_once(#[case] extra: &[(&str, &str)]) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    assert_eq!(verdict(&poll(&client, &start, extra).await), (400, "authorization_pending", Some(70016), ""));

    let visit = sign_in(&client, &ada(), &start).await;
    let kinds: Vec<_> = visit.pages.iter().map(|page| page.kind).collect();
    use PageKind::{ConfirmDevice, Consent, DeviceCode, Password, Username};
    assert_eq!(kinds[..5], [DeviceCode, Username, Password, ConfirmDevice, Consent]);

    let token = poll(&client, &start, extra).await;
    assert_eq!((token.status, token.text_of("scope")), (200, CALENDAR), "{}", token.text);
    assert!(["refresh_token", "id_token", "client_info"].iter().all(|member| !token.text_of(member).is_empty()));
    assert_eq!(verdict(&poll(&client, &start, extra).await), (400, "bad_verification_code", Some(70019), ""));
    let again = client.refresh(token.text_of("refresh_token"), CALENDAR, &[]).await;
    assert_eq!(again.status, 200);
}

#[tokio::test]
async fn msal_pythons_second_name_for_the_device_code_is_enough() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    let answer = poll(&client, &start, &[("device_code", ""), ("code", start.text_of("device_code"))]).await;
    assert_eq!(answer.code(), Some(70016));
}

#[rstest]
#[case::declines(VirtualUser { consent: Reply::Decline, ..ada() }, "authorization_declined", 65004)]
#[case::leaves(VirtualUser { cancel_at: Some(PageKind::Password), ..ada() }, "authorization_pending", 70016)]
#[case::never_starts(VirtualUser { cancel_at: Some(PageKind::DeviceCode), ..ada() }, "authorization_pending", 70016)]
#[case::disabled(VirtualUser::new("di@contoso.test"), "access_denied", 50057)]
#[tokio::test]
async fn what_the_person_does_is_what_the_device_hears(
    #[case] user: VirtualUser,
    #[case] error: &str,
    #[case] number: u64,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    sign_in(&client, &user, &start).await;
    assert_eq!(verdict(&poll(&client, &start, &[]).await), (400, error, Some(number), ""));
}

#[tokio::test]
async fn codes_end_after_fifteen_minutes() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    idp.tenant().advance_clock(SignedDuration::from_mins(16));
    assert_eq!(verdict(&poll(&client, &start, &[]).await), (400, "expired_token", Some(70020), ""));
    let page = Url::parse(start.text_of("verification_uri")).unwrap();
    let refused = client.browser.enter_device_code(&page, &ada(), start.text_of("user_code")).await.unwrap_err();
    assert!(refused.to_string().contains("AADSTS70020"), "{refused}");
}

#[rstest]
#[case::unknown(&[("device_code", "undefined")], "bad_verification_code", 70019)]
#[case::other_client(&[("client_id", "d0000000-0000-4000-8000-000000000003"), ("client_secret", "portal-secret")], "bad_verification_code", 70019)]
#[case::none(&[("device_code", "")], "invalid_request", 900_144)]
#[tokio::test]
async fn a_poll_is_refused(#[case] extra: &[(&str, &str)], #[case] error: &str, #[case] number: u64) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    assert_eq!(verdict(&poll(&client, &start, extra).await), (400, error, Some(number), ""));
}

#[rstest]
#[case::no_client(&[("scope", SCOPE)], 400, 900_144)]
#[case::unknown_client(&[("client_id", "desktop"), ("scope", SCOPE)], 400, 700_038)]
#[case::no_scope(&[("client_id", DESKTOP)], 400, 900_144)]
#[case::unregistered(&[("client_id", DESKTOP), ("scope", "api://archive/Files.Read")], 400, 650_057)]
#[case::bad_claims(&[("client_id", DESKTOP), ("scope", SCOPE), ("claims", "rubbish")], 400, 90013)]
#[tokio::test]
async fn a_start_is_refused(#[case] form: &[(&str, &str)], #[case] status: u16, #[case] number: u64) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = start(&client, form).await;
    assert_eq!((answer.status, answer.code()), (status, Some(number)), "{}", answer.text);
}

#[tokio::test]
async fn claims_of_the_start_are_met_on_the_pages() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let claims = policy_claims(MFA_FOR_PAYROLL);
    let start = start(&client, &[("client_id", DESKTOP), ("scope", SCOPE), ("claims", &claims)]).await;
    let visit = sign_in(&client, &ada(), &start).await;
    assert!(visit.pages.iter().any(|page| page.kind == PageKind::OneTimeCode), "{visit:#?}");
    assert_eq!(poll(&client, &start, &[]).await.status, 200);
}

/// As with an authorization code: the page that it was given on led here.
#[tokio::test]
async fn a_fresh_consent_counts_for_the_device_though_not_elsewhere_yet() {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(|switches| switches.consent_lag = SignedDuration::from_hours(1));
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    sign_in(&client, &ada(), &start).await;
    let token = poll(&client, &start, &[]).await;
    assert_eq!(token.status, 200, "{}", token.text);
    assert_eq!(client.refresh(token.text_of("refresh_token"), CALENDAR, &[]).await.code(), Some(65001));
}

#[tokio::test]
async fn a_policy_against_device_codes_that_came_after_the_sign_in_refuses_the_poll() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    sign_in(&client, &ada(), &start).await;
    idp.tenant().set_policies(vec![Policy {
        name: "no-device-codes".to_owned(),
        targets: Targets { apis: vec!["all".to_owned()], ..Targets::default() },
        conditions: Conditions { device_code_flow: true, ..Conditions::default() },
        grant: GrantControls { all_of: vec![GrantControl::Block], ..GrantControls::default() },
        ..Policy::default()
    }]);
    let answer = poll(&client, &start, &[]).await;
    assert_eq!(verdict(&answer), (400, "invalid_grant", Some(53003), "message_only"));
}

#[tokio::test]
async fn at_common_the_person_decides_the_tenant() {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    client.authority = format!("{}/common", idp.base());
    let start = started(&client).await;
    sign_in(&client, &VirtualUser::new("cy@fabrikam.test"), &start).await;
    let token = poll(&client, &start, &[]).await;
    assert_eq!(token.status, 200, "{}", token.text);
    assert_eq!(jwt_claims(token.text_of("id_token"))["tid"], "22222222-2222-4222-8222-222222222222");
}

#[tokio::test]
async fn pages_and_polls_keep_the_correlation_id_of_the_start() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let correlation = "c0ffee00-0000-4000-8000-000000000001";
    let path = "/contoso.test/oauth2/v2.0/devicecode";
    let request = client.request(Method::POST, path).header("client-request-id", correlation);
    let start = client.send(request.form(&[("client_id", DESKTOP), ("scope", SCOPE)])).await;
    assert_eq!(poll(&client, &start, &[]).await.text_of("correlation_id"), correlation);
    sign_in(&client, &ada(), &start).await;
    let log = idp.tenant().exchanges();
    assert!(log.len() > 4 && log.iter().all(|exchange| exchange.correlation_id.to_string() == correlation));
}

#[rstest]
#[case::plain("/deviceauth", "value=\"\"")]
#[case::filled("/deviceauth?otc=ABCDEFGHJ", "value=\"ABCDEFGHJ\"")]
#[tokio::test]
async fn the_page_asks_for_the_code(#[case] path: &str, #[case] value: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let page = client.send(client.request(Method::GET, path)).await;
    assert!(page.status == 200 && page.text.contains(value), "{}", page.text);
    let page = Url::parse(&format!("{}{path}", idp.base())).unwrap();
    let refused = client.browser.enter_device_code(&page, &ada(), "WRONGCODE").await.unwrap_err();
    assert!(refused.to_string().contains("AADSTS70018"), "{refused}");
}

/// RFC 8628, 3.5: who asks too soon waits five seconds longer. On the tenant's clock, and only where the switch says so.
#[tokio::test]
async fn polls_that_come_too_soon_are_slowed_down_where_a_switch_says_so() {
    let idp = MockIdp::start().await;
    idp.tenant().freeze_clock("2026-03-01T00:00:00Z".parse().unwrap());
    idp.tenant().change_switches(|switches| switches.device_code_slow_down = true);
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    let text = "OAuth 2.0 device flow: the authorization is pending. Continue polling.";
    let told = |error: &str| Refused::new(400, error, 70016, "", text);
    let (pending, slow_down) = (told("authorization_pending"), told("slow_down"));
    for (seconds, expected) in [(0, &pending), (4, &slow_down), (9, &slow_down), (15, &pending), (14, &slow_down)] {
        idp.tenant().advance_clock(SignedDuration::from_secs(seconds));
        assert_eq!(refused(&poll(&client, &start, &[]).await), *expected, "{seconds} s later");
    }
    sign_in(&client, &ada(), &start).await;
    assert_eq!(poll(&client, &start, &[]).await.status, 200);
}

#[tokio::test]
async fn by_default_no_poll_comes_too_soon() {
    let idp = MockIdp::start().await;
    idp.tenant().freeze_clock("2026-03-01T00:00:00Z".parse().unwrap());
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    for _ in 0..3 {
        assert_eq!(verdict(&poll(&client, &start, &[]).await), (400, "authorization_pending", Some(70016), ""));
    }
}

/// The device's user is known as soon as one has signed in: a refusal of the client names the policies, and costs nothing.
#[tokio::test]
async fn a_refused_poll_names_the_policies_of_who_signed_in() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = started(&client).await;
    let wrong = [("client_secret", "x"), ("scope", PAYROLL)];
    let text = "A public client presents neither 'client_assertion' nor 'client_secret'.";
    let told = || Refused::new(401, "invalid_client", 700_025, "", text);
    assert_eq!(refused(&poll(&client, &start, &wrong).await), told());
    sign_in(&client, &ada(), &start).await;
    let expected = told().with_claims(policy_claims(MFA_FOR_PAYROLL));
    assert_eq!(refused(&poll(&client, &start, &wrong).await), expected);
    assert_eq!(poll(&client, &start, &[]).await.status, 200);
}
