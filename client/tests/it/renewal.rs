//! Renewal in the background (escalation reference 5.1, step 5): around `refresh_on`, one at a time, and
//! not again at once after a failure.

use std::sync::Arc;
use std::time::Duration;

use desktop_client::{Account, AcquireTokenSilent, PublicClientApplication, Randomness, Throttling, TokenSource};
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::{Authority, PAYROLL};

const REFRESH_IN: SignedDuration = SignedDuration::from_hours(12);

/// An app with a token for payroll that is to be renewed after twelve hours, early or late by chance as
/// `draw` says.
struct Halfway {
    authority: Authority,
    app: PublicClientApplication,
    ada: Account,
}

impl Halfway {
    async fn start(draw: u64) -> Self {
        let authority = Authority::start().await;
        let randomness = Randomness::from_fn(move |bytes| {
            bytes.fill(0);
            if bytes.len() == 8 {
                bytes.copy_from_slice(&draw.to_be_bytes());
            }
        });
        let builder = authority.builder().randomness(randomness).throttling(Throttling::Off);
        let (app, ada) = authority.sign_in_with(builder).await;
        let long = json!({
            "token_type": "Bearer", "access_token": "long", "expires_in": 86_400, "refresh_in": REFRESH_IN.as_secs(),
        });
        authority.answers("payroll", 1, ResponseTemplate::new(200).set_body_json(long)).await;
        app.acquire_token_silent([PAYROLL]).with_account(&ada).await.unwrap();
        Self { authority, app, ada }
    }

    fn silent(&self) -> AcquireTokenSilent {
        self.app.acquire_token_silent([PAYROLL]).with_account(&self.ada)
    }

    async fn serves_the_old_token(&self) {
        let served = self.silent().await.unwrap();
        assert_eq!((served.source, served.access_token.secret()), (TokenSource::Cache, "long"));
    }

    async fn renewals(&self) -> usize {
        let sent = self.authority.token_requests().await;
        sent.iter().filter(|request| request["scope"].contains("payroll")).count() - 1
    }

    async fn until_renewals(&self, number: usize) {
        let sent = async {
            while self.renewals().await < number {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), sent).await.unwrap();
    }

    async fn until_renewed(&self) {
        let renewed = async {
            while self.silent().await.unwrap().access_token.secret() == "long" {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), renewed).await.unwrap();
    }

    /// Whatever was begun in the background has been sent by now.
    async fn a_while(&self) {
        for _ in 0..3 {
            let other = self.app.acquire_token_silent(["api://mail/Mail.Read"]).with_account(&self.ada);
            other.with_force_refresh(true).await.unwrap();
        }
    }
}

/// The jitter of five minutes to either side counts once, and in full.
#[rstest]
#[case::earliest(0, -300, true)]
#[case::not_yet(0, -301, false)]
#[case::latest(600, 300, true)]
#[case::not_yet_though_due(600, 299, false)]
#[tokio::test]
async fn step_05_a_token_is_renewed_up_to_five_minutes_early_or_late(
    #[case] draw: u64,
    #[case] seconds: i64,
    #[case] renewed: bool,
) {
    let halfway = Halfway::start(draw).await;
    halfway.authority.clock.advance(REFRESH_IN + SignedDuration::from_secs(seconds));
    halfway.serves_the_old_token().await;
    if renewed {
        halfway.until_renewed().await;
    } else {
        halfway.a_while().await;
        halfway.serves_the_old_token().await;
    }
    assert_eq!(halfway.renewals().await, usize::from(renewed));
}

#[tokio::test]
async fn step_05_many_callers_begin_one_renewal() {
    let halfway = Arc::new(Halfway::start(0).await);
    halfway.authority.clock.advance(REFRESH_IN);
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let halfway = Arc::clone(&halfway);
            tokio::spawn(async move { halfway.silent().await.unwrap() })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    halfway.until_renewed().await;
    halfway.a_while().await;
    assert_eq!(halfway.renewals().await, 1);
}

#[tokio::test]
async fn step_05_after_a_failure_a_minute_passes_before_the_next_renewal() {
    let halfway = Halfway::start(0).await;
    // No answer of a server that is down, and none to the one more try.
    halfway.authority.answers("payroll", 2, ResponseTemplate::new(503)).await;
    halfway.authority.clock.advance(REFRESH_IN);
    halfway.serves_the_old_token().await;
    halfway.until_renewals(2).await;
    for _ in 0..20 {
        halfway.serves_the_old_token().await;
    }
    halfway.a_while().await;
    halfway.serves_the_old_token().await;
    halfway.a_while().await;
    assert_eq!(halfway.renewals().await, 2);
    halfway.authority.clock.advance(SignedDuration::from_secs(60));
    halfway.until_renewed().await;
    assert_eq!(halfway.renewals().await, 3);
}
