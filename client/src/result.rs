//! What a successful call hands to the app.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// A text that is never printed and is wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A bearer token for one API. Opaque: what it holds is the API's affair.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(pub(crate) Secret);

impl AccessToken {
    /// The token itself, for the `Authorization` header.
    pub fn secret(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken([redacted])")
    }
}

/// A refresh token: the long-lived credential behind silent requests.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken(pub(crate) Secret);

impl RefreshToken {
    /// The token itself.
    pub fn secret(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken([redacted])")
    }
}

/// A user who has signed in to this app.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// `uid.utid`: the user in the home tenant; the same in every tenant and app.
    pub home_account_id: String,
    /// The authority's host (with a port that is not the scheme's own).
    pub environment: String,
    /// The tenant signed in to, which for a guest is not the home tenant.
    pub tenant_id: String,
    /// The user's object id in that tenant.
    pub local_account_id: String,
    /// What the user types to sign in. For display and hints, not for decisions.
    pub username: String,
    /// The display name, if known.
    pub name: Option<String>,
}

impl Account {
    /// Whoever is signed in to the operating system. Only a broker could say who that is, and this client has none: a
    /// silent request with it ends in `current_broker_account`, an interactive one asks who the user is.
    pub fn operating_system() -> Self {
        Self {
            home_account_id: "current_os_account".to_owned(),
            environment: String::new(),
            tenant_id: String::new(),
            local_account_id: String::new(),
            username: String::new(),
            name: None,
        }
    }

    /// True for [`Account::operating_system`].
    pub fn is_operating_system(&self) -> bool {
        self.home_account_id == "current_os_account"
    }

    /// `(uid, utid)` of the home account id.
    pub(crate) fn home_parts(&self) -> Option<(&str, &str)> {
        self.home_account_id.split_once('.')
    }

    /// The tenant the account is at home in.
    pub(crate) fn home_tenant(&self) -> &str {
        self.home_parts().map_or(self.tenant_id.as_str(), |(_, tenant)| tenant)
    }
}

/// Where a token came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenSource {
    /// The cache; no request was sent.
    Cache,
    /// The authorization server.
    IdentityProvider,
}

/// A token and what is known about it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuthenticationResult {
    /// The token for the API.
    pub access_token: AccessToken,
    /// When it ends.
    pub expires_on: Timestamp,
    /// The scopes the server says it granted.
    pub scopes: Vec<String>,
    /// Who signed in.
    pub account: Account,
    /// The account that the interactive request named, when another user than that has signed in. Entra lets them, and
    /// MSAL says nothing; the tokens are those of [`account`](Self::account).
    pub other_user_than_hinted: Option<Account>,
    /// The tenant the token was issued in.
    pub tenant_id: String,
    /// The claims of the ID token; read, and matched to this request, but the signature is not checked.
    pub id_token_claims: Map<String, Value>,
    /// Identifies the request in the server's log.
    pub correlation_id: String,
    /// Cache or server.
    pub source: TokenSource,
}

#[cfg(test)]
mod tests {
    use super::{AccessToken, RefreshToken, Secret};

    #[test]
    fn a_token_never_prints_itself() {
        let token = AccessToken(Secret::new("eyJ0-secret"));
        assert!(!format!("{token:?} {:?}", token.0).contains("secret"));
        assert_eq!(token.secret(), "eyJ0-secret");
        assert!(!format!("{:?}", RefreshToken(Secret::new("0.A-secret"))).contains("secret"));
    }
}
