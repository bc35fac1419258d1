//! What people's UI scripts and browsers rely on, for every page.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use rstest::rstest;
use scraper::{ElementRef, Html, Selector};

use super::*;

const FORM: Form<'static> = Form { action: "/contoso/login", ctx: "ctx-1" };

/// Every page, with `text` wherever text can come from outside.
fn pages(text: &str) -> Vec<(&'static str, String)> {
    let decision = [text.to_owned()];
    let frame = &Frame { tenant: text, application: text, decision: &decision };
    let form = &Form { action: text, ctx: text };
    let tiles = [Tile { username: text, name: text, signed_in: true }];
    let groups = [ApiGroup { api: text, scopes: vec![ScopeLine { name: text, description: text, new: true }] }];
    let failure = Failure {
        code: 50011,
        error: text,
        description: text,
        trace_id: text,
        correlation_id: text,
        timestamp: text,
        advice: text,
    };
    vec![
        ("username", username(frame, form, text, Some(text))),
        ("password", password(frame, form, text, Some(text))),
        ("pick", pick_account(frame, form, &tiles)),
        ("otc", one_time_code(frame, form, text, Some(text))),
        ("register", register_method(frame, form, text, text)),
        ("passkey", passkey(frame, form, text)),
        ("password_change", password_change(frame, form, text, text, Some(text))),
        ("terms", terms_of_use(frame, form, text)),
        ("external", external_challenge(frame, form, text)),
        ("request", request_approval(frame, form, text, 90095, text)),
        ("request_sent", request_sent(frame, form, text)),
        ("kmsi", stay_signed_in(frame, form, text)),
        ("consent", consent(frame, form, text, &groups, true, true)),
        ("device", device_code(frame, form, text, Some(text))),
        ("device_done", device_done(frame, true)),
        ("blocked", blocked(frame, form, text, 53003, text)),
        ("error", error(frame, &failure)),
        ("signed_out", signed_out(frame, Some(text), Some(text), &[text.to_owned()])),
        ("sign_out", pick_to_sign_out(frame, text, &[(text, text)], &tiles)),
        ("form_post", form_post(text, &[(text, text)])),
    ]
}

fn page(name: &str, text: &str) -> Html {
    let (_, html) = pages(text).into_iter().find(|(page, _)| *page == name).unwrap();
    Html::parse_document(&html)
}

fn all<'a>(html: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(css).unwrap()).collect()
}

#[track_caller]
fn one<'a>(html: &'a Html, css: &str) -> ElementRef<'a> {
    let found = all(html, css);
    assert_eq!(found.len(), 1, "{css} occurs {} times", found.len());
    found[0]
}

fn text_of(element: ElementRef<'_>) -> String {
    element.text().collect()
}

