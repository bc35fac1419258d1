//! Forms that another site, or another browser, made: none does anything.

use mock_idp::MockIdp;
use reqwest::Method;
use rstest::rstest;
use tests::{CALENDAR, DESKTOP, MAIL, PAYROLL, RawClient};

use super::{Hand, TENANT};

/// Everything that a page of the sign-in can send.
const FORMS: &[&[(&str, &str)]] = &[
    &[("step", "username"), ("loginfmt", "eve@contoso.test")],
    &[("step", "password"), ("passwd", "Passw0rd!")],
    &[("step", "pick"), ("account", "eve@contoso.test")],
    &[("step", "otc"), ("otc", "123456")],
    &[("step", "number"), ("number", "42")],
    &[("step", "way"), ("method", "passkey")],
    &[("step", "passkey"), ("answer", "next")],
    &[("step", "register")],
    &[("step", "password_change"), ("currentPassword", "Passw0rd!"), ("newPassword", "N3w-Passw0rd!")],
    &[("step", "terms"), ("answer", "accept")],
    &[("step", "external"), ("answer", "pass")],
    &[("step", "device_ready"), ("answer", "next")],
    &[("step", "confirm_device"), ("answer", "next")],
    &[("step", "kmsi"), ("answer", "yes")],
    &[("step", "request"), ("answer", "request")],
    &[("step", "consent"), ("answer", "accept")],
    &[("step", "consent"), ("answer", "accept"), ("organization", "1")],
    &[("answer", "cancel")],
];

/// The token of a form is the sign-in that it continues, and only the browser that began it may: a form without it, with
/// another one's, or with the right one out of another browser is refused, and changes nothing.
#[tokio::test]
async fn a_form_without_the_token_of_its_browser_is_refused_on_every_page() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let victim = Hand::begin(&client, &format!("{PAYROLL} {MAIL}"), &[]).await.signed_in().await;
    victim.shows("idTxtBx_SAOTCC_OTC");
    let attacker = Hand::begin(&client, CALENDAR, &[]).await;
    assert!(victim.cookie != attacker.cookie && victim.ctx() != attacker.ctx());

    let path = format!("/{TENANT}/login");
    let (own, foreign) = (victim.ctx(), attacker.ctx());
    for form in FORMS {
        for (cookie, ctx) in [
            (&victim.cookie, ""),
            (&victim.cookie, "rubbish"),
            (&victim.cookie, foreign.as_str()),
            (&attacker.cookie, own.as_str()),
            (&String::new(), own.as_str()),
        ] {
            let form = [form, &[("ctx", ctx)][..]].concat();
            let answer = victim.post(&path, cookie, &form).await;
            assert_eq!(answer.status, 400, "{form:?}: {}", answer.text);
            assert!(answer.text.contains("AADSTS165000"), "{form:?}: {}", answer.text);
        }
        let bare = victim.post(&path, &victim.cookie, form).await;
        assert_eq!(bare.status, 400, "{form:?}: {}", bare.text);
    }

    // The victim goes on where she was, and nobody has consented for her.
    let mut victim = victim;
    assert!(idp.tenant().consents().is_empty());
    victim.submit(&[("step", "otc"), ("otc", "123456")]).await;
    victim.shows("class=\"scope-name\"");
    victim.submit(&[("step", "consent"), ("answer", "accept")]).await;
    victim.has_a_code();
}

/// A page of the sign-in is only taken in its turn, even with its token.
#[rstest]
#[case::register(&[("step", "register")])]
#[case::terms(&[("step", "terms"), ("answer", "accept")])]
#[case::external(&[("step", "external"), ("answer", "pass")])]
#[case::device_ready(&[("step", "device_ready"), ("answer", "next")])]
#[case::number(&[("step", "number"), ("number", "42")])]
#[case::consent(&[("step", "consent"), ("answer", "accept")])]
#[case::password_change(&[("step", "password_change"), ("currentPassword", "Passw0rd!")])]
#[tokio::test]
async fn a_step_that_was_not_asked_for_is_refused(#[case] form: &[(&str, &str)]) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let mut hand = Hand::begin(&client, PAYROLL, &[]).await.signed_in().await;
    hand.submit(form).await;
    assert!(hand.page.status == 400 && hand.page.text.contains("AADSTS165000"), "{}", hand.page.text);
}

/// Whoever is signed in must not approve an attacker's device by opening the attacker's page.
#[tokio::test]
async fn a_device_code_is_only_taken_from_a_page_that_this_browser_was_given() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    let victim = Hand::begin(&client, CALENDAR, &[]).await.signed_in().await;
    victim.has_a_code();

    let start = client.request(Method::POST, &format!("/{TENANT}/oauth2/v2.0/devicecode"));
    let start = client.send(start.form(&[("client_id", DESKTOP), ("scope", CALENDAR)])).await;
    let code = start.text_of("user_code");
    let attacker = Hand::open(&client, "/deviceauth", "en").await;
    for ctx in ["", "rubbish", &attacker.ctx()] {
        let answer = victim.post("/deviceauth", &victim.cookie, &[("otc", code), ("ctx", ctx)]).await;
        assert!(answer.text.contains("AADSTS165000") && answer.text.contains("id=\"otc\""), "{}", answer.text);
    }
    let bare = victim.post("/deviceauth", &victim.cookie, &[("otc", code)]).await;
    assert!(bare.text.contains("AADSTS165000"), "{}", bare.text);

    // By her own page she is asked once more, although nothing else is missing.
    let mut victim = victim;
    victim.go_to(&format!("/deviceauth?otc={code}")).await;
    victim.submit(&[("otc", code), ("answer", "next")]).await;
    victim.shows("remoteConnectDescription");
    assert!(!idp.tenant().exchanges().iter().any(|seen| seen.answer.kind == "device approved"));
    victim.submit(&[("step", "confirm_device"), ("answer", "next")]).await;
    assert_eq!(idp.tenant().exchanges().last().unwrap().answer.kind, "device approved");
}

#[rstest]
#[case::plain(false, "Path=/; HttpOnly; SameSite=Lax")]
#[case::tls(true, "Path=/; HttpOnly; SameSite=None; Secure")]
#[tokio::test]
async fn the_cookie_is_hidden_from_scripts_and_travels_securely_where_it_can(
    #[case] tls: bool,
    #[case] attributes: &str,
) {
    let builder = MockIdp::builder();
    let idp = if tls { builder.tls() } else { builder }.start().await.unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let http = match idp.ca_pem() {
        Some(pem) => http.tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).unwrap()]),
        None => http,
    };
    let http = http.build().unwrap();
    let address = format!("{}/oauth2/v2.0/authorize", idp.authority());
    let query =
        [("client_id", DESKTOP), ("response_type", "code"), ("scope", CALENDAR), ("redirect_uri", "http://localhost")];
    for request in [http.get(address).query(&query), http.get(format!("{}/deviceauth", idp.base()))] {
        let page = request.send().await.unwrap();
        let cookie = page.headers()["set-cookie"].to_str().unwrap().to_owned();
        let (pair, seen) = cookie.split_once("; ").unwrap();
        assert!(pair.strip_prefix("ESTSAUTH=").is_some_and(|value| value.len() == 43), "{cookie}");
        assert_eq!(seen, attributes);
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.headers()["x-frame-options"], "DENY");
    }
}
