//! User name and password, collected by the client: nobody can be asked, so every demand is a refusal.

use mock_idp::MockIdp;
use rstest::rstest;
use tests::{CALENDAR, DESKTOP, MFA_FOR_PAYROLL, PAYROLL, RawClient, jwt_claims, policy_claims};

use super::{Refused, grant, refused, verdict};

const BASE: &[(&str, &str)] = &[
    ("grant_type", "password"),
    ("username", "ada@contoso.test"),
    ("password", "Passw0rd!"),
    ("scope", "api://calendar/Events.Read openid profile offline_access"),
    ("client_info", "1"),
    ("response_type", "id_token token"),
];

async fn consented() -> (MockIdp, RawClient) {
    let idp = MockIdp::start().await;
    for (api, scope) in [("calendar", "Events.Read"), ("payroll", "Salary.Read")] {
        idp.tenant().grant_consent(None, "desktop", api, &[scope]).unwrap();
    }
    let client = RawClient::new(&idp).await;
    (idp, client)
}

#[tokio::test]
async fn a_password_is_a_sign_in_with_one_factor() {
    let (_idp, client) = consented().await;
    let answer = grant(&client, DESKTOP, BASE, &[]).await;
    assert_eq!((answer.status, answer.text_of("scope")), (200, CALENDAR), "{}", answer.text);
    assert_eq!(jwt_claims(answer.text_of("id_token"))["preferred_username"], "ada@contoso.test");
    assert!(!answer.text_of("client_info").is_empty());
    // The refresh token goes on with what was proved: no second factor.
    let payroll = client.refresh(answer.text_of("refresh_token"), PAYROLL, &[]).await;
    assert_eq!(verdict(&payroll), (400, "invalid_grant", Some(50076), "basic_action"));
}

#[rstest]
#[case::wrong_password(&[("password", "wrong")], 400, "invalid_grant", 50126, "")]
#[case::unknown(&[("username", "nobody@contoso.test")], 400, "invalid_grant", 50034, "bad_token")]
#[case::no_whole_name(&[("username", "ada")], 400, "invalid_grant", 50034, "bad_token")]
#[case::guest(&[("username", "cy@fabrikam.test")], 400, "invalid_grant", 50034, "bad_token")]
#[case::disabled(&[("username", "di@contoso.test")], 400, "invalid_grant", 50057, "")]
#[case::no_password(&[("password", "")], 400, "invalid_request", 900_144, "")]
#[case::no_username(&[("username", "")], 400, "invalid_request", 900_144, "")]
#[case::consent(&[("scope", "api://mail/Mail.Read")], 400, "invalid_grant", 65001, "consent_required")]
#[case::single_page(&[("client_id", "d0000000-0000-4000-8000-000000000002")], 401, "invalid_client", 7_000_218, "")]
#[tokio::test]
async fn a_password_is_refused(
    #[case] extra: &[(&str, &str)],
    #[case] status: u16,
    #[case] error: &str,
    #[case] number: u64,
    #[case] suberror: &str,
) {
    let (_idp, client) = consented().await;
    let answer = grant(&client, DESKTOP, BASE, extra).await;
    assert_eq!(verdict(&answer), (status, error, Some(number), suberror), "{}", answer.text);
    assert!(answer.body.get("claims").is_none());
}

#[tokio::test]
async fn a_policy_is_named_in_the_refusal() {
    let (_idp, client) = consented().await;
    let answer = grant(&client, DESKTOP, BASE, &[("scope", PAYROLL)]).await;
    assert_eq!(verdict(&answer), (400, "invalid_grant", Some(50076), "basic_action"));
    assert_eq!(answer.text_of("claims"), policy_claims(MFA_FOR_PAYROLL));
    let bo = grant(&client, DESKTOP, BASE, &[("scope", PAYROLL), ("username", "bo@contoso.test")]).await;
    assert_eq!(verdict(&bo), (400, "invalid_grant", Some(50079), "basic_action"));
}

#[rstest]
#[case::common("common", Some(9_001_023))]
#[case::consumers("consumers", Some(9_001_023))]
#[case::organizations("organizations", None)]
#[tokio::test]
async fn only_organizations_finds_the_tenant_by_the_name(#[case] word: &str, #[case] number: Option<u64>) {
    let (idp, mut client) = consented().await;
    client.authority = format!("{}/{word}", idp.base());
    let answer = grant(&client, DESKTOP, BASE, &[]).await;
    assert_eq!(answer.code(), number, "{}", answer.text);
}

#[tokio::test]
async fn organizations_sends_a_guest_home() {
    let (idp, mut client) = consented().await;
    client.authority = format!("{}/organizations", idp.base());
    let answer = grant(&client, DESKTOP, BASE, &[("username", "cy@fabrikam.test")]).await;
    // At home nobody has consented.
    assert_eq!(verdict(&answer), (400, "invalid_grant", Some(65001), "consent_required"));
}

/// B10: whoever was deleted is unknown, whatever the password.
#[tokio::test]
async fn a_deleted_account_is_unknown() {
    let (idp, client) = consented().await;
    idp.tenant().change_user("ada", |user| user.deleted = true).unwrap();
    let text = "The user account ada@contoso.test does not exist in the directory 11111111-1111-4111-8111-111111111111. To sign in to this application, the account must be added to the directory.";
    for password in ["Passw0rd!", "wrong"] {
        let answer = grant(&client, DESKTOP, BASE, &[("password", password)]).await;
        assert_eq!(refused(&answer), Refused::new(400, "invalid_grant", 50034, "bad_token", text));
    }
}
