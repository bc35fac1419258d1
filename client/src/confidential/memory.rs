//! The tokens a confidential app has at hand, in memory: of its own, and of users by the hash of their assertion
//! (wire reference 5). Knows nothing of HTTP or the clock.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::authority::Authority;
use crate::scopes::Scopes;

/// What a token was given for. One text for one set of scopes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    authority: String,
    scopes: String,
    /// The assertion's hash; none for the app itself.
    user: Option<String>,
}

impl Key {
    pub(super) fn new(authority: &Authority, scopes: &Scopes, user: Option<&str>) -> Self {
        Self { authority: authority.to_string(), scopes: scopes.key(), user: user.map(str::to_owned) }
    }
}

/// Tokens by what they were given for.
#[derive(Debug)]
pub(super) struct Memory<T>(Mutex<BTreeMap<Key, (Timestamp, T)>>);

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Memory<T> {
    /// The token, unless it ends within five minutes.
    pub(super) fn get(&self, key: &Key, now: Timestamp) -> Option<T> {
        self.lock().get(key).filter(|(ends, _)| lasts(*ends, now)).map(|(_, token)| token.clone())
    }

    /// Keeps a token, and forgets those that have ended: users come and go.
    pub(super) fn put(&self, key: Key, expires_on: Timestamp, token: T, now: Timestamp) {
        let mut tokens = self.lock();
        tokens.retain(|_, (ends, _)| lasts(*ends, now));
        tokens.insert(key, (expires_on, token));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, (Timestamp, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lasts(expires_on: Timestamp, now: Timestamp) -> bool {
    expires_on.duration_since(now) > EXPIRY_BUFFER
}

/// As for users' tokens.
const EXPIRY_BUFFER: SignedDuration = SignedDuration::from_mins(5);
