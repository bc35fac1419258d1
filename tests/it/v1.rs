//! The v1 endpoints (`/{t}/oauth2/…`): another dialect for the same grants and policies. What differs is how a request is
//! read, how an answer and how an error is written (escalation reference, finding 1, 2.5, 6.1).

use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    directory::{Dialect, GrantControl, GrantControls, Policy, Targets},
    virtual_user::{PageKind, VirtualUser},
};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::{Answer, CALENDAR, DESKTOP, MAIL, MFA_FOR_PAYROLL, PAYROLL, RawClient, jwt_claims, policy_claims};
use url::Url;
use uuid::Uuid;

const GUARD: Uuid = Uuid::from_u128(0xf000_0000_0000_4000_8000_0000_0000_0009);
const DAEMON: &str = "d0000000-0000-4000-8000-000000000004";
const PORTAL: &str = "d0000000-0000-4000-8000-000000000003";

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

async fn v1_client(idp: &MockIdp) -> RawClient {
    let mut client = RawClient::new(idp).await;
    client.protocol = "oauth2";
    client
}

/// Gets a code for `resource` the way an old program does: no scope, no PKCE.
async fn code(client: &RawClient, user: &VirtualUser, resource: &str, extra: &[(&str, &str)]) -> String {
    let mut parameters = vec![
        ("scope", ""),
        ("resource", resource),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
        ("client_info", ""),
    ];
    parameters.extend_from_slice(extra);
    client.code(user, "", &parameters).await
}

async fn redeem(client: &RawClient, code: &str, extra: &[(&str, &str)]) -> Answer {
    client.redeem(code, &[&[("code_verifier", ""), ("client_info", "")], extra].concat()).await
}

