//! What is found in the cache: rules over its entries. By members, never by key; under any name of
//! the cloud. Pure.

use jiff::{SignedDuration, Timestamp};

use super::document::Document;
use super::entry::{AccessTokenEntry, AccountEntry, RefreshTokenEntry};
use crate::error::{ClientErrorKind, Error};
use crate::result::{Account, Secret};
use crate::scopes::Scopes;

/// A token that claims to live longer than that is not believed and not found, as in MSAL.NET
/// (`TokenCache.ExpirationTooLongInDays`): a fault wrote its end, and it is likely dead.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

/// Whose tokens, and for which app and tenant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub(crate) home_account_id: &'a str,
    /// The cloud's names; under any of them entries may lie.
    pub(crate) environments: &'a [String],
    pub(crate) client_id: &'a str,
    pub(crate) realm: &'a str,
}

/// Whether an app may use its family's refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Family {
    /// The app has had no answer yet: trying shows it.
    Unknown,
    /// The app stands alone.
    None,
    /// This family, by its last answer.
    Member(String),
}

impl Owner<'_> {
    fn has(self, home_account_id: &str, environment: &str) -> bool {
        self.home_account_id == home_account_id && named(self.environments, environment)
    }

    pub(super) fn has_access_token(self, entry: &AccessTokenEntry) -> bool {
        self.has(&entry.home_account_id, &entry.environment)
            && self.client_id == entry.client_id
            && self.realm.eq_ignore_ascii_case(&entry.realm)
            && entry.is_plain_bearer()
    }
}

impl Document {
    /// Everybody who is signed in to the cloud of these names, each once. Of a user in several
    /// tenants, `tenant` is shown if among them, else home, else any.
    pub(crate) fn accounts(&self, environments: &[String], tenant: &str) -> Vec<Account> {
        let mut found: Vec<&AccountEntry> = Vec::new();
        for entry in self.accounts.iter().filter(|entry| named(environments, &entry.environment)) {
            match found.iter_mut().find(|known| known.home_account_id == entry.home_account_id) {
                None => found.push(entry),
                Some(known) if entry.closeness(environments, tenant) > known.closeness(environments, tenant) => {
                    *known = entry;
                }
                Some(_) => {}
            }
        }
        found.into_iter().map(AccountEntry::to_account).collect()
    }

    /// How many users there are, in all clouds.
    pub(crate) fn count_users(&self) -> usize {
        let users: std::collections::BTreeSet<_> =
            self.accounts.iter().map(|entry| entry.home_account_id.as_str()).collect();
        users.len()
    }

    /// True when the user is still signed in.
    pub(crate) fn holds(&self, home_account_id: &str) -> bool {
        self.accounts.find(|entry| entry.home_account_id == home_account_id).is_some()
    }

    /// The name of the cloud under which this user's entries lie, or are to be put: what is there
    /// stays where the library that wrote it will look.
    pub(crate) fn environment_for(&self, home_account_id: &str, environments: &[String]) -> String {
        let known = |entry: &&AccountEntry| named(environments, &entry.environment);
        let own = self.accounts.iter().filter(known).find(|entry| entry.home_account_id == home_account_id);
        let found = own.map(|entry| &entry.environment).or_else(|| environments.first());
        found.cloned().unwrap_or_default()
    }

