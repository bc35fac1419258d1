//! The interactive leg: what the person sees, and what arrives at the redirect address.

use mock_idp::{
    MockIdp,
    virtual_user::{Answer, MfaAnswer, Outcome, PageKind, ResponseMode, VirtualUser, Visit},
};
use rstest::rstest;
use tests::{CALENDAR, MAIL, MFA_FOR_PAYROLL, PAYROLL, RawClient, jwt_claims, policy_claims};

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

fn pages(visit: &Visit) -> Vec<PageKind> {
    visit.pages.iter().map(|page| page.kind).collect()
}

#[rstest]
#[case::absent("", ResponseMode::Query)]
#[case::query("query", ResponseMode::Query)]
#[case::fragment("fragment", ResponseMode::Fragment)]
#[case::form_post("form_post", ResponseMode::FormPost)]
#[tokio::test]
async fn the_answer_travels_as_asked_and_state_comes_back_exactly(#[case] asked: &str, #[case] expected: ResponseMode) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let visit = client.visit(&ada(), CALENDAR, &[("response_mode", asked)]).await;
    let Outcome::Delivered { redirect_uri, mode, parameters, .. } = &visit.outcome else { panic!("{visit:#?}") };
    assert_eq!(mode, &expected);
    assert_eq!(redirect_uri.as_str().trim_end_matches('/'), client.redirect_uri);
    let names: Vec<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "client_info", "session_state", "state"]);
    assert_eq!(visit.outcome.parameter("state"), Some("a+b/c=|d"));
}

#[tokio::test]
async fn a_first_sign_in_asks_name_password_and_consent_and_a_second_nothing() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.visit(&ada(), CALENDAR, &[]).await;
    assert_eq!(pages(&first), [PageKind::Username, PageKind::Password, PageKind::Consent]);
    let second = client.visit(&ada(), CALENDAR, &[]).await;
    assert_eq!(pages(&second), []);
    assert!(second.outcome.parameter("code").is_some());
}

#[rstest]
#[case::hint(&[("login_hint", "ada@contoso.test")], &[PageKind::Password, PageKind::Consent])]
#[case::unknown_hint(&[("login_hint", "nobody@contoso.test")], &[PageKind::Username, PageKind::Password, PageKind::Consent])]
#[case::select_account_without_sessions(&[("prompt", "select_account")], &[PageKind::Username, PageKind::Password, PageKind::Consent])]
#[tokio::test]
async fn a_fresh_browser_is_asked(#[case] extra: &[(&str, &str)], #[case] expected: &[PageKind]) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    assert_eq!(pages(&client.visit(&ada(), CALENDAR, extra).await), expected);
}

#[rstest]
#[case::login(&[("prompt", "login")], &[PageKind::Username, PageKind::Password])]
#[case::login_with_hint(&[("prompt", "login"), ("login_hint", "ada@contoso.test")], &[PageKind::Password])]
#[case::consent(&[("prompt", "consent")], &[PageKind::Consent])]
#[case::select_account(&[("prompt", "select_account")], &[PageKind::PickAccount])]
#[case::hint(&[("login_hint", "ada@contoso.test")], &[])]
#[case::max_age(&[("max_age", "0")], &[])]
#[tokio::test]
async fn a_signed_in_browser_is_asked_again_by_prompt_alone(
    #[case] extra: &[(&str, &str)],
    #[case] expected: &[PageKind],
) {
    let idp = MockIdp::start().await;
    idp.tenant().freeze_clock("2026-01-01T00:00:00Z".parse().unwrap());
    let client = RawClient::new(&idp).await;
    client.visit(&ada(), CALENDAR, &[]).await;
    assert_eq!(pages(&client.visit(&ada(), CALENDAR, extra).await), expected);
}

#[tokio::test]
async fn a_session_older_than_max_age_signs_in_again() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    client.visit(&ada(), CALENDAR, &[]).await;
    idp.tenant().advance_clock(jiff::SignedDuration::from_secs(61));
    assert_eq!(pages(&client.visit(&ada(), CALENDAR, &[("max_age", "60")]).await), [PageKind::Password]);
}

/// Wire reference, ID tokens: without it MSAL Python gives up on a sign-in that it sent `max_age` for.
#[rstest]
#[case::asked(&[("max_age", "60")], true)]
#[case::not_asked(&[], false)]
#[tokio::test]
async fn an_id_token_names_the_time_of_the_sign_in_if_max_age_was_sent(
    #[case] extra: &[(&str, &str)],
    #[case] named: bool,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = client.code(&ada(), &format!("{CALENDAR} openid"), extra).await;
    let token = client.redeem(&code, &[]).await;
    assert_eq!(jwt_claims(token.text_of("id_token"))["auth_time"].is_i64(), named);
}