async fn sign_in(client: &RawClient, user: &VirtualUser, resource: &str) -> Answer {
    let code = code(client, user, resource, &[]).await;
    let answer = redeem(client, &code, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

async fn refresh(client: &RawClient, refresh_token: &str, resource: &str) -> Answer {
    let base = [
        ("client_id", client.client_id.as_str()),
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
        ("resource", resource),
    ];
    client.token(&base, &[]).await
}

fn members(body: &Value) -> Vec<&str> {
    body.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Status, OAuth error, AADSTS number and suberror.
fn verdict(answer: &Answer) -> (u16, &str, Option<u64>, Option<&str>) {
    (answer.status, answer.text_of("error"), answer.code(), answer.body["suberror"].as_str())
}

#[tokio::test]
async fn an_answer_has_more_members_and_its_numbers_are_strings() {
    let idp = MockIdp::start().await;
    let now = "2026-01-05T09:00:00Z".parse().unwrap();
    idp.tenant().freeze_clock(now);
    let client = v1_client(&idp).await;
    let answer = sign_in(&client, &ada(), "api://payroll").await;
    let expected = "token_type scope expires_in ext_expires_in expires_on not_before resource access_token \
        refresh_token id_token";
    assert_eq!(members(&answer.body), expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!((answer.text_of("token_type"), answer.text_of("resource")), ("Bearer", "api://payroll"));
    assert_eq!(answer.text_of("scope"), "Salary.Read");
    assert_eq!(answer.headers["x-ms-clitelem"], "1,0,0,,");

    let number = |member: &str| answer.text_of(member).parse::<i64>().unwrap();
    assert!((3600..=5400).contains(&number("expires_in")));
    assert_eq!(number("ext_expires_in"), number("expires_in"));
    assert_eq!(number("expires_on"), now.as_second() + number("expires_in"));
    assert_eq!(number("not_before"), now.as_second() - 300);
    let claims = jwt_claims(answer.text_of("access_token"));
    assert_eq!((&claims["exp"], &claims["nbf"]), (&json!(number("expires_on")), &json!(number("not_before"))));
}

#[tokio::test]
async fn long_tokens_have_their_refresh_hint_as_a_string_too() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let claims = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let code = code(&client, &ada(), "api://news", &[("claims", claims)]).await;
    let answer = redeem(&client, &code, &[("claims", claims), ("client_info", "1")]).await;
    let seconds = |member: &str| answer.text_of(member).parse::<i64>().unwrap();
    assert_eq!(seconds("refresh_in"), seconds("expires_in") / 2, "{}", answer.text);
    assert!(members(&answer.body).ends_with(&["id_token", "client_info"]));
}

/// 6.2: the ID token follows the endpoint, and the access token its API.
#[rstest]
#[case::api_of_version_1("api://payroll", "1.0", "api://payroll")]
#[case::api_of_version_2("api://calendar", "2.0", "b0000000-0000-4000-8000-000000000001")]
#[tokio::test]
async fn id_tokens_follow_the_endpoint_and_access_tokens_their_api(
    #[case] resource: &str,
    #[case] version: &str,
    #[case] audience: &str,
) {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let code = code(&client, &ada(), resource, &[("nonce", "n-0S6")]).await;
    let answer = redeem(&client, &code, &[]).await;
    let access = jwt_claims(answer.text_of("access_token"));
    assert_eq!((&access["ver"], &access["aud"]), (&json!(version), &json!(audience)));

    let id = jwt_claims(answer.text_of("id_token"));
    let expected = "aud iss iat nbf exp amr family_name given_name ipaddr name nonce oid rh sid sub tid unique_name upn \
        uti ver";
    assert_eq!(members(&id), expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!((&id["ver"], &id["aud"], &id["nonce"]), (&json!("1.0"), &json!(DESKTOP), &json!("n-0S6")));
    assert_eq!(id["iss"], format!("{}/", idp.authority()));
    assert_eq!((&id["upn"], &id["unique_name"]), (&json!("ada@contoso.test"), &json!("ada@contoso.test")));
    assert_eq!(id["amr"], if version == "1.0" { json!(["pwd", "mfa"]) } else { json!(["pwd"]) });
    assert!(jwt_header(answer.text_of("id_token")).get("x5t").is_some());
}

fn jwt_header(token: &str) -> Value {
    let header = token.split('.').next().unwrap();
    jwt_claims(&format!(".{header}"))
}

/// The API is named by its App ID URI, with or without a closing slash and in any case, or by its id.
#[rstest]
#[case::uri("api://payroll")]
#[case::closing_slash("api://payroll/")]
#[case::any_case("API://Payroll")]
#[case::id("b0000000-0000-4000-8000-000000000003")]
#[tokio::test]
async fn a_resource_can_be_written_in_several_ways(#[case] resource: &str) {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let answer = sign_in(&client, &ada(), resource).await;
    assert_eq!((answer.text_of("resource"), answer.text_of("scope")), (resource, "Salary.Read"));
    assert_eq!(jwt_claims(answer.text_of("access_token"))["aud"], resource);
}

/// Without names the token is for every permission that was consented to, as with `.default`.
#[rstest]
#[case::none("", "Mail.Read Mail.Send")]
#[case::openid("openid", "Mail.Read Mail.Send")]
#[case::names("Mail.Send", "Mail.Send Mail.Read")]
#[tokio::test]
async fn a_token_is_for_everything_that_was_consented_to(#[case] scope: &str, #[case] granted: &str) {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "mail", &["Mail.Read", "Mail.Send"]).unwrap();
    let client = v1_client(&idp).await;
    let code = code(&client, &ada(), "api://mail", &[("scope", scope)]).await;
    let answer = redeem(&client, &code, &[("resource", "api://mail"), ("scope", scope)]).await;
    assert_eq!(answer.text_of("scope"), granted, "{}", answer.text);
}

#[tokio::test]
async fn one_refresh_token_serves_every_resource() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "mail", &["Mail.Read"]).unwrap();
    let client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    for resource in ["api://mail", "api://calendar", "https://graph.microsoft.com"] {
        let answer = refresh(&client, first.text_of("refresh_token"), resource).await;
        assert_eq!((answer.status, answer.text_of("resource")), (200, resource), "{}", answer.text);
        assert!(!answer.text_of("refresh_token").is_empty() && !answer.text_of("id_token").is_empty());
    }
}

/// `resource` may be left out at `/authorize`; then the redemption of the code has to name one.
#[tokio::test]
async fn a_code_without_a_resource_is_redeemed_for_one() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    let client = v1_client(&idp).await;
    let code = code(&client, &ada(), "", &[]).await;
    let without = redeem(&client, &code, &[]).await;
    assert_eq!(verdict(&without), (400, "invalid_request", Some(900_144), None), "{}", without.text);
    assert!(without.text_of("error_description").contains("'resource'"), "{}", without.text);
    let second = self::code(&client, &ada(), "", &[]).await;
    let answer = redeem(&client, &second, &[("resource", "api://calendar")]).await;
    assert_eq!((answer.status, answer.text_of("scope")), (200, "Events.Read"), "{}", answer.text);
}

#[rstest]
#[case::unknown("api://nowhere", "invalid_resource", 500_011)]
#[case::two_words("api://mail api://calendar", "invalid_resource", 500_011)]
#[case::unregistered("api://archive", "invalid_client", 650_057)]
#[tokio::test]
async fn a_resource_is_refused(#[case] resource: &str, #[case] error: &str, #[case] number: u64) {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    let answer = refresh(&client, first.text_of("refresh_token"), resource).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (400, error, Some(number)), "{}", answer.text);
}

/// As in version 2, where a refresh without `scope` is for what was granted (RFC 6749, 6).
#[tokio::test]
async fn a_refresh_without_a_resource_is_for_the_same_one() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    let answer = refresh(&client, first.text_of("refresh_token"), "").await;
    assert_eq!((answer.status, answer.text_of("resource")), (200, "api://calendar"), "{}", answer.text);
}

