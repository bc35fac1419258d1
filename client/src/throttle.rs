//! Failures that are answered from memory, so that an app which asks again at once does not keep
//! the server busy (escalation reference 5.5). Knows keys and times; no HTTP, no cache.
//!
//! The memory is the app object's: a new one asks anew.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::authority::Authority;
use crate::error::Error;
use crate::escalation::LOOP_DETECTED;
use crate::result::Secret;
use crate::scopes::Scopes;

/// Whether a failure is remembered and given again without a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Throttling {
    /// As MSAL.NET does, see [`Builder::throttling`](crate::Builder::throttling).
    #[default]
    Msal,
    /// Every call asks the server.
    Off,
}

/// What a token request asks for, as far as a remembered failure concerns it. Claims are not part
/// of it, as in MSAL: they do not make the server any less busy or a consent any less missing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) client_id: &'a str,
    /// A server of its own, which serves many users: only `Retry-After` holds it back.
    pub(crate) confidential: bool,
    pub(crate) authority: &'a Authority,
    /// Of the account, if one is named: `common` and its like stand for it, in a browser as in a silent request.
    pub(crate) home_tenant: Option<&'a str>,
    pub(crate) scopes: &'a Scopes,
    /// Home account id, if an account is named; the assertion's hash on behalf of its user.
    pub(crate) account: Option<&'a str>,
    /// What a silent request hands in; none when a person takes part.
    pub(crate) refresh_token: Option<&'a Secret>,
}

/// The failures of one app.
#[derive(Debug)]
pub(crate) struct Throttle {
    throttling: Throttling,
    failures: Mutex<BTreeMap<Key, Failure>>,
}

/// Why a failure is remembered; in the order in which they are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Provider {
    RetryAfter,
    HttpStatus,
    UiRequired,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    provider: Provider,
    client_id: String,
    authority: String,
    scopes: String,
    asker: Asker,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Asker {
    Account(Option<String>),
    /// A hash, so that no second copy of the token lies about.
    RefreshToken(u64),
}

#[derive(Debug)]
struct Failure {
    error: Error,
    since: Timestamp,
    until: Timestamp,
}

impl Throttle {
    pub(crate) fn new(throttling: Throttling) -> Self {
        Self { throttling, failures: Mutex::default() }
    }

    /// The failure this request would meet again, marked as throttled.
    pub(crate) fn replay(&self, asked: Asked<'_>, now: Timestamp) -> Option<Error> {
        let failures = self.lock();
        Provider::ALL.into_iter().find_map(|provider| {
            let failure = failures.get(&provider.key(asked)?)?;
            (failure.holds(now) && asked.may_meet(&failure.error)).then(|| failure.error.as_throttled())
        })
    }

    /// Remembers a failure that came from the server, if it is of a kind to be remembered.
    pub(crate) fn record(&self, asked: Asked<'_>, error: &Error, now: Timestamp) {
        if self.throttling == Throttling::Off || !asked.may_meet(error) {
            return;
        }
        let mut failures = self.lock();
        failures.retain(|_, failure| failure.holds(now));
        for provider in Provider::ALL {
            if let (Some(time), Some(key)) = (provider.time(error), provider.key(asked)) {
                let until = now.saturating_add(time).unwrap_or(Timestamp::MAX);
                failures.insert(key, Failure { error: error.clone(), since: now, until });
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Failure>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked<'_> {
    fn is_silent(self) -> bool {
        self.refresh_token.is_some()
    }

    /// One name for one authority, whichever way it is asked.
    fn authority(self) -> String {
        match self.home_tenant {
            Some(tenant) if self.authority.is_multi_tenant() => self.authority.with_tenant(tenant).to_string(),
            _ => self.authority.to_string(),
        }
    }

    /// What a person can settle never stands in the way of the sign-in that settles it.
    fn may_meet(self, error: &Error) -> bool {
        self.is_silent() || error.as_ui_required().is_none()
    }
}

impl Failure {
    /// A clock set back must not make it last longer.
    fn holds(&self, now: Timestamp) -> bool {
        self.since <= now && now < self.until
    }
}

impl Provider {
    const ALL: [Self; 3] = [Self::RetryAfter, Self::HttpStatus, Self::UiRequired];

    /// How long this provider remembers the failure; none if it is not its kind.
    fn time(self, error: &Error) -> Option<SignedDuration> {
        match self {
            Self::RetryAfter => error.retry_after().map(|asked| {
                let time = asked.min(LONGEST_RETRY_AFTER);
                SignedDuration::try_from(time).unwrap_or(SignedDuration::ZERO)
            }),
            Self::HttpStatus => {
                let busy = matches!(error.status(), Some(429 | 500..=599)) && error.retry_after().is_none();
                busy.then_some(AFTER_BUSY)
            }
            Self::UiRequired => {
                let person_or_pause = error.as_ui_required().is_some() || error.error_codes().contains(&LOOP_DETECTED);
                person_or_pause.then_some(AFTER_UI_REQUIRED)
            }
        }
    }

    /// None where this provider does not apply to the request.
    fn key(self, asked: Asked<'_>) -> Option<Key> {
        let asker = match self {
            Self::HttpStatus if asked.confidential => return None,
            Self::RetryAfter | Self::HttpStatus => Asker::Account(asked.account.map(str::to_owned)),
            Self::UiRequired => Asker::RefreshToken(hash(asked.refresh_token?)),
        };
        Some(Key {
            provider: self,
            client_id: asked.client_id.to_owned(),
            authority: asked.authority(),
            scopes: asked.scopes.key(),
            asker,
        })
    }
}

fn hash(secret: &Secret) -> u64 {
    let mut hasher = DefaultHasher::new();
    secret.expose().hash(&mut hasher);
    hasher.finish()
}

const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);
const AFTER_BUSY: SignedDuration = SignedDuration::from_secs(60);
const AFTER_UI_REQUIRED: SignedDuration = SignedDuration::from_secs(120);

#[cfg(test)]
mod tests;
