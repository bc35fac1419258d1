//! The token endpoint: what a code and a refresh token are worth.

use jiff::SignedDuration;
use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::{CALENDAR, DESKTOP, MAIL, MFA_FOR_PAYROLL, PAYROLL, RawClient, jwt_claims, policy_claims};

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

fn members(body: &Value) -> Vec<&String> {
    body.as_object().unwrap().keys().collect()
}

#[tokio::test]
async fn a_code_is_redeemed_for_tokens_in_entras_order() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = client.sign_in(&ada(), CALENDAR).await;
    assert_eq!(
        members(&answer.body),
        [
            "token_type",
            "scope",
            "expires_in",
            "ext_expires_in",
            "access_token",
            "refresh_token",
            "id_token",
            "client_info"
        ]
    );
    assert_eq!(answer.text_of("token_type"), "Bearer");
    // No OpenID Connect scope: it would empty an MSAL cache (finding 15).
    assert_eq!(answer.text_of("scope"), CALENDAR);
    assert!((3600..=5400).contains(&answer.body["expires_in"].as_i64().unwrap()));
    assert_eq!(answer.headers["x-ms-clitelem"], "1,0,0,,");
}

#[tokio::test]
async fn without_openid_and_offline_access_there_is_neither_id_token_nor_refresh_token() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = client.code(&ada(), CALENDAR, &[]).await;
    let answer = client.redeem(&code, &[("client_info", "")]).await;
    assert_eq!(members(&answer.body), ["token_type", "scope", "expires_in", "ext_expires_in", "access_token"]);
}

#[tokio::test]
async fn a_version_2_access_token_has_its_claims() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = client.sign_in(&ada(), CALENDAR).await;
    let claims = jwt_claims(answer.text_of("access_token"));
    assert_eq!(
        members(&claims),
        [
            "aud",
            "iss",
            "iat",
            "nbf",
            "exp",
            "aio",
            "azp",
            "azpacr",
            "name",
            "oid",
            "preferred_username",
            "rh",
            "scp",
            "sid",
            "sub",
            "tid",
            "uti",
            "ver",
        ]
    );
    assert_eq!(claims["aud"], "b0000000-0000-4000-8000-000000000001");
    assert_eq!(claims["iss"], idp.issuer());
    assert_eq!((&claims["azp"], &claims["azpacr"], &claims["ver"]), (&json!(DESKTOP), &json!("0"), &json!("2.0")));
    assert_eq!(claims["iat"], claims["nbf"]);
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime, answer.body["expires_in"].as_i64().unwrap() + 300);
}

#[tokio::test]
async fn a_version_1_access_token_tells_the_methods_of_the_sign_in() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = client.sign_in(&ada(), PAYROLL).await;
    let claims = jwt_claims(answer.text_of("access_token"));
    assert_eq!((&claims["aud"], &claims["ver"]), (&json!("api://payroll"), &json!("1.0")));
    assert_eq!(claims["iss"], format!("{}/", idp.authority()));
    assert_eq!(claims["amr"], json!(["pwd", "mfa"]));
    assert_eq!((&claims["appid"], &claims["appidacr"]), (&json!(DESKTOP), &json!("0")));
    assert_eq!((&claims["upn"], &claims["given_name"]), (&json!("ada@contoso.test"), &json!("Ada")));
}

#[rstest]
#[case::asked(&[("nonce", "n-0S6_WzA2Mj")], Some("n-0S6_WzA2Mj"))]
#[case::not_asked(&[], None)]
#[tokio::test]
async fn a_nonce_is_in_the_id_token_exactly_if_it_was_asked_for(
    #[case] extra: &[(&str, &str)],
    #[case] expected: Option<&str>,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let scope = format!("{CALENDAR} openid profile offline_access");
    let code = client.code(&ada(), &scope, extra).await;
    let answer = client.redeem(&code, &[]).await;
    let id_token = jwt_claims(answer.text_of("id_token"));
    assert_eq!(id_token.get("nonce").and_then(Value::as_str), expected);
    assert_eq!((&id_token["aud"], &id_token["ver"]), (&json!(DESKTOP), &json!("2.0")));
    assert_eq!(id_token["preferred_username"], "ada@contoso.test");
    let refreshed = client.refresh(answer.text_of("refresh_token"), CALENDAR, &[]).await;
    assert!(jwt_claims(refreshed.text_of("id_token")).get("nonce").is_none());
    assert!(!refreshed.text_of("client_info").is_empty());
}

