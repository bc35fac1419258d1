//! Refusals that are not about a policy name the unmet ones all the same (escalation reference, finding 2 and 2.14).

use mock_idp::{MockIdp, directory::Policy, virtual_user::VirtualUser};
use rstest::rstest;
use serde_json::json;
use tests::{Answer, CALENDAR, DESKTOP, MFA_FOR_PAYROLL, PAYROLL, RawClient, policy_claims};

use super::{PORTAL, Refused, grant, refused};

const NO_CREDENTIAL: &str =
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
const NO_DEVICE_CODES: &str = "f0000000-0000-4000-8000-0000000000aa";

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

async fn signed_in() -> (MockIdp, RawClient, String) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let refresh_token = client.sign_in(&ada(), CALENDAR).await.text_of("refresh_token").to_owned();
    (idp, client, refresh_token)
}

fn no_credential() -> Refused {
    Refused::new(401, "invalid_client", 7_000_218, "", NO_CREDENTIAL)
}

/// The public record of 2026-02-19: 7000218 with claims.
#[tokio::test]
async fn a_missing_secret_names_the_policies_of_the_api() {
    let (idp, client, refresh_token) = signed_in().await;
    idp.tenant().change_application("desktop", |desktop| desktop.kind = mock_idp::directory::ClientKind::Web).unwrap();
    let payroll = client.refresh(&refresh_token, PAYROLL, &[]).await;
    assert_eq!(refused(&payroll), no_credential().with_claims(policy_claims(MFA_FOR_PAYROLL)));
    let calendar = client.refresh(&refresh_token, CALENDAR, &[]).await;
    assert_eq!(refused(&calendar), no_credential());
    let wrong = client.refresh(&refresh_token, PAYROLL, &[("client_secret", "wrong")]).await;
    let text = format!(
        "Invalid client secret provided. Make sure that the secret's value is sent and not the secret's ID, for a secret added to app '{DESKTOP}'."
    );
    let expected = Refused::new(401, "invalid_client", 7_000_215, "", &text);
    assert_eq!(refused(&wrong), expected.with_claims(policy_claims(MFA_FOR_PAYROLL)));
}

/// Looking at a grant does not use it up: a code and a password are looked at, too.
#[tokio::test]
async fn a_code_and_a_user_name_say_whose_policies_they_are() {
    let (idp, client, _) = signed_in().await;
    idp.tenant().change_application("desktop", |desktop| desktop.public_client_flows = false).unwrap();
    let form = [("grant_type", "password"), ("username", "bo@contoso.test"), ("password", "x"), ("scope", PAYROLL)];
    let password = grant(&client, DESKTOP, &form, &[]).await;
    assert_eq!(refused(&password), no_credential().with_claims(policy_claims(MFA_FOR_PAYROLL)));

    let code = client.code(&ada(), "api://calendar/Events.Read offline_access", &[]).await;
    let wrong = [("client_secret", "x"), ("scope", PAYROLL)];
    let text = "A public client presents neither 'client_assertion' nor 'client_secret'.";
    let expected = Refused::new(401, "invalid_client", 700_025, "", text);
    assert_eq!(refused(&client.redeem(&code, &wrong).await), expected.with_claims(policy_claims(MFA_FOR_PAYROLL)));
    assert_eq!(client.redeem(&code, &[("scope", CALENDAR)]).await.status, 200);
}

#[rstest]
#[case::unknown_scope("api://payroll/Salary.Write", 650_053, true)]
#[case::unregistered("api://archive/Files.Read", 650_057, false)]
#[case::default_beside_names("api://payroll/.default api://payroll/Salary.Read", 70011, true)]
#[case::unknown_api("api://nowhere/Read", 500_011, false)]
#[case::two_apis("api://payroll/Salary.Read api://calendar/Events.Read", 28000, false)]
#[tokio::test]
async fn scopes_that_are_refused_name_the_policies_where_one_api_is_known(
    #[case] scope: &str,
    #[case] number: u64,
    #[case] named: bool,
) {
    let (_idp, client, refresh_token) = signed_in().await;
    let answer = client.refresh(&refresh_token, scope, &[]).await;
    assert_eq!(answer.code(), Some(number), "{}", answer.text);
    let expected = named.then(|| policy_claims(MFA_FOR_PAYROLL));
    assert_eq!(answer.body.get("claims").and_then(|claims| claims.as_str()), expected.as_deref());
}

