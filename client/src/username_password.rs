//! A token for a user name and password (RFC 6749, 4.3; wire reference 1.4). Deprecated by Microsoft, here for those who
//! have nothing else yet. Federated users' passwords belong to another server and are not sent.

use std::future::IntoFuture;

use serde::Deserialize;

use crate::BoxFuture;
use crate::app::PublicClientApplication;
use crate::claims;
use crate::error::{ClientErrorKind, Error};
use crate::redeem::{self, Expected, Redemption};
use crate::result::{AuthenticationResult, Secret};
use crate::scopes::Scopes;
use crate::wire::{self, ApiId, CacheInfo, Decoration, Grant};

/// A request by user name and password; await it or call [`send`](Self::send).
#[derive(Debug, Clone)]
#[must_use = "nothing is asked until the request is awaited"]
pub struct AcquireTokenByUsernamePassword {
    app: PublicClientApplication,
    scopes: Scopes,
    username: String,
    password: Secret,
    claims: Option<String>,
}

impl AcquireTokenByUsernamePassword {
    pub(crate) fn new(app: PublicClientApplication, scopes: Scopes, username: String, password: Secret) -> Self {
        Self { app, scopes, username, password, claims: None }
    }

    /// The claims of a challenge. Policies in them cannot be satisfied this way; revocation can.
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into()).filter(|claims: &String| !claims.is_empty());
        self
    }

    /// Asks for the user's realm, then hands the password to the token endpoint.
    ///
    /// # Errors
    /// `invalid_authority` over `common` or `consumers`, `not_supported` for federated users;
    /// [`Error::UiRequired`] when the sign-in needs more than a password: sign in interactively.
    pub async fn send(self) -> Result<AuthenticationResult, Error> {
        self.app.check_scopes(&self.scopes)?;
        let authority = self.app.authority();
        if matches!(authority.tenant(), "common" | "consumers") {
            return Err(Error::client(
                ClientErrorKind::InvalidAuthority,
                format!(
                    "sign-in by password is for work accounts only and not served over {:?}; use the tenant's own authority or organizations",
                    authority.tenant()
                ),
            ));
        }
        if self.username.trim().is_empty() || self.password.expose().is_empty() {
            return Err(Error::client(
                ClientErrorKind::InvalidRequest,
                "the user name or the password is empty; ask the user for both",
            ));
        }
        let claims = claims::for_request(self.app.capabilities(), self.claims.as_deref())?;
        self.refuse_federated().await?;
        let redemption = Redemption {
            authority,
            grant: Grant::Password { username: &self.username, password: &self.password },
            scopes: &self.scopes,
            account: None,
            claims: claims.as_deref(),
            expected: Expected::Anybody,
            decoration: Decoration {
                correlation_id: self.app.randomness().guid(),
                api: ApiId::UsernamePassword,
                cache_info: CacheInfo::NotApplicable,
                anchor_mailbox: Some(format!("upn:{}", self.username)),
            },
        };
        redeem::redeem(&self.app, redemption).await
    }

    /// A realm that is not told, or unknown, counts as managed, as in MSAL Python.
    async fn refuse_federated(&self) -> Result<(), Error> {
        let Some(url) = self.app.authority().user_realm_url(&self.username) else {
            return Ok(());
        };
        let realm: Option<UserRealm> = wire::get_user_realm(self.app.network(), url).await?;
        match realm {
            Some(realm) if realm.account_type.eq_ignore_ascii_case("federated") => Err(Error::client(
                ClientErrorKind::NotSupported,
                "this user's password is checked by a federated server (WS-Trust), which is not supported here; the password was not sent, use acquire_token_interactive",
            )),
            _ => Ok(()),
        }
    }
}

impl IntoFuture for AcquireTokenByUsernamePassword {
    type Output = Result<AuthenticationResult, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

#[derive(Debug, Deserialize)]
struct UserRealm {
    #[serde(default)]
    account_type: String,
}
