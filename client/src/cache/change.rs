//! What is done to the cache: changes as values, applied to whatever the document is by then, so
//! that another process's changes are kept. Pure.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::document::Document;
use super::entry::{
    ACCESS_TOKEN, AccessTokenEntry, AccountEntry, AppMetadataEntry, ID_TOKEN, IdTokenEntry, REFRESH_TOKEN,
    RefreshTokenEntry, UnixTime,
};
use super::lookup::{Owner, named};
use crate::result::{Account, Secret};
use crate::scopes::Scopes;

/// One change.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// An answer came.
    Save(Box<NewTokens>),
    /// The server calls this refresh token dead.
    DropRefreshToken(Secret),
    /// An API has rejected this access token.
    DropAccessToken(Secret),
    /// The app may not use its family's refresh tokens.
    NotOfFamily { client_id: String, environments: Vec<String> },
    /// A user signs out: from every app that shares the cache.
    RemoveAccount { home_account_id: String, environments: Vec<String> },
    /// Everybody signs out.
    Clear,
}

/// All that one answer brings.
#[derive(Debug, Clone)]
pub(crate) struct NewTokens {
    pub(crate) account: Account,
    /// The cloud's names; entries under any of them are replaced.
    pub(crate) environments: Vec<String>,
    pub(crate) client_id: String,
    /// As the server wrote it.
    pub(crate) client_info: Option<String>,
    pub(crate) target: Scopes,
    pub(crate) access_token: Secret,
    pub(crate) now: Timestamp,
    pub(crate) expires_on: Timestamp,
    pub(crate) extended_expires_on: Timestamp,
    pub(crate) refresh_on: Option<Timestamp>,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) id_token: Option<Secret>,
    pub(crate) family_id: Option<String>,
    /// Store nothing if the user has signed out meanwhile (wire reference 5.2).
    pub(crate) unless_signed_out: bool,
}

impl Change {
    /// True if the document is another now.
    pub(crate) fn apply(&self, document: &mut Document) -> bool {
        match self {
            Self::Save(tokens) => tokens.save(document),
            Self::DropRefreshToken(dead) => document.refresh_tokens.remove(|entry| entry.secret == *dead),
            Self::DropAccessToken(rejected) => document.access_tokens.remove(|entry| entry.secret == *rejected),
            Self::NotOfFamily { client_id, environments } => {
                if let Some(preferred) = environments.first() {
                    remember_family(document, client_id, environments, preferred, None);
                }
                true
            }
            Self::RemoveAccount { home_account_id, environments } => {
                remove_account(document, home_account_id, environments)
            }
            Self::Clear => {
                *document = Document::default();
                true
            }
        }
    }
}

impl Change {
    /// True if nothing is lost when the earlier change is not made: both save the same tokens anew.
    pub(super) fn supersedes(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Save(new), Self::Save(old)) => new.supersedes(old),
            _ => false,
        }
    }

    /// True if this one is made only for a user who is signed in, and `earlier` may be what signed her in.
    pub(super) fn needs(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::Save(new), Self::Save(old)) => {
                new.unless_signed_out && new.account.home_account_id == old.account.home_account_id
            }
            _ => false,
        }
    }
}

impl NewTokens {
    fn supersedes(&self, old: &Self) -> bool {
        let same_owner = self.account.tenant_id.eq_ignore_ascii_case(&old.account.tenant_id)
            && self.is_own(&old.account.home_account_id, &old.account.environment)
            && self.client_id == old.client_id
            && self.family_id == old.family_id;
        same_owner
            && self.target.include(&old.target)
            // Tokens of no API overlap with none; only the very same takes their place.
            && (!old.target.names_no_api() || self.target == old.target)
            && (self.refresh_token.is_some() || old.refresh_token.is_none())
            && (self.id_token.is_some() || old.id_token.is_none())
            // Who signed in is there for what was refreshed later.
            && (old.unless_signed_out || !self.unless_signed_out)
    }

    /// Older access tokens with an overlapping scope go; the refresh token stays unless a new one
    /// came (escalation reference 5.1, step 9).
    fn save(&self, document: &mut Document) -> bool {
        if self.unless_signed_out && !document.holds(&self.account.home_account_id) {
            return false;
        }
        let access = self.access_token_entry();
        document
            .access_tokens
            .replace(access, |old| self.owner().has_access_token(old) && old.target.overlap(&self.target));
        if let Some(secret) = &self.id_token {
            let entry = self.id_token_entry(secret);
            document.id_tokens.replace(entry, |old| {
                self.is_own(&old.home_account_id, &old.environment)
                    && old.client_id == self.client_id
                    && old.realm.eq_ignore_ascii_case(&self.account.tenant_id)
            });
        }
        if let Some(secret) = &self.refresh_token {
            let entry = self.refresh_token_entry(secret);
            document.refresh_tokens.replace(entry, |old| {
                let same = match (&self.family_id, old.family()) {
                    (Some(family), Some(old)) => family == old,
                    (None, None) => old.client_id == self.client_id,
                    _ => false,
                };
                same && self.is_own(&old.home_account_id, &old.environment)
            });
        }
        self.save_account(document);
        let environment = &self.account.environment;
        remember_family(document, &self.client_id, &self.environments, environment, self.family_id.clone());
        true
    }

