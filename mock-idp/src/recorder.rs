//! The exchange log: every request with what was asked, decided and answered, and why. Secrets never get in.

mod excerpt;
mod filter;
mod follow;
mod shelf;
mod token;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

pub use excerpt::Exchanges;
pub use filter::ExchangeFilter;
pub use follow::{Follower, News};
pub use token::{TokenRole, TokenSeen};

use crate::{error::Refusal, policy::Reason};

use shelf::Shelf;

/// At most so many exchanges are kept a tenant; the oldest go first and are counted.
const LIMIT: usize = 5_000;

/// At most so many bytes of what clients sent are kept a tenant, for a client may send 64 KiB each time.
const HEAVIEST: usize = 32 * 1024 * 1024;

/// Parameters whose values are never written down.
const SECRET: &[&str] = &[
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "confirmNewPassword",
    "ctx",
    "currentPassword",
    "device_code",
    "id_token",
    "id_token_hint",
    "newPassword",
    "otc",
    "passwd",
    "password",
    "refresh_token",
];

/// Where a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ExchangeEndpoint")]
pub enum Endpoint {
    /// Metadata, keys and instance discovery.
    Discovery,
    /// `/authorize`: a client started an interactive sign-in.
    Authorize,
    /// A sign-in page was submitted.
    Page,
    /// `/devicecode`: a device asked for a code.
    DeviceCode,
    /// `/token`.
    Token,
    /// `/logout`.
    Logout,
    /// A mock API.
    Api,
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// Counts up from 1 within the tenant.
    pub number: u64,
    /// When it was answered, on the tenant's clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// Where the request went.
    pub endpoint: Endpoint,
    /// HTTP method.
    pub method: String,
    /// Path, without the query.
    pub path: String,
    /// Client id as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// User name, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// `grant_type` of a token request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_type: Option<String>,
    /// `claims` exactly as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// Parameters in their order; secrets read `[redacted]`.
    pub parameters: Vec<(String, String)>,
    /// Fingerprints of the values that must be fresh each time (`state`, `nonce`, `code_challenge`, `code_verifier`) and of
    /// grants, so that repetition is seen without the secret.
    pub fingerprints: Vec<(String, String)>,
    /// Which sign-in a page belongs to: the number of the `/authorize` exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction: Option<u64>,
    /// Why it was answered so, rule by rule.
    pub reasons: Vec<Reason>,
    /// What was answered.
    pub answer: Answer,
    /// The tokens that went with it, decoded: claims without a signature open nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<TokenSeen>,
    /// The client's correlation id.
    pub correlation_id: Uuid,
    /// Our trace id.
    pub trace_id: Uuid,
}

/// What was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ExchangeAnswer")]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// A word for people: `token`, `page password`, `redirect`, `error`, `challenge` …
    pub kind: String,
    /// OAuth error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// AADSTS number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// `suberror`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suberror: Option<String>,
    /// The claims challenge sent, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// The scopes granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// How long the access token is good, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
    /// When the access token may be renewed ahead of its end, in seconds (`refresh_in`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_in: Option<u64>,
    /// For how long the client was told to wait, in seconds (`Retry-After`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Fingerprint of the `state` that goes back to the client, where a sign-in ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Short name of the API that the token or the answer is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
}

impl Exchange {
    /// How many bytes it has of what the client sent.
    fn weight(&self) -> usize {
        let parameters = self.parameters.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        parameters + self.path.len() + self.claims.as_deref().map_or(0, str::len)
    }
}

impl Answer {
    /// An answer that is no error.
    #[must_use]
    pub fn of(status: u16, kind: impl Into<String>) -> Self {
        Self { status, kind: kind.into(), ..Self::default() }
    }

    /// An answer that refuses.
    #[must_use]
    pub fn refused(status: u16, kind: impl Into<String>, refusal: &Refusal) -> Self {
        Self {
            error: Some(refusal.error().to_owned()),
            code: Some(refusal.number()),
            suberror: refusal.suberror().map(str::to_owned),
            claims: refusal.claims.clone(),
            ..Self::of(status, kind)
        }
    }
}

/// One tenant's log.
#[derive(Debug, Default)]
pub struct Recorder {
    log: Mutex<Log>,
    /// Wakes those who follow the log; true once nothing will come any more.
    closed: watch::Sender<bool>,
    /// How many exchanges the one has looked at who paces the tenant, if somebody does.
    paced: watch::Sender<Option<u64>>,
}

#[derive(Debug, Default)]
struct Log {
    exchanges: Shelf,
    next: u64,
    dropped: u64,
    /// How many exchanges have left `exchanges`, dropped or forgotten: the place of its first one.
    gone: u64,
}

impl Recorder {
    /// Takes the next number for an exchange whose pages will refer to it.
    pub fn reserve(&self) -> u64 {
        let mut log = self.log();
        log.next += 1;
        log.next
    }

    /// Adds an exchange, and numbers it if it has no number yet.
    pub fn add(&self, mut exchange: Exchange) {
        let mut log = self.log();
        if exchange.number == 0 {
            log.next += 1;
            exchange.number = log.next;
        }
        log.exchanges.push(Arc::new(exchange));
        while (log.exchanges.len() > LIMIT || log.exchanges.weight() > HEAVIEST) && log.exchanges.pop_oldest() {
            log.dropped += 1;
            log.gone += 1;
        }
        drop(log);
        self.closed.send_modify(|_| {});
    }

