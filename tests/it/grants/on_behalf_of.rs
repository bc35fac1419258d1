//! An API that calls the API behind it for the user who called it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    virtual_user::{PageKind, VirtualUser},
};
use rstest::rstest;
use tests::{Answer, CALENDAR, MFA_FOR_PAYROLL, PAYROLL, RawClient, jwt_claims, policy_claims};

use super::{DAEMON, PORTAL, grant, verdict};

const ACCESS: &str = "api://portal/access_as_user";

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

/// A signed-in desktop with a token for the portal, of whatever is on record.
async fn at_the_portal(idp: &MockIdp) -> (RawClient, Answer) {
    let client = RawClient::new(idp).await;
    let token = client.sign_in(&ada(), ACCESS).await;
    assert_eq!(token.status, 200, "{}", token.text);
    (client, token)
}

async fn on_behalf(client: &RawClient, assertion: &str, extra: &[(&str, &str)]) -> Answer {
    let base = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("requested_token_use", "on_behalf_of"),
        ("client_secret", "portal-secret"),
        ("scope", "api://payroll/Salary.Read openid profile offline_access"),
        ("assertion", assertion),
        ("client_info", "1"),
    ];
    grant(client, PORTAL, &base, extra).await
}

fn challenge(answer: &Answer) -> &str {
    answer.headers["www-authenticate"].to_str().unwrap()
}

/// The claims of a challenge, decoded.
fn claims_of(answer: &Answer) -> String {
    let (_, rest) = challenge(answer).split_once("claims=\"").unwrap();
    String::from_utf8(STANDARD.decode(rest.split('"').next().unwrap()).unwrap()).unwrap()
}

/// F6 and 4.8, from the first click to the salary.
#[tokio::test]
async fn the_demand_of_the_api_behind_reaches_the_client_and_is_met() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let visit = client.visit(&ada(), &format!("{ACCESS} offline_access"), &[]).await;
    // Combined consent: one page for the portal and for what the portal calls.
    let consent = visit.pages.iter().find(|page| page.kind == PageKind::Consent).unwrap();
    assert_eq!(consent.scopes, ["access_as_user", "User.Read", "Salary.Read", "offline_access"]);
    let weak = client.redeem(visit.outcome.parameter("code").unwrap(), &[]).await;

    let refused = client.call("/api/portal/salary", weak.text_of("access_token")).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    assert!(challenge(&refused).contains("error=\"insufficient_claims\"") && !challenge(&refused).contains("cc_type"));
    let claims = claims_of(&refused);
    assert_eq!(claims, policy_claims(MFA_FOR_PAYROLL));

    // The claims name the policy of the API behind, and are enforced for the portal now.
    let silent = client.refresh(weak.text_of("refresh_token"), ACCESS, &[("claims", &claims)]).await;
    assert_eq!(verdict(&silent), (400, "invalid_grant", Some(50076), "basic_action"));
    let code = client.code(&ada(), ACCESS, &[("claims", &claims)]).await;
    let strong = client.redeem(&code, &[]).await;
    let salary = client.call("/api/portal/salary", strong.text_of("access_token")).await;
    assert_eq!(salary.status, 200, "{}", salary.text);
    assert_eq!(salary.body["downstream"]["api"], "payroll");
    assert_eq!(salary.body["downstream"]["user"]["username"], "ada@contoso.test");
    assert_eq!(salary.body["downstream"]["strength"]["amr"], serde_json::json!(["pwd", "mfa"]));
    assert_eq!(salary.body["downstream"]["client_id"], PORTAL);
}

/// Without the claims the interactive call succeeds without a second factor, and the portal is refused again.
#[tokio::test]
async fn dropping_the_claims_does_not_help() {
    let idp = MockIdp::start().await;
    let (client, token) = at_the_portal(&idp).await;
    let first = client.call("/api/portal/salary", token.text_of("access_token")).await;
    let again = client.sign_in(&ada(), ACCESS).await;
    let second = client.call("/api/portal/salary", again.text_of("access_token")).await;
    assert_eq!((first.status, second.status), (401, 401));
    assert_eq!(claims_of(&first), claims_of(&second));
}

#[tokio::test]
async fn without_consent_for_the_portal_itself_the_answer_is_final() {
    let idp = MockIdp::start().await;
    idp.tenant().set_policies(Vec::new());
    idp.tenant().grant_consent(None, "desktop", "portal", &["access_as_user"]).unwrap();
    let (client, token) = at_the_portal(&idp).await;
    let refused = client.call("/api/portal/salary", token.text_of("access_token")).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(challenge(&refused).contains("AADSTS65001") && !challenge(&refused).contains("claims="));
    // The rest of the portal is open.
    assert_eq!(client.call("/api/portal", token.text_of("access_token")).await.status, 200);

    let direct = on_behalf(&client, token.text_of("access_token"), &[]).await;
    assert_eq!(verdict(&direct), (400, "invalid_grant", Some(65001), "consent_required"));
    idp.tenant().grant_consent(Some("ada"), "portal", "payroll", &["Salary.Read"]).unwrap();
    let salary = client.call("/api/portal/salary", token.text_of("access_token")).await;
    assert_eq!(salary.status, 200, "{}", salary.text);
}

