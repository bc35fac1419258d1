//! A token for the app itself (RFC 6749, 4.4; wire reference 3.2).

use std::future::IntoFuture;

use jiff::Timestamp;

use super::ConfidentialClientApplication;
use super::memory::Key;
use crate::BoxFuture;
use crate::claims;
use crate::error::{ClientErrorKind, Error};
use crate::redeem::{self, Expected, Redemption};
use crate::result::{AccessToken, TokenSource};
use crate::scopes::Scopes;
use crate::wire::{ApiId, CacheInfo, Decoration, Grant};

/// A token of an app by itself: there is no account.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AppToken {
    /// The token for the API.
    pub access_token: AccessToken,
    /// When it ends.
    pub expires_on: Timestamp,
    /// The scopes, as asked if the server does not say.
    pub scopes: Vec<String>,
    /// Identifies the request in the server's log.
    pub correlation_id: String,
    /// Memory or server.
    pub source: TokenSource,
}

/// A request for the app's own token; await it or call [`send`](Self::send).
#[derive(Debug, Clone)]
#[must_use = "nothing is asked until the request is awaited"]
pub struct AcquireTokenForClient {
    app: ConfidentialClientApplication,
    scopes: Scopes,
    claims: Option<String>,
    force_refresh: bool,
}

impl AcquireTokenForClient {
    pub(super) fn new(app: ConfidentialClientApplication, scopes: Scopes) -> Self {
        Self { app, scopes, claims: None, force_refresh: false }
    }

    /// The claims of a challenge. The token at hand is passed over.
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into()).filter(|claims: &String| !claims.is_empty());
        self
    }

    /// Passes the token at hand over.
    pub fn with_force_refresh(mut self, force: bool) -> Self {
        self.force_refresh = force;
        self
    }

    /// Looks into memory and asks the server if need be.
    ///
    /// # Errors
    /// `invalid_authority` when the authority names no tenant, `invalid_request_parameter` for other scopes than
    /// `.default`; [`Error::Service`] when the server refuses.
    pub async fn send(self) -> Result<AppToken, Error> {
        let base = self.app.base();
        self.check()?;
        let claims = claims::for_request(&base.capabilities, self.claims.as_deref())?;
        let key = Key::new(&base.authority, &self.scopes, None);
        let passed_over = self.force_refresh || self.claims.is_some();
        if let Some(known) = self.app.0.app_tokens.get(&key, base.now()).filter(|_| !passed_over) {
            return Ok(AppToken { source: TokenSource::Cache, ..known });
        }
        let redemption = Redemption {
            authority: &base.authority,
            grant: Grant::ClientCredentials,
            scopes: &self.scopes,
            account: None,
            claims: claims.as_deref(),
            expected: Expected::Nobody,
            decoration: Decoration {
                correlation_id: base.randomness.guid(),
                api: ApiId::ForClient,
                cache_info: if passed_over { CacheInfo::ForceRefreshOrClaims } else { CacheInfo::NoCachedToken },
                anchor_mailbox: None,
            },
        };
        let (body, _) = redeem::ask(base, &redemption).await?;
        let now = base.now();
        let token = AppToken {
            access_token: AccessToken(body.access_token.clone()),
            expires_on: redeem::after(now, body.lifetime()),
            scopes: body.scope().map_or_else(|| self.scopes.clone(), |scope| Scopes::new([scope])).to_vec(),
            correlation_id: redemption.decoration.correlation_id,
            source: TokenSource::IdentityProvider,
        };
        self.app.0.app_tokens.put(key, token.expires_on, token.clone(), now);
        Ok(token)
    }

    fn check(&self) -> Result<(), Error> {
        let base = self.app.base();
        base.check_scopes(&self.scopes)?;
        if !self.scopes.to_vec().iter().all(|scope| scope.ends_with("/.default")) {
            return Err(Error::client(
                ClientErrorKind::InvalidRequest,
                "an app by itself has no scopes of its own choice; ask for RESOURCE/.default, e.g. https://graph.microsoft.com/.default",
            ));
        }
        if base.authority.is_multi_tenant() {
            return Err(Error::client(
                ClientErrorKind::InvalidAuthority,
                format!(
                    "an app by itself is at home in no tenant; name the tenant in the authority instead of {:?}",
                    base.authority.tenant()
                ),
            ));
        }
        Ok(())
    }
}

impl IntoFuture for AcquireTokenForClient {
    type Output = Result<AppToken, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
