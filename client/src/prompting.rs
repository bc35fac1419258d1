//! One prompt at a time: whose turn it is, and how earlier ones ended, for those who waited for the same.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use crate::cancellation::Cancellation;
use crate::error::{ClientErrorKind, Error};
use crate::unmet::Feature;

/// The prompts of one app; they never overlap.
#[derive(Debug, Default)]
pub(crate) struct Prompting {
    /// Who holds it may prompt.
    turn: Mutex<Failures>,
    ended: AtomicU64,
}

/// The last prompt for each feature, where it ended without a token.
type Failures = BTreeMap<Feature, Failure>;

#[derive(Debug)]
struct Failure {
    /// How many prompts had ended before it.
    number: u64,
    user_gesture: bool,
    error: Error,
}

/// A moment, told by the prompts that have ended so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(u64);

/// The right to prompt.
pub(crate) struct Turn<'a> {
    failures: MutexGuard<'a, Failures>,
    ended: &'a AtomicU64,
    since: Moment,
}

impl Prompting {
    /// To be noted before one tries without a prompt: what ends from here on may have settled it.
    pub(crate) fn now(&self) -> Moment {
        Moment(self.ended.load(Ordering::SeqCst))
    }

    /// Prompts when nobody else does. Nobody can share how it ends, because nobody knows what it was for.
    pub(crate) async fn alone<T>(
        &self,
        cancellation: &Cancellation,
        prompt: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let turn = self.turn(self.now(), cancellation).await?;
        let outcome = cancellation.unless_canceled(prompt).await;
        turn.ends();
        outcome
    }

    /// Waits for one's turn, which is needed since the moment.
    pub(crate) async fn turn(&self, since: Moment, cancellation: &Cancellation) -> Result<Turn<'_>, Error> {
        let failures = cancellation.unless_canceled(async { Ok(self.turn.lock().await) }).await?;
        Ok(Turn { failures, ended: &self.ended, since })
    }
}

impl Turn<'_> {
    /// True if a prompt has ended since the moment.
    pub(crate) fn was_waited_for(&self) -> bool {
        self.ended.load(Ordering::SeqCst) != self.since.0
    }

    /// How a prompt for the same ended since the moment, where that is an answer to this caller too. Who asks on a user's
    /// gesture is not answered by a window that nobody had asked for.
    pub(crate) fn shared_failure(&self, feature: &Feature, user_gesture: bool) -> Option<&Error> {
        let failure = self.failures.get(feature)?;
        let counts = failure.number >= self.since.0 && (failure.user_gesture || !user_gesture);
        counts.then_some(&failure.error)
    }

    /// Lets the next one have the turn, after a token or a prompt that is nobody else's affair.
    pub(crate) fn ends(self) {
        self.ended.fetch_add(1, Ordering::SeqCst);
    }

    /// The same after a prompt for this feature.
    pub(crate) fn ends_with(mut self, feature: Feature, user_gesture: bool, failure: Option<&Error>) {
        match failure {
            Some(error) if !is_of_one_caller(error) => {
                let number = self.ended.load(Ordering::SeqCst);
                self.failures.insert(feature, Failure { number, user_gesture, error: error.clone() });
            }
            _ => drop(self.failures.remove(&feature)),
        }
        self.ends();
    }
}

/// One caller has called its own prompt off; the others' need is as it was.
fn is_of_one_caller(error: &Error) -> bool {
    matches!(error, Error::Client(error) if error.kind == ClientErrorKind::CanceledByApp)
}
