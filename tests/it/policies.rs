//! Conditional Access as a silent client sees it: status, error, number, suberror and claims, control by control.

use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    directory::{
        ErrorChange, GrantControl, GrantControls, Method, Policy, RiskLevel, SessionControls, SignInFrequency,
        Suberror, Targets,
    },
    virtual_user::{Answer as Says, Outcome, PageKind, VirtualUser},
};
use rstest::rstest;
use serde_json::json;
use tests::{Answer, CALENDAR, RawClient, jwt_claims};
use uuid::Uuid;

const PAYROLL: &str = "api://payroll/Salary.Read";
const GUARD: Uuid = Uuid::from_u128(0xf000_0000_0000_4000_8000_0000_0000_0009);

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

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

/// Signs ada in by password and lets `policy` guard payroll afterwards.
async fn guarded(policy: Policy) -> (MockIdp, RawClient, String) {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "payroll", &["Salary.Read"]).unwrap();
    idp.tenant().change_user("ada", |ada| ada.facts.risk.user = RiskLevel::High).unwrap();
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    idp.tenant().set_policies(vec![policy]);
    (idp, client, first.text_of("refresh_token").to_owned())
}

/// Status, error, number and suberror.
fn summary(answer: &Answer) -> (u16, &str, Option<u64>, Option<&str>) {
    (answer.status, answer.text_of("error"), answer.code(), answer.body["suberror"].as_str())
}

fn claims() -> String {
    json!({ "access_token": { "capolids": { "essential": true, "values": [GUARD] } } }).to_string()
}

/// 2.5 D6 to D14, D18: the pages cannot help, so the way back is the page that says why.
#[rstest]
#[case::block(GrantControl::Block, 400, "invalid_grant", 53003, Some("message_only"), "policies do not allow")]
#[case::compliant_device(
    GrantControl::CompliantDevice,
    400,
    "invalid_grant",
    53000,
    Some("additional_action"),
    "its state is 'unregistered'"
)]
#[case::domain_joined_device(
    GrantControl::DomainJoinedDevice,
    400,
    "invalid_grant",
    53001,
    Some("additional_action"),
    "'domain_joined'"
)]
#[case::registered_device(
    GrantControl::RegisteredDevice,
    400,
    "invalid_grant",
    50129,
    Some("additional_action"),
    "not registered"
)]
#[case::approved_application(
    GrantControl::ApprovedApplication,
    400,
    "invalid_grant",
    53002,
    Some("message_only"),
    "'Desktop sample'"
)]
#[case::app_protection(
    GrantControl::AppProtection,
    400,
    "unauthorized_client",
    53009,
    Some("protection_policy_required"),
    "'Desktop sample'"
)]
#[tokio::test]
async fn a_control_that_no_page_can_meet(
    #[case] control: GrantControl,
    #[case] status: u16,
    #[case] error: &str,
    #[case] number: u64,
    #[case] suberror: Option<&str>,
    #[case] says: &str,
) {
    let (_idp, client, refresh_token) = guarded(guard(control)).await;
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (status, error, Some(number), suberror), "{}", answer.text);
    assert_eq!(answer.text_of("claims"), claims());
    assert!(answer.text_of("error_description").contains(says), "{}", answer.text);
    // Another API is not guarded.
    assert_eq!(client.refresh(&refresh_token, CALENDAR, &[]).await.status, 200);

    let visit = client.visit(&ada(), PAYROLL, &[("claims", &claims())]).await;
    assert_eq!(visit.outcome.parameter("error"), Some("access_denied"), "{visit:#?}");
    assert!(visit.outcome.parameter("error_description").unwrap().contains(&format!("AADSTS{number}:")));
    let silent = client.visit(&ada(), PAYROLL, &[("prompt", "none")]).await;
    assert_eq!(silent.outcome.parameter("error"), Some("interaction_required"), "{silent:#?}");
}

