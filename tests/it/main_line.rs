//! The seed's story with the reference client: silent fails, one prompt, claims handed on, the API answers.

use desktop_client::Classification;
use mock_idp::{MockIdp, virtual_user::VirtualUser};
use tests::{CALENDAR, MAIL, MFA_FOR_PAYROLL, PAYROLL, Seat, VAULT, policy_claims};

#[tokio::test]
async fn a_second_api_that_needs_mfa_and_consent_takes_one_prompt_with_the_claims() {
    let idp = MockIdp::start().await;
    let seat = Seat::new(&idp.tenant(), VirtualUser::new("ada@contoso.test"), &[]);

    let first = seat.app.acquire_token_interactive([CALENDAR]).await.unwrap();
    assert_eq!(first.account.username, "ada@contoso.test");

    let error = seat.app.acquire_token_silent([PAYROLL]).with_account(&first.account).await.unwrap_err();
    let needs = error.as_ui_required().unwrap();
    assert_eq!(needs.classification, Classification::ConsentRequired);
    assert_eq!(needs.error_codes, [65001]);
    assert_eq!(needs.claims.as_deref(), Some(policy_claims(MFA_FOR_PAYROLL).as_str()));

    let second = seat
        .app
        .acquire_token_interactive([PAYROLL])
        .with_account(&first.account)
        .with_claims(needs.claims.clone().unwrap())
        .await
        .unwrap();
    let answer = seat
        .app
        .http_client()
        .get(idp.api_url("payroll"))
        .bearer_auth(second.access_token.secret())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let said: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(said["strength"]["amr"], serde_json::json!(["pwd", "mfa"]));

    let pages: Vec<_> = seat.visits()[1].pages.iter().map(|page| format!("{:?}", page.kind)).collect();
    assert_eq!(pages, ["OneTimeCode", "Consent", "FormPost"]);
}

#[tokio::test]
async fn more_consent_and_an_api_challenge_are_settled_by_the_helpers() {
    let idp = MockIdp::start().await;
    let seat = Seat::new(&idp.tenant(), VirtualUser::new("ada@contoso.test"), &["cp1"]);
    seat.app.token_for([CALENDAR]).await.unwrap();
    seat.app.token_for([MAIL]).await.unwrap();
    assert_eq!(seat.visits().len(), 2);
    assert_eq!(seat.visits()[1].pages[0].scopes.first().map(String::as_str), Some("Mail.Read"));

    // An operation prompts at most once, so the consent to vault is settled before its secrets are asked for.
    seat.app.token_for([VAULT]).await.unwrap();
    let request = seat.app.http_client().get(format!("{}/secrets", idp.api_url("vault")));
    let answer = seat.app.call_api(request, [VAULT]).await.unwrap();
    assert_eq!(answer.status(), 200);
    let said: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(said["strength"]["acrs"], serde_json::json!(["c1"]));
    assert_eq!(seat.visits().len(), 4);
}
