//! What the Python suites (`tests/run-all`) need of the server, each named after the SDK that shows it.

use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::Method;
use tests::{CALENDAR, MAIL, RawClient};

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

/// RFC 6749, 6: the scopes of the first request count again, whatever was asked in between.
#[tokio::test]
async fn authlib_refreshes_without_naming_scopes() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().grant_consent(None, "desktop", "mail", &["Mail.Read"]).unwrap();
    let first = client.sign_in(&ada(), CALENDAR).await;
    let mail = client.refresh(first.text_of("refresh_token"), MAIL, &[]).await;
    for token in [&first, &mail] {
        let form = [
            ("client_id", client.client_id.as_str()),
            ("grant_type", "refresh_token"),
            ("refresh_token", token.text_of("refresh_token")),
        ];
        let again = client.token(&form, &[]).await;
        assert_eq!((again.status, again.text_of("scope")), (200, CALENDAR), "{}", again.text);
        assert!(again.body["id_token"].is_string() && again.body["refresh_token"].is_string());
    }
}

/// RP-Initiated Logout, 2.
#[tokio::test]
async fn authlib_gets_the_state_of_its_sign_out_back() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let logout = |redirect: &str| {
        let path = "/contoso.test/oauth2/v2.0/logout";
        client.request(Method::GET, &format!("{path}?post_logout_redirect_uri={redirect}&state=a%26b"))
    };
    let answer = client.send(logout("http://localhost:5000")).await;
    assert_eq!(
        (answer.status, &answer.headers["location"]),
        (302, &"http://localhost:5000?state=a%26b".parse().unwrap())
    );
    let page = client.send(logout("https://elsewhere.test")).await.text;
    assert!(!page.contains("state=a"), "only registered addresses are returned to");
}
