//! Whose turn it is to refresh: one at a time for the same account and scopes, and what came of it is
//! shared by those who waited for the same. Renewals in the background come one at a time, too, and not
//! again at once after a failure. Knows no cache and no network.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::error::Error;
use crate::result::AuthenticationResult;
use crate::unmet::Feature;

/// So long after a renewal in the background has failed no other one is begun: the token at hand serves
/// on, and whoever cannot be reached now is not asked at each look into the cache.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// The refreshes of one app.
#[derive(Debug, Default)]
pub(crate) struct Refreshing {
    /// Gone with the last who waits.
    turns: Mutex<BTreeMap<Feature, Weak<AsyncMutex<Ended>>>>,
    /// How many have ended in all.
    ended: AtomicU64,
    renewals: Arc<Mutex<BTreeMap<Feature, Renewal>>>,
}

/// What came of the refreshes of one feature, by their claims; with the number of each.
type Ended = BTreeMap<Option<String>, (u64, Result<AuthenticationResult, Error>)>;

/// The right to refresh.
pub(crate) struct Turn<'a> {
    ended: OwnedMutexGuard<Ended>,
    count: &'a AtomicU64,
    count_before: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Renewal {
    UnderWay,
    Failed(Timestamp),
}

impl Refreshing {
    /// Waits for one's turn.
    pub(crate) async fn turn(&self, feature: Feature) -> Turn<'_> {
        let count_before = self.ended.load(Ordering::SeqCst);
        let line = {
            let mut turns = lock(&self.turns);
            turns.retain(|_, line| line.strong_count() > 0);
            let line = turns.get(&feature).and_then(Weak::upgrade).unwrap_or_default();
            turns.insert(feature, Arc::downgrade(&line));
            line
        };
        Turn { ended: line.lock_owned().await, count: &self.ended, count_before }
    }

    /// The right to renew in the background, if nobody does and none has failed just now.
    pub(crate) fn renewal(&self, feature: Feature, now: Timestamp) -> Option<RenewalTurn> {
        let mut renewals = lock(&self.renewals);
        renewals.retain(|_, renewal| match renewal {
            Renewal::UnderWay => true,
            Renewal::Failed(at) => now.duration_since(*at).abs() < PAUSE,
        });
        if renewals.contains_key(&feature) {
            return None;
        }
        renewals.insert(feature.clone(), Renewal::UnderWay);
        Some(RenewalTurn { renewals: Arc::clone(&self.renewals), feature, failed: None })
    }
}

impl Turn<'_> {
    /// What came of a refresh with the same claims that ended while this one waited.
    pub(crate) fn waited_for(&self, claims: Option<&str>) -> Option<Result<AuthenticationResult, Error>> {
        let (number, outcome) = self.ended.get(&claims.map(str::to_owned))?;
        (*number > self.count_before).then(|| outcome.clone())
    }

    /// Lets the next one have the turn.
    pub(crate) fn ends(mut self, claims: Option<&str>, outcome: Result<AuthenticationResult, Error>) {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        self.ended.insert(claims.map(str::to_owned), (number, outcome));
    }
}

/// Held while a renewal is under way.
#[derive(Debug)]
pub(crate) struct RenewalTurn {
    renewals: Arc<Mutex<BTreeMap<Feature, Renewal>>>,
    feature: Feature,
    failed: Option<Timestamp>,
}

impl RenewalTurn {
    /// It came to nothing.
    pub(crate) fn failed(mut self, now: Timestamp) {
        self.failed = Some(now);
    }
}

impl Drop for RenewalTurn {
    fn drop(&mut self) {
        let mut renewals = lock(&self.renewals);
        match self.failed {
            Some(at) => renewals.insert(self.feature.clone(), Renewal::Failed(at)),
            None => renewals.remove(&self.feature),
        };
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature() -> Feature {
        ("ada".to_owned(), "mail".to_owned())
    }

    #[test]
    fn one_renewal_at_a_time_for_each_feature() {
        let refreshing = Refreshing::default();
        let now = Timestamp::UNIX_EPOCH;
        let first = refreshing.renewal(feature(), now).unwrap();
        assert!(refreshing.renewal(feature(), now).is_none());
        assert!(refreshing.renewal(("bo".to_owned(), "mail".to_owned()), now).is_some());
        drop(first);
        assert!(refreshing.renewal(feature(), now).is_some());
    }

    #[test]
    fn after_a_failure_there_is_a_pause() {
        let refreshing = Refreshing::default();
        let start = Timestamp::UNIX_EPOCH;
        refreshing.renewal(feature(), start).unwrap().failed(start);
        let after = |seconds| refreshing.renewal(feature(), start + SignedDuration::from_secs(seconds));
        assert!(after(0).is_none());
        assert!(after(59).is_none());
        assert!(after(60).is_some());
    }

    #[tokio::test]
    async fn nothing_is_kept_when_nobody_waits() {
        let refreshing = Refreshing::default();
        let turn = refreshing.turn(feature()).await;
        turn.ends(None, Err(Error::client(crate::error::ClientErrorKind::RequestTimeout, "no answer")));
        let next = refreshing.turn(feature()).await;
        assert!(next.waited_for(None).is_none());
        assert!(next.ended.is_empty());
    }
}