#[rstest]
#[case("username", &["input#i0116[name=loginfmt][type=email][autocomplete=username]", "input#idSIButton9[type=submit]", "#usernameError[role=alert]"])]
#[case("password", &["input#i0118[name=passwd][type=password][autocomplete=current-password]", "input#idSIButton9[type=submit]", "#passwordError[role=alert]", "#idBtn_Back[name=account][value='']"])]
#[case("pick", &["#tilesHolder button[name=account][value=ada][data-test-id=ada]", "#otherTile[name=account][value='']"])]
#[case("otc", &["input#idTxtBx_SAOTCC_OTC[name=otc][autocomplete=one-time-code]", "#idSubmit_SAOTCC_Continue[type=submit]", "#idSpan_SAOTCC_Error_OTC[role=alert]"])]
#[case("register", &["#idSubmit_ProofUp_Redirect[type=submit]"])]
#[case("passkey", &["#idSubmit_Passkey_Continue[type=submit], #idSubmit_Passkey_Continue[name=answer][value=next]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("password_change", &["input#currentPassword[name=currentPassword][type=password][autocomplete=current-password]", "input#newPassword[name=newPassword][autocomplete=new-password]", "input#confirmNewPassword[name=confirmNewPassword]", "input#idSIButton9[type=submit]", "#newPasswordError[role=alert]"])]
#[case("terms", &["#termsOfUse", "#idSIButton9[name=answer][value=accept]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("external", &["#externalChallenge", "#idSIButton9[name=answer][value=pass]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("request", &["textarea#adminConsentJustification[name=justification]", "#idSIButton9[name=answer][value=request]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("request_sent", &["#adminConsentRequested", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("kmsi", &["#idSIButton9[name=answer][value=yes]", "#idBtn_Back[name=answer][value=no]", "input#KmsiCheckboxField[type=checkbox]"])]
#[case("consent", &["#idSIButton9[name=answer][value=accept]", "#idBtn_Back[name=answer][value=cancel]", "input#consentOnBehalfOfOrganization[type=checkbox][name=organization][value='1']"])]
#[case("device", &["input#otc[name=otc]", "#idSIButton9[name=answer][value=next]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("device_done", &["main h1"])]
#[case("blocked", &["#exceptionMessageContainer", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("error", &["#exceptionMessageContainer", "#errorDescription"])]
#[case("signed_out", &["#SignOutStatusMessage", "a[href=ada]", "iframe[hidden][src=ada][title]"])]
#[case("sign_out", &["form[method=post][action=ada] #tilesHolder button[name=logout_hint][value=ada][data-test-id=ada]", "form input[type=hidden][name=ada][value=ada]"])]
#[case("form_post", &["form[action=ada] input[type=hidden][name=ada][value=ada]", "form button"])]
fn pages_have_the_elements_of_the_contract(#[case] name: &str, #[case] elements: &[&str]) {
    let html = page(name, "ada");
    for element in elements {
        one(&html, element);
    }
}

#[rstest]
#[case("username", "username")]
#[case("pick", "pick")]
#[case("otc", "otc")]
#[case("register", "register")]
#[case("passkey", "passkey")]
#[case("password_change", "password_change")]
#[case("terms", "terms")]
#[case("external", "external")]
#[case("request", "request")]
#[case("request_sent", "request")]
#[case("kmsi", "kmsi")]
#[case("consent", "consent")]
#[case("device", "device")]
#[case("blocked", "consent")]
fn a_form_is_posted_with_its_context_and_step(#[case] name: &str, #[case] step: &str) {
    let html = page(name, "ada");
    one(&html, "form[method=post][action=ada]");
    one(&html, "form input[type=hidden][name=ctx][value=ada]");
    let hidden = one(&html, "form input[type=hidden][name=step]");
    assert_eq!(hidden.attr("value"), Some(step));
}

/// A UI script's Enter key presses the first button of a form.
#[test]
fn the_first_button_of_a_form_goes_on() {
    for name in ["kmsi", "consent", "device", "terms", "external", "request"] {
        let html = page(name, "ada");
        let buttons = all(&html, "form button");
        assert_eq!(buttons[0].attr("id"), Some("idSIButton9"), "{name}");
    }
}

#[test]
fn the_password_page_offers_another_account_in_a_form_of_its_own() {
    let html = page("password", "ada");
    let steps: Vec<_> =
        all(&html, "form[method=post] input[name=step]").into_iter().filter_map(|step| step.attr("value")).collect();
    assert_eq!(steps, ["password", "pick"]);
    assert_eq!(all(&html, "form input[name=ctx][value=ada]").len(), 2);
}