/// 2.5 D6 and D12: the pages help, and whoever declines takes the number back to the application.
#[rstest]
#[case::password_change(
    GrantControl::PasswordChange,
    400,
    "invalid_grant",
    50135,
    Some("basic_action"),
    "risk is 'high'"
)]
#[case::terms_of_use(GrantControl::TermsOfUse, 400, "invalid_grant", 50158, Some("basic_action"), "terms of use")]
#[case::external_challenge(
    GrantControl::ExternalChallenge,
    400,
    "invalid_grant",
    50158,
    Some("basic_action"),
    "another provider"
)]
#[tokio::test]
async fn a_control_that_a_page_meets(
    #[case] control: GrantControl,
    #[case] status: u16,
    #[case] error: &str,
    #[case] number: u64,
    #[case] suberror: Option<&str>,
    #[case] says: &str,
) {
    let (_idp, client, refresh_token) = guarded(guard(control)).await;
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (status, error, Some(number), suberror), "{}", answer.text);
    assert_eq!(answer.text_of("claims"), claims());
    assert!(answer.text_of("error_description").contains(says), "{}", answer.text);

    let refuses = VirtualUser {
        terms_of_use: Says::Decline,
        external_challenge: Says::Decline,
        cancel_at: (control == GrantControl::PasswordChange).then_some(PageKind::PasswordChange),
        ..ada()
    };
    let declined = client.visit(&refuses, PAYROLL, &[]).await;
    match control {
        // There is no button to refuse a new password with.
        GrantControl::PasswordChange => assert!(matches!(declined.outcome, Outcome::Abandoned { .. }), "{declined:#?}"),
        _ => {
            assert_eq!(declined.outcome.parameter("error"), Some("access_denied"), "{declined:#?}");
            let description = declined.outcome.parameter("error_description").unwrap();
            assert!(description.contains(&format!("AADSTS{number}:")), "{description}");
        }
    }

    let code = client.code(&ada(), &format!("{PAYROLL} offline_access"), &[("claims", &claims())]).await;
    let token = client.redeem(&code, &[]).await;
    assert_eq!(token.status, 200, "{}", token.text);
    // The silent request is served from then on; after a change of password by the new grant alone.
    let again = client.refresh(token.text_of("refresh_token"), PAYROLL, &[]).await;
    assert_eq!(again.status, 200, "{}", again.text);
}

/// What is wrong with a new password is said on the page.
#[rstest]
#[case::too_short("short", "at least 8")]
#[case::the_old_one("Passw0rd!", "differs")]
#[tokio::test]
async fn a_new_password_must_be_one(#[case] new_password: &str, #[case] says: &str) {
    let (_idp, client, _) = guarded(guard(GrantControl::PasswordChange)).await;
    let ada = VirtualUser { new_password: new_password.to_owned(), ..ada() };
    let refused = client.browser.visit(&client.authorize_url(PAYROLL, &[]), &ada).await.unwrap_err();
    assert!(refused.to_string().contains(says), "{refused}");
}

/// Authentication strength: a one-time code will not do, and the passkey is registered on the way.
#[tokio::test]
async fn a_strength_is_reached_by_its_own_method() {
    let (idp, client, refresh_token) = guarded(guard(GrantControl::PhishingResistantMfa)).await;
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (400, "invalid_grant", Some(50079), Some("basic_action")), "{}", answer.text);
    let code = client.code(&ada(), &format!("{PAYROLL} offline_access"), &[]).await;
    let token = client.redeem(&code, &[]).await;
    assert_eq!(jwt_claims(token.text_of("access_token"))["amr"], json!(["pwd", "rsa", "mfa"]));
    let methods = idp.tenant().directory().user("ada").unwrap().methods.clone();
    assert_eq!(methods, [Method::OneTimeCode, Method::Passkey]);
    // The old grant has proved nothing more.
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(answer.code(), Some(50076));
}

/// Finding 14: the device challenge is a 401 without suberror and claims.
#[tokio::test]
async fn a_device_that_must_prove_itself_is_a_401() {
    let (idp, client, refresh_token) = guarded(guard(GrantControl::DeviceAuthentication)).await;
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (401, "invalid_grant", Some(50097), None), "{}", answer.text);
    assert!(answer.body.get("claims").is_none() && answer.body.get("error_uri").is_some());
    idp.tenant().change_user("ada", |ada| ada.facts.device.authenticated = true).unwrap();
    assert_eq!(client.refresh(&refresh_token, PAYROLL, &[]).await.status, 200);
}

#[tokio::test]
async fn one_of_several_controls_is_enough() {
    let either = vec![GrantControl::CompliantDevice, GrantControl::Mfa];
    let grant = GrantControls { any_of: either, ..GrantControls::default() };
    let (idp, client, refresh_token) = guarded(Policy { grant, ..guard(GrantControl::Mfa) }).await;
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (400, "invalid_grant", Some(50076), Some("basic_action")));
    idp.tenant().change_user("ada", |ada| ada.facts.device.compliant = true).unwrap();
    assert_eq!(client.refresh(&refresh_token, PAYROLL, &[]).await.status, 200);
}

/// Section 8, 1 to 3: nobody has seen these members on the wire.
#[tokio::test]
async fn switches_change_what_is_said_of_devices() {
    let (idp, client, refresh_token) = guarded(guard(GrantControl::CompliantDevice)).await;
    idp.tenant().change_switches(|switches| {
        let change =
            ErrorChange { suberror: Some(Suberror::MessageOnly), claims: Some(false), ..ErrorChange::default() };
        switches.errors.insert("53000".to_owned(), change);
    });
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (400, "invalid_grant", Some(53000), Some("message_only")));
    assert!(answer.body.get("claims").is_none());
    idp.tenant().change_switches(|switches| {
        let change = ErrorChange { suberror: Some(Suberror::Absent), ..ErrorChange::default() };
        switches.errors.insert("53000".to_owned(), change);
    });
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (400, "invalid_grant", Some(53000), None));
}

