//! A record of what passed, fit to be shown to strangers: the exchange format of the mock server's log and of the
//! scenario report, with every secret and every name replaced by a short hash.
//!
//! Owns the order and the numbers; what an exchange looks like is in `exchange`, what may be read in it in `redact`.

mod exchange;
mod redact;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::clock::Clock;
use crate::observer::{Event, Observer};
use crate::randomness::Randomness;
use exchange::Exchange;
use redact::Redactor;

/// So many exchanges are kept; the oldest go first and are counted.
const LIMIT: usize = 5_000;

/// Writes down what an app sends and receives, redacted. Give it to
/// [`Builder::observer`](crate::Builder::observer), and attach [`to_json`](Self::to_json) to a bug report.
///
/// Kept: endpoints, hosts and paths, scopes, claims, error codes, suberrors, AADSTS numbers, correlation and trace ids.
/// Replaced by `[name hash]`: tokens, codes, verifiers, state, user names, and the value of every parameter that is not
/// known to be harmless. Of an API's address every value is replaced, and every segment of the path that is neither a word
/// nor a GUID. Equal values have equal hashes within one transcript and nowhere else, so that a name cannot be
/// found by hashing guesses.
pub struct Transcript {
    clock: Arc<dyn Clock>,
    redactor: Redactor,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    exchanges: VecDeque<Exchange>,
    /// The last number given.
    number: u64,
    dropped: u64,
    sign_in: Option<OpenSignIn>,
}

/// The sign-in that waits for its answer.
#[derive(Clone)]
struct OpenSignIn {
    number: u64,
    client_id: Option<String>,
    correlation_id: String,
}

impl Transcript {
    /// An empty one, timed by `clock`; the key of its hashes is drawn from `randomness`.
    pub fn new(clock: Arc<dyn Clock>, randomness: &Randomness) -> Self {
        Self { clock, redactor: Redactor::new(&randomness.token()), log: Mutex::default() }
    }

    /// What passed so far, as JSON text: `{"exchanges": […], "dropped": 0}`.
    pub fn to_json(&self) -> String {
        let log = self.lock();
        format!("{:#}\n", json!({ "exchanges": log.exchanges, "dropped": log.dropped }))
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Transcript {
    fn observe(&self, event: Event<'_>) {
        let mut log = self.lock();
        let mut exchange = match event {
            Event::SignInOpened(address) => exchange::sign_in_opened(address, &self.redactor),
            Event::SignInAnswered(answer) => {
                let mut exchange = exchange::sign_in_answered(answer, &self.redactor);
                if let Some(opened) = log.sign_in.take() {
                    exchange.belongs_to(opened);
                }
                exchange
            }
            Event::Authority(exchanged) => exchange::with_authority(exchanged, &self.redactor),
            Event::Api(exchanged) => exchange::with_api(exchanged, &self.redactor),
        };
        log.number += 1;
        exchange.number = log.number;
        exchange.at = self.clock.now();
        if matches!(event, Event::SignInOpened(_)) {
            log.sign_in = Some(exchange.as_open_sign_in());
        }
        log.exchanges.push_back(exchange);
        if log.exchanges.len() > LIMIT {
            log.exchanges.pop_front();
            log.dropped += 1;
        }
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transcript({} exchanges)", self.lock().exchanges.len())
    }
}

#[cfg(test)]
mod tests;