/// H1 to H7.
#[rstest]
#[case::wrong_verifier(&[("code_verifier", "another-verifier-another-verifier-another-v")], "invalid_grant", 501_481)]
#[case::no_verifier(&[("code_verifier", "")], "invalid_request", 900_144)]
#[case::other_address(&[("redirect_uri", "http://localhost:1")], "invalid_grant", 500_112)]
#[case::other_client(&[("client_id", "d0000000-0000-4000-8000-000000000002")], "invalid_grant", 70000)]
#[case::two_apis(&[("scope", "api://calendar/Events.Read api://mail/Mail.Read")], "invalid_request", 28000)]
#[case::never_authorized(&[("scope", "api://mail/Mail.Read")], "invalid_grant", 65001)]
#[tokio::test]
async fn a_code_is_not_redeemed(#[case] extra: &[(&str, &str)], #[case] error: &str, #[case] number: u64) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = client.code(&ada(), CALENDAR, &[]).await;
    let answer = client.redeem(&code, extra).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (400, error, Some(number)), "{}", answer.text);
}

#[tokio::test]
async fn a_wrong_verifier_does_not_burn_the_code_and_a_redemption_does() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = client.code(&ada(), CALENDAR, &[]).await;
    assert_eq!(client.redeem(&code, &[("code_verifier", &"x".repeat(43))]).await.code(), Some(501_481));
    assert_eq!(client.redeem(&code, &[]).await.status, 200);
    assert_eq!(client.redeem(&code, &[]).await.code(), Some(54005));
}

#[tokio::test]
async fn a_code_lives_ten_minutes_in_its_own_tenant() {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    let code = client.code(&ada(), CALENDAR, &[]).await;
    let contoso = std::mem::replace(&mut client.authority, format!("{}/fabrikam.test", idp.base()));
    assert_eq!(client.redeem(&code, &[]).await.code(), Some(700_005));
    client.authority = contoso;
    idp.tenant().advance_clock(SignedDuration::from_mins(11));
    assert_eq!(client.redeem(&code, &[]).await.code(), Some(70008));
}

#[tokio::test]
async fn a_verifier_for_a_code_without_challenge_is_refused() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = client.code(&ada(), CALENDAR, &none).await;
    assert_eq!(client.redeem(&code, &[]).await.code(), Some(501_481));
    assert_eq!(client.redeem(&code, &[("code_verifier", "")]).await.status, 200);
}

#[tokio::test]
async fn a_plain_challenge_is_its_verifier() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let verifier = "plain-verifier-plain-verifier-plain-verifier";
    let code = client.code(&ada(), CALENDAR, &[("code_challenge", verifier), ("code_challenge_method", "plain")]).await;
    assert_eq!(client.redeem(&code, &[]).await.code(), Some(501_481));
    assert_eq!(client.redeem(&code, &[("code_verifier", verifier)]).await.status, 200);
}

#[tokio::test]
async fn extra_scopes_are_consented_at_once_and_redeemed_one_api_at_a_time() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = client.code(&ada(), &format!("{CALENDAR} {MAIL} offline_access"), &[]).await;
    let first = client.redeem(&code, &[("scope", &format!("{CALENDAR} offline_access"))]).await;
    assert_eq!(first.text_of("scope"), CALENDAR);
    let second = client.refresh(first.text_of("refresh_token"), MAIL, &[]).await;
    assert_eq!((second.status, second.text_of("scope")), (200, MAIL));
    let neither = client.refresh(first.text_of("refresh_token"), &format!("{CALENDAR} {MAIL}"), &[]).await;
    assert_eq!((neither.text_of("error"), neither.code()), ("invalid_request", Some(28000)));
}