/// B2: no claims, no error_uri; the grant still serves an API without such a policy.
#[tokio::test]
async fn a_sign_in_that_is_too_old_for_one_api() {
    let frequency = Some(SignInFrequency::Every(SignedDuration::from_hours(9)));
    let session = SessionControls { sign_in_frequency: frequency, ..SessionControls::default() };
    let (idp, client, refresh_token) = guarded(Policy { session, ..guard(GrantControl::Mfa) }).await;
    idp.tenant().advance_clock(SignedDuration::from_hours(10));
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (400, "invalid_grant", Some(70043), Some("token_expired")), "{}", answer.text);
    assert!(answer.body.get("claims").is_none() && answer.body.get("error_uri").is_none());
    assert!(answer.text_of("error_description").contains("is 32400."), "{}", answer.text);
    assert_eq!(client.refresh(&refresh_token, CALENDAR, &[]).await.status, 200);

    let none = client.visit(&ada(), PAYROLL, &[("prompt", "none")]).await;
    assert_eq!(none.outcome.parameter("error"), Some("login_required"), "{none:#?}");
    let fresh = client.sign_in(&ada(), PAYROLL).await;
    assert_eq!(fresh.status, 200, "{}", fresh.text);
    let answer = client.refresh(fresh.text_of("refresh_token"), PAYROLL, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// D4: the password is fresh and the second factor is not.
#[tokio::test]
async fn a_second_factor_that_is_too_old() {
    let session = SessionControls {
        sign_in_frequency: Some(SignInFrequency::Every(SignedDuration::from_hours(1))),
        ..SessionControls::default()
    };
    let (idp, client, _) = guarded(Policy { session, ..guard(GrantControl::Mfa) }).await;
    assert_eq!(client.sign_in(&ada(), PAYROLL).await.status, 200);
    idp.tenant().advance_clock(SignedDuration::from_hours(2));
    let scope = format!("{CALENDAR} offline_access");
    let code = client.code(&ada(), &scope, &[("prompt", "login")]).await;
    let again = client.redeem(&code, &[("scope", scope.as_str())]).await;
    let answer = client.refresh(again.text_of("refresh_token"), PAYROLL, &[]).await;
    assert_eq!(summary(&answer), (400, "invalid_grant", Some(50078), Some("basic_action")), "{}", answer.text);
    assert_eq!(answer.text_of("claims"), claims());
    assert_eq!(client.sign_in(&ada(), PAYROLL).await.status, 200);
}

/// Conditions decide whether a policy is there at all: its claims are, too.
#[rstest]
#[case::guests(|policy: &mut Policy| policy.users.include = vec!["guests".to_owned()], false)]
#[case::group(|policy: &mut Policy| policy.users.include = vec!["group:finance".to_owned()], true)]
#[case::administrators_exempt(|policy: &mut Policy| policy.users.exclude = vec!["administrators".to_owned()], true)]
#[case::other_client(|policy: &mut Policy| policy.clients.include = vec!["spa".to_owned()], false)]
#[case::all_apis(|policy: &mut Policy| policy.targets.apis = vec!["all".to_owned()], true)]
#[case::all_but_payroll(
    |policy: &mut Policy| {
        policy.targets.apis = vec!["all".to_owned()];
        policy.targets.exclude = vec!["payroll".to_owned()];
    },
    false)]
#[case::device_code(|policy: &mut Policy| policy.conditions.device_code_flow = true, false)]
#[case::user_risk(|policy: &mut Policy| policy.conditions.user_risk = vec![RiskLevel::High], true)]
#[case::sign_in_risk(|policy: &mut Policy| policy.conditions.sign_in_risk = vec![RiskLevel::High], false)]
#[tokio::test]
async fn a_policy_is_in_force_under_its_conditions(#[case] change: fn(&mut Policy), #[case] in_force: bool) {
    let mut policy = guard(GrantControl::Block);
    change(&mut policy);
    let (idp, client, refresh_token) = guarded(policy).await;
    idp.tenant().change_user("ada", |ada| ada.groups = vec!["finance".to_owned()]).unwrap();
    let answer = client.refresh(&refresh_token, PAYROLL, &[]).await;
    if in_force {
        assert_eq!(summary(&answer), (400, "invalid_grant", Some(53003), Some("message_only")), "{}", answer.text);
        assert_eq!(answer.text_of("claims"), claims());
    } else {
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

/// A code from the pages is no device code, although both travel as `code`.
#[tokio::test]
async fn a_policy_for_device_codes_does_not_touch_a_browser() {
    let idp = MockIdp::start().await;
    let mut policy = guard(GrantControl::Block);
    policy.conditions.device_code_flow = true;
    idp.tenant().set_policies(vec![policy]);
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&ada(), PAYROLL).await;
    assert_eq!(token.status, 200, "{}", token.text);
}