    /// The access token that holds all of `scopes` and has not ended, expiry buffer not considered; nor
    /// ends absurdly far in the future.
    /// Of several, the one for just these scopes, as MSAL Python takes it, which lets tokens that
    /// overlap lie side by side.
    pub(crate) fn find_access_token(
        &self,
        owner: Owner<'_>,
        scopes: &Scopes,
        now: Timestamp,
    ) -> Result<Option<AccessTokenEntry>, Error> {
        let latest = now.saturating_add(LONGEST_LIFE).unwrap_or(Timestamp::MAX);
        let fitting = |environment: &str| -> Vec<&AccessTokenEntry> {
            let under = |entry: &&AccessTokenEntry| entry.environment.eq_ignore_ascii_case(environment);
            let alive = |entry: &&AccessTokenEntry| now < entry.expires_on.0 && entry.expires_on.0 <= latest;
            let own = |entry: &&AccessTokenEntry| owner.has_access_token(entry);
            self.access_tokens
                .iter()
                .filter(under)
                .filter(own)
                .filter(alive)
                .filter(|entry| entry.target.include(scopes))
                .collect()
        };
        let found = owner.environments.iter().map(|one| fitting(one)).find(|found| !found.is_empty());
        let found = found.unwrap_or_default();
        let exact = || found.iter().find(|entry| scopes.include(&entry.target));
        match (found.as_slice(), exact()) {
            ([], _) => Ok(None),
            ([only], _) | (_, Some(only)) => Ok(Some((*only).clone())),
            _ => Err(Error::client(
                ClientErrorKind::MultipleMatchingTokens,
                "two cached tokens fit these scopes; the cache is inconsistent, clear it",
            )),
        }
    }

    /// Refresh tokens to try, in order: the family's, unless this app is known to stand alone, then
    /// the app's own; newest first. Scopes and tenant do not matter: one refresh token serves every
    /// API (escalation reference 3.4).
    pub(crate) fn refresh_tokens(&self, owner: Owner<'_>) -> Vec<RefreshTokenEntry> {
        let family = self.family(owner.client_id, owner.environments);
        let of_family = |entry: &RefreshTokenEntry| match (&family, entry.family()) {
            (Family::Member(family), Some(of)) => family == of,
            (Family::Unknown, Some(_)) => true,
            _ => false,
        };
        let mut fitting: Vec<&RefreshTokenEntry> = self
            .refresh_tokens
            .iter()
            .filter(|entry| owner.has(&entry.home_account_id, &entry.environment))
            .filter(|entry| of_family(entry) || entry.client_id == owner.client_id)
            .collect();
        fitting.sort_by_key(|entry| (!of_family(entry), std::cmp::Reverse(entry.last_modification_time)));
        fitting.into_iter().cloned().collect()
    }

    pub(crate) fn family(&self, client_id: &str, environments: &[String]) -> Family {
        let own =
            self.app_metadata.find(|entry| entry.client_id == client_id && named(environments, &entry.environment));
        match own.map(|entry| entry.family_id.as_deref().unwrap_or_default()) {
            None => Family::Unknown,
            Some("") => Family::None,
            Some(family) => Family::Member(family.to_owned()),
        }
    }

    pub(crate) fn id_token(&self, owner: Owner<'_>) -> Option<Secret> {
        let own = self.id_tokens.find(|entry| {
            owner.has(&entry.home_account_id, &entry.environment)
                && owner.client_id == entry.client_id
                && owner.realm.eq_ignore_ascii_case(&entry.realm)
        });
        own.map(|entry| entry.secret.clone())
    }
}

impl AccountEntry {
    fn home_tenant(&self) -> Option<&str> {
        self.home_account_id.split_once('.').map(|(_, tenant)| tenant)
    }

    fn closeness(&self, environments: &[String], tenant: &str) -> (bool, bool, usize) {
        let rank = environments.iter().rev().position(|one| one.eq_ignore_ascii_case(&self.environment));
        (
            self.realm.eq_ignore_ascii_case(tenant),
            self.home_tenant().is_some_and(|home| home.eq_ignore_ascii_case(&self.realm)),
            rank.unwrap_or_default(),
        )
    }

    fn to_account(&self) -> Account {
        // MSAL Python writes the authority's word for the tenant, which may stand for any.
        let realm = match self.realm.as_str() {
            "common" | "organizations" | "consumers" => self.home_tenant().unwrap_or(&self.realm),
            realm => realm,
        };
        Account {
            home_account_id: self.home_account_id.clone(),
            environment: self.environment.clone(),
            tenant_id: realm.to_owned(),
            local_account_id: self.local_account_id.clone(),
            username: self.username.clone(),
            name: self.name.clone().filter(|name| !name.is_empty()),
        }
    }
}

/// True for any of the cloud's names.
pub(super) fn named(environments: &[String], environment: &str) -> bool {
    environments.iter().any(|one| one.eq_ignore_ascii_case(environment))
}
