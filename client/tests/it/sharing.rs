//! One prompt at a time, shared by all who need the same (escalation reference 2.13, end).

use desktop_client::{BoxFuture, Cancellation, HttpTransport, TokenSource, TransportError};
use reqwest::{Request, Response};
use rstest::rstest;

use crate::support::{Authority, CALENDAR, Gate, PAYROLL, POLICY, User, refusal};

const MAIL: &str = "api://mail/Mail.Read";
const ACRS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

#[tokio::test]
async fn callers_with_the_same_need_share_one_prompt() {
    let authority = Authority::start().await;
    let app = authority.app();
    let callers: Vec<_> = (0..8).map(|_| tokio::spawn(app.token_for([CALENDAR]).send())).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().access_token.secret(), "at-1");
    }
    assert_eq!(authority.pages().len(), 1);
}

#[tokio::test]
async fn callers_with_the_same_need_share_one_refusal() {
    let authority = Authority::start().await;
    authority.user(User::Cancels);
    let app = authority.app();
    let callers: Vec<_> = (0..4).map(|_| tokio::spawn(app.token_for([CALENDAR]).send())).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap_err().code(), "authentication_canceled");
    }
    assert_eq!(authority.pages().len(), 1);
}

#[tokio::test]
async fn with_a_refresh_in_front_they_share_that_too() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let callers: Vec<_> = (0..8).map(|_| tokio::spawn(app.token_for([PAYROLL]).send())).collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap().access_token.secret(), "at-2");
    }
    assert_eq!(authority.pages().len(), 1);
    let grants: Vec<_> = authority.token_requests().await.iter().map(|form| form["grant_type"].clone()).collect();
    assert_eq!(grants, ["refresh_token", "authorization_code"]);
}

/// Claims pass the cache over, so whoever waited asks again; not the user.
#[tokio::test]
async fn with_the_claims_of_a_challenge_they_share_one_prompt() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let callers: Vec<_> = (0..8).map(|_| tokio::spawn(app.token_for([PAYROLL]).with_claims(ACRS).send())).collect();
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(authority.pages().len(), 1);
    let asked = authority.token_requests().await;
    assert_eq!(asked.iter().filter(|form| form["grant_type"] == "authorization_code").count(), 1);
    assert!(asked.iter().all(|form| form["claims"].contains("acrs")));
}

#[tokio::test]
async fn different_scopes_bring_one_prompt_after_the_other() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    authority.answers("grant_type=refresh_token", 9, refusal(65001, Some("consent_required"), None)).await;
    let gate = Gate::closed();
    authority.user(User::WhenTold(gate.clone(), Box::new(User::SignsIn)));
    let first = tokio::spawn(app.token_for([PAYROLL]).send());
    authority.opened(1).await;
    let second = tokio::spawn(app.token_for([MAIL]).send());
    while authority.token_requests().await.len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(authority.pages().len(), 1, "never in parallel");
    gate.open();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    let scopes: Vec<_> = authority.pages().iter().map(|page| page["scope"].clone()).collect();
    assert_eq!(scopes.len(), 2);
    assert!(scopes[0].starts_with(PAYROLL) && scopes[1].starts_with(MAIL), "{scopes:?}");
}

/// Lets no refresh for mail through before the gate is open.
struct Holding(Gate);

impl HttpTransport for Holding {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
        let body = String::from_utf8_lossy(body);
        let is_held = body.contains("refresh_token") && body.contains("mail");
        Box::pin(async move {
            if is_held {
                self.0.passed().await;
            }
            Ok(reqwest::Client::new().execute(request).await?)
        })
    }
}

/// The prompt that settled it began and ended while the silent request was still under way.
#[tokio::test]
async fn a_silent_request_that_fails_late_has_waited_too() {
    let authority = Authority::start().await;
    let gate = Gate::closed();
    let (app, _) = authority.sign_in_with(authority.builder().http_transport(Holding(gate.clone()))).await;
    for api in ["payroll", "mail"] {
        authority.answers(api, 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    }
    let slow = tokio::spawn(app.token_for([MAIL]).send());
    tokio::task::yield_now().await;
    app.token_for([PAYROLL]).await.unwrap();
    gate.open();
    assert_eq!(slow.await.unwrap().unwrap().source, TokenSource::IdentityProvider);
    assert_eq!(authority.pages().len(), 1);
}

#[tokio::test]
async fn who_waits_for_another_prompt_can_be_called_off() {
    let authority = Authority::start().await;
    authority.user(User::Leaves);
    let app = authority.app();
    let first = tokio::spawn(app.token_for([CALENDAR]).send());
    authority.opened(1).await;
    let cancellation = Cancellation::new();
    let second = tokio::spawn(app.token_for([PAYROLL]).with_cancellation(&cancellation).send());
    cancellation.cancel();
    assert_eq!(second.await.unwrap().unwrap_err().code(), "canceled_by_app");
    assert!(!first.is_finished());
    first.abort();
}

#[tokio::test]
async fn who_is_called_off_takes_nobody_along() {
    let authority = Authority::start().await;
    authority.user(User::Leaves);
    let app = authority.app();
    let cancellation = Cancellation::new();
    let first = tokio::spawn(app.token_for([CALENDAR]).with_cancellation(&cancellation).send());
    authority.opened(1).await;
    authority.user(User::SignsIn);
    let (second, ()) = tokio::join!(app.token_for([CALENDAR]).send(), async { cancellation.cancel() });
    second.unwrap();
    assert_eq!(first.await.unwrap().unwrap_err().code(), "canceled_by_app");
    assert_eq!(authority.pages().len(), 2);
}

/// Who has just pressed the button is asked, whatever came of a window that nobody had asked for.
#[rstest]
#[case::neither(false, false, 1)]
#[case::the_first(true, false, 1)]
#[case::both(true, true, 1)]
#[case::the_second(false, true, 2)]
#[tokio::test]
async fn a_gesture_and_a_shared_refusal(#[case] first: bool, #[case] second: bool, #[case] pages: usize) {
    let authority = Authority::start().await;
    let gate = Gate::closed();
    authority.user(User::WhenTold(gate.clone(), Box::new(User::Cancels)));
    let app = authority.app();
    let first = tokio::spawn(app.token_for([CALENDAR]).user_gesture(first).send());
    authority.opened(1).await;
    authority.user(User::SignsIn);
    let (second, ()) = tokio::join!(app.token_for([CALENDAR]).user_gesture(second).send(), async { gate.open() });
    assert_eq!(first.await.unwrap().unwrap_err().code(), "authentication_canceled");
    assert_eq!(authority.pages().len(), pages);
    assert_eq!(
        second.err().map(|error| error.code().to_owned()),
        (pages == 1).then(|| "authentication_canceled".into())
    );
}

#[tokio::test]
async fn a_refusal_is_shared_even_if_another_prompt_came_between() {
    let authority = Authority::start().await;
    let gate = Gate::closed();
    authority.user(User::WhenTold(gate.clone(), Box::new(User::Cancels)));
    let app = authority.app();
    let first = tokio::spawn(app.token_for([CALENDAR]).send());
    authority.opened(1).await;
    authority.user(User::SignsIn);
    let between = app.acquire_token_interactive([MAIL]);
    let (between, last, ()) = tokio::join!(between.send(), app.token_for([CALENDAR]).send(), async { gate.open() });
    between.unwrap();
    assert_eq!(last.unwrap_err().code(), "authentication_canceled");
    first.await.unwrap().unwrap_err();
    assert_eq!(authority.pages().len(), 2);
}
