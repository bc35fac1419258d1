//! Sign-out: who leaves, where the browser goes, and which applications hear of it.

use mock_idp::{MockIdp, virtual_user::Browser};
use reqwest::{Method, StatusCode, header::LOCATION};
use rstest::rstest;
use tests::{Answer, CALENDAR, DESKTOP, RawClient, jwt_claims};

const SPA: &str = "d0000000-0000-4000-8000-000000000002";
const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const COOKIE: &str = "ESTSAUTH=a-browser-of-this-test-alone";

/// A client whose browser has a cookie that the test knows, so that it can look at the answers one by one.
async fn client(idp: &MockIdp) -> RawClient {
    let mut client = RawClient::new(idp).await;
    client.browser = Browser::new(None).unwrap();
    client
}

/// Signs `name` in at the pages, as the browser of [`COOKIE`].
async fn sign_in(client: &RawClient, name: &str) -> Answer {
    let url = client.authorize_url(
        &format!("{CALENDAR} openid profile offline_access"),
        &[("prompt", "login"), ("login_hint", &format!("{name}@contoso.test"))],
    );
    let begin =
        client.request(Method::GET, &format!("{}?{}", url.path(), url.query().unwrap())).header("cookie", COOKIE);
    let mut page = client.send(begin).await;
    let ctx = page.text.split("name=\"ctx\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for fields in [
        [("step", "password"), ("passwd", "Passw0rd!")],
        [("step", "consent"), ("answer", "accept")],
        [("step", "kmsi"), ("answer", "no")],
    ] {
        if page.headers.contains_key(LOCATION) {
            break;
        }
        let form = [&fields[..], &[("ctx", ctx.as_str())]].concat();
        let request = client.request(Method::POST, &format!("/{TENANT}/login")).header("cookie", COOKIE).form(&form);
        page = client.send(request).await;
    }
    let address = url::Url::parse(page.headers[LOCATION].to_str().unwrap()).unwrap();
    let code = address.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    client.redeem(&code, &[]).await
}

async fn logout(client: &RawClient, parameters: &[(&str, &str)]) -> Answer {
    let path = format!("/{TENANT}/oauth2/v2.0/logout");
    client.send(client.request(Method::GET, &path).header("cookie", COOKIE).query(parameters)).await
}

/// The accounts that are signed in.
async fn present(client: &RawClient) -> Vec<&'static str> {
    let url = client.authorize_url(CALENDAR, &[("prompt", "select_account")]);
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let page = client.send(client.request(Method::GET, &path).header("cookie", COOKIE)).await;
    ["ada", "eve"]
        .into_iter()
        .filter(|name| page.text.contains(&format!("data-test-id=\"{name}@contoso.test\"")))
        .collect()
}

fn location(answer: &Answer) -> Option<&str> {
    answer.headers.get(LOCATION).map(|value| value.to_str().unwrap())
}

/// MSAL's `logoutRedirect` and `logoutPopup` wait at this address.
#[tokio::test]
async fn the_only_account_leaves_and_the_browser_goes_back_with_the_state() {
    let idp = MockIdp::start().await;
    let client = client(&idp).await;
    sign_in(&client, "ada").await;
    let answer = logout(&client, &[("post_logout_redirect_uri", "http://localhost:5000/?a=1"), ("state", "s t")]).await;
    // Its path is not registered.
    assert_eq!((answer.status, location(&answer)), (200, None));
    assert!(answer.text.contains("SignOutStatusMessage") && !answer.text.contains("localhost:5000"));

    sign_in(&client, "ada").await;
    let answer = logout(&client, &[("post_logout_redirect_uri", "http://localhost:5000"), ("state", "s t")]).await;
    assert_eq!((answer.status, location(&answer)), (302, Some("http://localhost:5000?state=s+t")));
    assert!(present(&client).await.is_empty());
    let answer = logout(&client, &[("post_logout_redirect_uri", "http://localhost:5000")]).await;
    assert_eq!((answer.status, location(&answer)), (302, Some("http://localhost:5000")), "nobody is left");
}

#[rstest]
#[case::nowhere("https://evil.test/")]
#[case::a_name_that_begins_alike("http://localhost.evil.test")]
#[case::script("javascript:alert(1)")]
#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered(#[case] address: &str) {
    let idp = MockIdp::start().await;
    let client = client(&idp).await;
    sign_in(&client, "ada").await;
    let answer = logout(&client, &[("post_logout_redirect_uri", address)]).await;
    assert_eq!((answer.status, location(&answer)), (StatusCode::OK.as_u16(), None));
    assert!(!answer.headers.contains_key("refresh") && !answer.text.contains(address));
    assert!(present(&client).await.is_empty());
}