/// The same for the scopes of a code: it is redeemed by then, and still says whose it was.
#[tokio::test]
async fn scopes_refused_at_redemption_name_the_policies() {
    let (_idp, client, _) = signed_in().await;
    let code = client.code(&ada(), CALENDAR, &[]).await;
    let answer = client.redeem(&code, &[("scope", "api://payroll/Salary.Write")]).await;
    let text = "The application 'Desktop sample' asked for scope 'Salary.Write' that does not exist on the resource 'b0000000-0000-4000-8000-000000000003'.";
    let expected = Refused::new(400, "invalid_client", 650_053, "", text);
    assert_eq!(refused(&answer), expected.with_claims(policy_claims(MFA_FOR_PAYROLL)));
}

/// The middle tier with a wrong secret: the assertion says who the user is.
#[tokio::test]
async fn on_behalf_of_names_the_policies_of_the_api_behind() {
    let (_idp, client, _) = signed_in().await;
    let assertion = client.sign_in(&ada(), "api://portal/access_as_user").await;
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("requested_token_use", "on_behalf_of"),
        ("assertion", assertion.text_of("access_token")),
        ("scope", PAYROLL),
    ];
    let answer = grant(&client, PORTAL, &form, &[]).await;
    assert_eq!(refused(&answer), no_credential().with_claims(policy_claims(MFA_FOR_PAYROLL)));
}

/// Steps 5 to 7 attach none: a dead grant stays dead whatever policies say.
#[tokio::test]
async fn dead_grants_name_no_policy() {
    let (idp, client, refresh_token) = signed_in().await;
    let absent = |answer: &Answer| answer.code().is_some() && answer.body.get("claims").is_none();
    assert!(absent(&client.refresh("rubbish", PAYROLL, &[]).await));
    let code = client.code(&ada(), CALENDAR, &[]).await;
    assert!(absent(&client.redeem(&code, &[("scope", PAYROLL), ("code_verifier", &"v".repeat(43))]).await));
    idp.tenant().revoke_sessions("ada").unwrap();
    assert!(absent(&client.refresh(&refresh_token, PAYROLL, &[]).await));
}

/// Whoever has the user's id by now may be somebody else.
#[tokio::test]
async fn grants_from_before_a_reset_name_no_policy() {
    let (idp, client, refresh_token) = signed_in().await;
    let assertion = client.sign_in(&ada(), "api://portal/access_as_user").await;
    idp.reset();
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", assertion.text_of("access_token")),
        ("scope", PAYROLL),
    ];
    assert_eq!(refused(&grant(&client, PORTAL, &form, &[]).await), no_credential());
    let form = [("grant_type", "refresh_token"), ("refresh_token", &refresh_token), ("scope", PAYROLL)];
    assert_eq!(refused(&grant(&client, PORTAL, &form, &[]).await), no_credential());
}

/// A condition on device codes concerns polls, not the redemption of an authorization code, which has a `code` as well.
#[tokio::test]
async fn a_redemption_is_no_device_code_flow() {
    let idp = MockIdp::start().await;
    let policy: Policy = serde_json::from_value(json!({
        "name": "no-device-codes", "id": NO_DEVICE_CODES, "targets": { "apis": ["calendar"] },
        "conditions": { "device_code_flow": true }, "grant": { "all_of": ["block"] },
    }))
    .unwrap();
    idp.tenant().set_policies(vec![policy]);
    let client = RawClient::new(&idp).await;
    assert_eq!(client.sign_in(&ada(), CALENDAR).await.status, 200);
}
