//! The virtual user against a small hand-written server with the contract's pages.

mod fake;
mod pages;

use rstest::rstest;
use url::Url;

use super::*;
use fake::{FakeClient, FakeIdp, STATE, form_encoded};

#[tokio::test]
async fn goes_from_the_user_name_to_the_form_post() {
    let (idp, client) = (FakeIdp::start().await, FakeClient::start().await);
    let visit = idp.visit(&client, "form_post", &ada()).await.unwrap();
    assert_eq!(kinds(&visit), FULL_SIGN_IN);
    assert_eq!(visit.pages[4].scopes, ["Events.Read", "Mail.Read"]);
    let Outcome::Delivered { mode, redirect_uri, status, .. } = &visit.outcome else {
        panic!("{visit:?}");
    };
    assert_eq!((*mode, *status), (ResponseMode::FormPost, Some(200)));
    assert_eq!(redirect_uri, &client.url);
    // The state survives HTML and form encoding as sent.
    assert_eq!(visit.outcome.parameter("state"), Some(STATE));
    let posted = format!("POST / code=abc&state={}", form_encoded(STATE));
    assert_eq!(client.requests(), [posted]);
}

#[rstest]
#[case::query("query", ResponseMode::Query, "GET /?code=abc&state=")]
#[case::fragment("fragment", ResponseMode::Fragment, "GET / ")]
#[tokio::test]
async fn follows_a_redirect_to_the_client(#[case] wanted: &str, #[case] mode: ResponseMode, #[case] request: &str) {
    let (idp, client) = (FakeIdp::start().await, FakeClient::start().await);
    let visit = idp.visit(&client, wanted, &ada()).await.unwrap();
    let Outcome::Delivered { mode: seen, redirect_uri, status, .. } = &visit.outcome else {
        panic!("{visit:?}");
    };
    assert_eq!((*seen, *status), (mode, Some(200)));
    assert_eq!(redirect_uri, &client.url, "the parameters are not part of it");
    assert_eq!(visit.outcome.parameter("code"), Some("abc"));
    assert_eq!(visit.outcome.parameter("state"), Some(STATE));
    let requests = client.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].starts_with(request), "{requests:?}");
}

#[tokio::test]
async fn hands_a_custom_scheme_over_without_a_request() {
    let idp = FakeIdp::start().await;
    let url = idp.authorize("query", "msauth.app://auth");
    let visit = browser().visit(&url, &ada()).await.unwrap();
    let Outcome::Delivered { status, redirect_uri, .. } = &visit.outcome else {
        panic!("{visit:?}");
    };
    assert_eq!((*status, redirect_uri.as_str()), (None, "msauth.app://auth"));
    assert_eq!(visit.outcome.parameter("code"), Some("abc"));
}

#[tokio::test]
async fn second_visit_of_the_same_browser_picks_the_account() {
    let (idp, client) = (FakeIdp::start().await, FakeClient::start().await);
    let (browser, url) = (browser(), idp.authorize("query", client.url.as_str()));
    browser.visit(&url, &ada()).await.unwrap();
    let again = browser.visit(&url, &ada()).await.unwrap();
    assert_eq!(kinds(&again), [PageKind::PickAccount, PageKind::Consent]);
    let other = VirtualUser { password: "wrong".into(), ..VirtualUser::new("bo@contoso.test") };
    let error = browser.visit(&url, &other).await.unwrap_err().to_string();
    assert!(error.contains("password page refused"), "{error}");
}

