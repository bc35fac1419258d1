//! Which refusals of a grant have another error on v1, and which are the same in both dialects.

use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    directory::{Dialect, GrantControl, GrantControls, Policy, Targets},
    virtual_user::{PageKind, VirtualUser},
};
use rstest::rstest;
use serde_json::json;
use tests::{CALENDAR, MAIL, MFA_FOR_PAYROLL, PAYROLL, RawClient, policy_claims};
use uuid::Uuid;

use super::{ada, members, refresh, sign_in, v1_client, verdict};

const GUARD: Uuid = Uuid::from_u128(0xf000_0000_0000_4000_8000_0000_0000_0009);

/// A policy that guards payroll.
fn guard(control: GrantControl) -> Policy {
    Policy {
        id: GUARD,
        name: "guard".to_owned(),
        targets: Targets { apis: vec!["payroll".to_owned()], ..Targets::default() },
        grant: GrantControls { all_of: vec![control], ..GrantControls::default() },
        ..Policy::default()
    }
}

/// 2.5 D on v1: the top-level error is another, all else is the same, claims and suberror included.
#[rstest]
#[case::d1("ada", GrantControl::Mfa, "interaction_required", 50076, "basic_action")]
#[case::d3("bo", GrantControl::Mfa, "interaction_required", 50079, "basic_action")]
#[case::d6("ada", GrantControl::TermsOfUse, "interaction_required", 50158, "basic_action")]
#[case::d7("ada", GrantControl::Block, "interaction_required", 53003, "message_only")]
#[case::d8("ada", GrantControl::CompliantDevice, "interaction_required", 53000, "additional_action")]
#[case::d9("ada", GrantControl::DomainJoinedDevice, "interaction_required", 53001, "additional_action")]
#[case::d10("ada", GrantControl::ApprovedApplication, "interaction_required", 53002, "message_only")]
#[case::d11("ada", GrantControl::AppProtection, "unauthorized_client", 53009, "protection_policy_required")]
#[case::d14("ada", GrantControl::RegisteredDevice, "interaction_required", 50129, "additional_action")]
#[tokio::test]
async fn conditional_access_requires_interaction(
    #[case] user: &str,
    #[case] control: GrantControl,
    #[case] error: &str,
    #[case] number: u64,
    #[case] suberror: &str,
) {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "payroll", &["Salary.Read"]).unwrap();
    let mut client = v1_client(&idp).await;
    let user = VirtualUser::new(format!("{user}@contoso.test"));
    let first = sign_in(&client, &user, "api://calendar").await;
    idp.tenant().set_policies(vec![guard(control)]);
    let answer = refresh(&client, first.text_of("refresh_token"), "api://payroll").await;
    assert_eq!(verdict(&answer), (400, error, Some(number), Some(suberror)), "{}", answer.text);
    let claims = json!({ "access_token": { "capolids": { "essential": true, "values": [GUARD] } } }).to_string();
    assert_eq!(answer.text_of("claims"), claims);
    assert_eq!(
        members(&answer.body),
        [
            "error",
            "error_description",
            "error_codes",
            "timestamp",
            "trace_id",
            "correlation_id",
            "error_uri",
            "suberror",
            "claims"
        ]
    );
    let logged = idp.tenant().exchanges().pop().unwrap();
    assert_eq!(logged.answer.error.as_deref(), Some(error));

    client.protocol = "oauth2/v2.0";
    let on_v2 = client.refresh(first.text_of("refresh_token"), PAYROLL, &[]).await;
    let expected = if number == 53009 { "unauthorized_client" } else { "invalid_grant" };
    assert_eq!(verdict(&on_v2), (400, expected, Some(number), Some(suberror)), "{}", on_v2.text);
    assert_eq!(on_v2.text_of("claims"), claims);
}

/// Finding 14: the device challenge is a 401 in v1 as well, where it was recorded.
#[tokio::test]
async fn the_device_challenge_is_no_interaction() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "payroll", &["Salary.Read"]).unwrap();
    let client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    idp.tenant().set_policies(vec![guard(GrantControl::DeviceAuthentication)]);
    let answer = refresh(&client, first.text_of("refresh_token"), "api://payroll").await;
    assert_eq!(verdict(&answer), (401, "invalid_grant", Some(50097), None), "{}", answer.text);
    assert!(answer.body.get("claims").is_none() && answer.body.get("error_uri").is_some());
}

