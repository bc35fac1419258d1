//! The token cache: who is signed in, and which tokens are at hand. In memory for now; keys and
//! kinds follow MSAL's unified schema (escalation reference 5.6), so that a file can hold it later.
//!
//! Knows nothing of HTTP or the clock: callers pass the time in. Its lock is never held across an
//! await, because no method here waits.

mod entry;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

pub(crate) use entry::{AccessTokenEntry, NewTokens, RefreshTokenEntry};

use crate::error::{ClientErrorKind, Error};
use crate::result::{Account, Secret};
use crate::scopes::Scopes;

/// All credentials of one app.
#[derive(Debug, Default)]
pub(crate) struct TokenCache(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    access_tokens: BTreeMap<String, AccessTokenEntry>,
    refresh_tokens: BTreeMap<String, RefreshTokenEntry>,
    id_tokens: BTreeMap<String, Secret>,
    accounts: BTreeMap<String, Account>,
}

/// Whose tokens, and for which app and tenant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub(crate) home_account_id: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) realm: &'a str,
}

impl TokenCache {
    pub(crate) fn accounts(&self) -> Vec<Account> {
        self.lock().accounts.values().cloned().collect()
    }

    /// The access token that holds all of `scopes` and has not ended, expiry buffer not considered.
    pub(crate) fn find_access_token(
        &self,
        owner: Owner<'_>,
        scopes: &Scopes,
        now: Timestamp,
    ) -> Result<Option<AccessTokenEntry>, Error> {
        let entries = self.lock();
        let mut fitting = entries
            .access_tokens
            .values()
            .filter(|entry| entry.belongs_to(owner) && entry.target.include(scopes))
            .filter(|entry| now < entry.expires_on);
        let first = fitting.next().cloned();
        if fitting.next().is_some() {
            return Err(Error::client(
                ClientErrorKind::MultipleMatchingTokens,
                "two cached tokens fit these scopes; the cache is inconsistent, clear it",
            ));
        }
        Ok(first)
    }

    /// Refresh tokens of this account, the family's first. Scopes and tenant do not matter: one
    /// refresh token serves every API (escalation reference 3.4).
    pub(crate) fn refresh_tokens(&self, owner: Owner<'_>) -> Vec<RefreshTokenEntry> {
        let mut fitting: Vec<RefreshTokenEntry> =
            self.lock().refresh_tokens.values().filter(|entry| entry.serves(owner)).cloned().collect();
        fitting.sort_by_key(|entry| entry.family_id.is_none());
        fitting
    }

    pub(crate) fn id_token(&self, owner: Owner<'_>) -> Option<Secret> {
        self.lock().id_tokens.get(&entry::id_token_key(owner)).cloned()
    }

    /// Stores an answer. Older access tokens with an overlapping scope go; the refresh token stays
    /// unless a new one came (escalation reference 5.1, step 9).
    pub(crate) fn save(&self, tokens: NewTokens) {
        let mut entries = self.lock();
        let access = tokens.access_token;
        entries.access_tokens.retain(|_, entry| !(entry.same_owner(&access) && entry.target.overlap(&access.target)));
        if let Some(id_token) = tokens.id_token {
            entries.id_tokens.insert(entry::id_token_key(access.owner()), id_token);
        }
        entries.access_tokens.insert(access.key(), access);
        if let Some(refresh) = tokens.refresh_token {
            entries.refresh_tokens.insert(refresh.key(), refresh);
        }
        entries.accounts.insert(entry::account_key(&tokens.account), tokens.account);
    }

    /// Forgets a refresh token the server calls dead, unless it was replaced meanwhile.
    pub(crate) fn drop_refresh_token(&self, dead: &RefreshTokenEntry) {
        self.lock().refresh_tokens.retain(|_, entry| entry.secret != dead.secret);
    }

    /// Forgets an access token that its API has rejected.
    pub(crate) fn drop_access_token(&self, rejected: &Secret) {
        self.lock().access_tokens.retain(|_, entry| entry.secret != *rejected);
    }

    /// True when the account is still signed in.
    pub(crate) fn holds(&self, account: &Account) -> bool {
        self.lock().accounts.values().any(|own| own.home_account_id == account.home_account_id)
    }

    /// Forgets the account and all its tokens.
    pub(crate) fn remove_account(&self, account: &Account) {
        let home = &account.home_account_id;
        let environment = &account.environment;
        let mut entries = self.lock();
        entries.accounts.retain(|_, own| own.home_account_id != *home || own.environment != *environment);
        entries.access_tokens.retain(|_, own| own.home_account_id != *home || own.environment != *environment);
        entries.refresh_tokens.retain(|_, own| own.home_account_id != *home || own.environment != *environment);
        let prefix = format!("{home}-{environment}-").to_ascii_lowercase();
        entries.id_tokens.retain(|key, _| !key.starts_with(&prefix));
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
