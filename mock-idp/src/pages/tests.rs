//! What people's UI scripts and browsers rely on, for every page.

mod languages;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use rstest::rstest;
use scraper::{ElementRef, Html, Selector};

use super::*;
use crate::{directory::Method, language::Language};

const FORM: Form<'static> = Form { action: "/contoso/login", ctx: "ctx-1" };

fn english() -> &'static Texts {
    text::of(Language::English)
}

/// Every page in `language`, with `text` wherever text can come from outside.
fn pages_in(language: Language, text: &str) -> Vec<(&'static str, String)> {
    let texts = text::of(language);
    let ground = Ground { because: text.to_owned(), satisfied_by: Some(text.to_owned()) };
    let frame = &Frame { texts, tenant: text, application: text, decision: &[ground] };
    let form = &Form { action: text, ctx: text };
    let tiles = [Tile { username: text, name: text, signed_in: true }];
    let groups = [ApiGroup {
        api: text,
        called_by: Some(text),
        scopes: vec![ScopeLine { name: text, description: text, new: true }],
        granted_before: vec![text],
    }];
    let publisher = Some(PublisherLine { name: text, verified: true });
    let error_shown =
        Catalogued { code: 50011, error: text, description: text, meaning: text, cure: text, provoke: text };
    let ids = Identifiers { trace_id: text, correlation_id: text, timestamp: text };
    let problem =
        &Problem { sentence: texts.wrong_user_name.with("tenant", text).and("username", text), number: Some(50034) };
    let number = NumberShown { shown: 42, offered: [17, 42, 88] };
    let device = Obstacle::Device("facts: { device: { compliant: true } }");
    vec![
        ("username", username(frame, form, text, Some(problem))),
        ("password", password(frame, form, text, Some(problem))),
        ("pick", pick_account(frame, form, &tiles)),
        ("otc", one_time_code(frame, form, text, true, Some(problem))),
        ("number", number_matching(frame, form, text, number, true, Some(problem))),
        ("way", choose_way(frame, form, text, Method::ALL)),
        ("register", register_method(frame, form, text, Method::ALL)),
        ("passkey", passkey(frame, form, text, true)),
        ("password_change", password_change(frame, form, text, text, Some(problem))),
        ("terms", terms_of_use(frame, form, text)),
        ("external", external_challenge(frame, form, text)),
        ("request", request_approval(frame, form, text, &error_shown)),
        ("request_sent", request_sent(frame, form, text)),
        ("confirm_device", confirm_device(frame, form, text)),
        ("kmsi", stay_signed_in(frame, form, text)),
        ("consent", consent(frame, form, text, publisher, &groups, true, Reach::Chosen)),
        ("device", device_code(frame, form, text, Some(problem))),
        ("device_done", device_done(frame, true)),
        ("blocked", blocked(frame, form, text, Obstacle::Policy, &error_shown)),
        ("blocked_device", blocked(frame, form, text, device, &error_shown)),
        ("error", error(frame, &error_shown, &ids)),
        ("signed_out", signed_out(frame, Some(text), Some(text), &[text.to_owned()])),
        ("sign_out", pick_to_sign_out(frame, text, &[(text, text)], &tiles)),
        ("form_post", form_post(frame, text, &[(text, text)])),
    ]
}