/// Whoever says which application it is gets that one's addresses only.
#[tokio::test]
async fn an_application_that_names_itself_returns_to_its_own_addresses() {
    let idp = MockIdp::start().await;
    let client = client(&idp).await;
    idp.tenant().change_application("spa", |spa| spa.redirect_uris = vec!["https://spa.test/".to_owned()]).unwrap();
    let token = sign_in(&client, "ada").await;
    let to_spa = ("post_logout_redirect_uri", "https://spa.test/");
    assert_eq!(location(&logout(&client, &[to_spa, ("client_id", DESKTOP)]).await), None);
    assert_eq!(location(&logout(&client, &[to_spa, ("id_token_hint", token.text_of("id_token"))]).await), None);
    assert_eq!(location(&logout(&client, &[to_spa, ("client_id", SPA)]).await), Some("https://spa.test/"));
    assert_eq!(location(&logout(&client, &[to_spa]).await), Some("https://spa.test/"));
}

#[derive(Clone, Copy)]
enum Hint {
    Name(&'static str),
    IdToken,
    Forged,
    Nothing,
}

#[rstest]
#[case::logout_hint(Hint::Name("ada@contoso.test"), &["eve"])]
#[case::id_token_hint(Hint::IdToken, &["eve"])]
#[case::somebody_elses_name(Hint::Name("bo@contoso.test"), &["ada", "eve"])]
#[case::forged(Hint::Forged, &["ada", "eve"])]
#[case::nothing(Hint::Nothing, &["ada", "eve"])]
#[tokio::test]
async fn of_two_accounts_the_hinted_one_leaves_or_one_is_picked(#[case] hint: Hint, #[case] left: &[&str]) {
    let idp = MockIdp::start().await;
    let client = client(&idp).await;
    let ada = sign_in(&client, "ada").await;
    sign_in(&client, "eve").await;
    // An ID token may have expired.
    idp.tenant().advance_clock(jiff::SignedDuration::from_hours(3));
    let id_token = ada.text_of("id_token");
    let forged = format!("{}x.{}", &id_token[..id_token.len() - 9], "signature");
    let back = ("post_logout_redirect_uri", "http://localhost:5000");
    let answer = match hint {
        Hint::Name(name) => logout(&client, &[back, ("logout_hint", name)]).await,
        Hint::IdToken => logout(&client, &[back, ("id_token_hint", id_token)]).await,
        Hint::Forged => logout(&client, &[back, ("id_token_hint", &forged)]).await,
        Hint::Nothing => logout(&client, &[back, ("state", "s")]).await,
    };
    assert_eq!(present(&client).await, left);
    if left.len() == 1 {
        assert_eq!(location(&answer), Some("http://localhost:5000"));
        return;
    }
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("id=\"tilesHolder\"") && answer.text.contains("data-test-id=\"eve@contoso.test\""));
    // What the page posts, and where.
    let path = format!("/{TENANT}/oauth2/v2.0/logout");
    assert!(answer.text.contains(&format!("action=\"{path}\"")), "{}", answer.text);
    let form = [back, ("state", "s"), ("logout_hint", "eve@contoso.test")];
    let picked = client.send(client.request(Method::POST, &path).header("cookie", COOKIE).form(&form)).await;
    assert_eq!((picked.status, location(&picked)), (302, Some("http://localhost:5000?state=s")));
    assert_eq!(present(&client).await, ["ada"]);
}

/// OpenID Connect Front-Channel Logout 1.0: each application of the session, with issuer and session, in a frame.
#[tokio::test]
async fn applications_of_the_session_hear_of_it_in_frames_before_the_browser_goes_back() {
    let idp = MockIdp::start().await;
    let mut client = client(&idp).await;
    let at = |uri: &str| Some(uri.to_owned());
    idp.tenant()
        .change_application("desktop", |desktop| desktop.front_channel_logout_uri = at("http://localhost:1/out?x=1"))
        .unwrap();
    idp.tenant()
        .change_application("portal", |portal| portal.front_channel_logout_uri = at("http://localhost:2/out"))
        .unwrap();
    let token = sign_in(&client, "ada").await;
    let sid = jwt_claims(token.text_of("id_token"))["sid"].as_str().unwrap().to_owned();
    let issuer = url::form_urlencoded::byte_serialize(idp.issuer().as_bytes()).collect::<String>();

    let answer = logout(&client, &[("post_logout_redirect_uri", "http://localhost:5000"), ("state", "s")]).await;
    assert_eq!(answer.status, 200);
    let frame = format!("http://localhost:1/out?x=1&iss={issuer}&sid={sid}");
    let escaped = frame.replace('&', "&#38;");
    assert!(answer.text.contains(&format!("<iframe hidden src=\"{escaped}\"")), "{}", answer.text);
    assert_eq!(answer.text.matches("<iframe").count(), 1, "nobody signed in to the portal");
    assert!(
        answer.headers["content-security-policy"].to_str().unwrap().ends_with("; frame-src http://localhost:1/out")
    );
    assert_eq!(answer.headers["refresh"], "0; url=http://localhost:5000?state=s");

    // The session is over; there is nothing more to tell.
    client.client_id = DESKTOP.to_owned();
    let answer = logout(&client, &[]).await;
    assert!(!answer.text.contains("<iframe"));
    assert!(!answer.headers["content-security-policy"].to_str().unwrap().contains("frame-src"));
}