#[test]
fn the_consent_page_lists_every_scope_and_says_what_is_new() {
    let frame = Frame { tenant: "Contoso", application: "Desktop", decision: &[] };
    let scope = |name, new| ScopeLine { name, description: "Does things", new };
    let groups = [
        ApiGroup { api: "Mail", scopes: vec![scope("Mail.Read", false), scope("Mail.Send", true)] },
        ApiGroup { api: "Calendar", scopes: vec![scope("Events.Read", true)] },
    ];
    let html = Html::parse_document(&consent(&frame, &FORM, "ada", &groups, true, false));
    let names: Vec<_> = all(&html, ".scope-name").into_iter().map(text_of).collect();
    assert_eq!(names, ["Mail.Read", "Mail.Send", "Events.Read", "offline_access"]);
    assert_eq!(all(&html, ".new").len(), 2);
    assert_eq!(all(&html, ".granted").len(), 1);
    assert!(all(&html, "#consentOnBehalfOfOrganization").is_empty());
    assert!(all(&html, "details").is_empty());

    let html = Html::parse_document(&consent(&frame, &FORM, "ada", &groups, false, false));
    assert_eq!(all(&html, ".scope-name").len(), 3);
}

#[rstest]
#[case("blocked", "AADSTS53003")]
#[case("error", "AADSTS50011")]
fn errors_show_their_number(#[case] name: &str, #[case] number: &str) {
    let html = page(name, "what happened");
    let message = text_of(one(&html, "#exceptionMessageContainer"));
    assert!(message.contains(number) && message.contains("what happened"), "{message}");
}

#[test]
fn an_error_is_absent_until_there_is_one() {
    let frame = Frame { tenant: "Contoso", application: "", decision: &[] };
    for html in [
        username(&frame, &FORM, "", None),
        password(&frame, &FORM, "ada", None),
        one_time_code(&frame, &FORM, "ada", None),
        device_code(&frame, &FORM, "", None),
        password_change(&frame, &FORM, "ada", "why", None),
    ] {
        let html = Html::parse_document(&html);
        assert!(all(&html, "[role=alert], [aria-invalid], [aria-describedby]").is_empty());
        assert!(!text_of(one(&html, "title")).starts_with("Error"));
    }
}

#[test]
fn every_page_is_whole_and_says_that_it_is_a_mock() {
    for (name, source) in pages("ada") {
        let html = Html::parse_document(&source);
        assert!(source.starts_with("<!doctype html>"), "{name}");
        one(&html, "html[lang=en]");
        one(&html, "main h1");
        one(&html, "meta[name=viewport]");
        assert!(!text_of(one(&html, "title")).starts_with(' '), "{name}");
        assert!(text_of(one(&html, "footer")).contains("this is a mock, nothing here is real"));
        assert!(all(&html, "[style], [onclick], [onload], link:not([href^='data:'])").is_empty());
        assert!(all(&html, "[autofocus]").len() <= 1, "{name}");
        for labelled in all(&html, "label[for]") {
            one(&html, &format!("[id='{}']", labelled.attr("for").unwrap()));
        }
        let mut ids: Vec<_> = all(&html, "[id]").iter().filter_map(|e| e.attr("id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name} repeats an id");
    }
}

#[rstest]
#[case::script("<script>alert(1)</script>")]
#[case::quotes("\"'><img src=x onerror=alert(1)>")]
#[case::end_of_style("</style></title></textarea><svg onload=alert(1)>")]
#[case::entities("&lt;b&gt; &amp; &#34;")]
#[case::template("{{ frame.tenant }}{% raw %}")]
#[case::right_to_left("\u{202e}\u{2067}nimda\u{200f} עברית")]
#[case::long(&"W".repeat(10_000))]
fn text_from_outside_stays_text(#[case] text: &str) {
    for (name, source) in pages(text) {
        let html = Html::parse_document(&source);
        let plain = page(name, "ada");
        // The same elements as with a harmless text, and the text itself unchanged in each place.
        let shape = |html: &Html| -> Vec<String> {
            let attributes = |element: ElementRef<'_>| {
                let mut names: Vec<_> = element.value().attrs().map(|(name, _)| name.to_owned()).collect();
                names.sort_unstable();
                format!("{} {names:?}", element.value().name())
            };
            html.root_element().descendent_elements().map(attributes).collect()
        };
        assert_eq!(shape(&html), shape(&plain), "{name}");
        let occurrences = |html: &Html, text: &str| {
            let elements = || html.root_element().descendent_elements();
            let attributes = elements().flat_map(|e| e.value().attrs()).filter(|(_, v)| *v == text).count();
            let texts = elements()
                .flat_map(|e| e.children())
                .filter(|node| node.value().as_text().is_some_and(|t| &**t == text))
                .count();
            (attributes, texts)
        };
        assert_eq!(occurrences(&html, text), occurrences(&plain, "ada"), "{name}");
    }
}

