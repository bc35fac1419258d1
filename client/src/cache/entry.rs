//! The entries of the cache and their keys.

use jiff::Timestamp;

use super::Owner;
use crate::result::{Account, Secret};
use crate::scopes::Scopes;

/// An access token of one API in one tenant.
#[derive(Debug, Clone)]
pub(crate) struct AccessTokenEntry {
    pub(crate) home_account_id: String,
    pub(crate) environment: String,
    pub(crate) client_id: String,
    pub(crate) realm: String,
    pub(crate) target: Scopes,
    pub(crate) secret: Secret,
    pub(crate) expires_on: Timestamp,
    pub(crate) refresh_on: Option<Timestamp>,
}

impl AccessTokenEntry {
    pub(super) fn key(&self) -> String {
        format!(
            "{}-{}-accesstoken-{}-{}-{}",
            self.home_account_id,
            self.environment,
            self.client_id,
            self.realm,
            self.target.key()
        )
        .to_ascii_lowercase()
    }

    pub(super) fn owner(&self) -> Owner<'_> {
        Owner {
            home_account_id: &self.home_account_id,
            environment: &self.environment,
            client_id: &self.client_id,
            realm: &self.realm,
        }
    }

    pub(super) fn belongs_to(&self, owner: Owner<'_>) -> bool {
        self.home_account_id == owner.home_account_id
            && self.environment == owner.environment
            && self.client_id == owner.client_id
            && self.realm.eq_ignore_ascii_case(owner.realm)
    }

    pub(super) fn same_owner(&self, other: &Self) -> bool {
        self.belongs_to(other.owner())
    }
}

/// A refresh token: of one app, or of a family of apps.
#[derive(Debug, Clone)]
pub(crate) struct RefreshTokenEntry {
    pub(crate) home_account_id: String,
    pub(crate) environment: String,
    pub(crate) client_id: String,
    pub(crate) family_id: Option<String>,
    pub(crate) secret: Secret,
}

impl RefreshTokenEntry {
    pub(super) fn key(&self) -> String {
        format!(
            "{}-{}-refreshtoken-{}--",
            self.home_account_id,
            self.environment,
            self.family_id.as_ref().unwrap_or(&self.client_id)
        )
        .to_ascii_lowercase()
    }

    pub(super) fn serves(&self, owner: Owner<'_>) -> bool {
        self.home_account_id == owner.home_account_id
            && self.environment == owner.environment
            && (self.family_id.is_some() || self.client_id == owner.client_id)
    }
}

/// All that one answer brings.
#[derive(Debug)]
pub(crate) struct NewTokens {
    pub(crate) account: Account,
    pub(crate) access_token: AccessTokenEntry,
    pub(crate) refresh_token: Option<RefreshTokenEntry>,
    pub(crate) id_token: Option<Secret>,
}

pub(super) fn id_token_key(owner: Owner<'_>) -> String {
    format!("{}-{}-idtoken-{}-{}-", owner.home_account_id, owner.environment, owner.client_id, owner.realm)
        .to_ascii_lowercase()
}

pub(super) fn account_key(account: &Account) -> String {
    format!("{}-{}-{}", account.home_account_id, account.environment, account.tenant_id).to_ascii_lowercase()
}
