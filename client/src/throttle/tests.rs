use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use super::{Asked, Throttle, Throttling};
use crate::authority::Authority;
use crate::error::{Classification, ClientErrorKind, Error, ServiceError, UiRequired};
use crate::result::Secret;
use crate::scopes::Scopes;

/// An [`Asked`] that owns its parts.
#[derive(Clone)]
struct Request {
    client_id: &'static str,
    authority: Authority,
    scopes: Scopes,
    account: Option<&'static str>,
    refresh_token: Option<Secret>,
}

impl Request {
    fn asked(&self) -> Asked<'_> {
        Asked {
            client_id: self.client_id,
            confidential: false,
            authority: &self.authority,
            home_tenant: self.account.map(|_| "contoso.test"),
            scopes: &self.scopes,
            account: self.account,
            refresh_token: self.refresh_token.as_ref(),
        }
    }
}

fn authority(tenant: &str) -> Authority {
    Authority::parse(&format!("https://localhost:8443/{tenant}")).unwrap()
}

fn silent() -> Request {
    Request {
        client_id: "app",
        authority: authority("contoso.test"),
        scopes: Scopes::new(["api://mail/Read", "api://mail/Send"]),
        account: Some("ada.t"),
        refresh_token: Some(Secret::new("rt-1")),
    }
}

fn interactive() -> Request {
    Request { refresh_token: None, ..silent() }
}

fn ui() -> Error {
    Error::ui_required(UiRequired {
        classification: Classification::BasicAction,
        error: "invalid_grant".to_owned(),
        error_description: "AADSTS50076: more".to_owned(),
        error_codes: vec![50076],
        claims: Some("{}".to_owned()),
        status: Some(400),
        ..UiRequired::default()
    })
}

fn ui_with_retry_after(seconds: u64) -> Error {
    Error::ui_required(UiRequired {
        error: "invalid_grant".to_owned(),
        status: Some(400),
        retry_after: Some(Duration::from_secs(seconds)),
        ..UiRequired::default()
    })
}

fn loop_detected() -> Error {
    Error::service(ServiceError {
        error: "invalid_grant".to_owned(),
        error_codes: vec![50196],
        status: Some(400),
        ..ServiceError::default()
    })
}

fn refused(status: u16, retry_after: Option<u64>) -> Error {
    Error::service(ServiceError {
        error: "x".to_owned(),
        status: Some(status),
        retry_after: retry_after.map(Duration::from_secs),
        ..ServiceError::default()
    })
}

fn start() -> Timestamp {
    Timestamp::from_second(1_767_225_600).unwrap()
}

fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

fn remembering(request: &Request, error: &Error) -> Throttle {
    let throttle = Throttle::new(Throttling::Msal);
    throttle.record(request.asked(), error, start());
    throttle
}

#[rstest]
#[case::retry_after(refused(429, Some(5)), silent(), 5)]
#[case::retry_after_when_interactive(refused(429, Some(5)), interactive(), 5)]
#[case::retry_after_beats_the_status(refused(503, Some(5)), silent(), 5)]
#[case::retry_after_with_any_status(refused(400, Some(5)), silent(), 5)]
#[case::retry_after_zero(refused(429, Some(0)), silent(), 0)]
#[case::retry_after_an_hour(refused(429, Some(3600)), silent(), 3600)]
#[case::retry_after_a_day(refused(429, Some(86_400)), silent(), 3600)]
#[case::retry_after_for_ever(refused(429, Some(u64::MAX)), silent(), 3600)]
#[case::too_many(refused(429, None), silent(), 60)]
#[case::too_many_when_interactive(refused(429, None), interactive(), 60)]
#[case::outage(refused(500, None), silent(), 60)]
#[case::gateway(refused(599, None), silent(), 60)]
#[case::ui_required(ui(), silent(), 120)]
#[case::ui_required_when_interactive(ui(), interactive(), 0)]
#[case::ui_required_and_a_longer_wait(ui_with_retry_after(300), silent(), 300)]
#[case::ui_required_and_a_shorter_wait(ui_with_retry_after(5), silent(), 120)]
#[case::loop_detected(loop_detected(), silent(), 120)]
#[case::loop_detected_when_interactive(loop_detected(), interactive(), 0)]
#[case::mistake_of_the_app(refused(400, None), silent(), 0)]
#[case::request_timeout(refused(408, None), silent(), 0)]
#[case::no_status(Error::service(ServiceError::default()), silent(), 0)]
#[case::offline(Error::client(ClientErrorKind::Transport, "x"), silent(), 0)]
fn a_failure_is_remembered_for(#[case] error: Error, #[case] request: Request, #[case] seconds: i64) {
    let throttle = remembering(&request, &error);
    assert_eq!(throttle.replay(request.asked(), start()).is_some(), seconds > 0);
    assert_eq!(throttle.replay(request.asked(), after(seconds - 1)).is_some(), seconds > 0);
    assert!(throttle.replay(request.asked(), after(seconds)).is_none());
}

