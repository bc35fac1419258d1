//! The grants that no browser is needed for, with a resource in place of a scope.

use mock_idp::MockIdp;
use reqwest::Method;
use serde_json::json;
use tests::{DESKTOP, MFA_FOR_PAYROLL, jwt_claims, policy_claims};
use url::Url;

use super::{ada, members, v1_client, verdict};

const DAEMON: &str = "d0000000-0000-4000-8000-000000000004";
const PORTAL: &str = "d0000000-0000-4000-8000-000000000003";

#[tokio::test]
async fn an_application_gets_a_token_for_a_resource() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let base = [("client_id", DAEMON), ("grant_type", "client_credentials"), ("client_secret", "daemon-secret")];
    let answer = client.token(&base, &[("resource", "api://calendar")]).await;
    assert_eq!(
        members(&answer.body),
        ["token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token"]
    );
    assert_eq!(jwt_claims(answer.text_of("access_token"))["roles"], json!(["Events.Read.All"]));
    let without = client.token(&base, &[("scope", "api://calendar/.default")]).await;
    assert_eq!((without.status, without.code()), (400, Some(900_144)));
}

#[tokio::test]
async fn password_and_on_behalf_of_take_a_resource() {
    let idp = MockIdp::start().await;
    for (client, api, scope) in [("desktop", "portal", "access_as_user"), ("portal", "payroll", "Salary.Read")] {
        idp.tenant().grant_consent(None, client, api, &[scope]).unwrap();
    }
    let client = v1_client(&idp).await;
    let base = [
        ("client_id", DESKTOP),
        ("grant_type", "password"),
        ("username", "ada@contoso.test"),
        ("password", "Passw0rd!"),
        ("resource", "api://portal"),
    ];
    let token = client.token(&base, &[]).await;
    assert_eq!((token.status, token.text_of("scope")), (200, "access_as_user"), "{}", token.text);
    let base = [
        ("client_id", PORTAL),
        ("client_secret", "portal-secret"),
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("requested_token_use", "on_behalf_of"),
        ("assertion", token.text_of("access_token")),
        ("resource", "api://payroll"),
    ];
    let refused = client.token(&base, &[]).await;
    let expected = (400, "interaction_required", Some(50076), Some("basic_action"));
    assert_eq!(verdict(&refused), expected, "{}", refused.text);
    assert_eq!(refused.text_of("claims"), policy_claims(MFA_FOR_PAYROLL));
}

#[tokio::test]
async fn a_device_asks_for_a_resource_and_gets_strings() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let path = "/contoso.test/oauth2/devicecode";
    let start = |form: &'static [(&str, &str)]| client.send(client.request(Method::POST, path).form(form));
    let without = start(&[("client_id", DESKTOP), ("scope", "api://calendar/Events.Read")]).await;
    assert_eq!((without.status, without.code()), (400, Some(900_144)), "{}", without.text);

    let started = start(&[("client_id", DESKTOP), ("resource", "api://calendar")]).await;
    assert_eq!(
        members(&started.body),
        ["user_code", "device_code", "verification_url", "expires_in", "interval", "message"]
    );
    assert_eq!((started.text_of("expires_in"), started.text_of("interval")), ("900", "5"));
    let base = [
        ("client_id", DESKTOP),
        ("grant_type", "device_code"),
        ("code", started.text_of("device_code")),
        ("resource", "api://calendar"),
    ];
    let pending = client.token(&base, &[]).await;
    assert_eq!(verdict(&pending), (400, "authorization_pending", Some(70016), None));
    let page = Url::parse(started.text_of("verification_url")).unwrap();
    client.browser.enter_device_code(&page, &ada(), started.text_of("user_code")).await.unwrap();
    let token = client.token(&base, &[]).await;
    assert_eq!((token.status, token.text_of("resource")), (200, "api://calendar"), "{}", token.text);
}
