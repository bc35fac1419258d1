//! The token cache: who is signed in, and which tokens are at hand, in MSAL's unified schema
//! (escalation reference 5.6) in some [`storage`](crate::storage).
//!
//! `entry` and `document` are the schema, `lookup` and `change` the rules, `known` what this process
//! knows; all five are pure. This file takes care that a change goes on top of what the storage holds by
//! then, and keeps what cannot be stored. Knows nothing of HTTP or the clock.
//!
//! Looking up asks the storage whether it changed (for a file: one `stat`) and reads it if so; that
//! is shorter than any hand-over to another thread and happens where it is called. Changing may
//! have to wait for another process's lock and happens on a thread that may block. So reading changes
//! nothing: a damaged document counts as empty until a change moves it aside.

mod change;
mod document;
mod entry;
mod known;
mod lookup;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use change::{Change, NewTokens};
use document::Damaged;
pub(crate) use document::Document;
pub(crate) use entry::AccessTokenEntry;
use known::Known;
pub(crate) use lookup::Owner;

use crate::error::{ClientErrorKind, Error};
use crate::storage::{Edit, Location, Revision, StorageError, TokenCacheStorage};

/// All credentials at hand. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct TokenCache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    storage: Arc<dyn TokenCacheStorage>,
    known: Mutex<Known>,
    /// One at a time writes; why the last one could not.
    writing: Mutex<Option<NotWritten>>,
    warnings: Mutex<Vec<String>>,
}

/// The changes up to this one were to be stored and are not.
#[derive(Debug)]
struct NotWritten {
    last: u64,
    error: StorageError,
}

impl TokenCache {
    pub(crate) fn new(storage: Arc<dyn TokenCacheStorage>) -> Self {
        Self(Arc::new(Inner {
            storage,
            known: Mutex::default(),
            writing: Mutex::default(),
            warnings: Mutex::default(),
        }))
    }

    pub(crate) fn location(&self) -> Location {
        self.0.storage.location()
    }

    /// What was not as it should be, since the last call.
    pub(crate) fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.0.warnings))
    }

    pub(crate) fn environment_for(&self, home_account_id: &str, environments: &[String]) -> String {
        let document = self.current().unwrap_or_default();
        document.environment_for(home_account_id, environments)
    }

    /// The document as the storage holds it now.
    ///
    /// # Errors
    /// When the storage cannot be read.
    pub(crate) fn current(&self) -> Result<Arc<Document>, Error> {
        let revision = self.0.storage.revision()?;
        let unchanged = lock(&self.0.known).document_of(revision);
        unchanged.map_or_else(|| self.read(), Ok)
    }

    /// The same, and the storage is read, changed or not: for before a request, which costs more.
    ///
    /// # Errors
    /// When the storage cannot be read.
    pub(crate) fn read(&self) -> Result<Arc<Document>, Error> {
        let contents = self.0.storage.read()?;
        contents.warnings.into_iter().for_each(|warning| self.warn(warning));
        let document = Document::parse(contents.bytes.as_ref().map(|bytes| bytes.as_slice()));
        let document = document.unwrap_or_else(|Damaged| {
            self.warn(format!("{DAMAGED} (tokens are kept {})", self.location()));
            Document::default()
        });
        let mut known = lock(&self.0.known);
        known.holds(document, contents.revision);
        Ok(known.document())
    }

    /// Makes a change: for this process at once, in the storage on a thread that may block, even if the
    /// caller is gone by then. What cannot be stored holds for this process and is tried again with the
    /// next change, and the user is told: a token in hand is worth more than a cache.
    pub(crate) async fn change(&self, change: Change) {
        let number = lock(&self.0.known).make(change);
        let cache = self.clone();
        let stored = tokio::task::spawn_blocking(move || cache.store(number)).await;
        match stored {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.warn(error.to_string()),
            Err(_) => self.warn("the token cache could not be changed: its thread ended early".to_owned()),
        }
    }

    /// The same here and now.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub(crate) fn change_now(&self, change: Change) -> Result<(), Error> {
        let number = lock(&self.0.known).make(change);
        Ok(self.store(number)?)
    }

    /// Everybody signs out; how many were signed in.
    ///
    /// # Errors
    /// When the storage cannot be written. Then it still holds what it held; what was not stored yet is
    /// forgotten all the same.
    pub(crate) fn clear(&self) -> Result<usize, Error> {
        let _turn = lock(&self.0.writing);
        let last = lock(&self.0.known).last();
        let mut users = 0;
        let cleared = self.update(|document| {
            lock(&self.0.known).apply_unsaved(document);
            users = document.count_users();
            Change::Clear.apply(document)
        });
        lock(&self.0.known).settle(last);
        cleared?;
        Ok(users)
    }

    /// What a look-up would stumble over, without touching anything.
    pub(crate) fn examine(&self) -> Result<Vec<String>, Error> {
        let contents = self.0.storage.examine()?;
        let mut told = contents.warnings;
        if Document::parse(contents.bytes.as_ref().map(|bytes| bytes.as_slice())).is_err() {
            told.push(DAMAGED.to_owned());
        }
        Ok(told)
    }

    /// Stores the change of this number, and with it all that are not stored yet. Who waited for a write
    /// that took theirs along does not write again.
    fn store(&self, number: u64) -> Result<(), StorageError> {
        let mut not_written = lock(&self.0.writing);
        if !lock(&self.0.known).is_unsaved(number) {
            return Ok(());
        }
        if let Some(failed) = &*not_written
            && number <= failed.last
        {
            return Err(failed.error.clone());
        }
        let mut last = 0;
        let updated = self.update(|document| {
            let known = lock(&self.0.known);
            last = known.last();
            known.apply_unsaved(document)
        });
        let mut known = lock(&self.0.known);
        match updated {
            Ok((document, revision)) => {
                known.settle(last);
                known.holds(document, revision);
                *not_written = None;
                Ok(())
            }
            Err(error) => {
                *not_written = Some(NotWritten { last: known.last(), error: error.clone() });
                Err(error)
            }
        }
    }

    /// Changes what the storage holds by then; what it holds after that. A damaged document is moved out
    /// of the way.
    fn update(
        &self,
        mut change: impl FnMut(&mut Document) -> bool,
    ) -> Result<(Document, Option<Revision>), StorageError> {
        let mut left = Ok(Document::default());
        let updated = self.0.storage.update(&mut |bytes| {
            let (mut document, set_aside) = match Document::parse(bytes) {
                Ok(document) => (document, false),
                Err(Damaged) => (Document::default(), true),
            };
            let changed = change(&mut document).then(|| document.to_bytes()).transpose();
            let (write, result) = match changed {
                Ok(write) => (write, Ok(document)),
                Err(error) => (None, Err(StorageError::new(format!("the token cache cannot be written: {error}")))),
            };
            left = result;
            Edit { set_aside, write }
        })?;
        updated.warnings.into_iter().for_each(|warning| self.warn(warning));
        Ok((left?, updated.revision))
    }

    fn warn(&self, warning: String) {
        tracing::warn!("{warning}");
        let mut warnings = lock(&self.0.warnings);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
}

/// Cause, and what becomes of it.
const DAMAGED: &str =
    "the token cache is damaged and counts as empty; the next sign-in moves it aside and begins a new one";

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        Self::client(ClientErrorKind::TokenCache, error.to_string())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