/// No PKCE and no `response_mode` are needed; other values of `prompt` than v2's are refused.
#[rstest]
#[case::admin_consent("admin_consent")]
#[case::refresh_session("refresh_session")]
#[tokio::test]
async fn prompts_that_only_v1_knows_are_refused(#[case] prompt: &str) {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let visit = client.visit(&ada(), "", &[("resource", "api://mail"), ("prompt", prompt)]).await;
    let says = visit.outcome.parameter("error_description").unwrap_or_default();
    assert!(says.contains("AADSTS90023"), "{visit:#?}");
}

#[rstest]
#[case::v1_then_v2("oauth2", "oauth2/v2.0")]
#[case::v2_then_v1("oauth2/v2.0", "oauth2")]
#[tokio::test]
async fn refresh_tokens_work_in_the_other_dialect(#[case] first: &'static str, #[case] second: &'static str) {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    client.protocol = first;
    let scope = "api://calendar/Events.Read offline_access";
    let code = client.code(&ada(), scope, &[("resource", "api://calendar")]).await;
    let both = [("scope", scope), ("resource", "api://calendar")];
    let token = client.redeem(&code, &both).await;
    assert_eq!(token.status, 200, "{}", token.text);
    client.protocol = second;
    let again = client.refresh(token.text_of("refresh_token"), CALENDAR, &[("resource", "api://calendar")]).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.body["expires_in"].is_string(), second == "oauth2");
    assert_eq!(again.body.get("resource").is_some(), second == "oauth2");
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

#[tokio::test]
async fn an_application_gets_a_token_for_a_resource() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let base = [("client_id", DAEMON), ("grant_type", "client_credentials"), ("client_secret", "daemon-secret")];
    let answer = client.token(&base, &[("resource", "api://calendar")]).await;
    assert_eq!(
        members(&answer.body),
        ["token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token"]
    );
    assert_eq!(jwt_claims(answer.text_of("access_token"))["roles"], json!(["Events.Read.All"]));
    let without = client.token(&base, &[("scope", "api://calendar/.default")]).await;
    assert_eq!((without.status, without.code()), (400, Some(900_144)));
}

