//! Another user signs in than was hinted at (escalation reference, finding 10): MSAL's verb succeeds and says so, an
//! operation that is about one user ends.

use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, PAYROLL, POLICY, refusal};

#[tokio::test]
async fn the_interactive_verb_reports_both() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.tokens_are_about("bo");
    let result = app.acquire_token_interactive([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(result.account.username, "bo@contoso.test");
    assert_eq!(result.other_user_than_hinted.as_ref(), Some(&ada));
    assert_eq!(app.accounts().unwrap().len(), 2);
}

#[tokio::test]
async fn who_was_expected_is_not_reported_as_another() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    let result = app.acquire_token_interactive([PAYROLL]).with_account(&ada).await.unwrap();
    assert_eq!(result.other_user_than_hinted, None);
}

#[tokio::test]
async fn an_operation_about_one_user_does_not_go_on_as_another() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("refresh_token", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    authority.tokens_are_about("bo");
    let error = app.token_for([PAYROLL]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), "user_mismatch");
    let told = error.to_string();
    assert!(told.contains("ada@contoso.test") && told.contains("bo@contoso.test"), "{told}");
    assert_eq!(authority.pages().len(), 1);

    // Bo is signed in all the same, and ada's tokens are hers.
    let bo = app.accounts().unwrap().into_iter().find(|account| *account != ada).unwrap();
    assert_eq!(app.acquire_token_silent([PAYROLL]).with_account(&bo).await.unwrap().account, bo);
    assert_eq!(app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap().account, ada);
}

#[tokio::test]
async fn no_api_is_called_in_the_wrong_name() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    Mock::given(path("/api")).respond_with(ResponseTemplate::new(200)).mount(&authority.server).await;
    authority.answers("refresh_token", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    authority.tokens_are_about("bo");
    let request = app.http_client().get(format!("{}/api", authority.server.uri()));
    let error = app.call_api(request, [PAYROLL]).await.unwrap_err();
    assert_eq!(error.code(), "user_mismatch");
    assert!(authority.requests_to("/api").await.is_empty());
}
