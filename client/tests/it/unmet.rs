//! Claims that no token meets yet: which are remembered, for how long, and which win.

use desktop_client::{PublicClientApplication, Throttling};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{Authority, PAYROLL, POLICY, User, refusal};

const ACRS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

fn nbf(value: &str) -> String {
    json!({"access_token": {"nbf": {"essential": true, "value": value}}}).to_string()
}

/// Ada, signed in; every refresh needs the user.
async fn refused(claims: Option<&str>) -> (Authority, PublicClientApplication, desktop_client::Account) {
    let authority = Authority::start().await;
    let (app, ada) = authority.sign_in_with(authority.builder().throttling(Throttling::Off)).await;
    authority.answers("grant_type=refresh_token", 99, refusal(50076, Some("basic_action"), claims)).await;
    (authority, app, ada)
}

async fn met_in_the_background(app: &PublicClientApplication, claims: &str) {
    app.token_for([PAYROLL]).with_claims(claims).ui_allowed(false).await.unwrap_err();
}

fn last_claims(authority: &Authority) -> Value {
    let pages = authority.pages();
    let claims = pages.last().unwrap().get("claims");
    claims.map_or(Value::Null, |claims| serde_json::from_str(claims).unwrap())
}

#[tokio::test]
async fn what_is_no_claims_document_is_not_remembered() {
    let (authority, app, _) = refused(Some(POLICY)).await;
    let error = app.token_for([PAYROLL]).with_claims("not json").await.unwrap_err();
    assert_eq!(error.code(), "invalid_json_claims_format");
    app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(authority.pages()[0]["claims"], POLICY);
}

#[tokio::test]
async fn a_failure_that_the_user_cannot_settle_leaves_nothing_to_remember() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("payroll", 1, wiremock::ResponseTemplate::new(400)).await;
    let error = app.token_for([PAYROLL]).with_claims(ACRS).await.unwrap_err();
    assert!(error.as_ui_required().is_none(), "{error}");
    authority.answers("payroll", 1, refusal(65001, Some("consent_required"), None)).await;
    app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(last_claims(&authority), Value::Null);
}

#[tokio::test]
async fn two_demands_go_together_byte_for_byte_if_there_is_but_one() {
    let (authority, app, _) = refused(None).await;
    let odd = ACRS.replace(':', ": ");
    met_in_the_background(&app, &odd).await;
    authority.user(User::Cancels);
    app.token_for([PAYROLL]).await.unwrap_err();
    assert_eq!(authority.pages()[0]["claims"], odd);

    met_in_the_background(&app, &nbf("1")).await;
    authority.user(User::SignsIn);
    app.token_for([PAYROLL]).await.unwrap();
    let both = json!({"access_token": {
        "acrs": {"essential": true, "value": "c1"}, "nbf": {"essential": true, "value": "1"},
    }});
    assert_eq!(last_claims(&authority), both);
}

/// This call's challenge before this failure's claims before what is left of earlier calls.
#[tokio::test]
async fn the_older_the_demand_the_lower_its_rank() {
    let (authority, app, _) = refused(Some(&nbf("500"))).await;
    met_in_the_background(&app, &nbf("100")).await;
    authority.user(User::Cancels);
    app.token_for([PAYROLL]).await.unwrap_err();
    assert_eq!(last_claims(&authority)["access_token"]["nbf"]["value"], "500");
    app.token_for([PAYROLL]).with_claims(nbf("900")).await.unwrap_err();
    assert_eq!(last_claims(&authority)["access_token"]["nbf"]["value"], "900");
}

#[tokio::test]
async fn a_sign_in_by_hand_with_the_claims_ends_it() {
    let (authority, app, ada) = refused(None).await;
    met_in_the_background(&app, ACRS).await;
    app.acquire_token_interactive([PAYROLL]).with_account(&ada).with_claims(ACRS).await.unwrap();
    authority.clock.advance(SignedDuration::from_hours(2));
    app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(authority.pages().len(), 2);
    assert_eq!(last_claims(&authority), Value::Null);
}

#[tokio::test]
async fn a_sign_in_by_hand_without_them_does_not() {
    let (authority, app, ada) = refused(None).await;
    met_in_the_background(&app, ACRS).await;
    app.acquire_token_interactive([PAYROLL]).with_account(&ada).await.unwrap();
    authority.clock.advance(SignedDuration::from_hours(2));
    app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(authority.pages()[1]["claims"], ACRS);
}

/// What the user agreed to by hand is on again, should it be revoked later.
#[tokio::test]
async fn a_sign_in_by_hand_turns_on_what_was_declined() {
    let authority = Authority::start().await;
    let (app, ada) = authority.sign_in_with(authority.builder().throttling(Throttling::Off)).await;
    authority.answers("grant_type=refresh_token", 99, refusal(65001, Some("consent_required"), None)).await;
    authority.user(User::Cancels);
    app.token_for([PAYROLL]).await.unwrap_err();
    app.token_for([PAYROLL]).await.unwrap_err();
    assert_eq!(authority.pages().len(), 1, "stays off");
    authority.user(User::SignsIn);
    app.acquire_token_interactive([PAYROLL]).with_account(&ada).await.unwrap();
    authority.clock.advance(SignedDuration::from_hours(2));
    app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(authority.pages().len(), 3);
}