#[tokio::test]
async fn password_and_on_behalf_of_take_a_resource() {
    let idp = MockIdp::start().await;
    for (client, api, scope) in [("desktop", "portal", "access_as_user"), ("portal", "payroll", "Salary.Read")] {
        idp.tenant().grant_consent(None, client, api, &[scope]).unwrap();
    }
    let client = v1_client(&idp).await;
    let base = [
        ("client_id", DESKTOP),
        ("grant_type", "password"),
        ("username", "ada@contoso.test"),
        ("password", "Passw0rd!"),
        ("resource", "api://portal"),
    ];
    let token = client.token(&base, &[]).await;
    assert_eq!((token.status, token.text_of("scope")), (200, "access_as_user"), "{}", token.text);
    let base = [
        ("client_id", PORTAL),
        ("client_secret", "portal-secret"),
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("requested_token_use", "on_behalf_of"),
        ("assertion", token.text_of("access_token")),
        ("resource", "api://payroll"),
    ];
    let refused = client.token(&base, &[]).await;
    let expected = (400, "interaction_required", Some(50076), Some("basic_action"));
    assert_eq!(verdict(&refused), expected, "{}", refused.text);
    assert_eq!(refused.text_of("claims"), policy_claims(MFA_FOR_PAYROLL));
}

#[tokio::test]
async fn a_device_asks_for_a_resource_and_gets_strings() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let path = "/contoso.test/oauth2/devicecode";
    let start = |form: &'static [(&str, &str)]| client.send(client.request(Method::POST, path).form(form));
    let without = start(&[("client_id", DESKTOP), ("scope", "api://calendar/Events.Read")]).await;
    assert_eq!((without.status, without.code()), (400, Some(900_144)), "{}", without.text);

    let started = start(&[("client_id", DESKTOP), ("resource", "api://calendar")]).await;
    assert_eq!(
        members(&started.body),
        ["user_code", "device_code", "verification_url", "expires_in", "interval", "message"]
    );
    assert_eq!((started.text_of("expires_in"), started.text_of("interval")), ("900", "5"));
    let base = [
        ("client_id", DESKTOP),
        ("grant_type", "device_code"),
        ("code", started.text_of("device_code")),
        ("resource", "api://calendar"),
    ];
    let pending = client.token(&base, &[]).await;
    assert_eq!(verdict(&pending), (400, "authorization_pending", Some(70016), None));
    let page = Url::parse(started.text_of("verification_url")).unwrap();
    client.browser.enter_device_code(&page, &ada(), started.text_of("user_code")).await.unwrap();
    let token = client.token(&base, &[]).await;
    assert_eq!((token.status, token.text_of("resource")), (200, "api://calendar"), "{}", token.text);
}

/// The v1 metadata names the v1 endpoints, and each of them is there.
#[tokio::test]
async fn the_metadata_of_v1_leads_to_its_endpoints() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let path = |address: &str| address.strip_prefix(idp.base()).unwrap().to_owned();
    let get = |address: &str| client.send(client.request(Method::GET, &path(address)));
    let metadata = get(&format!("{}/.well-known/openid-configuration", idp.authority())).await;
    assert_eq!(metadata.text_of("issuer"), format!("{}/", idp.authority()));
    let endpoint = |member: &str| metadata.text_of(member);
    for (member, place) in [
        ("authorization_endpoint", "oauth2/authorize"),
        ("token_endpoint", "oauth2/token"),
        ("device_authorization_endpoint", "oauth2/devicecode"),
        ("end_session_endpoint", "oauth2/logout"),
        ("jwks_uri", "discovery/keys"),
    ] {
        assert_eq!(endpoint(member), format!("{}/{place}", idp.authority()));
    }
    // A page that says what is missing, and not "there is no such endpoint".
    assert!(get(endpoint("authorization_endpoint")).await.text.contains("AADSTS900144"));
    for member in ["token_endpoint", "device_authorization_endpoint"] {
        let request = client.request(Method::POST, &path(endpoint(member)));
        assert_eq!(client.send(request.form(&[("x", "y")])).await.code(), Some(900_144), "{member}");
    }
    assert_eq!(get(endpoint("end_session_endpoint")).await.status, 200);
    let keys = get(endpoint("jwks_uri")).await;
    let signed = sign_in(&client, &ada(), "api://calendar").await;
    assert_eq!(keys.body["keys"][0]["kid"], jwt_header(signed.text_of("id_token"))["kid"]);
}
