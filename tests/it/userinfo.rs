//! `/oidc/userinfo` as OpenID Connect clients read it: openid-client and authlib compare its subject with the ID token's.

use mock_idp::{MockIdp, virtual_user::VirtualUser};
use rstest::rstest;
use serde_json::json;
use tests::{Answer, RawClient, jwt_claims};

/// Signs `user` in with exactly these scopes.
async fn sign_in(client: &RawClient, user: &str, scope: &str) -> Answer {
    let code = client.code(&VirtualUser::new(user), scope, &[]).await;
    let token = client.redeem(&code, &[("scope", scope)]).await;
    assert_eq!(token.status, 200, "{}", token.text);
    token
}

#[rstest]
#[case::member("ada@contoso.test")]
#[case::guest("cy@fabrikam.test")]
#[tokio::test]
async fn openid_client_wants_the_subject_of_the_id_token(#[case] user: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = sign_in(&client, user, "openid profile User.Read").await;
    let info = client.call("/oidc/userinfo", token.text_of("access_token")).await;
    assert_eq!(info.body["sub"], jwt_claims(token.text_of("id_token"))["sub"]);
    // And again after a refresh, over which the subject stays.
    let again = sign_in(&client, user, "openid offline_access User.Read").await;
    let fresh = client.refresh(again.text_of("refresh_token"), "User.Read", &[]).await;
    let later = client.call("/oidc/userinfo", fresh.text_of("access_token")).await;
    assert_eq!(later.body["sub"], info.body["sub"]);
}

/// OpenID Connect Core 5.4: the scopes say which claims; 5.3.2: what there is not is left out.
#[rstest]
#[case::openid_alone("ada@contoso.test", "openid", json!({}))]
#[case::profile("ada@contoso.test", "openid profile", json!({ "name": "Ada Byron", "given_name": "Ada", "family_name": "Byron" }))]
#[case::email("ada@contoso.test", "openid email", json!({ "email": "ada@contoso.test" }))]
#[case::unknown_names("eve@contoso.test", "openid profile", json!({ "name": "Eve Grant" }))]
#[tokio::test]
async fn openid_client_asks_with_openid_and_no_scope_of_graph(
    #[case] user: &str,
    #[case] scope: &str,
    #[case] mut expected: serde_json::Value,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = sign_in(&client, user, scope).await;
    let info = client.call("/oidc/userinfo", token.text_of("access_token")).await;
    assert_eq!(info.status, 200, "{}", info.text);
    expected["sub"] = jwt_claims(token.text_of("id_token"))["sub"].clone();
    assert_eq!(info.body, expected);
    // Graph itself is as closed as before.
    assert_eq!(client.call("/v1.0/me", token.text_of("access_token")).await.status, 403);
}

#[tokio::test]
async fn a_token_for_another_api_says_nothing_about_its_user() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = sign_in(&client, "ada@contoso.test", &format!("openid {}", tests::CALENDAR)).await;
    let info = client.call("/oidc/userinfo", token.text_of("access_token")).await;
    assert_eq!(info.status, 401, "{}", info.text);
    assert!(info.headers["www-authenticate"].to_str().unwrap().contains("error=\"invalid_token\""));
}
