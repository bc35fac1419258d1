//! A server that answers to another name besides, as a program with a hard-coded authority needs it. The client resolves the
//! name to this machine, as a hosts file would, and nothing else is bent.

use std::net::SocketAddr;

use mock_idp::MockIdp;
use reqwest::{StatusCode, redirect::Policy};
use serde_json::{Value, json};
use tests::{CALENDAR, DESKTOP, jwt_claims};

const NAME: &str = "login.microsoftonline.com";
const TENANT: &str = "11111111-1111-4111-8111-111111111111";

async fn start() -> MockIdp {
    MockIdp::builder().tls().also_as("Login.MicrosoftOnline.com").start().await.unwrap()
}

/// Trusts the server's CA alone, and is led to it by both names, whatever the port in the address.
fn client(idp: &MockIdp) -> reqwest::Client {
    let root = reqwest::Certificate::from_pem(idp.ca_pem().unwrap().as_bytes()).unwrap();
    let here = SocketAddr::from(([127, 0, 0, 1], idp.port()));
    let client = reqwest::Client::builder().tls_certs_only([root]).no_proxy().redirect(Policy::none());
    client.resolve(NAME, here).build().unwrap()
}

async fn get(client: &reqwest::Client, url: &str) -> Value {
    client.get(url).send().await.unwrap().json().await.unwrap()
}

async fn password(client: &reqwest::Client, base: &str) -> Value {
    let form = [
        ("grant_type", "password"),
        ("client_id", DESKTOP),
        ("username", "ada@contoso.test"),
        ("password", "Passw0rd!"),
        ("scope", &format!("{CALENDAR} openid offline_access")),
        ("client_info", "1"),
    ];
    let answer = client.post(format!("{base}/{TENANT}/oauth2/v2.0/token")).form(&form).send().await.unwrap();
    answer.json().await.unwrap()
}

#[tokio::test]
async fn addresses_and_issuer_are_of_the_name_that_was_asked() {
    let idp = start().await;
    let client = client(&idp);
    for (base, host) in [
        (format!("https://{NAME}"), NAME.to_owned()),
        (format!("https://{NAME}:{}", idp.port()), format!("{NAME}:{}", idp.port())),
        (idp.base().to_owned(), format!("localhost:{}", idp.port())),
    ] {
        let metadata = get(&client, &format!("{base}/{TENANT}/v2.0/.well-known/openid-configuration")).await;
        assert_eq!(metadata["issuer"], format!("{base}/{TENANT}/v2.0"));
        assert_eq!(metadata["token_endpoint"], format!("{base}/{TENANT}/oauth2/v2.0/token"));
        assert_eq!(metadata["cloud_instance_name"], host);
        let keys = get(&client, metadata["jwks_uri"].as_str().unwrap()).await;
        assert_eq!(keys["keys"][0]["issuer"], metadata["issuer"]);
    }
}