/// Your own middle tier, and the mock for the rest.
#[tokio::test]
async fn a_middle_tier_gets_the_error_with_the_claims_and_later_its_own_refresh_token() {
    let idp = MockIdp::start().await;
    let (client, weak) = at_the_portal(&idp).await;
    let refused = on_behalf(&client, weak.text_of("access_token"), &[]).await;
    assert_eq!(verdict(&refused), (400, "invalid_grant", Some(50076), "basic_action"));
    assert_eq!(refused.text_of("claims"), policy_claims(MFA_FOR_PAYROLL));

    let claims = policy_claims(MFA_FOR_PAYROLL);
    let code = client.code(&ada(), ACCESS, &[("claims", &claims)]).await;
    let strong = client.redeem(&code, &[]).await;
    let token = on_behalf(&client, strong.text_of("access_token"), &[]).await;
    assert_eq!((token.status, token.text_of("scope")), (200, PAYROLL), "{}", token.text);
    let (outer, inner) = (jwt_claims(strong.text_of("access_token")), jwt_claims(token.text_of("access_token")));
    assert_eq!((&inner["oid"], &inner["sid"], &inner["appid"]), (&outer["oid"], &outer["sid"], &PORTAL.into()));
    assert_eq!(client.call("/api/payroll", token.text_of("access_token")).await.status, 200);

    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.text_of("refresh_token")),
        ("client_secret", "portal-secret"),
        ("scope", PAYROLL),
    ];
    assert_eq!(grant(&client, PORTAL, &refresh, &[]).await.status, 200);
}

#[rstest]
#[case::rubbish(&[("assertion", "rubbish")], 400, "invalid_grant", 50013)]
#[case::no_assertion(&[("assertion", "")], 400, "invalid_request", 900_144)]
#[case::no_use(&[("requested_token_use", "")], 400, "invalid_request", 900_144)]
#[case::other_use(&[("requested_token_use", "other")], 400, "invalid_request", 90013)]
#[case::no_scope(&[("scope", "")], 400, "invalid_request", 900_144)]
#[case::wrong_secret(&[("client_secret", "wrong")], 401, "invalid_client", 7_000_215)]
#[case::public(&[("client_id", tests::DESKTOP), ("client_secret", "")], 401, "invalid_client", 7_000_218)]
#[case::other_middle_tier(&[("client_id", DAEMON), ("client_secret", "daemon-secret")], 400, "invalid_grant", 500_131)]
#[case::unregistered(&[("scope", "api://mail/Mail.Read")], 400, "invalid_client", 650_057)]
#[tokio::test]
async fn a_middle_tier_is_refused(
    #[case] extra: &[(&str, &str)],
    #[case] status: u16,
    #[case] error: &str,
    #[case] number: u64,
) {
    let idp = MockIdp::start().await;
    let (client, token) = at_the_portal(&idp).await;
    let answer = on_behalf(&client, token.text_of("access_token"), extra).await;
    assert_eq!(verdict(&answer), (status, error, Some(number), ""), "{}", answer.text);
}

#[tokio::test]
async fn an_assertion_is_good_for_its_audience_its_time_its_user_and_its_server() {
    let idp = MockIdp::start().await;
    let (mut client, token) = at_the_portal(&idp).await;
    let assertion = token.text_of("access_token");

    let calendar = client.sign_in(&ada(), CALENDAR).await;
    assert_eq!(on_behalf(&client, calendar.text_of("access_token"), &[]).await.code(), Some(500_131));

    let own =
        [("grant_type", "client_credentials"), ("client_secret", "daemon-secret"), ("scope", "api://portal/.default")];
    let own = grant(&client, DAEMON, &own, &[]).await;
    assert_eq!(on_behalf(&client, own.text_of("access_token"), &[]).await.code(), Some(7_000_114));

    let contoso = std::mem::replace(&mut client.authority, format!("{}/fabrikam.test", idp.base()));
    assert_eq!(on_behalf(&client, assertion, &[]).await.code(), Some(50013));
    client.authority = format!("{}/common", idp.base());
    assert_eq!(on_behalf(&client, assertion, &[]).await.code(), Some(50076));
    client.authority = contoso;

    idp.tenant().revoke_sessions("ada").unwrap();
    let revoked = on_behalf(&client, assertion, &[]).await;
    assert_eq!(verdict(&revoked), (400, "invalid_grant", Some(50173), "bad_token"));
    idp.tenant().advance_clock(SignedDuration::from_hours(2));
    assert_eq!(on_behalf(&client, assertion, &[]).await.code(), Some(500_133));
}

/// The names in its sentence may be anybody's: a header that could not be written would be a challenge that nobody sees.
#[tokio::test]
async fn a_challenge_arrives_whatever_the_middle_tier_is_called() {
    let mut document = (*mock_idp::config::built_in()).clone();
    let name = format!("Gehälter \"\u{202e}\r\nX-Evil: 1{}", "W".repeat(10_000));
    document.applications.iter_mut().for_each(|application| application.display_name = Some(name.clone()));
    let idp = MockIdp::builder().document(document).start().await.unwrap();
    idp.tenant().set_policies(Vec::new());
    idp.tenant().grant_consent(None, "desktop", "portal", &["access_as_user"]).unwrap();
    let (client, token) = at_the_portal(&idp).await;
    let refused = client.call("/api/portal/salary", token.text_of("access_token")).await;
    assert_eq!((refused.status, refused.headers.get("x-evil")), (403, None), "{}", refused.text);
    assert!(challenge(&refused).contains("AADSTS65001") && challenge(&refused).contains("Geh?lter ?"));
    assert!(challenge(&refused).len() < 1_000, "{}", challenge(&refused).len());
}