#[tokio::test]
async fn two_accounts_in_one_browser_are_offered_as_tiles() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    client.visit(&ada(), CALENDAR, &[]).await;
    let eve = VirtualUser::new("eve@contoso.test");
    client.visit(&eve, CALENDAR, &[("prompt", "login")]).await;
    let visit = client.visit(&eve, CALENDAR, &[]).await;
    assert_eq!(pages(&visit), [PageKind::PickAccount]);
    let bo = VirtualUser::new("bo@contoso.test");
    let visit = client.visit(&bo, CALENDAR, &[]).await;
    assert_eq!(pages(&visit), [PageKind::PickAccount, PageKind::Username, PageKind::Password, PageKind::Consent]);
}

#[tokio::test]
async fn consent_lists_what_is_new_and_extra_scopes_share_the_page() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    client.visit(&ada(), MAIL, &[]).await;
    let visit = client.visit(&ada(), &format!("{MAIL} api://mail/Mail.Send {CALENDAR}"), &[]).await;
    assert_eq!(pages(&visit), [PageKind::Consent]);
    let shown = &visit.pages[0].scopes;
    assert!(shown.contains(&"Mail.Send".to_owned()) && shown.contains(&"Events.Read".to_owned()), "{shown:?}");
}

#[tokio::test]
async fn payroll_asks_for_the_second_factor_once_a_session() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    client.visit(&ada(), CALENDAR, &[]).await;
    let first = client.visit(&ada(), PAYROLL, &[("claims", &policy_claims(MFA_FOR_PAYROLL))]).await;
    assert_eq!(pages(&first), [PageKind::OneTimeCode, PageKind::Consent]);
    let second = client.visit(&ada(), PAYROLL, &[]).await;
    assert_eq!(pages(&second), []);
}

#[tokio::test]
async fn who_has_no_method_registers_one_first() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let visit = client.visit(&VirtualUser::new("bo@contoso.test"), PAYROLL, &[]).await;
    assert_eq!(
        pages(&visit),
        [PageKind::Username, PageKind::Password, PageKind::RegisterMethod, PageKind::OneTimeCode, PageKind::Consent]
    );
    assert!(visit.outcome.parameter("code").is_some());
}

#[tokio::test]
async fn a_guest_signs_in_with_the_home_password_and_keeps_the_home_account() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let cy = VirtualUser::new("cy@fabrikam.test");
    let answer = client.sign_in(&cy, CALENDAR).await;
    let id_token = tests::jwt_claims(answer.text_of("id_token"));
    assert_eq!(id_token["tid"], "11111111-1111-4111-8111-111111111111");
    assert_eq!(id_token["oid"], "a0000000-0000-4000-8000-000000000003");
    let info = tests::jwt_claims(&format!("x.{}.x", answer.text_of("client_info")));
    assert_eq!(info["uid"], "a0000000-0000-4000-8000-000000000103");
    assert_eq!(info["utid"], "22222222-2222-4222-8222-222222222222");
}

#[tokio::test]
async fn common_leads_to_the_home_tenant() {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    client.authority = format!("{}/common", idp.base());
    let cy = VirtualUser::new("cy@fabrikam.test");
    let answer = client.sign_in(&cy, CALENDAR).await;
    assert_eq!(tests::jwt_claims(answer.text_of("id_token"))["tid"], "22222222-2222-4222-8222-222222222222");
    let refreshed = client.refresh(answer.text_of("refresh_token"), CALENDAR, &[]).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    let mut client = RawClient::new(&idp).await;
    client.authority = format!("{}/organizations", idp.base());
    let answer = client.sign_in(&ada(), CALENDAR).await;
    assert_eq!(tests::jwt_claims(answer.text_of("id_token"))["tid"], "11111111-1111-4111-8111-111111111111");
}

/// G2 to G5: no page may be shown.
#[rstest]
#[case::no_session(false, CALENDAR, "login_required", 50058, None)]
#[case::consent(true, MAIL, "consent_required", 65001, None)]
#[case::both(true, PAYROLL, "interaction_required", 50076, Some(MFA_FOR_PAYROLL))]
#[tokio::test]
async fn prompt_none_answers_with_an_error(
    #[case] signed_in: bool,
    #[case] scope: &str,
    #[case] error: &str,
    #[case] code: u32,
    #[case] policy: Option<&str>,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    if signed_in {
        client.visit(&ada(), CALENDAR, &[]).await;
    }
    let visit = client.visit(&ada(), scope, &[("prompt", "none")]).await;
    assert_eq!(pages(&visit), []);
    assert_eq!(visit.outcome.parameter("error"), Some(error));
    assert_eq!(visit.outcome.parameter("state"), Some("a+b/c=|d"));
    let description = visit.outcome.parameter("error_description").unwrap();
    assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
    assert_eq!(visit.outcome.parameter("claims"), policy.map(policy_claims).as_deref());
}

#[tokio::test]
async fn prompt_none_succeeds_where_nothing_is_missing_and_refuses_to_choose() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    client.visit(&ada(), CALENDAR, &[]).await;
    assert!(client.visit(&ada(), CALENDAR, &[("prompt", "none")]).await.outcome.parameter("code").is_some());
    client.visit(&VirtualUser::new("eve@contoso.test"), CALENDAR, &[("prompt", "login")]).await;
    let visit = client.visit(&ada(), CALENDAR, &[("prompt", "none")]).await;
    assert_eq!(visit.outcome.parameter("error"), Some("interaction_required"));
    let hinted = [("prompt", "none"), ("login_hint", "ada@contoso.test")];
    assert!(client.visit(&ada(), CALENDAR, &hinted).await.outcome.parameter("code").is_some());
}

