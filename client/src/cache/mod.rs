//! The token cache: who is signed in, and which tokens are at hand, in MSAL's unified schema
//! (escalation reference 5.6) in some [`storage`](crate::storage).
//!
//! `entry` and `document` are the schema, `lookup` and `change` the rules; all four are pure. This
//! file holds the document that was read last and takes care that a change goes on top of what the
//! storage holds by then. Knows nothing of HTTP or the clock.
//!
//! Looking up asks the storage whether it changed (for a file: one `stat`) and reads it if so; that
//! is shorter than any hand-over to another thread and happens where it is called. Changing may
//! have to wait for another process's lock and happens on a thread that may block.

mod change;
mod document;
mod entry;
mod lookup;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

pub(crate) use change::{Change, NewTokens};
use document::{Damaged, Document};
pub(crate) use entry::{AccessTokenEntry, RefreshTokenEntry};
pub(crate) use lookup::Owner;

use crate::error::{ClientErrorKind, Error};
use crate::result::{Account, Secret};
use crate::scopes::Scopes;
use crate::storage::{Edit, Location, Revision, StorageError, TokenCacheStorage};

/// All credentials at hand. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct TokenCache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    storage: Arc<dyn TokenCacheStorage>,
    known: Mutex<Known>,
    warnings: Mutex<Vec<String>>,
}

/// What was read or written last.
#[derive(Debug, Default)]
struct Known {
    document: Arc<Document>,
    revision: Option<Revision>,
}

impl TokenCache {
    pub(crate) fn new(storage: Arc<dyn TokenCacheStorage>) -> Self {
        Self(Arc::new(Inner { storage, known: Mutex::default(), warnings: Mutex::default() }))
    }

    pub(crate) fn location(&self) -> Location {
        self.0.storage.location()
    }

    /// What was not as it should be, since the last call.
    pub(crate) fn take_warnings(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.0.warnings))
    }

    pub(crate) fn accounts(&self, environments: &[String], tenant: &str) -> Result<Vec<Account>, Error> {
        Ok(self.current()?.accounts(environments, tenant))
    }

    pub(crate) fn environment_for(&self, home_account_id: &str, environments: &[String]) -> String {
        let document = self.current().unwrap_or_default();
        document.environment_for(home_account_id, environments)
    }

    pub(crate) fn find_access_token(
        &self,
        owner: Owner<'_>,
        scopes: &Scopes,
        now: Timestamp,
    ) -> Result<Option<AccessTokenEntry>, Error> {
        self.current()?.find_access_token(owner, scopes, now)
    }

    pub(crate) fn refresh_tokens(&self, owner: Owner<'_>) -> Result<Vec<RefreshTokenEntry>, Error> {
        Ok(self.current()?.refresh_tokens(owner))
    }

    pub(crate) fn id_token(&self, owner: Owner<'_>) -> Option<Secret> {
        self.current().ok()?.id_token(owner)
    }

    /// Reads the storage anew, changed or not: for before a request, which costs more.
    pub(crate) fn reload(&self) {
        lock(&self.0.known).revision = None;
    }

    /// Makes a change on a thread that may block. It is made even if the caller is gone by then.
    pub(crate) async fn change(&self, change: Change) {
        let cache = self.clone();
        if tokio::task::spawn_blocking(move || cache.change_now(&change)).await.is_err() {
            self.warn("the token cache could not be changed: its thread ended early".to_owned());
        }
    }

    /// Makes a change here and now. What cannot be stored holds for this process, and the user is
    /// told: a token in hand is worth more than a cache.
    pub(crate) fn change_now(&self, change: &Change) {
        if let Err(error) = self.update(|document| change.apply(document)) {
            self.warn(error.to_string());
            let mut known = lock(&self.0.known);
            change.apply(Arc::make_mut(&mut known.document));
        }
    }

    /// Everybody signs out; how many were signed in.
    pub(crate) fn clear(&self) -> Result<usize, Error> {
        let mut users = 0;
        self.update(|document| {
            users = document.count_users();
            Change::Clear.apply(document)
        })?;
        Ok(users)
    }

    /// What a look-up would stumble over, without touching anything.
    pub(crate) fn examine(&self) -> Result<Vec<String>, Error> {
        let contents = self.0.storage.examine()?;
        let mut told = contents.warnings;
        if Document::parse(contents.bytes.as_ref().map(|bytes| bytes.as_slice())).is_err() {
            told.push(
                "what is there is damaged; nothing, the next request sets it aside and begins a new one".to_owned(),
            );
        }
        Ok(told)
    }

    fn update(&self, mut change: impl FnMut(&mut Document) -> bool) -> Result<(), Error> {
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
        let mut known = lock(&self.0.known);
        *known = Known { document: Arc::new(left?), revision: updated.revision };
        drop(known);
        updated.warnings.into_iter().for_each(|warning| self.warn(warning));
        Ok(())
    }

    /// The document as the storage holds it now. A damaged one is moved out of the way.
    fn current(&self) -> Result<Arc<Document>, Error> {
        let mut known = lock(&self.0.known);
        let revision = self.0.storage.revision()?;
        if revision.is_some() && known.revision == revision {
            return Ok(Arc::clone(&known.document));
        }
        let contents = self.0.storage.read()?;
        contents.warnings.into_iter().for_each(|warning| self.warn(warning));
        match Document::parse(contents.bytes.as_ref().map(|bytes| bytes.as_slice())) {
            Ok(document) => {
                *known = Known { document: Arc::new(document), revision: contents.revision };
            }
            Err(Damaged) => {
                drop(known);
                self.update(|_| false)?;
                known = lock(&self.0.known);
            }
        }
        Ok(Arc::clone(&known.document))
    }

    fn warn(&self, warning: String) {
        tracing::warn!("{warning}");
        let mut warnings = lock(&self.0.warnings);
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
}

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