#[rstest]
#[case::named("api://mail/Mail.Read", "api://mail/Mail.Read api://mail/Mail.Send")]
#[case::other_case("api://mail/mail.read", "api://mail/mail.read api://mail/Mail.Send")]
#[case::twice("api://mail/Mail.Read api://mail/Mail.Read", "api://mail/Mail.Read api://mail/Mail.Send")]
#[case::by_id(
    "b0000000-0000-4000-8000-000000000002/Mail.Read",
    "b0000000-0000-4000-8000-000000000002/Mail.Read b0000000-0000-4000-8000-000000000002/Mail.Send"
)]
#[case::default("api://mail/.default", "api://mail/.default api://mail/Mail.Read api://mail/Mail.Send")]
#[tokio::test]
async fn the_answer_lists_what_is_granted_in_the_form_it_was_asked(#[case] asked: &str, #[case] expected: &str) {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(Some("ada"), "desktop", "mail", &["Mail.Read", "Mail.Send"]).unwrap();
    let client = RawClient::new(&idp).await;
    let answer = client.sign_in(&ada(), asked).await;
    assert_eq!(answer.text_of("scope"), expected);
    assert_eq!(jwt_claims(answer.text_of("access_token"))["scp"], "Mail.Read Mail.Send");
}

/// What a silent request meets (C1, D1, D2, D3, D7, both at once).
#[rstest]
#[case::consent(MAIL, 65001, Some("consent_required"), false, false)]
#[case::consent_and_policy(PAYROLL, 65001, Some("consent_required"), true, false)]
#[tokio::test]
async fn a_refresh_for_another_api_is_refused_with_what_is_missing(
    #[case] scope: &str,
    #[case] number: u64,
    #[case] suberror: Option<&str>,
    #[case] claims: bool,
    #[case] error_uri: bool,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    let answer = client.refresh(first.text_of("refresh_token"), scope, &[]).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (400, "invalid_grant", Some(number)));
    assert_eq!(answer.body["suberror"].as_str(), suberror);
    assert_eq!(answer.body["claims"].as_str(), claims.then(|| policy_claims(MFA_FOR_PAYROLL)).as_deref());
    assert_eq!(answer.body.get("error_uri").is_some(), error_uri);
    assert!(answer.text_of("error_description").contains(&format!("'{DESKTOP}' named 'Desktop sample'")));
}

#[tokio::test]
async fn mfa_by_policy_names_the_policy_and_by_the_user_none() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "payroll", &["Salary.Read"]).unwrap();
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    let refresh_token = first.text_of("refresh_token");
    let answer = client.refresh(refresh_token, PAYROLL, &[]).await;
    assert_eq!((answer.code(), answer.text_of("suberror")), (Some(50076), "basic_action"));
    assert_eq!(answer.text_of("claims"), policy_claims(MFA_FOR_PAYROLL));
    assert!(answer.text_of("error_description").contains("'b0000000-0000-4000-8000-000000000003'"));

    idp.tenant().set_policies(Vec::new());
    idp.tenant().change_user("ada", |ada| ada.per_user_mfa = true).unwrap();
    let answer = client.refresh(refresh_token, PAYROLL, &[]).await;
    assert_eq!((answer.code(), answer.text_of("suberror")), (Some(50076), "basic_action"));
    assert!(answer.body.get("claims").is_none());
}

#[tokio::test]
async fn the_refresh_token_carries_the_second_factor() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    let client = RawClient::new(&idp).await;
    let strong = client.sign_in(&ada(), PAYROLL).await;
    let calendar = client.refresh(strong.text_of("refresh_token"), CALENDAR, &[]).await;
    let again = client.refresh(calendar.text_of("refresh_token"), PAYROLL, &[]).await;
    assert_eq!(jwt_claims(again.text_of("access_token"))["amr"], json!(["pwd", "mfa"]));
    // Each use gives a new token, and the old one stays good.
    assert_eq!(client.refresh(strong.text_of("refresh_token"), CALENDAR, &[]).await.status, 200);
}

/// B1, B3, B9, B10: the grant or the account is finished; no claims, even where a policy applies.
#[rstest]
#[case::revoked(|idp: &MockIdp| idp.tenant().revoke_sessions("ada").unwrap(), 50173, Some("bad_token"))]
#[case::inactive(|idp: &MockIdp| idp.tenant().advance_clock(SignedDuration::from_hours(91 * 24)), 700_082, Some("bad_token"))]
#[case::disabled(|idp: &MockIdp| idp.tenant().change_user("ada", |ada| ada.enabled = false).unwrap(), 50057, None)]
#[case::reset(MockIdp::reset, 70000, None)]
#[tokio::test]
async fn a_finished_grant_carries_no_claims(
    #[case] happens: fn(&MockIdp),
    #[case] number: u64,
    #[case] suberror: Option<&str>,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    idp.tenant().advance_clock(SignedDuration::from_secs(1));
    happens(&idp);
    let answer = client.refresh(first.text_of("refresh_token"), PAYROLL, &[]).await;
    assert_eq!((answer.text_of("error"), answer.code()), ("invalid_grant", Some(number)), "{}", answer.text);
    assert_eq!(answer.body["suberror"].as_str(), suberror);
    assert!(answer.body.get("claims").is_none());
}