#[tokio::test]
async fn a_sign_in_at_one_name_is_good_at_the_other() {
    let idp = start().await;
    idp.tenant().grant_consent(Some("ada"), "desktop", "calendar", &["Events.Read"]).unwrap();
    let client = client(&idp);
    let there = format!("https://{NAME}");
    let answer = password(&client, &there).await;
    let claims = jwt_claims(answer["id_token"].as_str().unwrap());
    assert_eq!(claims["iss"], format!("{there}/{TENANT}/v2.0"));
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", DESKTOP),
        ("refresh_token", answer["refresh_token"].as_str().unwrap()),
        ("scope", CALENDAR),
    ];
    let token_endpoint = format!("{}/oauth2/v2.0/token", idp.authority());
    let refreshed: Value = client.post(token_endpoint).form(&refresh).send().await.unwrap().json().await.unwrap();
    for token in [&answer["access_token"], &refreshed["access_token"]] {
        for api in [idp.api_url("calendar"), format!("{there}/api/calendar")] {
            let called = client.get(api).bearer_auth(token.as_str().unwrap()).send().await.unwrap();
            assert_eq!(called.status(), StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn a_challenge_a_device_code_and_a_graph_answer_name_it_too() {
    let idp = start().await;
    let client = client(&idp);
    let there = format!("https://{NAME}");
    let refused = client.get(format!("{there}/api/calendar")).send().await.unwrap();
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(challenge.contains(&format!("authorization_uri=\"{there}/common/oauth2/authorize\"")), "{challenge}");
    let form = [("client_id", DESKTOP), ("scope", CALENDAR)];
    let codes = client.post(format!("{there}/{TENANT}/oauth2/v2.0/devicecode")).form(&form).send().await.unwrap();
    let codes: Value = codes.json().await.unwrap();
    assert_eq!(codes["verification_uri"], format!("{there}/deviceauth"));
}

/// MSAL Python asks the public cloud's host about a localhost authority, and without its port.
#[tokio::test]
async fn instance_discovery_describes_what_was_asked_about() {
    let idp = start().await;
    let client = client(&idp);
    let own = format!("localhost:{}", idp.port());
    let ask = async |about: &str| {
        let endpoint = format!("https://{about}/contoso.test/oauth2/v2.0/authorize");
        let path =
            format!("https://{NAME}/common/discovery/instance?api-version=1.1&authorization_endpoint={endpoint}");
        get(&client, &path).await
    };
    let metadata = json!([
        { "preferred_network": own, "preferred_cache": "localhost", "aliases": [own, "localhost"] },
        { "preferred_network": NAME, "preferred_cache": NAME, "aliases": [NAME] },
    ]);
    for (about, base) in [(NAME, format!("https://{NAME}")), ("localhost", idp.base().to_owned())] {
        let answer = ask(about).await;
        let found = format!("{base}/contoso.test/v2.0/.well-known/openid-configuration");
        assert_eq!(answer["tenant_discovery_endpoint"], found);
        assert_eq!(answer["metadata"], metadata);
    }
    assert_eq!(ask("login.windows.net").await["error"], "invalid_instance");
}

#[tokio::test]
async fn the_control_api_and_other_names_stay_out() {
    let idp = start().await;
    let client = client(&idp);
    let control = client.get(format!("https://{NAME}/_mock/health")).send().await.unwrap();
    assert_eq!(control.status(), StatusCode::FORBIDDEN);
    let path = format!("{}/{TENANT}/v2.0/.well-known/openid-configuration", idp.base());
    let other = client.get(&path).header("host", "login.evil.test").send().await.unwrap();
    assert_eq!(other.json::<Value>().await.unwrap()["issuer"], idp.issuer(), "as if it had come to our own name");
}

/// As a program does that is told `HTTPS_PROXY`: nothing but the proxy leads the name here.
#[tokio::test]
async fn the_proxy_leads_the_name_here_and_all_else_where_it_belongs() {
    let idp = start().await;
    let root = reqwest::Certificate::from_pem(idp.ca_pem().unwrap().as_bytes()).unwrap();
    let proxy = reqwest::Proxy::https(idp.proxy_url().unwrap()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([root]).proxy(proxy).build().unwrap();
    for base in [format!("https://{NAME}"), idp.base().to_owned()] {
        let metadata = get(&client, &format!("{base}/{TENANT}/v2.0/.well-known/openid-configuration")).await;
        assert_eq!(metadata["issuer"], format!("{base}/{TENANT}/v2.0"));
    }
    let other = MockIdp::builder().tls().start().await.unwrap();
    assert!(other.proxy_url().is_none());
    let refused = client.get(other.base()).send().await.unwrap_err();
    assert!(refused.is_connect(), "it got there, and another CA's certificate was refused: {refused:?}");
    assert!(client.get("https://localhost:1/").send().await.is_err());
}

#[tokio::test]
async fn the_proxy_takes_nothing_but_connect() {
    let idp = start().await;
    let address = idp.proxy_url().unwrap();
    let proxy = reqwest::Proxy::http(&address).unwrap();
    let client = reqwest::Client::builder().proxy(proxy).build().unwrap();
    let refused = client.get("http://example.test/").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
}