fn pages(text: &str) -> Vec<(&'static str, String)> {
    pages_in(Language::English, text)
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
#[case("password", &["#idA_PWD_ForgotPassword", "input#i0118[name=passwd][type=password][autocomplete=current-password]", "input#idSIButton9[type=submit]", "#passwordError[role=alert]", "#idBtn_Back[name=account][value='']"])]
#[case("pick", &["#tilesHolder button[name=account][value=ada][data-test-id=ada]", "#otherTile[name=account][value='']"])]
#[case("otc", &["input#idTxtBx_SAOTCC_OTC[name=otc][autocomplete=one-time-code]", "#idSubmit_SAOTCC_Continue[type=submit]", "#idSpan_SAOTCC_Error_OTC[role=alert]"])]
#[case("number", &["#idRichContext_DisplaySign", "button[name=number][value='42']", "#phoneDeny[name=number][value='']", "#idBtn_Back[name=answer][value=cancel]", "#idDiv_SAASDS_Error[role=alert]", "#signInAnotherWay[name=method][value='']"])]
#[case("way", &["#idDiv_SAOTCS_Proofs [data-value=PhoneAppOTP][name=method][value=one_time_code]", "[data-value=PhoneAppNotification][value=number_matching]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("confirm_device", &["#remoteConnectDescription", "#idSIButton9[name=answer][value=next]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("blocked_device", &["#exceptionMessageContainer", "#idSubmit_Device_Ready[name=answer][value=next]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("register", &["input[type=radio][name=method][value=one_time_code][checked]", "#idSubmit_ProofUp_Redirect[type=submit]"])]
#[case("passkey", &["#idSubmit_Passkey_Continue[name=answer][value=next]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("password_change", &["input#currentPassword[name=currentPassword][type=password][autocomplete=current-password]", "input#newPassword[name=newPassword][autocomplete=new-password]", "input#confirmNewPassword[name=confirmNewPassword]", "input#idSIButton9[type=submit]", "#newPasswordError[role=alert]"])]
#[case("terms", &["#termsOfUse", "#idSIButton9[name=answer][value=accept]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("external", &["#externalChallenge", "#idSIButton9[name=answer][value=pass]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("request", &["textarea#adminConsentJustification[name=justification]", "#idSIButton9[name=answer][value=request]", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("request_sent", &["#adminConsentRequested", "#idBtn_Back[name=answer][value=cancel]"])]
#[case("kmsi", &["#kmsiTitle", "#idSIButton9[name=answer][value=yes]", "#idBtn_Back[name=answer][value=no]", "input#KmsiCheckboxField[type=checkbox]"])]
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
#[case("otc", "otc way")]
#[case("number", "number way number")]
#[case("way", "way")]
#[case("confirm_device", "confirm_device")]
#[case("register", "register")]
#[case("passkey", "passkey way")]
#[case("password", "password pick")]
#[case("password_change", "password_change")]
#[case("terms", "terms")]
#[case("external", "external")]
#[case("request", "request")]
#[case("request_sent", "request")]
#[case("kmsi", "kmsi")]
#[case("consent", "consent")]
#[case("device", "device")]
#[case("blocked", "consent")]
#[case("blocked_device", "device_ready consent")]
fn forms_are_posted_with_their_context_and_step(#[case] name: &str, #[case] steps: &str) {
    let html = page(name, "ada");
    let forms = all(&html, "form[method=post][action=ada]");
    let value = |form: &ElementRef<'_>, name: &str| {
        let field = Selector::parse(&format!("input[type=hidden][name={name}]")).unwrap();
        form.select(&field).next().and_then(|field| field.attr("value")).unwrap_or_default().to_owned()
    };
    assert!(forms.iter().all(|form| value(form, "ctx") == "ada"));
    let seen: Vec<_> = forms.iter().map(|form| value(form, "step")).collect();
    assert_eq!(seen.join(" "), steps);
    assert_eq!(forms.len(), all(&html, "form").len(), "each form");
}

/// A UI script's Enter key presses the first button of a form.
#[test]
fn the_first_button_of_a_form_goes_on() {
    for name in ["kmsi", "consent", "device", "confirm_device", "terms", "external", "request"] {
        let html = page(name, "ada");
        let buttons = all(&html, "form button");
        assert_eq!(buttons[0].attr("id"), Some("idSIButton9"), "{name}");
    }
}