#[rstest]
#[case::declines(VirtualUser { consent: Answer::Decline, ..ada() }, MAIL, "access_denied", 65004)]
#[case::needs_an_administrator(ada(), "api://mail/Mail.Manage", "access_denied", 90094)]
#[case::disabled(VirtualUser::new("di@contoso.test"), CALENDAR, "access_denied", 50057)]
#[tokio::test]
async fn a_refusal_comes_back_as_cancel(
    #[case] user: VirtualUser,
    #[case] scope: &str,
    #[case] error: &str,
    #[case] code: u32,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let visit = client.visit(&user, scope, &[]).await;
    assert_eq!(visit.outcome.parameter("error"), Some(error), "{visit:#?}");
    assert_eq!(visit.outcome.parameter("error_subcode"), Some("cancel"));
    assert!(visit.outcome.parameter("error_description").unwrap().starts_with(&format!("AADSTS{code}: ")));
}

#[tokio::test]
async fn an_administrator_consents_for_everybody_by_the_control() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "mail", &["Mail.Manage"]).unwrap();
    let client = RawClient::new(&idp).await;
    let visit = client.visit(&ada(), "api://mail/Mail.Manage", &[]).await;
    assert_eq!(pages(&visit), [PageKind::Username, PageKind::Password]);
    assert!(visit.outcome.parameter("code").is_some());
}

#[tokio::test]
async fn wrong_input_is_explained_on_the_page() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    for (user, scope, number) in [
        (VirtualUser::new("nobody@contoso.test"), CALENDAR, "AADSTS50034"),
        (VirtualUser { password: "wrong".into(), ..ada() }, CALENDAR, "AADSTS50126"),
    ] {
        let error = client.browser.visit(&client.authorize_url(scope, &[]), &user).await.unwrap_err();
        assert!(error.to_string().contains(number), "{error}");
    }
    let failing = VirtualUser { mfa: MfaAnswer::Fail, ..ada() };
    let visit = client.visit(&failing, PAYROLL, &[]).await;
    assert!(visit.pages.iter().any(|page| page.error.as_deref().is_some_and(|error| error.contains("AADSTS50074"))));
    assert!(visit.outcome.parameter("code").is_none());
}

/// G1 and the rest of what is shown as a page: nothing is sent anywhere.
#[rstest]
#[case::unknown_client(&[("client_id", "d0000000-0000-4000-8000-00000000ffff")], 700016)]
#[case::malformed_client(&[("client_id", "desktop")], 700038)]
#[case::no_client(&[("client_id", "")], 900144)]
#[case::foreign_address(&[("redirect_uri", "https://evil.test/steal")], 50011)]
#[case::other_path(&[("redirect_uri", "http://localhost:1/other")], 50011)]
#[tokio::test]
async fn a_request_without_a_trusted_address_ends_in_a_page(#[case] extra: &[(&str, &str)], #[case] code: u32) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let visit = client.visit(&ada(), CALENDAR, extra).await;
    assert!(matches!(visit.outcome, Outcome::ErrorPage { code: Some(seen), .. } if seen == code), "{visit:#?}");
}

/// Mistakes of the developer come back to the redirect address.
#[rstest]
#[case::response_type(&[("response_type", "token")], "unsupported_response_type", 700054)]
#[case::no_response_type(&[("response_type", "")], "invalid_request", 900144)]
#[case::response_mode(&[("response_mode", "pigeon")], "invalid_request", 70007)]
#[case::no_scope(&[("scope", "")], "invalid_request", 900144)]
#[case::unregistered_api(&[("scope", "api://archive/Files.Read")], "invalid_client", 650057)]
#[case::unknown_scope(&[("scope", "api://mail/Mail.Typo")], "invalid_client", 650053)]
#[case::unknown_resource(&[("scope", "api://nowhere/Read")], "invalid_resource", 500011)]
#[case::default_and_name(&[("scope", "api://mail/.default api://mail/Mail.Read")], "invalid_scope", 70011)]
#[case::prompt(&[("prompt", "maybe")], "invalid_request", 90023)]
#[case::challenge(&[("code_challenge", "short")], "invalid_request", 50147)]
#[case::challenge_method(&[("code_challenge_method", "S512")], "invalid_request", 50147)]
#[case::claims(&[("claims", "rubbish")], "invalid_request", 90013)]
#[tokio::test]
async fn a_mistake_is_sent_to_the_client(#[case] extra: &[(&str, &str)], #[case] error: &str, #[case] code: u32) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let visit = client.visit(&ada(), CALENDAR, extra).await;
    assert_eq!(visit.outcome.parameter("error"), Some(error), "{visit:#?}");
    let description = visit.outcome.parameter("error_description").unwrap();
    assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
    assert_eq!(visit.outcome.parameter("state"), Some("a+b/c=|d"));
}
