//! What a client fetches before any token.

use mock_idp::MockIdp;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::{Answer, RawClient};

async fn get(client: &RawClient, path: &str) -> Answer {
    client.send(client.request(Method::GET, path)).await
}

#[rstest]
#[case::tenant_id("/11111111-1111-4111-8111-111111111111/v2.0/.well-known/openid-configuration")]
#[case::domain("/contoso.test/v2.0/.well-known/openid-configuration")]
#[case::any_case("/CONTOSO.Test/v2.0/.well-known/openid-configuration")]
#[case::msal_python_with_a_closing_slash("/contoso.test//v2.0/.well-known/openid-configuration")]
#[tokio::test]
async fn metadata_names_the_address_really_bound(#[case] path: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = get(&client, path).await;
    assert_eq!(answer.status, 200);
    let authority = idp.authority();
    assert_eq!(answer.text_of("issuer"), format!("{authority}/v2.0"));
    assert_eq!(answer.text_of("issuer"), idp.issuer());
    assert_eq!(answer.text_of("authorization_endpoint"), format!("{authority}/oauth2/v2.0/authorize"));
    assert_eq!(answer.text_of("token_endpoint"), format!("{authority}/oauth2/v2.0/token"));
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn metadata_has_every_member_in_entras_order() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = get(&client, "/contoso.test/v2.0/.well-known/openid-configuration").await;
    let members: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
    let expected = "token_endpoint token_endpoint_auth_methods_supported jwks_uri response_modes_supported \
        subject_types_supported id_token_signing_alg_values_supported response_types_supported scopes_supported issuer \
        request_uri_parameter_supported userinfo_endpoint authorization_endpoint device_authorization_endpoint \
        http_logout_supported frontchannel_logout_supported end_session_endpoint claims_supported kerberos_endpoint \
        tenant_region_scope cloud_instance_name cloud_graph_host_name msgraph_host rbac_url";
    assert_eq!(members, expected.split_whitespace().collect::<Vec<_>>());
}

#[rstest]
#[case("common")]
#[case("organizations")]
#[tokio::test]
async fn an_authority_for_everybody_keeps_its_word_and_the_placeholder(#[case] word: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = get(&client, &format!("/{word}/v2.0/.well-known/openid-configuration")).await;
    assert_eq!(answer.text_of("issuer"), format!("{}/{{tenantid}}/v2.0", idp.base()));
    assert_eq!(answer.text_of("token_endpoint"), format!("{}/{word}/oauth2/v2.0/token", idp.base()));
    assert_eq!(answer.body["tenant_region_scope"], Value::Null);
}

#[tokio::test]
async fn an_unknown_tenant_is_invalid_tenant() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = get(&client, "/nowhere.test/v2.0/.well-known/openid-configuration").await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (400, "invalid_tenant", Some(90002)));
}

#[tokio::test]
async fn the_published_key_has_entras_members() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = get(&client, "/common/discovery/v2.0/keys").await;
    let key = &answer.body["keys"][0];
    assert_eq!((&key["kty"], &key["use"], &key["e"]), (&json!("RSA"), &json!("sig"), &json!("AQAB")));
    assert_eq!(key["kid"], key["x5t"]);
    assert!(key["x5c"][0].as_str().is_some_and(|der| der.starts_with("MII")));
}

#[tokio::test]
async fn the_server_is_its_own_cloud() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let host = format!("localhost:{}", idp.port());
    // MSAL Python leaves the port out, MSAL Node doesn't.
    for asked in ["localhost", &host] {
        let path = format!(
            "/common/discovery/instance?api-version=1.1&authorization_endpoint=https://{asked}/contoso.test/oauth2/v2.0/authorize"
        );
        let answer = get(&client, &path).await;
        assert_eq!(
            answer.text_of("tenant_discovery_endpoint"),
            format!("{}/contoso.test/v2.0/.well-known/openid-configuration", idp.base())
        );
        assert_eq!(answer.body["metadata"][0]["aliases"], json!([host, "localhost"]));
    }
}

#[tokio::test]
async fn a_foreign_instance_is_refused() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let path = "/common/discovery/instance?api-version=1.1&authorization_endpoint=https://login.evil.test/common/oauth2/v2.0/authorize";
    let answer = get(&client, path).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (400, "invalid_instance", Some(50049)));
}

#[tokio::test]
async fn every_user_is_managed() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    for path in ["/common/userrealm/ada@contoso.test", "/common/UserRealm/ada@contoso.test"] {
        assert_eq!(get(&client, path).await.text_of("account_type"), "Managed");
    }
}
