//! The lines of RFC 9700 (OAuth 2.0 security best current practice) that no other test is about. Which test stands for which
//! line is said by the table in SECURITY.md, whose names are checked here.

use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::{Method, header::HeaderMap};
use rstest::rstest;
use tests::{CALENDAR, RawClient};

const PORTAL: &str = "d0000000-0000-4000-8000-000000000003";
const ACCESS: &str = "api://portal/access_as_user";
const CB: &str = "https://app.example/cb";

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// Path and query of an address below the server's origin.
fn below(client: &RawClient, address: &url::Url) -> String {
    address.as_str().strip_prefix(client.base.as_str()).unwrap().to_owned()
}

/// 2.1, 4.1.3: to the letter, but for the port of a loopback address; and whoever is not trusted is shown a page.
#[rstest]
#[case::one_slash_more("https://app.example/cb/")]
#[case::a_query("https://app.example/cb?next=https://evil.test")]
#[case::a_fragment("https://app.example/cb#x")]
#[case::case_of_the_path("https://app.example/CB")]
#[case::case_of_the_host("https://APP.example/cb")]
#[case::the_default_port("https://app.example:443/cb")]
#[case::another_port("https://app.example:8443/cb")]
#[case::no_tls("http://app.example/cb")]
#[case::a_way_around("https://app.example/other/../cb")]
#[case::escaped("https://app.example/%63b")]
#[case::below("https://app.example/cb/evil")]
#[case::longer_host("https://app.example.evil.test/cb")]
#[case::sub_domain("https://evil.app.example/cb")]
#[case::user_information("https://app.example@evil.test/cb")]
#[case::no_scheme("//app.example/cb")]
#[case::script("javascript:alert(1)//https://app.example/cb")]
#[case::data("data:text/html,https://app.example/cb")]
#[case::loopback_in_front("http://localhost.evil.test/cb")]
#[case::loopback_as_user("http://localhost@evil.test/cb")]
#[case::loopback_with_a_port_as_user("http://localhost:80@evil.test/cb")]
#[case::loopback_with_user("http://evil@localhost/cb")]
#[case::loopback_with_tls("https://localhost/cb")]
#[case::loopback_elsewhere("http://localhost/other")]
#[case::loopback_by_number("http://127.0.0.1/cb")]
#[case::backslash("http://localhost\\@evil.test/cb")]
#[case::line_break("https://app.example/cb\r\nlocation: https://evil.test")]
#[case::nothing(" ")]
#[tokio::test]
async fn a_redirect_address_is_compared_to_the_letter(#[case] address: &str) {
    let idp = MockIdp::start().await;
    let registered = vec![CB.to_owned(), "http://localhost/cb".to_owned()];
    idp.tenant().change_application("desktop", |desktop| desktop.redirect_uris = registered).unwrap();
    let client = RawClient::new(&idp).await;
    let asked = client.authorize_url(CALENDAR, &[("redirect_uri", address), ("prompt", "none")]);
    let answer = client.send(client.request(Method::GET, &below(&client, &asked))).await;
    assert!(!(300..400).contains(&answer.status), "{} {:?}", answer.status, answer.headers);
    assert!(answer.headers.get("location").is_none() && answer.text.contains("AADSTS50011"), "{}", answer.text);
}

/// 4.2, 4.3, 4.12: what carries a code is not stored, tells no page where it came from, and is no redirect that would
/// repeat a posted password.
#[tokio::test]
async fn an_answer_with_a_code_is_neither_kept_nor_repeated() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().set_virtual_user(VirtualUser { skips_pages: true, ..ada() });
    let asked = client.authorize_url(CALENDAR, &[]);
    let answer = client.send(client.request(Method::GET, &below(&client, &asked))).await;
    assert_eq!(answer.status, 302);
    assert!(header(&answer.headers, "location").contains("code="));
    assert_eq!(header(&answer.headers, "referrer-policy"), "no-referrer");
    assert!(header(&answer.headers, "cache-control").contains("no-store"));
    let redirects = idp.exchanges().iter().filter(|it| (300..400).contains(&it.answer.status)).count();
    assert!(redirects > 0 && idp.exchanges().iter().all(|it| !(303..400).contains(&it.answer.status)));
}

/// 4.3.2: a token in an address is none.
#[tokio::test]
async fn a_token_in_the_query_lets_nobody_in() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&ada(), CALENDAR).await;
    let path = format!("/api/calendar?access_token={}", token.text_of("access_token"));
    let answer = client.send(client.request(Method::GET, &path)).await;
    assert_eq!(answer.status, 401);
    assert!(!header(&answer.headers, "www-authenticate").contains("error="), "as without a token");
    assert_eq!(client.call("/api/calendar", token.text_of("access_token")).await.status, 200);
}