/// Marks that turn the direction of writing end with the name that carries them.
#[test]
fn names_cannot_turn_the_text_around_them() {
    for (name, source) in pages("ada\u{202e}") {
        let html = Html::parse_document(&source);
        for element in html.root_element().descendent_elements() {
            let own = element.children().any(|node| node.value().as_text().is_some_and(|t| t.contains('\u{202e}')));
            // A block of its own is as good as an isolate.
            let isolated = ["bdi", "p", "dd", "code"].contains(&element.value().name());
            assert!(!own || isolated, "{name}: <{}>", element.value().name());
        }
    }
}

#[rstest]
#[case("a b+c&d=e%20/?#")]
#[case("\"'<>&amp;&#10;")]
#[case("{\"access_token\":{\"nbf\":{\"essential\":true}}}")]
#[case(" leading and trailing ")]
#[case("two\r\nlines\ttab")]
#[case("")]
#[case("\u{1f980}é\u{202e}")]
fn a_form_post_carries_values_exactly(#[case] value: &str) {
    let action = "http://localhost:3000/cb?a=1&b=2";
    let source = form_post(action, &[("code", "x"), ("state", value)]);
    let html = Html::parse_document(&source);
    assert_eq!(one(&html, "form").attr("action"), Some(action));
    assert_eq!(one(&html, "[name=code]").attr("value"), Some("x"));
    // A parser makes a bare CR LF in the source one LF, and a browser sends it as CR LF again.
    let sent = one(&html, "[name=state]").attr("value").unwrap().replace("\r\n", "\n").replace('\n', "\r\n");
    assert_eq!(sent, value);
    assert!(all(&html, "form button[name]").is_empty());
}

/// After a change to the style sheet or the script, take the hash from this test's message.
#[test]
fn the_content_security_policy_allows_our_style_and_script_alone() {
    for (name, source) in pages("ada") {
        let html = Html::parse_document(&source);
        let style = hash(&text_of(one(&html, "style")));
        assert!(CONTENT_SECURITY_POLICY.contains(&format!("style-src '{style}';")), "{name}: style is {style}");
        for script in all(&html, "script") {
            assert_eq!(name, "form_post");
            let script = hash(&text_of(script));
            assert!(CONTENT_SECURITY_POLICY.contains(&format!("script-src '{script}';")), "script is {script}");
        }
    }
    assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
    // It would stop the redirect back to the application.
    assert!(!CONTENT_SECURITY_POLICY.contains("form-action"));
    assert!(HEADERS.iter().all(|(name, _)| *name == name.to_ascii_lowercase()));
}

#[test]
fn a_page_with_frames_allows_these_alone() {
    let frames = ["https://a.test/out;x?iss=i&sid=s".to_owned(), "http://localhost:1/out".to_owned()];
    let policy = content_security_policy_framing(&frames);
    let allowed = policy.strip_prefix(CONTENT_SECURITY_POLICY).unwrap();
    assert_eq!(allowed, "; frame-src https://a.test/out%3Bx http://localhost:1/out");
}

fn hash(text: &str) -> String {
    // Browsers hash the text after the parser has normalised it; a CR in a template would be lost there.
    assert!(!text.contains('\r'));
    format!("sha256-{}", BASE64_STANDARD.encode(digest(&SHA256, text.as_bytes())))
}
