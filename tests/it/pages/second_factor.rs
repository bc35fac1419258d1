//! Second proofs: number matching as an alternative to the code, the choice between methods, and registering one.

use mock_idp::{
    MockIdp,
    directory::Method,
    virtual_user::{MfaAnswer, PageKind, VirtualUser, Visit},
};
use rstest::rstest;
use tests::{PAYROLL, RawClient, jwt_claims};

use super::Hand;

async fn with_methods(methods: &[Method]) -> (MockIdp, RawClient) {
    let idp = MockIdp::start().await;
    idp.tenant().change_user("ada", |ada| ada.methods = methods.to_vec()).unwrap();
    idp.tenant().grant_consent(None, "desktop", "payroll", &["Salary.Read"]).unwrap();
    let client = RawClient::new(&idp).await;
    (idp, client)
}

fn kinds(visit: &Visit) -> Vec<PageKind> {
    visit.pages.iter().map(|page| page.kind).collect()
}

#[tokio::test]
async fn the_number_of_the_page_is_chosen_on_the_phone() {
    let (_idp, client) = with_methods(&[Method::NumberMatching]).await;
    let code = client.code(&VirtualUser::default(), PAYROLL, &[]).await;
    let token = client.redeem(&code, &[]).await;
    let claims = jwt_claims(token.text_of("access_token"));
    assert_eq!(claims["amr"], serde_json::json!(["pwd", "mfa"]), "{}", token.text);
}

#[rstest]
#[case::denies(MfaAnswer::Fail, &[PageKind::NumberMatching; 4], Some("access_denied"))]
#[case::never_looks(MfaAnswer::Timeout, &[PageKind::NumberMatching], Some("access_denied"))]
#[case::leaves(MfaAnswer::Ignore, &[PageKind::NumberMatching], None)]
#[tokio::test]
async fn who_does_not_approve_gets_nothing(
    #[case] mfa: MfaAnswer,
    #[case] pages: &[PageKind],
    #[case] error: Option<&str>,
) {
    let (_idp, client) = with_methods(&[Method::NumberMatching]).await;
    let visit = client.visit(&VirtualUser { mfa, ..VirtualUser::default() }, PAYROLL, &[]).await;
    assert_eq!(kinds(&visit)[2..], *pages, "{visit:#?}");
    assert_eq!(visit.outcome.parameter("error"), error, "{visit:#?}");
}

#[tokio::test]
async fn a_wrong_number_is_told_and_followed_by_another_one() {
    let (_idp, client) = with_methods(&[Method::NumberMatching]).await;
    let mut hand = Hand::begin(&client, PAYROLL, &[]).await.signed_in().await;
    let first = hand.number();
    hand.submit(&[("step", "number"), ("number", "7")]).await;
    hand.shows("That was not the number shown. Here is another one. (AADSTS50074)");
    assert_ne!(hand.number(), first);
    // It is no way in any more.
    hand.submit(&[("step", "number"), ("number", &first)]).await;
    hand.shows("AADSTS50074");
    hand.submit(&[("step", "number"), ("number", "")]).await;
    hand.shows("The sign-in was denied on the phone.");
    let number = hand.number();
    hand.submit(&[("step", "number"), ("number", &number)]).await;
    hand.has_a_code();
}

#[tokio::test]
async fn the_first_method_is_asked_for_and_the_others_can_be_chosen() {
    let (_idp, client) = with_methods(&[Method::NumberMatching, Method::OneTimeCode, Method::Passkey]).await;
    let mut hand = Hand::begin(&client, PAYROLL, &[]).await.signed_in().await;
    hand.shows("idRichContext_DisplaySign");
    hand.submit(&[("step", "way"), ("method", "")]).await;
    for name in ["PhoneAppNotification", "PhoneAppOTP", "FidoKey"] {
        hand.shows(&format!("data-value=\"{name}\""));
    }
    hand.submit(&[("step", "way"), ("method", "passkey")]).await;
    hand.shows("idSubmit_Passkey_Continue");
    hand.submit(&[("step", "way"), ("method", "number_matching")]).await;
    hand.shows("idRichContext_DisplaySign");
    hand.submit(&[("step", "way"), ("method", "one_time_code")]).await;
    hand.shows("idTxtBx_SAOTCC_OTC");
    hand.submit(&[("step", "otc"), ("otc", "123456")]).await;
    hand.has_a_code();
}

/// A method that the account does not have is no way in.
#[tokio::test]
async fn a_method_that_is_not_registered_cannot_be_chosen() {
    let (_idp, client) = with_methods(&[Method::OneTimeCode]).await;
    let mut hand = Hand::begin(&client, PAYROLL, &[]).await.signed_in().await;
    assert!(!hand.page.text.contains("signInAnotherWay"), "there is no other way");
    for method in ["passkey", "number_matching", ""] {
        hand.submit(&[("step", "way"), ("method", method)]).await;
        hand.shows("idTxtBx_SAOTCC_OTC");
    }
    hand.submit(&[("step", "passkey"), ("answer", "next")]).await;
    hand.shows("idTxtBx_SAOTCC_OTC");
}

#[rstest]
#[case::usual(&[], Method::OneTimeCode)]
#[case::code(&[("method", "one_time_code")], Method::OneTimeCode)]
#[case::phone(&[("method", "number_matching")], Method::NumberMatching)]
#[case::not_offered(&[("method", "passkey")], Method::OneTimeCode)]
#[tokio::test]
async fn who_registers_chooses_what(#[case] choice: &[(&str, &str)], #[case] method: Method) {
    let (idp, client) = with_methods(&[]).await;
    let mut hand = Hand::begin(&client, PAYROLL, &[]).await.signed_in().await;
    hand.shows("idSubmit_ProofUp_Redirect");
    hand.submit(&[&[("step", "register")], choice].concat()).await;
    assert_eq!(idp.tenant().directory().user("ada").unwrap().methods, [method]);
    hand.shows(if method == Method::NumberMatching { "idRichContext_DisplaySign" } else { "idTxtBx_SAOTCC_OTC" });
}