/// The claims that v1 sent are met on the pages, and the same refresh succeeds.
#[tokio::test]
async fn the_claims_of_a_refusal_lead_to_the_token() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "payroll", &["Salary.Read"]).unwrap();
    let client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    let refused = refresh(&client, first.text_of("refresh_token"), "api://payroll").await;
    assert_eq!(refused.text_of("error"), "interaction_required");
    let claims = refused.text_of("claims");
    let extra = [("scope", ""), ("resource", "api://payroll"), ("claims", claims), ("login_hint", "ada@contoso.test")];
    let visit = client.visit(&ada(), "", &extra).await;
    assert_eq!(visit.pages.iter().map(|page| page.kind).collect::<Vec<_>>(), [PageKind::OneTimeCode]);
    let code = visit.outcome.parameter("code").unwrap();
    let answer = client.redeem(code, &[("resource", "api://payroll"), ("claims", claims)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let again = refresh(&client, answer.text_of("refresh_token"), "api://payroll").await;
    assert_eq!(again.status, 200, "{}", again.text);
}

/// C1: consent is no interaction_required, and a policy's claims come with it all the same.
#[rstest]
#[case::no_policy("api://mail", None)]
#[case::policy("api://payroll", Some(policy_claims(MFA_FOR_PAYROLL)))]
#[tokio::test]
async fn missing_consent_is_the_same_in_both_dialects(#[case] resource: &str, #[case] claims: Option<String>) {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    client.protocol = "oauth2";
    let answer = refresh(&client, first.text_of("refresh_token"), resource).await;
    assert_eq!(verdict(&answer), (400, "invalid_grant", Some(65001), Some("consent_required")), "{}", answer.text);
    assert_eq!(answer.body["claims"].as_str(), claims.as_deref());
}

/// B1, B3, B6: a grant that is finished.
#[rstest]
#[case::inactive(700_082)]
#[case::revoked(50173)]
#[case::malformed(9_002_313)]
#[tokio::test]
async fn dead_grants_are_the_same_in_both_dialects(#[case] number: u64) {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    let mut refresh_token = first.text_of("refresh_token");
    match number {
        700_082 => idp.tenant().advance_clock(SignedDuration::from_hours(91 * 24)),
        50173 => {
            idp.tenant().advance_clock(SignedDuration::from_secs(1));
            idp.tenant().revoke_sessions("ada").unwrap();
        }
        _ => refresh_token = "rubbish",
    }
    let answer = refresh(&client, refresh_token, "api://calendar").await;
    assert_eq!(verdict(&answer), (400, "invalid_grant", Some(number), Some("bad_token")), "{}", answer.text);
    assert!(answer.body.get("claims").is_none());
}

/// B8: the top-level error is the suberror, and the address where the password is changed is told in v1 alone.
#[tokio::test]
async fn an_expired_password_has_an_error_of_its_own() {
    let idp = MockIdp::start().await;
    let mut client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    idp.tenant().change_user("ada", |ada| ada.password_expired = true).unwrap();
    let answer = refresh(&client, first.text_of("refresh_token"), "api://calendar").await;
    let expected = (400, "user_password_expired", Some(50055), Some("user_password_expired"));
    assert_eq!(verdict(&answer), expected, "{}", answer.text);
    assert!(answer.body.get("claims").is_none());
    assert_eq!(answer.text_of("password_change_url"), "https://portal.microsoftonline.com/ChangePassword.aspx");
    client.protocol = "oauth2/v2.0";
    let on_v2 = client.refresh(first.text_of("refresh_token"), CALENDAR, &[]).await;
    let expected = (400, "invalid_grant", Some(50055), Some("user_password_expired"));
    assert_eq!(verdict(&on_v2), expected, "{}", on_v2.text);
    assert!(on_v2.body.get("password_change_url").is_none());
}

/// Rulings: on the redirect the dialects do not differ.
#[rstest]
#[case::nobody(false, "api://calendar", "login_required")]
#[case::consent(true, "api://mail", "consent_required")]
#[case::policy(true, "api://payroll", "interaction_required")]
#[tokio::test]
async fn prompt_none_answers_as_in_v2(#[case] signed_in: bool, #[case] resource: &str, #[case] error: &str) {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "payroll", &["Salary.Read"]).unwrap();
    let mut client = RawClient::new(&idp).await;
    if signed_in {
        client.sign_in(&ada(), CALENDAR).await;
    }
    client.protocol = "oauth2";
    let visit = client.visit(&ada(), "", &[("scope", ""), ("resource", resource), ("prompt", "none")]).await;
    assert_eq!(visit.outcome.parameter("error"), Some(error), "{visit:#?}");
}

/// `switches: { error_dialect: v1 }` is for clients that speak v2 only: requests and answers stay, errors change.
#[tokio::test]
async fn a_switch_gives_the_v2_endpoint_the_errors_of_v1() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "payroll", &["Salary.Read"]).unwrap();
    idp.tenant().change_switches(|switches| switches.error_dialect = Dialect::V1);
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    assert!(first.body["expires_in"].is_number() && first.body.get("resource").is_none());
    let refresh_token = first.text_of("refresh_token");
    let answer = client.refresh(refresh_token, PAYROLL, &[]).await;
    let expected = (400, "interaction_required", Some(50076), Some("basic_action"));
    assert_eq!(verdict(&answer), expected, "{}", answer.text);
    assert_eq!(answer.text_of("claims"), policy_claims(MFA_FOR_PAYROLL));
    let answer = client.refresh(refresh_token, MAIL, &[]).await;
    assert_eq!(verdict(&answer), (400, "invalid_grant", Some(65001), Some("consent_required")));
}