    fn save_account(&self, document: &mut Document) {
        let same = |old: &AccountEntry| {
            self.is_own(&old.home_account_id, &old.environment)
                && old.realm.eq_ignore_ascii_case(&self.account.tenant_id)
        };
        let old = document.accounts.find(same);
        let entry = AccountEntry {
            home_account_id: self.account.home_account_id.clone(),
            environment: self.account.environment.clone(),
            realm: self.account.tenant_id.clone(),
            local_account_id: self.account.local_account_id.clone(),
            username: self.account.username.clone(),
            authority_type: old.map_or_else(|| "MSSTS".to_owned(), |old| old.authority_type.clone()),
            name: self.account.name.clone().or_else(|| old?.name.clone()),
            client_info: self.client_info.clone().or_else(|| old?.client_info.clone()),
            rest: old.map(|old| old.rest.clone()).unwrap_or_default(),
        };
        document.accounts.replace(entry, same);
    }

    fn access_token_entry(&self) -> AccessTokenEntry {
        AccessTokenEntry {
            home_account_id: self.account.home_account_id.clone(),
            environment: self.account.environment.clone(),
            credential_type: ACCESS_TOKEN.to_owned(),
            client_id: self.client_id.clone(),
            secret: self.access_token.clone(),
            realm: self.account.tenant_id.clone(),
            target: self.target.clone(),
            token_type: Some("Bearer".to_owned()),
            cached_at: Some(UnixTime(self.now)),
            expires_on: UnixTime(self.expires_on),
            extended_expires_on: Some(UnixTime(self.extended_expires_on)),
            ext_expires_on: Some(UnixTime(self.extended_expires_on)),
            refresh_on: self.refresh_on.map(UnixTime),
            rest: Map::new(),
        }
    }

    fn id_token_entry(&self, secret: &Secret) -> IdTokenEntry {
        IdTokenEntry {
            home_account_id: self.account.home_account_id.clone(),
            environment: self.account.environment.clone(),
            credential_type: ID_TOKEN.to_owned(),
            client_id: self.client_id.clone(),
            secret: secret.clone(),
            realm: self.account.tenant_id.clone(),
            rest: Map::new(),
        }
    }

    fn refresh_token_entry(&self, secret: &Secret) -> RefreshTokenEntry {
        RefreshTokenEntry {
            home_account_id: self.account.home_account_id.clone(),
            environment: self.account.environment.clone(),
            credential_type: REFRESH_TOKEN.to_owned(),
            client_id: self.client_id.clone(),
            secret: secret.clone(),
            family_id: self.family_id.clone(),
            last_modification_time: Some(UnixTime(self.now)),
            rest: Map::new(),
        }
    }

    fn owner(&self) -> Owner<'_> {
        Owner {
            home_account_id: &self.account.home_account_id,
            environments: &self.environments,
            client_id: &self.client_id,
            realm: &self.account.tenant_id,
        }
    }

    fn is_own(&self, home_account_id: &str, environment: &str) -> bool {
        home_account_id == self.account.home_account_id && named(&self.environments, environment)
    }
}

/// One entry for an app in a cloud: MSAL Node refuses to choose between two.
fn remember_family(
    document: &mut Document,
    client_id: &str,
    environments: &[String],
    environment: &str,
    family_id: Option<String>,
) {
    let same = |old: &AppMetadataEntry| old.client_id == client_id && named(environments, &old.environment);
    let old = document.app_metadata.find(same);
    let entry = AppMetadataEntry {
        client_id: client_id.to_owned(),
        environment: old.map_or_else(|| environment.to_owned(), |old| old.environment.clone()),
        family_id,
        rest: old.map(|old| old.rest.clone()).unwrap_or_default(),
    };
    document.app_metadata.replace(entry, same);
}

fn remove_account(document: &mut Document, home_account_id: &str, environments: &[String]) -> bool {
    let own = |home: &str, environment: &str| home == home_account_id && named(environments, environment);
    let unreadable = |entry: &Value| {
        let text = |name| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        own(text("home_account_id"), text("environment"))
    };
    let removed = [
        document.accounts.remove(|entry| own(&entry.home_account_id, &entry.environment)),
        document.accounts.remove_unreadable(unreadable),
        document.access_tokens.remove(|entry| own(&entry.home_account_id, &entry.environment)),
        document.access_tokens.remove_unreadable(unreadable),
        document.refresh_tokens.remove(|entry| own(&entry.home_account_id, &entry.environment)),
        document.refresh_tokens.remove_unreadable(unreadable),
        document.id_tokens.remove(|entry| own(&entry.home_account_id, &entry.environment)),
        document.id_tokens.remove_unreadable(unreadable),
    ];
    removed.contains(&true)
}