#[test]
fn the_consent_page_lists_every_scope_and_says_what_is_new() {
    let frame = Frame { application: "Desktop", ..Frame::of(english(), "Contoso") };
    let scope = |name, new| ScopeLine { name, description: "Does things", new };
    let group = |api, scopes| ApiGroup { api, called_by: None, scopes, granted_before: Vec::new() };
    let groups = [
        ApiGroup {
            granted_before: vec!["Mail.Manage"],
            ..group("Mail", vec![scope("Mail.Read", false), scope("Mail.Send", true)])
        },
        group("Calendar", vec![scope("Events.Read", true)]),
    ];
    let html = Html::parse_document(&consent(&frame, &FORM, "ada", None, &groups, true, Reach::Person));
    let names: Vec<_> = all(&html, ".scope-name").into_iter().map(text_of).collect();
    assert_eq!(names, ["Mail.Read", "Mail.Send", "Events.Read", "offline_access"]);
    assert_eq!(all(&html, ".new").len(), 2);
    assert_eq!(all(&html, ".granted").len(), 1);
    assert_eq!(text_of(one(&html, ".scope-before")), "Mail.Manage");
    assert!(all(&html, "#consentOnBehalfOfOrganization").is_empty());
    assert!(all(&html, "details").is_empty());

    let html = Html::parse_document(&consent(&frame, &FORM, "ada", None, &groups, false, Reach::Tenant));
    assert_eq!(all(&html, ".scope-name").len(), 3);
    assert!(all(&html, "#consentOnBehalfOfOrganization").is_empty(), "there is nothing to choose");
    assert!(text_of(one(&html, ".lead")).contains("everybody in Contoso"));
}

#[rstest]
#[case::verified(Some(true), "Published by Contoso Tools, verified", 0)]
#[case::not_verified(Some(false), "Published by Contoso Tools, not verified", 1)]
#[case::nobody(None, "Nobody says who published it", 1)]
fn the_consent_page_says_who_published_the_application(
    #[case] verified: Option<bool>,
    #[case] sentence: &str,
    #[case] warnings: usize,
) {
    let publisher = verified.map(|verified| PublisherLine { name: "Contoso Tools", verified });
    let frame = Frame::of(english(), "Contoso");
    let html = Html::parse_document(&consent(&frame, &FORM, "ada", publisher, &[], false, Reach::Person));
    assert_eq!(text_of(one(&html, "#publisher")).trim(), sentence);
    assert_eq!(all(&html, ".unverified").len(), warnings);
}

#[rstest]
#[case("blocked", "AADSTS50011")]
#[case("error", "AADSTS50011")]
fn errors_show_their_number(#[case] name: &str, #[case] number: &str) {
    let html = page(name, "what happened");
    let message = text_of(one(&html, "#exceptionMessageContainer"));
    assert!(message.contains(number) && message.contains("what happened"), "{message}");
}

#[test]
fn an_error_is_absent_until_there_is_one() {
    let frame = Frame::of(english(), "Contoso");
    for html in [
        username(&frame, &FORM, "", None),
        password(&frame, &FORM, "ada", None),
        one_time_code(&frame, &FORM, "ada", false, None),
        device_code(&frame, &FORM, "", None),
        password_change(&frame, &FORM, "ada", "why", None),
    ] {
        let html = Html::parse_document(&html);
        assert!(all(&html, "[role=alert], [aria-invalid], [aria-describedby]").is_empty());
        assert!(!text_of(one(&html, "title")).starts_with("Error"));
        assert!(all(&html, "#signInAnotherWay").is_empty());
    }
}

#[test]
fn every_page_of_a_sign_in_shows_the_decision_folded_away() {
    for (name, source) in pages("ada").into_iter().filter(|(name, _)| *name != "form_post") {
        let html = Html::parse_document(&source);
        assert!(one(&html, "details#decision").attr("open").is_none(), "{name}");
        assert_eq!(all(&html, "#decision li").len(), 1, "{name}");
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
    let frame = Frame::of(english(), "");
    let source = form_post(&frame, action, &[("code", "x"), ("state", value)]);
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
