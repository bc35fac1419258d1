//! The redemption of an authorization code (escalation reference 2.9, C4).

use mock_idp::{MockIdp, directory::RedemptionConsentError, virtual_user::VirtualUser};
use rstest::rstest;
use tests::{CALENDAR, DESKTOP, MFA_FOR_PAYROLL, PAYROLL, RawClient, policy_claims};

use super::{Refused, refused, verdict};

async fn code(client: &RawClient) -> String {
    client.code(&VirtualUser::new("ada@contoso.test"), &format!("{CALENDAR} offline_access"), &[]).await
}

#[rstest]
#[case::too_short(&"v".repeat(42), 501_491, "The code_verifier is malformed: it must be 43 to 128 characters of the unreserved set.")]
#[case::too_long(&"v".repeat(129), 501_491, "The code_verifier is malformed: it must be 43 to 128 characters of the unreserved set.")]
#[case::other_characters(&"v+".repeat(30), 501_491, "The code_verifier is malformed: it must be 43 to 128 characters of the unreserved set.")]
#[case::another(&"v".repeat(43), 501_481, "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.")]
#[tokio::test]
async fn a_wrong_verifier_does_not_burn_the_code(#[case] verifier: &str, #[case] number: u64, #[case] text: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = code(&client).await;
    let wrong = client.redeem(&code, &[("code_verifier", verifier)]).await;
    assert_eq!(refused(&wrong), Refused::new(400, "invalid_grant", number, "", text));
    assert_eq!(client.redeem(&code, &[]).await.status, 200);
}

/// C4: scopes that the authorization request did not ask for, so that nobody consented.
#[rstest]
#[case::as_a_refresh(RedemptionConsentError::InvalidGrant, "invalid_grant", "consent_required")]
#[case::top_level(RedemptionConsentError::ConsentRequired, "consent_required", "")]
#[tokio::test]
async fn consent_missing_at_redemption_has_two_forms(
    #[case] form: RedemptionConsentError,
    #[case] error: &str,
    #[case] suberror: &str,
) {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(|switches| switches.redemption_consent_error = form);
    let client = RawClient::new(&idp).await;
    let answer = client.redeem(&code(&client).await, &[("scope", PAYROLL)]).await;
    let text = format!(
        "Neither the user nor an administrator has consented to the use of the application with ID '{DESKTOP}' named 'Desktop sample'. Send an interactive authorization request for this user and resource."
    );
    let expected = Refused { error_uri: false, ..Refused::new(400, error, 65001, suberror, &text) };
    assert_eq!(refused(&answer), expected.with_claims(policy_claims(MFA_FOR_PAYROLL)));
}

/// The switch is about consent alone.
#[tokio::test]
async fn what_else_is_missing_at_redemption_keeps_its_form() {
    let idp = MockIdp::start().await;
    idp.tenant()
        .change_switches(|switches| switches.redemption_consent_error = RedemptionConsentError::ConsentRequired);
    let client = RawClient::new(&idp).await;
    let answer = client.redeem(&code(&client).await, &[("claims", &policy_claims(MFA_FOR_PAYROLL))]).await;
    assert_eq!(verdict(&answer), (400, "invalid_grant", Some(50076), "basic_action"));
}

/// And about redemption alone.
#[tokio::test]
async fn a_refresh_keeps_its_form() {
    let idp = MockIdp::start().await;
    idp.tenant()
        .change_switches(|switches| switches.redemption_consent_error = RedemptionConsentError::ConsentRequired);
    let client = RawClient::new(&idp).await;
    let token = client.redeem(&code(&client).await, &[]).await;
    let answer = client.refresh(token.text_of("refresh_token"), PAYROLL, &[]).await;
    assert_eq!((answer.text_of("error"), answer.text_of("suberror")), ("invalid_grant", "consent_required"));
}
