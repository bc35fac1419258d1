//! Points on which public records of Entra differ: each switch changes what it says, and nothing else.

use mock_idp::{
    MockIdp,
    directory::{MultiResource, PromptNoneConsent, Switches, Trailer},
    virtual_user::VirtualUser,
};
use tests::{Answer, CALENDAR, MAIL, RawClient, jwt_claims};

/// Signs ada in to calendar and mail with both scopes of mail granted, and returns the client and the refresh token.
async fn signed_in(change: fn(&mut Switches)) -> (MockIdp, RawClient, String) {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(change);
    idp.tenant().grant_consent(None, "desktop", "mail", &["Mail.Read", "Mail.Send"]).unwrap();
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    let refresh_token = first.text_of("refresh_token").to_owned();
    (idp, client, refresh_token)
}

async fn refresh(change: fn(&mut Switches), scope: &str) -> Answer {
    let (_idp, client, refresh_token) = signed_in(change).await;
    client.refresh(&refresh_token, scope, &[]).await
}

#[tokio::test]
async fn the_first_of_two_apis_can_win() {
    let both = format!("{MAIL} {CALENDAR}");
    let answer = refresh(|switches| switches.multi_resource_token = MultiResource::First, &both).await;
    assert_eq!(answer.text_of("scope"), "api://mail/Mail.Read api://mail/Mail.Send");
}

#[tokio::test]
async fn every_answer_can_list_openid() {
    let answer = refresh(|switches| switches.echo_oidc_scopes = true, CALENDAR).await;
    assert_eq!(answer.text_of("scope"), "api://calendar/Events.Read profile openid");
}

#[tokio::test]
async fn a_token_can_carry_only_what_was_asked() {
    let answer = refresh(|switches| switches.narrow_scp = true, MAIL).await;
    assert_eq!(jwt_claims(answer.text_of("access_token"))["scp"], "Mail.Read");
    assert_eq!(answer.text_of("scope"), MAIL);
}

#[tokio::test]
async fn the_trailer_can_be_of_before_2023() {
    let answer = refresh(|switches| switches.trailer = Trailer::Crlf, "api://payroll/Salary.Read").await;
    assert!(answer.text_of("error_description").contains("\r\nTrace ID: "));
}

#[tokio::test]
async fn prompt_none_can_call_missing_consent_an_interaction() {
    let (_idp, client, _) =
        signed_in(|switches| switches.prompt_none_consent = PromptNoneConsent::InteractionRequired).await;
    let visit =
        client.visit(&VirtualUser::new("ada@contoso.test"), "api://vault/Secrets.Read", &[("prompt", "none")]).await;
    assert_eq!(visit.outcome.parameter("error"), Some("interaction_required"));
}