/// 4.9, 4.10: each token is good for what it was made for.
#[tokio::test]
async fn no_token_stands_in_for_another() {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    let token = client.sign_in(&ada(), CALENDAR).await;
    for kind in ["id_token", "refresh_token"] {
        let answer = client.call("/api/calendar", token.text_of(kind)).await;
        assert_eq!(answer.status, 401, "{kind}");
        assert!(header(&answer.headers, "www-authenticate").contains("invalid_token"), "{kind}");
    }
    assert_eq!(client.call("/api/mail", token.text_of("access_token")).await.status, 401, "another API's");
    for kind in ["access_token", "id_token"] {
        let answer = client.refresh(token.text_of(kind), CALENDAR, &[]).await;
        assert_eq!((answer.status, answer.text_of("error")), (400, "invalid_grant"), "{kind}");
        let answer = client.redeem(token.text_of(kind), &[]).await;
        assert_eq!((answer.status, answer.text_of("error")), (400, "invalid_grant"), "{kind}");
    }
    let at_the_portal = client.sign_in(&ada(), ACCESS).await;
    client.client_id = PORTAL.to_owned();
    for (kind, status) in [("access_token", 200), ("id_token", 400), ("refresh_token", 400)] {
        let grant = [
            ("client_id", PORTAL),
            ("client_secret", "portal-secret"),
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("requested_token_use", "on_behalf_of"),
            ("scope", CALENDAR),
            ("assertion", at_the_portal.text_of(kind)),
        ];
        idp.tenant()
            .change_application("portal", |portal| {
                portal.permissions.insert("calendar".to_owned(), vec!["Events.Read".to_owned()]);
            })
            .unwrap();
        idp.tenant().grant_consent(None, "portal", "calendar", &["Events.Read"]).unwrap();
        let answer = client.token(&grant, &[]).await;
        assert_eq!(answer.status, status, "{kind}: {}", answer.text);
    }
}

/// 4.16: no page can be framed, whichever it is.
#[rstest]
#[case::user_name(None)]
#[case::error(Some("/contoso.test/oauth2/v2.0/authorize"))]
#[case::device(Some("/deviceauth"))]
#[case::sign_out(Some("/contoso.test/oauth2/v2.0/logout"))]
#[case::administrator(Some("/contoso.test/v2.0/adminconsent?client_id=x"))]
#[tokio::test]
async fn no_page_can_be_framed(#[case] path: Option<&str>) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let sign_in = below(&client, &client.authorize_url(CALENDAR, &[]));
    let answer = client.send(client.request(Method::GET, path.unwrap_or(&sign_in))).await;
    assert!(answer.text.starts_with("<!"), "a page: {}", answer.text);
    assert!(header(&answer.headers, "content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(header(&answer.headers, "x-frame-options"), "DENY");
    assert!(header(&answer.headers, "cache-control").contains("no-store"));
    assert!(!header(&answer.headers, "content-security-policy").contains("unsafe"));
}

/// 4.7: a form that was shown to one browser is not taken from another, which is what a forged one would be.
#[tokio::test]
async fn a_form_is_taken_from_the_browser_that_it_was_shown_to() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let shown = client.send(client.request(Method::GET, &below(&client, &client.authorize_url(CALENDAR, &[])))).await;
    let cookie = header(&shown.headers, "set-cookie").split(';').next().unwrap().to_owned();
    let ctx = shown.text.split_once("name=\"ctx\" value=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap();
    let post = |cookie: Option<&str>| {
        let request = client.request(Method::POST, "/contoso.test/login");
        let request = request.form(&[("ctx", ctx), ("step", "username"), ("loginfmt", "ada@contoso.test")]);
        client.send(match cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        })
    };
    for foreign in [None, Some("ESTSAUTH=another"), Some("ESTSAUTH=")] {
        let answer = post(foreign).await;
        assert_eq!(answer.status, 400, "{foreign:?}: {}", answer.text);
        assert!(!answer.text.contains("i0118"), "no password is asked for");
    }
    let answer = post(Some(&cookie)).await;
    assert!(answer.status == 200 && answer.text.contains("i0118"), "{}", answer.text);
}

/// The session's cookie is out of scripts' reach, and under TLS never travels without it.
#[rstest]
#[case::plain(false, &["HttpOnly", "SameSite=Lax", "Path=/"])]
#[case::tls(true, &["HttpOnly", "SameSite=None", "Secure", "Path=/"])]
#[tokio::test]
async fn the_cookie_of_a_session_is_guarded(#[case] tls: bool, #[case] flags: &[&str]) {
    let builder = MockIdp::builder();
    let idp = if tls { builder.tls() } else { builder }.start().await.unwrap();
    let mut http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    if let Some(ca) = idp.ca_pem() {
        http = http.tls_certs_only([reqwest::Certificate::from_pem(ca.as_bytes()).unwrap()]);
    }
    let query = "client_id=d0000000-0000-4000-8000-000000000001&response_type=code&redirect_uri=http%3A%2F%2Flocalhost&scope=openid";
    let address = format!("{}/oauth2/v2.0/authorize?{query}", idp.authority());
    let answer = http.build().unwrap().get(address).send().await.unwrap();
    let cookie = header(answer.headers(), "set-cookie").to_owned();
    let given: Vec<&str> = cookie.split("; ").skip(1).collect();
    for flag in flags {
        assert!(given.contains(flag), "{cookie}");
    }
    assert_eq!(given.contains(&"Secure"), tls, "{cookie}");
}

/// Each row of the table in SECURITY.md names a test that exists.
#[test]
fn the_table_names_tests_that_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let names = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let mut checked = 0;
    for (file, name) in names.filter_map(|name| name.split_once(".rs ")) {
        let source = std::fs::read_to_string(root.join(format!("{file}.rs")));
        let source = source.unwrap_or_else(|error| panic!("{file}.rs: {error}"));
        assert!(source.contains(&format!("fn {name}(")), "{file}.rs has no test {name}");
        checked += 1;
    }
    assert!(checked > 20, "{checked} tests are named");
}
