//! Continuous access evaluation: sessions are revoked, and the API says so before the token expires (reference 4.6).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mock_idp::{MockIdp, directory::Secret, virtual_user::VirtualUser};
use rstest::rstest;
use serde_json::Value;
use tests::{Answer, CALENDAR, RawClient};

use super::{Refused, refused, verdict};

const CAPABLE: &str = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;

async fn sign_in(client: &RawClient, scope: &str, claims: &str) -> Answer {
    let user = VirtualUser::new("ada@contoso.test");
    let code = client.code(&user, &format!("{scope} offline_access"), &[("claims", claims)]).await;
    client.redeem(&code, &[("claims", claims)]).await
}

fn claims_of(answer: &Answer) -> String {
    let header = answer.headers["www-authenticate"].to_str().unwrap();
    let (_, rest) = header.split_once("claims=\"").unwrap();
    String::from_utf8(STANDARD.decode(rest.split('"').next().unwrap()).unwrap()).unwrap()
}

/// The whole recorded sequence: long token, revocation, 401 with `nbf`, 50173 without claims, new sign-in, 200.
#[rstest]
#[case::graph("User.Read", "/v1.0/me")]
#[case::news("api://news/Articles.Read", "/api/news")]
#[tokio::test]
async fn a_revocation_is_felt_at_once(#[case] scope: &str, #[case] path: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = sign_in(&client, scope, CAPABLE).await;
    assert!(token.body["expires_in"].as_i64().unwrap() >= 20 * 3600, "{}", token.text);
    assert_eq!(client.call(path, token.text_of("access_token")).await.status, 200);

    idp.tenant().revoke_sessions("ada").unwrap();
    let refused = client.call(path, token.text_of("access_token")).await;
    assert_eq!(refused.status, 401);
    let header = refused.headers["www-authenticate"].to_str().unwrap();
    assert!(header.contains("error=\"insufficient_claims\"") && !header.contains("cc_type"), "{header}");
    assert_eq!(refused.body["error"]["code"], "InvalidAuthenticationToken");
    let message = refused.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("InteractionRequired") && message.contains("TokenIssuedBeforeRevocationTimestamp"));
    let claims = claims_of(&refused);
    let time = idp.tenant().now().as_second();
    let value: Value = serde_json::from_str(&claims).unwrap();
    let said: i64 = value["access_token"]["nbf"]["value"].as_str().unwrap().parse().unwrap();
    assert!((time - 5..=time).contains(&said));
    assert_eq!(claims, format!(r#"{{"access_token":{{"nbf":{{"essential":true, "value":"{said}"}}}}}}"#));

    let merged =
        format!(r#"{{"access_token":{{"nbf":{{"essential":true,"value":"{said}"}},"xms_cc":{{"values":["cp1"]}}}}}}"#);
    let silent = client.refresh(token.text_of("refresh_token"), scope, &[("claims", &merged)]).await;
    assert_eq!(verdict(&silent), (400, "invalid_grant", Some(50173), "bad_token"));
    assert!(silent.body.get("claims").is_none());
    let again = sign_in(&client, scope, &merged).await;
    assert_eq!(client.call(path, again.text_of("access_token")).await.status, 200);
}

/// F7: a client that said nothing about claims keeps its token, which is a short one, until it expires.
#[tokio::test]
async fn a_client_without_the_capability_is_not_challenged() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = sign_in(&client, "User.Read", "{}").await;
    idp.tenant().revoke_sessions("ada").unwrap();
    assert_eq!(client.call("/v1.0/me", token.text_of("access_token")).await.status, 200);
}

#[tokio::test]
async fn disabling_the_account_is_felt_too() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = sign_in(&client, "User.Read", CAPABLE).await;
    idp.tenant().change_user("ada", |user| user.enabled = false).unwrap();
    let refused = client.call("/v1.0/me", token.text_of("access_token")).await;
    assert!(refused.status == 401 && claims_of(&refused).contains("nbf"), "{}", refused.text);
}

/// B3 and 6.3: a new password ends every grant of the user; the text says when the grant was issued, and from when on the
/// user's grants are valid.
#[tokio::test]
async fn a_new_password_ends_the_grants() {
    let idp = MockIdp::start().await;
    idp.tenant().freeze_clock("2026-03-01T09:08:07.654321Z".parse().unwrap());
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    let other_browser = RawClient::new(&idp).await;
    let bo = other_browser.sign_in(&VirtualUser::new("bo@contoso.test"), CALENDAR).await;
    idp.tenant().advance_clock(jiff::SignedDuration::from_mins(1));
    idp.tenant().change_user("ada", |user| user.password = Some(Secret::new("N3w!"))).unwrap();
    let text = "The grant has expired because it was revoked, and a fresh one is needed. The grant was issued on '2026-03-01T09:08:07.6543210Z' and the TokensValidFrom date of this user is '2026-03-01T09:09:07.6543210Z'.";
    let expected = Refused::new(400, "invalid_grant", 50173, "bad_token", text);
    assert_eq!(refused(&client.refresh(token.text_of("refresh_token"), CALENDAR, &[]).await), expected);
    assert_eq!(client.refresh(bo.text_of("refresh_token"), CALENDAR, &[]).await.status, 200);
    let ada = VirtualUser { password: "N3w!".into(), ..VirtualUser::new("ada@contoso.test") };
    let again = client.sign_in(&ada, CALENDAR).await;
    assert_eq!(client.refresh(again.text_of("refresh_token"), CALENDAR, &[]).await.status, 200);
}

/// Over the control API, too; and that the password expires ends nothing.
#[tokio::test]
async fn a_patch_of_the_password_ends_the_grants_and_its_expiry_does_not() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    let patch = async |body: Value| {
        let path = "/_mock/tenants/contoso/users/ada";
        client.send(client.request(reqwest::Method::PATCH, path).json(&body)).await.status
    };
    let number = async || client.refresh(token.text_of("refresh_token"), CALENDAR, &[]).await.code();
    assert_eq!(patch(serde_json::json!({ "password_expired": true })).await, 200);
    assert_ne!(number().await, Some(50173));
    assert_eq!(patch(serde_json::json!({ "password_expired": null, "password": "N3w!" })).await, 200);
    assert_eq!(number().await, Some(50173));
}
