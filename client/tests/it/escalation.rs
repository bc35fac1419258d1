//! Silent first, then at most one prompt, with the claims of the failure.

use desktop_client::{Classification, Error, TokenSource};

use crate::support::{Authority, CALENDAR, PAYROLL, POLICY, User, refusal};

#[tokio::test]
async fn a_second_api_mostly_needs_no_prompt() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    let result = app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(result.source, TokenSource::IdentityProvider);
    assert_eq!(result.account, ada);
    let requests = authority.token_requests().await;
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0]["grant_type"], "refresh_token");
    assert_eq!(requests[0]["refresh_token"], "rt-1");
    assert_eq!(requests[0]["scope"], format!("{PAYROLL} openid profile offline_access"));
    assert_eq!(requests[0]["client_info"], "1");
    assert!(!requests[0].contains_key("claims"));
    assert!(authority.pages().is_empty());

    let again = app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(again.source, TokenSource::Cache);
    let first = app.token_for([CALENDAR]).await.unwrap();
    assert_eq!(first.access_token.secret(), "at-1");
    assert_eq!(authority.token_requests().await.len(), 1);
}

#[tokio::test]
async fn a_policy_brings_one_prompt_with_its_claims_byte_for_byte() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let result = app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(result.access_token.secret(), "at-2");
    let pages = authority.pages();
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0]["claims"], POLICY);
    assert_eq!(pages[0]["login_hint"], "ada@contoso.test");
    assert_eq!(pages[0]["scope"], format!("{PAYROLL} openid profile offline_access"));
    assert!(!pages[0].contains_key("prompt"));
    let requests = authority.token_requests().await;
    assert_eq!(requests[1]["grant_type"], "authorization_code");
    assert_eq!(requests[1]["claims"], POLICY);
}

#[tokio::test]
async fn nobody_signed_in_means_a_prompt_without_a_request() {
    let authority = Authority::start().await;
    let app = authority.app();
    app.token_for([CALENDAR]).await.unwrap();
    assert_eq!(authority.pages().len(), 1);
    assert_eq!(authority.token_requests().await.len(), 1);
}

#[tokio::test]
async fn work_in_the_background_keeps_the_claims_for_later() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(65001, Some("consent_required"), Some(POLICY))).await;
    let error = app.token_for([PAYROLL]).ui_allowed(false).await.unwrap_err();
    let needed = error.as_ui_required().unwrap();
    assert_eq!(needed.classification, Classification::ConsentRequired);
    assert_eq!(needed.claims.as_deref(), Some(POLICY));
    assert_eq!(needed.trace_id.as_deref(), Some("trace-1"));
    assert!(authority.pages().is_empty());
}

#[tokio::test]
async fn a_block_opens_no_browser_unless_the_user_asks() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(53003, Some("message_only"), Some(POLICY))).await;
    let error = app.token_for([PAYROLL]).await.unwrap_err();
    assert_eq!(error.as_ui_required().unwrap().classification, Classification::MessageOnly);
    assert!(authority.pages().is_empty());
    app.token_for([PAYROLL]).user_gesture(true).await.unwrap();
    assert_eq!(authority.pages().len(), 1);
}

#[tokio::test]
async fn what_the_user_declined_stays_off_until_a_gesture() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("grant_type=refresh_token", 3, refusal(65001, Some("consent_required"), None)).await;
    authority.user(User::Cancels);
    let error = app.token_for([PAYROLL]).await.unwrap_err();
    assert_eq!(error.code(), "authentication_canceled");
    let error = app.token_for([PAYROLL]).await.unwrap_err();
    assert_eq!(error.as_ui_required().unwrap().classification, Classification::ConsentRequired);
    assert_eq!(authority.pages().len(), 1);
    let calendar = app.token_for([CALENDAR]).await.unwrap();
    assert_eq!(calendar.source, TokenSource::Cache);

    authority.user(User::SignsIn);
    app.token_for([PAYROLL]).user_gesture(true).await.unwrap();
    assert_eq!(authority.pages().len(), 2);
}

#[tokio::test]
async fn a_refusal_of_the_code_is_reported_and_never_prompted_again() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("payroll", 9, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let error = app.token_for([PAYROLL]).await.unwrap_err();
    let needed = error.as_ui_required().unwrap();
    assert!(needed.after_prompt);
    assert!(error.to_string().contains("do not prompt again"), "{error}");
    assert_eq!(authority.pages().len(), 1);
}

#[tokio::test]
async fn a_loop_detected_by_the_server_is_never_a_prompt() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(50196, None, None)).await;
    let error = app.token_for([PAYROLL]).await.unwrap_err();
    assert!(matches!(error, Error::Service(_)));
    assert!(authority.pages().is_empty());
}
