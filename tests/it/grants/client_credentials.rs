//! An application that asks for itself.

use jsonwebtoken::decode_header;
use mock_idp::MockIdp;
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use tests::{DESKTOP, RawClient, jwt_claims};

use super::{DAEMON, grant, verdict};

const BASE: &[(&str, &str)] = &[
    ("grant_type", "client_credentials"),
    ("client_secret", "daemon-secret"),
    ("scope", "api://calendar/.default"),
    ("client_info", "1"),
];

fn members(value: &serde_json::Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn the_answer_has_four_members_and_the_token_roles_and_no_user() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = grant(&client, DAEMON, BASE, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(members(&answer.body), ["token_type", "expires_in", "ext_expires_in", "access_token"]);

    let claims = jwt_claims(answer.text_of("access_token"));
    let mut names = members(&claims);
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "aio", "aud", "azp", "azpacr", "exp", "iat", "iss", "nbf", "oid", "rh", "roles", "sub", "tid", "uti",
            "ver", "xms_ftd"
        ]
    );
    assert_eq!(claims["roles"], json!(["Events.Read.All"]));
    assert_eq!(claims["sub"], claims["oid"]);
    assert_eq!(claims["azpacr"], "1");
    let again = grant(&client, DAEMON, BASE, &[]).await;
    assert_eq!(jwt_claims(again.text_of("access_token"))["oid"], claims["oid"]);

    let api = client.call("/api/calendar", answer.text_of("access_token")).await;
    assert_eq!((api.status, &api.body["roles"], &api.body["user"]), (200, &json!(["Events.Read.All"]), &json!(null)));
}

#[tokio::test]
async fn an_api_of_version_1_gets_its_own_shape_and_no_role_no_entry() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = grant(&client, DAEMON, BASE, &[("scope", "api://payroll/.default")]).await;
    let claims = jwt_claims(answer.text_of("access_token"));
    assert_eq!(
        (&claims["ver"], &claims["appid"], &claims["aud"]),
        (&json!("1.0"), &json!(DAEMON), &json!("api://payroll"))
    );
    assert!(decode_header(answer.text_of("access_token")).unwrap().x5t.is_some());
    assert!(claims.get("roles").is_none() && claims.get("scp").is_none() && claims.get("upn").is_none());
    assert_eq!(client.call("/api/payroll", answer.text_of("access_token")).await.status, 403);
}

#[tokio::test]
async fn the_secret_may_come_by_basic_authentication() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let form = [("grant_type", "client_credentials"), ("scope", "api://calendar/.default")];
    let path = "/contoso.test/oauth2/v2.0/token";
    let request = client.request(Method::POST, path).basic_auth(DAEMON, Some("daemon-secret")).form(&form);
    assert_eq!(client.send(request).await.status, 200);
    let request = client.request(Method::POST, path).basic_auth(DAEMON, Some("wrong")).form(&form);
    assert_eq!(verdict(&client.send(request).await), (401, "invalid_client", Some(7_000_215), ""));
}

#[rstest]
#[case::named_scope(&[("scope", "api://calendar/Events.Read")], 400, "invalid_scope", 70011)]
#[case::two_apis(&[("scope", "api://calendar/.default api://mail/.default")], 400, "invalid_scope", 70011)]
#[case::oidc(&[("scope", "api://calendar/.default openid")], 400, "invalid_scope", 70011)]
#[case::no_scope(&[("scope", "")], 400, "invalid_request", 900_144)]
#[case::unknown_api(&[("scope", "api://nowhere/.default")], 400, "invalid_resource", 500_011)]
#[case::wrong_secret(&[("client_secret", "wrong")], 401, "invalid_client", 7_000_215)]
#[case::no_secret(&[("client_secret", "")], 401, "invalid_client", 7_000_218)]
#[case::public_client(&[("client_id", DESKTOP), ("client_secret", "")], 401, "invalid_client", 7_000_218)]
#[tokio::test]
async fn an_application_is_refused(
    #[case] extra: &[(&str, &str)],
    #[case] status: u16,
    #[case] error: &str,
    #[case] number: u64,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = grant(&client, DAEMON, BASE, extra).await;
    assert_eq!(verdict(&answer), (status, error, Some(number), ""), "{}", answer.text);
}

#[rstest]
#[tokio::test]
async fn an_application_has_to_say_which_tenant(#[values("common", "organizations", "consumers")] word: &str) {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    client.authority = format!("{}/{word}", idp.base());
    let answer = grant(&client, DAEMON, BASE, &[]).await;
    assert_eq!(verdict(&answer), (400, "invalid_request", Some(90010), ""));
    assert!(answer.text_of("error_description").contains(&format!("/{word}")));
}

/// Policies for users do not concern applications, and the log says that they were asked all the same.
#[tokio::test]
async fn policy_is_asked_for_an_application_too() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    grant(&client, DAEMON, BASE, &[]).await;
    let log = idp.tenant().exchanges();
    let reasons: Vec<_> = log.last().unwrap().reasons.iter().map(|reason| reason.because.clone()).collect();
    assert!(reasons[0].contains("its roles on calendar: Events.Read.All"), "{reasons:?}");
}
