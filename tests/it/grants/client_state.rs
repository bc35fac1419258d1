//! What the registration says of a client: disabled, for one tenant only, without public client flows, an expired secret
//! (escalation reference 2.11).

use mock_idp::{
    MockIdp,
    directory::{Application, Secret},
};
use reqwest::Method;
use rstest::rstest;
use tests::{Answer, CALENDAR, DESKTOP, RawClient};

use super::{DAEMON, Refused, grant, refused};

const PASSWORD: &[(&str, &str)] = &[
    ("grant_type", "password"),
    ("username", "ada@contoso.test"),
    ("password", "Passw0rd!"),
    ("scope", "api://calendar/Events.Read offline_access"),
];

async fn with(application: &str, change: fn(&mut Application)) -> (MockIdp, RawClient) {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    idp.tenant().change_application(application, change).unwrap();
    let client = RawClient::new(&idp).await;
    (idp, client)
}

async fn device(client: &RawClient) -> Answer {
    let path = format!("{}/oauth2/v2.0/devicecode", client.authority.strip_prefix(&client.base).unwrap());
    client.send(client.request(Method::POST, &path).form(&[("client_id", DESKTOP), ("scope", CALENDAR)])).await
}

#[tokio::test]
async fn a_disabled_application_gets_nothing() {
    let (_idp, client) = with("desktop", |desktop| desktop.enabled = false).await;
    let text = format!("Application '{DESKTOP}'(Desktop sample) is disabled.");
    let expected = Refused::new(400, "unauthorized_client", 7_000_112, "", &text);
    assert_eq!(refused(&grant(&client, DESKTOP, PASSWORD, &[]).await), expected);
    assert_eq!(refused(&device(&client).await), expected);
}

#[rstest]
#[case::common("common")]
#[case::organizations("organizations")]
#[tokio::test]
async fn an_application_of_one_tenant_is_not_for_every_tenant(#[case] word: &str) {
    let (idp, mut client) = with("desktop", |desktop| desktop.single_tenant = true).await;
    assert_eq!(grant(&client, DESKTOP, PASSWORD, &[]).await.status, 200);
    assert_eq!(device(&client).await.status, 200);
    client.authority = format!("{}/{word}", idp.base());
    let text =
        format!("Application '{DESKTOP}'(Desktop sample) serves its own tenant only and cannot be used over /common.");
    let expected = Refused::new(400, "invalid_request", 50194, "", &text);
    assert_eq!(refused(&grant(&client, DESKTOP, PASSWORD, &[]).await), expected);
    assert_eq!(refused(&device(&client).await), expected);
}

#[tokio::test]
async fn without_public_client_flows_only_the_browser_is_left() {
    let (idp, client) = with("desktop", |_| {}).await;
    let started = device(&client).await;
    let refresh_token = grant(&client, DESKTOP, PASSWORD, &[]).await;
    idp.tenant().change_application("desktop", |desktop| desktop.public_client_flows = false).unwrap();
    let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    let expected = Refused::new(401, "invalid_client", 7_000_218, "", text);
    assert_eq!(refused(&grant(&client, DESKTOP, PASSWORD, &[]).await), expected);
    assert_eq!(refused(&device(&client).await), expected);
    let poll = [("grant_type", "device_code"), ("device_code", started.text_of("device_code"))];
    assert_eq!(refused(&grant(&client, DESKTOP, &poll, &[]).await), expected);
    assert_eq!(client.refresh(refresh_token.text_of("refresh_token"), CALENDAR, &[]).await.status, 200);
}

#[tokio::test]
async fn an_old_secret_is_known_as_old() {
    let (_idp, client) = with("daemon", |daemon| daemon.expired_secrets.push(Secret::new("old-secret"))).await;
    let base = [("grant_type", "client_credentials"), ("scope", "api://calendar/.default")];
    let old = grant(&client, DAEMON, &base, &[("client_secret", "old-secret")]).await;
    let text = format!("The provided client secret keys for app '{DAEMON}' are expired.");
    assert_eq!(refused(&old), Refused::new(401, "invalid_client", 7_000_222, "", &text));
    assert_eq!(grant(&client, DAEMON, &base, &[("client_secret", "older")]).await.code(), Some(7_000_215));
    assert_eq!(grant(&client, DAEMON, &base, &[("client_secret", "daemon-secret")]).await.status, 200);
}