#[tokio::test]
async fn a_revoked_grant_names_both_times_with_seven_digits() {
    let idp = MockIdp::start().await;
    idp.tenant().freeze_clock("2026-01-01T00:00:00.1234567Z".parse().unwrap());
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    idp.tenant().advance_clock(SignedDuration::from_secs(60));
    idp.tenant().revoke_sessions("ada").unwrap();
    let answer = client.refresh(first.text_of("refresh_token"), CALENDAR, &[]).await;
    let text = answer.text_of("error_description");
    assert!(
        text.contains("'2026-01-01T00:00:00.1234567Z'") && text.contains("'2026-01-01T00:01:00.1234567Z'"),
        "{text}"
    );
}

#[tokio::test]
async fn a_capable_client_gets_long_tokens_where_the_api_takes_part() {
    let idp = MockIdp::start().await;
    let tenant = idp.tenant();
    tenant.grant_consent(None, "desktop", "news", &["Articles.Read"]).unwrap();
    tenant.grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    let capable = [("claims", r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#)];
    let news = client.refresh(first.text_of("refresh_token"), "api://news/Articles.Read", &capable).await;
    let expires_in = news.body["expires_in"].as_i64().unwrap();
    assert!((20 * 3600..=28 * 3600).contains(&expires_in));
    assert_eq!(news.body["refresh_in"].as_i64(), Some(expires_in / 2));
    assert_eq!(jwt_claims(news.text_of("access_token"))["xms_cc"], json!(["cp1"]));
    let calendar = client.refresh(first.text_of("refresh_token"), CALENDAR, &capable).await;
    assert!(calendar.body.get("refresh_in").is_none());
    assert!(jwt_claims(calendar.text_of("access_token")).get("xms_cc").is_none());
}

#[tokio::test]
async fn tenants_do_not_see_one_another() {
    let idp = MockIdp::start().await;
    let (one, other) = (idp.new_tenant("contoso").unwrap(), idp.new_tenant("contoso").unwrap());
    one.grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    one.change_user("ada", |ada| ada.enabled = false).unwrap();
    assert!(other.directory().user("ada").unwrap().enabled);
    let mut client = RawClient::new(&idp).await;
    client.authority = other.authority();
    let user = VirtualUser::new(other.username("ada").unwrap());
    let visit = client.visit(&user, CALENDAR, &[]).await;
    assert!(visit.pages.iter().any(|page| !page.scopes.is_empty()), "consent is asked: {visit:#?}");
    assert!(one.exchanges().is_empty() && idp.exchanges().is_empty() && !other.exchanges().is_empty());
}

#[tokio::test]
async fn the_log_says_why_and_hides_secrets() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    let secrets = [first.text_of("refresh_token"), first.text_of("access_token"), "Passw0rd!", "dBjftJeZ4CVP"];
    client.refresh(first.text_of("refresh_token"), PAYROLL, &[]).await;
    let log = client.send(client.request(Method::GET, "/_mock/tenants/contoso/exchanges")).await;
    for secret in secrets {
        assert!(!log.text.contains(secret));
    }
    let last = log.body["exchanges"].as_array().unwrap().last().unwrap();
    let reasons: Vec<&str> = last["reasons"].as_array().unwrap().iter().filter_map(|r| r["because"].as_str()).collect();
    assert_eq!(
        reasons,
        ["no consent on record for Salary.Read of payroll", "policy mfa-for-payroll guards payroll: not met"]
    );
    assert_eq!(last["answer"]["claims"], policy_claims(MFA_FOR_PAYROLL));
}

#[tokio::test]
async fn nothing_secret_is_in_the_servers_debug_output() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = client.code(&ada(), CALENDAR, &[]).await;
    let printed = format!("{idp:?}");
    for secret in [code.as_str(), "Passw0rd!", "123456", "portal-secret"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