/// Which of the two kinds of key still fits: that of Retry-After and HTTP status, that of UI required.
#[rstest]
#[case::the_same(silent(), true, true)]
#[case::scopes_in_other_order_and_case(
    Request { scopes: Scopes::new(["API://mail/send", "api://mail/Read", "openid"]), ..silent() }, true, true
)]
#[case::other_client(Request { client_id: "other", ..silent() }, false, false)]
#[case::other_authority(Request { authority: authority("fabrikam.test"), ..silent() }, false, false)]
#[case::common_for_a_known_account(Request { authority: authority("common"), ..silent() }, true, true)]
#[case::common_for_a_known_account_in_a_browser(Request { authority: authority("organizations"), ..interactive() }, true, false)]
#[case::common_for_nobody_known(Request { authority: authority("common"), account: None, ..silent() }, false, false)]
#[case::fewer_scopes(Request { scopes: Scopes::new(["api://mail/Read"]), ..silent() }, false, false)]
#[case::other_account(Request { account: Some("bob.t"), ..silent() }, false, true)]
#[case::no_account(Request { account: None, ..silent() }, false, true)]
#[case::new_refresh_token(Request { refresh_token: Some(Secret::new("rt-2")), ..silent() }, true, false)]
#[case::interactive(interactive(), true, false)]
fn a_failure_concerns(#[case] request: Request, #[case] by_account: bool, #[case] by_refresh_token: bool) {
    for busy in [refused(429, Some(5)), refused(503, None)] {
        let throttle = remembering(&silent(), &busy);
        assert_eq!(throttle.replay(request.asked(), start()).is_some(), by_account, "{busy}");
    }
    let throttle = remembering(&silent(), &ui());
    assert_eq!(throttle.replay(request.asked(), start()).is_some(), by_refresh_token);
}

#[test]
fn a_replay_is_the_original_and_says_that_it_is_a_replay() {
    let error = remembering(&silent(), &ui()).replay(silent().asked(), after(1)).unwrap();
    let replayed = error.as_ui_required().unwrap();
    assert!(replayed.throttled && error.is_throttled());
    assert_eq!(replayed.classification, Classification::BasicAction);
    assert_eq!(replayed.claims.as_deref(), Some("{}"));
    assert_eq!((error.code(), replayed.status), ("invalid_grant", Some(400)));
    assert!(error.to_string().starts_with("answered from memory; no request was sent; the user must act"), "{error}");

    let error = remembering(&silent(), &refused(503, None)).replay(silent().asked(), after(1)).unwrap();
    assert!(error.is_throttled() && error.is_retryable());
    assert!(error.to_string().starts_with("answered from memory; no request was sent; the server"), "{error}");
}

#[test]
fn a_remembered_need_for_the_user_never_stops_the_sign_in() {
    let throttle = remembering(&silent(), &ui_with_retry_after(300));
    assert!(throttle.replay(silent().asked(), after(1)).is_some());
    assert!(throttle.replay(interactive().asked(), after(1)).is_none());
}

#[test]
fn the_wait_the_server_asked_for_comes_first() {
    let throttle = remembering(&silent(), &ui());
    throttle.record(silent().asked(), &refused(429, Some(5)), after(1));
    assert!(matches!(throttle.replay(silent().asked(), after(5)), Some(Error::Service(_))));
    assert!(matches!(throttle.replay(silent().asked(), after(6)), Some(Error::UiRequired(_))));
}

#[test]
fn a_clock_set_back_does_not_prolong_it() {
    let throttle = remembering(&silent(), &ui());
    assert!(throttle.replay(silent().asked(), after(-1)).is_none());
}

#[test]
fn what_is_over_is_forgotten() {
    let throttle = remembering(&silent(), &ui());
    throttle.record(Request { client_id: "other", ..silent() }.asked(), &ui(), after(120));
    assert_eq!(throttle.lock().len(), 1);
}

#[test]
fn off_remembers_nothing() {
    let throttle = Throttle::new(Throttling::Off);
    throttle.record(silent().asked(), &refused(429, Some(5)), start());
    assert!(throttle.replay(silent().asked(), start()).is_none());
}