#[rstest]
#[case::declined(
    VirtualUser { consent: Answer::Decline, ..ada() },
    Ok(Some("access_denied")), 5
)]
#[case::cancels_consent(
    VirtualUser { cancel_at: Some(PageKind::Consent), ..ada() },
    Ok(Some("access_denied")), 5
)]
#[case::wrong_codes(VirtualUser { mfa: MfaAnswer::Fail, ..ada() }, Err(PageKind::OneTimeCode), 6)]
#[case::lets_mfa_time_out(VirtualUser { mfa: MfaAnswer::Timeout, ..ada() }, Err(PageKind::OneTimeCode), 3)]
#[case::closes_the_window(
    VirtualUser { closes_at: Some(PageKind::Consent), ..ada() },
    Err(PageKind::Consent), 5
)]
#[case::ignores_mfa(VirtualUser { mfa: MfaAnswer::Ignore, ..ada() }, Err(PageKind::OneTimeCode), 3)]
#[case::closes_at_password(
    VirtualUser { cancel_at: Some(PageKind::Password), ..ada() },
    Err(PageKind::Password), 2
)]
#[case::closes_at_stay_signed_in(
    VirtualUser { cancel_at: Some(PageKind::StaySignedIn), ..ada() },
    Err(PageKind::StaySignedIn), 4
)]
#[case::stays_signed_in(VirtualUser { stay_signed_in: true, ..ada() }, Ok(None), 5)]
#[tokio::test]
async fn a_person_who_does_not_agree(
    #[case] user: VirtualUser,
    #[case] ends: Result<Option<&str>, PageKind>,
    #[case] pages: usize,
) {
    let (idp, client) = (FakeIdp::start().await, FakeClient::start().await);
    let visit = idp.visit(&client, "query", &user).await.unwrap();
    match ends {
        Ok(error) => assert_eq!(visit.outcome.parameter("error"), error),
        Err(at) => assert_eq!(visit.outcome, Outcome::Abandoned { at }),
    }
    assert_eq!(visit.pages.len(), pages, "{:?}", kinds(&visit));
}

#[rstest]
#[case::unknown_user(
    VirtualUser::new("zoe@contoso.test"),
    "user name page refused what zoe@contoso.test typed: \"No such account\""
)]
#[case::wrong_password(VirtualUser { password: "x".into(), ..ada() }, "password page refused what ada@contoso.test typed: \"Wrong password\"")]
#[case::wrong_code(VirtualUser { one_time_code: "1".into(), ..ada() }, "one-time code page refused")]
#[tokio::test]
async fn a_refused_answer_is_one_sentence_and_no_loop(#[case] user: VirtualUser, #[case] sentence: &str) {
    let (idp, client) = (FakeIdp::start().await, FakeClient::start().await);
    let error = idp.visit(&client, "query", &user).await.unwrap_err();
    assert!(error.to_string().contains(sentence), "{error}");
    assert!(client.requests().is_empty());
}

