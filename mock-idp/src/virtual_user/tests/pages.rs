//! Single pages: how they are known, and what pressing their buttons sends.

use rstest::rstest;
use url::Url;

use super::super::PageKind;
use super::super::page::Page;

#[rstest]
#[case("<input id=i0116 name=loginfmt type=email>", PageKind::Username)]
#[case("<input id=i0116 type=hidden><input id=i0118 name=passwd type=password>", PageKind::Password)]
#[case("<input id=i0116 type=email><input id=i0118 type=password aria-hidden=true>", PageKind::Username)]
#[case("<div id=tilesHolder></div>", PageKind::PickAccount)]
#[case("<input id=idTxtBx_SAOTCC_OTC name=otc>", PageKind::OneTimeCode)]
#[case("<p id=idRichContext_DisplaySign>42</p><button name=number value=42>42</button>", PageKind::NumberMatching)]
#[case("<ul id=idDiv_SAOTCS_Proofs></ul>", PageKind::ChooseWay)]
#[case("<p id=remoteConnectDescription></p><button id=idSIButton9>", PageKind::ConfirmDevice)]
#[case("<button id=idSubmit_ProofUp_Redirect>", PageKind::RegisterMethod)]
#[case("<input id=KmsiCheckboxField type=checkbox><button id=idSIButton9>", PageKind::StaySignedIn)]
#[case("<span class=scope-name>Mail.Read</span><button id=idSIButton9>", PageKind::Consent)]
#[case("<input id=otc name=otc><button id=idSIButton9><button id=idBtn_Back>", PageKind::DeviceCode)]
#[case("<div id=exceptionMessageContainer>AADSTS50011: no</div>", PageKind::Error)]
#[case("<div id=SignOutStatusMessage>Bye</div>", PageKind::SignedOut)]
#[case("<form action='http://localhost:1/' method=post><input type=hidden name=code></form>", PageKind::FormPost)]
#[case("<form action='http://localhost:1/' method=post><input type=hidden name=error></form>", PageKind::FormPost)]
#[case("<form action='/next' method=post><input type=hidden name=code></form>", PageKind::Unknown)]
#[case("<button id=idSIButton9>", PageKind::Unknown)]
#[case("<div hidden><input id=i0116></div>", PageKind::Unknown)]
fn pages_are_known_by_their_elements(#[case] body: &str, #[case] kind: PageKind) {
    assert_eq!(page(body).kind(), kind);
}

#[rstest]
#[case::button("<form method=post action=/p><button name=u value=1 data-test-id=ada@contoso.test>A</button></form>")]
#[case::inside_a_tile(
    "<div data-test-id=Ada@Contoso.test><form method=post action=/p><button name=u value=1>A</button></form></div>"
)]
#[case::around_a_tile(
    "<form method=post action=/p><button name=u value=1><b data-test-id=ada@contoso.test>A</b></button></form>"
)]
#[case::outside_its_form(
    "<form id=f method=post action=/p></form><button form=f name=u value=1 data-test-id=ada@contoso.test>"
)]
#[case::input(
    "<form action=/x><input type=submit formaction=/p formmethod=post name=u value=1 data-test-id=ada@contoso.test></form>"
)]
fn tiles_may_be_built_in_many_ways(#[case] body: &str) {
    let request = page(body).press_tile("ada@contoso.test").unwrap();
    assert_eq!(request.url.path(), "/p");
    assert_eq!(request.body.as_deref(), Some("u=1"));
    assert_eq!(page(body).press_tile("bo@contoso.test"), None);
}

#[test]
fn a_form_sends_what_a_browser_would() {
    let page = page(
        "<form method=post action='step?x=1'><input type=hidden name=ctx value='a&amp;b'>
         <input id=i0116 name=loginfmt value=old><input type=checkbox name=off><input type=checkbox name=on checked>
         <input name=gone disabled><input type=submit name=other value=no>
         <button id=idSIButton9 name=go value=next>Next</button></form>",
    );
    let request = page.press("idSIButton9", &[("i0116", "ada+x@contoso.test")]).unwrap();
    assert_eq!(request.url.as_str(), "http://idp.test/t/step?x=1");
    assert_eq!(request.body.as_deref(), Some("ctx=a%26b&loginfmt=ada%2Bx%40contoso.test&on=on&go=next"));
}

#[test]
fn a_box_is_sent_when_it_is_ticked() {
    let page = page(
        "<form method=post><input type=checkbox id=all name=organization value=1><button id=idSIButton9>Go</button></form>",
    );
    assert_eq!(page.press("idSIButton9", &[]).unwrap().body.as_deref(), Some(""));
    let tick = page.value("all").unwrap();
    assert_eq!(page.press("idSIButton9", &[("all", tick)]).unwrap().body.as_deref(), Some("organization=1"));
}

fn page(body: &str) -> Page {
    Page::parse(Url::parse("http://idp.test/t/authorize").unwrap(), 200, body)
}