    /// Says to those who follow the log that it has ended. Nobody waits for a turn any more.
    pub fn close(&self) {
        self.closed.send_replace(true);
        self.pace(None);
    }

    /// How many exchanges are gone because there were too many.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.log().dropped
    }

    /// How many exchanges were added ever.
    #[must_use]
    pub fn added(&self) -> u64 {
        self.log().end()
    }

    /// Lets a client go on only as far as somebody who follows the log has looked at it: `looked_at` exchanges. `None` lets
    /// it go on as it likes.
    pub fn pace(&self, looked_at: Option<u64>) {
        self.paced.send_replace(looked_at);
    }

    /// Waits, before a client is answered, until whoever paces it has looked at all that it did before.
    pub async fn turn(&self) {
        let mut paced = self.paced.subscribe();
        // The sender is in `self` and outlives the wait.
        let _ = paced.wait_for(|looked_at| looked_at.is_none_or(|looked_at| looked_at >= self.added())).await;
    }

    /// The exchanges that are kept, oldest first.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Arc<Exchange>> {
        let kept = self.log().exchanges.clone();
        kept.behind(0).collect()
    }

    /// The number behind which a follower goes on who has seen all that is kept.
    #[must_use]
    pub fn last(&self) -> u64 {
        let log = self.log();
        log.exchanges.last_number().unwrap_or(log.next)
    }

    /// Packs what is kept, as what is old is packed anyway: it lies together then, and is unpacked when it is read.
    pub(crate) fn pack(&self) {
        self.log().exchanges.pack();
    }

    /// Forgets all.
    pub fn clear(&self) {
        let mut log = self.log();
        log.gone += log.exchanges.len() as u64;
        log.exchanges.clear();
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `parameters` with secrets hidden.
#[must_use]
pub fn redact(parameters: &[(String, String)]) -> Vec<(String, String)> {
    parameters
        .iter()
        .map(|(name, value)| {
            let secret = SECRET.iter().any(|secret| name.eq_ignore_ascii_case(secret));
            (name.clone(), if secret { "[redacted]".to_owned() } else { value.clone() })
        })
        .collect()
}

/// Fingerprints of the parameters that are worth comparing without being shown.
#[must_use]
pub fn fingerprints(parameters: &[(String, String)]) -> Vec<(String, String)> {
    const COMPARED: &[&str] = &["state", "nonce", "code_challenge", "code_verifier", "code", "refresh_token"];
    parameters
        .iter()
        .filter(|(name, _)| COMPARED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), fingerprint(value)))
        .collect()
}

/// The first 48 bits of a SHA-256, in hexadecimal.
#[must_use]
pub fn fingerprint(value: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, value.as_bytes());
    digest.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An exchange of which nothing matters.
    pub(super) fn exchange() -> Exchange {
        Exchange {
            number: 0,
            at: Timestamp::UNIX_EPOCH,
            endpoint: Endpoint::Token,
            method: "POST".to_owned(),
            path: "/token".to_owned(),
            client_id: None,
            user: None,
            grant_type: None,
            claims: None,
            parameters: Vec::new(),
            fingerprints: Vec::new(),
            interaction: None,
            reasons: Vec::new(),
            answer: Answer::default(),
            tokens: Vec::new(),
            correlation_id: Uuid::nil(),
            trace_id: Uuid::nil(),
        }
    }

    #[test]
    fn the_log_is_bounded_by_number_and_by_weight() {
        let log = Recorder::default();
        for _ in 0..=LIMIT {
            log.add(exchange());
        }
        assert_eq!((log.exchanges().len(), log.dropped()), (LIMIT, 1));
        log.clear();
        let large = Exchange { claims: Some("x".repeat(HEAVIEST / 4)), ..exchange() };
        for _ in 0..4 {
            log.add(large.clone());
        }
        assert_eq!((log.exchanges().len(), log.dropped()), (3, 2));
        log.clear();
        log.add(large);
        assert_eq!((log.exchanges().len(), log.dropped()), (1, 2), "what was forgotten weighs nothing");
    }

    #[test]
    fn secrets_are_hidden_and_still_comparable() {
        let sent = [("code".to_owned(), "s3cret".to_owned()), ("scope".to_owned(), "openid".to_owned())];
        assert_eq!(redact(&sent)[0].1, "[redacted]");
        for name in ["passwd", "currentPassword", "newPassword", "confirmNewPassword"] {
            assert_eq!(redact(&[(name.to_owned(), "s3cret".to_owned())])[0].1, "[redacted]", "{name}");
        }
        assert_eq!(redact(&sent)[1].1, "openid");
        let prints = fingerprints(&sent);
        assert_eq!(prints.len(), 1);
        assert_eq!(prints[0].1.len(), 12);
        assert!(!prints[0].1.contains("s3cret"));
    }

    #[tokio::test]
    async fn a_paced_client_waits_until_all_that_it_did_was_looked_at() {
        let recorder = Recorder::default();
        recorder.add(exchange());
        recorder.turn().await;
        recorder.pace(Some(0));
        let mut turn = std::pin::pin!(recorder.turn());
        let mut waits =
            async || tokio::select! { biased; () = &mut turn => false, () = std::future::ready(()) => true };
        assert!(waits().await);
        recorder.pace(Some(1));
        assert!(!waits().await);
        recorder.pace(None);
        recorder.add(exchange());
        recorder.turn().await;
        recorder.pace(Some(0));
        recorder.close();
        recorder.turn().await;
    }
}
