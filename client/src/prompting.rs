//! One prompt at a time: whose turn it is, and how the last one ended, for those who waited for the same.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use crate::cancellation::Cancellation;
use crate::error::Error;

/// The prompts of one app; they never overlap.
#[derive(Debug, Default)]
pub(crate) struct Prompting {
    turn: Mutex<Option<LastPrompt>>,
    ended: AtomicU64,
}

/// A prompt that ended without a token.
#[derive(Debug)]
pub(crate) struct LastPrompt {
    pub(crate) account: Option<String>,
    pub(crate) scopes: String,
    pub(crate) error: Error,
}

/// The right to prompt.
pub(crate) struct Turn<'a> {
    last: MutexGuard<'a, Option<LastPrompt>>,
    ended: &'a AtomicU64,
    ended_before: u64,
}

impl Prompting {
    /// Prompts when nobody else does. Nobody can share how it ends, because nobody knows what it was for.
    pub(crate) async fn alone<T>(
        &self,
        cancellation: &Cancellation,
        prompt: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let turn = self.turn(cancellation).await?;
        let outcome = cancellation.unless_canceled(prompt).await;
        turn.ends(None);
        outcome
    }

    /// Waits for one's turn.
    pub(crate) async fn turn(&self, cancellation: &Cancellation) -> Result<Turn<'_>, Error> {
        let ended_before = self.ended.load(Ordering::SeqCst);
        let last = cancellation.unless_canceled(async { Ok(self.turn.lock().await) }).await?;
        Ok(Turn { last, ended: &self.ended, ended_before })
    }
}

impl Turn<'_> {
    /// True if somebody else's prompt ended while this one waited.
    pub(crate) fn was_waited_for(&self) -> bool {
        self.ended.load(Ordering::SeqCst) != self.ended_before
    }

    /// How that prompt ended, unless with a token.
    pub(crate) fn last(&self) -> Option<&LastPrompt> {
        self.last.as_ref()
    }

    /// Lets the next one have the turn.
    pub(crate) fn ends(mut self, without_token: Option<LastPrompt>) {
        *self.last = without_token;
        self.ended.fetch_add(1, Ordering::SeqCst);
    }
}
