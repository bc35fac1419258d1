//! The language of the pages: chosen when a sign-in begins, and the same to its end.

use mock_idp::{
    MockIdp,
    virtual_user::{Browser, VirtualUser},
};
use reqwest::Method;
use rstest::rstest;
use tests::{CALENDAR, DESKTOP, PAYROLL, RawClient};

use super::{Hand, TENANT};

#[rstest]
#[case::nothing(&[], "", "en")]
#[case::the_browsers(&[], "fr-CA,fr;q=0.9,en;q=0.5", "fr")]
#[case::the_clients_before_the_browsers(&[("ui_locales", "fr")], "en", "fr")]
#[case::none_that_there_is(&[("ui_locales", "de")], "nl", "en")]
#[tokio::test]
async fn the_client_chooses_before_the_browser(
    #[case] extra: &[(&str, &str)],
    #[case] accept_language: &'static str,
    #[case] tag: &str,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let hand = Hand::begin_in(&client, CALENDAR, extra, accept_language).await;
    hand.shows(&format!("<html lang=\"{tag}\">"));
}

/// The forms say nothing of a language, and the browser wishes for another one.
#[tokio::test]
async fn the_language_stays_through_a_sign_in() {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(|switches| switches.stay_signed_in_page = true);
    let client = RawClient::new(&idp).await;
    let extra = [("ui_locales", "fr"), ("response_mode", "form_post")];
    let mut hand = Hand::begin(&client, PAYROLL, &extra).await;
    let steps: [(&[(&str, &str)], &str); 7] = [
        (&[("step", "username"), ("loginfmt", "nobody@contoso.test")], "Contoso</bdi> n’a pas d’utilisateur"),
        (&[("step", "username"), ("loginfmt", "ada@contoso.test")], "Votre mot de passe"),
        (&[("step", "password"), ("passwd", "wrong")], "mot de passe est incorrect. (AADSTS50126)"),
        (&[("step", "password"), ("passwd", "Passw0rd!")], "Saisissez votre code"),
        (&[("step", "otc"), ("otc", "123456")], "Rester connecté"),
        (&[("step", "kmsi"), ("answer", "no")], "demande des autorisations"),
        (&[("step", "consent"), ("answer", "accept")], "Retour à l’application"),
    ];
    for (fields, words) in steps {
        hand.submit(fields).await;
        hand.shows("<html lang=\"fr\">");
        hand.shows(words);
    }
}

#[tokio::test]
async fn error_descriptions_on_the_wire_stay_english() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let mut hand = Hand::begin_in(&client, CALENDAR, &[("response_mode", "form_post")], "fr").await.signed_in().await;
    hand.submit(&[("step", "consent"), ("answer", "cancel")]).await;
    hand.shows("<html lang=\"fr\">");
    hand.shows("AADSTS65004: ");
}

#[tokio::test]
async fn an_error_page_is_in_the_language_of_the_request() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let hand = Hand::begin(&client, CALENDAR, &[("ui_locales", "fr"), ("redirect_uri", "http://elsewhere.test")]).await;
    hand.shows("<html lang=\"fr\">");
    hand.shows("Cette connexion ne peut pas continuer");
    hand.shows("AADSTS50011");
    hand.shows("<bdi>Desktop sample</bdi>");
    hand.shows("mock-idp errors 50011");
}

#[tokio::test]
async fn the_language_goes_with_a_device_and_with_a_sign_out() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = client.request(Method::POST, &format!("/{TENANT}/oauth2/v2.0/devicecode"));
    let start = client.send(start.form(&[("client_id", DESKTOP), ("scope", CALENDAR)])).await;
    let code = start.text_of("user_code");
    let mut hand = Hand::open(&client, "/deviceauth?ui_locales=fr", "en").await;
    hand.shows("Connecter un appareil");
    let language = [("ui_locales", "fr")];
    hand.submit(&[&[("otc", "WRONG")], &language[..]].concat()).await;
    hand.shows("Ce code n’a pas fonctionné");
    hand.submit(&[&[("otc", code)], &language[..]].concat()).await;
    hand = hand.signed_in().await;
    hand.submit(&[("step", "confirm_device"), ("answer", "next")]).await;
    hand.submit(&[("step", "consent"), ("answer", "accept")]).await;
    hand.shows("Vous êtes connecté sur l’appareil");

    hand.go_to(&format!("/{TENANT}/oauth2/v2.0/logout?ui_locales=fr")).await;
    hand.shows("Vous êtes déconnecté");
}

/// She reads ids, not words.
#[tokio::test]
async fn the_virtual_user_signs_in_in_every_language() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    for language in ["en", "fr"] {
        let url = client.authorize_url(PAYROLL, &[("ui_locales", language), ("prompt", "consent")]);
        let visit = Browser::new(None).unwrap().visit(&url, &VirtualUser::default()).await.unwrap();
        assert!(visit.outcome.parameter("code").is_some(), "{language}: {visit:#?}");
        assert_eq!(visit.pages.len(), 4, "{language}");
    }
}
