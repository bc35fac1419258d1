//! Verbs that those who come from MSAL look for: a clear answer instead of a missing method.

use desktop_client::{Account, PublicClientApplication};

use crate::support::{Authority, CALENDAR, CLIENT};

#[test]
fn step_03_a_broker_is_refused_with_what_to_use_instead() {
    let Err(error) = PublicClientApplication::builder(CLIENT).with_broker() else { panic!("there is no broker") };
    assert_eq!(error.code(), "not_supported");
    assert!(error.to_string().contains("acquire_token_interactive"), "{error}");
}

#[tokio::test]
async fn integrated_windows_sign_in_is_refused_with_what_to_use_instead() {
    let error = Authority::start().await.app().acquire_token_by_integrated_windows_auth([CALENDAR]).unwrap_err();
    assert_eq!(error.code(), "not_supported");
    assert!(error.to_string().contains("acquire_token_by_device_code"), "{error}");
}

/// A4 of escalation reference 2.2: silent with the operating system's account, then interactive with the same.
#[tokio::test]
async fn step_01_a4_the_operating_systems_account_needs_a_broker() {
    let authority = Authority::start().await;
    let app = authority.app();
    let account = Account::operating_system();
    let error = app.acquire_token_silent([CALENDAR]).with_account(&account).await.unwrap_err();
    assert_eq!(error.code(), "current_broker_account");
    assert!(error.as_ui_required().is_some() && authority.token_requests().await.is_empty());

    let result = app.token_for([CALENDAR]).with_account(&account).await.unwrap();
    assert_eq!(result.account.username, "ada@contoso.test");
    assert_eq!(result.other_user_than_hinted, None);
    let page = &authority.pages()[0];
    assert!(["login_hint", "login_req", "domain_req"].iter().all(|name| !page.contains_key(*name)), "{page:?}");
}