#[rstest]
#[case::circle("/circle", "in a circle")]
#[case::endless("/endless", "25 pages without an end")]
#[case::json(
    "/json?code=secret",
    "answered 404 with something that is no page of the sign-in: \"{\"error\":\"nope\"}\""
)]
#[case::bad_location("/bad-location", "which is no address")]
#[case::consent_without_form("/bare-consent", "consent page at")]
#[case::device_without_code("/device", "none was given")]
#[tokio::test]
async fn odd_servers_get_a_clear_sentence(#[case] path: &str, #[case] sentence: &str) {
    let idp = FakeIdp::start().await;
    let error = browser().visit(&idp.at(path), &ada()).await.unwrap_err().to_string();
    assert!(error.contains(sentence), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

#[tokio::test]
async fn errors_and_device_codes_have_their_own_ends() {
    let idp = FakeIdp::start().await;
    let visit = browser().visit(&idp.at("/error"), &ada()).await.unwrap();
    let message = "The redirect URI does not match.".to_owned();
    assert_eq!(visit.outcome, Outcome::ErrorPage { code: Some(50011), message });
    let visit = browser().enter_device_code(&idp.at("/device"), &ada(), "ABCD").await.unwrap();
    assert_eq!(visit.outcome, Outcome::Finished { at: PageKind::Unknown });
    let visit = browser().visit(&idp.at("/device?prefilled"), &ada()).await.unwrap();
    assert_eq!(visit.outcome, Outcome::Finished { at: PageKind::Unknown });
}

#[tokio::test]
async fn takes_the_way_back_that_an_error_page_offers() {
    let idp = FakeIdp::start().await;
    let visit = browser().visit(&idp.at("/blocked"), &ada()).await.unwrap();
    assert_eq!(visit.outcome.parameter("error"), Some("access_denied"));
    assert_eq!(visit.pages[0].error.as_deref(), Some("Blocked."));
    let closes = VirtualUser { cancel_at: Some(PageKind::Error), ..ada() };
    let visit = browser().visit(&idp.at("/blocked"), &closes).await.unwrap();
    assert!(matches!(visit.outcome, Outcome::ErrorPage { code: Some(53003), .. }), "{visit:?}");
}

#[tokio::test]
async fn a_wrong_device_code_is_refused_once() {
    let idp = FakeIdp::start().await;
    let error = browser().enter_device_code(&idp.at("/device"), &ada(), "WRONG").await.unwrap_err();
    assert!(error.to_string().contains("\"Unknown code\""), "{error}");
}

#[tokio::test]
async fn a_client_that_redirects_is_reported_and_not_followed() {
    let (idp, client) = (FakeIdp::start().await, FakeClient::start().await);
    let moved = client.url.join("moved").unwrap();
    let visit = browser().visit(&idp.authorize("query", moved.as_str()), &ada()).await.unwrap();
    assert!(matches!(visit.outcome, Outcome::Delivered { status: Some(302), .. }), "{visit:?}");
    assert_eq!(client.requests().len(), 1);
}

#[tokio::test]
async fn nobody_listening_is_told_without_the_code() {
    let idp = FakeIdp::start().await;
    let url = idp.authorize("query", "http://127.0.0.1:9/back");
    let error = browser().visit(&url, &ada()).await.unwrap_err().to_string();
    assert!(error.starts_with("the answer could not be delivered to http://127.0.0.1:9/back: "), "{error}");
    assert!(error.ends_with("check that the client is still listening there"), "{error}");
    assert!(!error.contains("abc"), "{error}");
}

#[test]
fn the_document_is_strict_and_its_debug_hides_the_password() {
    let user: VirtualUser = serde_json::from_str(r#"{"consent":"decline","cancel_at":"one_time_code"}"#).unwrap();
    assert_eq!((user.consent, user.cancel_at), (Answer::Decline, Some(PageKind::OneTimeCode)));
    assert_eq!(user.username, "ada@contoso.test");
    let unknown = serde_json::from_str::<VirtualUser>(r#"{"pasword":"x"}"#).unwrap_err();
    assert!(unknown.to_string().contains("unknown field `pasword`"));
    assert!(!format!("{user:?}").contains("Passw0rd!"));
}

const FULL_SIGN_IN: [PageKind; 6] = [
    PageKind::Username,
    PageKind::Password,
    PageKind::OneTimeCode,
    PageKind::StaySignedIn,
    PageKind::Consent,
    PageKind::FormPost,
];

fn ada() -> VirtualUser {
    VirtualUser::default()
}

fn browser() -> Browser {
    Browser::new(None).unwrap()
}

fn kinds(visit: &Visit) -> Vec<PageKind> {
    visit.pages.iter().map(|page| page.kind).collect()
}

/// Whoever serves the control API or runs scenarios visits from a spawned task.
#[test]
fn a_visit_may_move_between_threads() {
    fn is_send<T: Send>(_: T) {}
    let (browser, url, user) = (browser(), Url::parse("http://idp.test/").unwrap(), ada());
    is_send(browser.visit(&url, &user));
}

#[tokio::test]
async fn two_windows_of_one_browser_both_come_to_their_end() {
    let (idp, client) = (FakeIdp::start().await, FakeClient::start().await);
    let user = VirtualUser { two_windows: true, ..ada() };
    let visit = idp.visit(&client, "query", &user).await.unwrap();
    assert_eq!(kinds(&visit), FULL_SIGN_IN[..5], "what is told is the second window");
    assert_eq!(client.requests().len(), 2, "and the first one went on behind it");
}

#[test]
fn visits_are_scripted_one_by_one_with_a_default_behind_them() {
    let document = r#"{
        "username": "ada@contoso.test",
        "visits": [{ "consent": "decline" }, {}, { "username": "bo@contoso.test", "password": "wrong", "closes_at": "consent" }]
    }"#;
    let user: VirtualUser = serde_json::from_str(document).unwrap();
    let visits: Vec<_> = (0..4).map(|before| user.at_visit(before)).collect();
    assert_eq!(visits[0], VirtualUser { consent: Answer::Decline, ..ada() });
    assert_eq!(visits[1], ada());
    let third = VirtualUser {
        password: "wrong".to_owned(),
        closes_at: Some(PageKind::Consent),
        ..VirtualUser::new("bo@contoso.test")
    };
    assert_eq!(visits[2], third);
    assert_eq!(visits[3], ada());
    assert!(!format!("{user:?}").contains("wrong"), "secrets stay out of it");
}
