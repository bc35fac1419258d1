//! The protected mock APIs: who is let in, and how the others are told.

use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::Method;
use serde_json::json;
use tests::{CALENDAR, RawClient, VAULT, jwt_claims};

fn challenge(answer: &tests::Answer) -> &str {
    answer.headers["www-authenticate"].to_str().unwrap()
}

#[tokio::test]
async fn a_good_token_is_told_who_it_speaks_for() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    let answer = client.call("/api/calendar", token.text_of("access_token")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["user"]["username"], "ada@contoso.test");
    assert_eq!(answer.body["scopes"], json!(["Events.Read"]));
}

#[tokio::test]
async fn no_token_names_no_error_and_rubbish_is_an_invalid_token() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = client.send(client.request(Method::GET, "/api/calendar")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        challenge(&answer),
        format!(
            "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", client_id=\"b0000000-0000-4000-8000-000000000001\"",
            idp.base()
        )
    );
    for rubbish in ["rubbish", "a.b.c", "..", "é"] {
        let answer = client.call("/api/calendar", rubbish).await;
        assert_eq!(answer.status, 401, "{rubbish}");
        assert!(challenge(&answer).contains("error=\"invalid_token\""));
    }
}

#[tokio::test]
async fn a_token_is_good_for_its_own_api_its_time_and_its_signature() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    let access_token = token.text_of("access_token");

    let elsewhere = client.call("/api/mail", access_token).await;
    assert_eq!(elsewhere.status, 401);
    assert!(challenge(&elsewhere).contains("another audience"));

    let (rest, signature) = access_token.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = client.call("/api/calendar", &format!("{rest}.{flipped}{}", &signature[1..])).await;
    assert!(challenge(&forged).contains("signature is wrong"), "{}", challenge(&forged));

    idp.tenant().advance_clock(jiff::SignedDuration::from_hours(2));
    let late = client.call("/api/calendar", access_token).await;
    assert_eq!(late.status, 401);
    assert!(challenge(&late).contains("the token has expired"));
}

#[tokio::test]
async fn a_token_without_a_scope_of_the_api_is_forbidden() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = client.code(&VirtualUser::new("ada@contoso.test"), "openid profile", &[]).await;
    let token = client.redeem(&code, &[]).await;
    assert_eq!(jwt_claims(token.text_of("access_token"))["aud"], "https://graph.microsoft.com");
    let answer = client.call("/v1.0/me", token.text_of("access_token")).await;
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert!(challenge(&answer).contains("error=\"insufficient_scope\""));
}

#[tokio::test]
async fn graph_says_who_one_is() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&VirtualUser::new("ada@contoso.test"), "User.Read").await;
    assert_eq!(token.text_of("scope"), "User.Read profile openid");
    let me = client.call("/v1.0/me", token.text_of("access_token")).await;
    assert_eq!(me.text_of("userPrincipalName"), "ada@contoso.test");
    let userinfo = client.call("/oidc/userinfo", token.text_of("access_token")).await;
    assert_eq!(userinfo.text_of("name"), "Ada Byron");
}

#[tokio::test]
async fn a_guarded_route_challenges_with_its_authentication_context() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&VirtualUser::new("ada@contoso.test"), VAULT).await;
    assert_eq!(client.call("/api/vault", token.text_of("access_token")).await.status, 200);
    let answer = client.call("/api/vault/secrets", token.text_of("access_token")).await;
    assert_eq!(answer.status, 401);
    let header = challenge(&answer);
    assert!(header.contains("error=\"insufficient_claims\"") && header.contains("cc_type=\"authcontext\""), "{header}");
    // {"access_token":{"acrs":{"essential":true,"value":"c1"}}}
    assert!(header.contains("claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoiYzEifX19\""));
}

#[tokio::test]
async fn there_are_no_other_apis() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = client.call("/api/nothing", "x").await;
    assert_eq!(answer.status, 404);
}
