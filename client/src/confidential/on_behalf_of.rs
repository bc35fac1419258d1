//! A token of the next API for the user who called this one (escalation reference 4.8; wire reference 3.2).

use std::future::IntoFuture;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::ConfidentialClientApplication;
use super::memory::Key;
use crate::BoxFuture;
use crate::claims;
use crate::error::{ClientErrorKind, Error};
use crate::redeem::{self, Expected, Redemption};
use crate::result::{AuthenticationResult, Secret, TokenSource};
use crate::scopes::Scopes;
use crate::wire::{ApiId, CacheInfo, Decoration, Grant};

/// An on-behalf-of request; await it or call [`send`](Self::send).
#[derive(Debug, Clone)]
#[must_use = "nothing is asked until the request is awaited"]
pub struct AcquireTokenOnBehalfOf {
    app: ConfidentialClientApplication,
    scopes: Scopes,
    assertion: Secret,
    claims: Option<String>,
}

impl AcquireTokenOnBehalfOf {
    pub(super) fn new(app: ConfidentialClientApplication, scopes: Scopes, assertion: Secret) -> Self {
        Self { app, scopes, assertion, claims: None }
    }

    /// The claims of the next API's challenge. The token at hand is passed over.
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into()).filter(|claims: &String| !claims.is_empty());
        self
    }

    /// Looks into memory, by the assertion's hash, and asks the server if need be.
    ///
    /// # Errors
    /// [`Error::UiRequired`] when the user must do something: this app cannot ask, its caller can. Answer with
    /// [`challenge`](ConfidentialClientApplication::challenge).
    pub async fn send(self) -> Result<AuthenticationResult, Error> {
        let base = self.app.base();
        base.check_scopes(&self.scopes)?;
        if self.assertion.expose().trim().is_empty() {
            return Err(Error::client(
                ClientErrorKind::InvalidRequest,
                "there is no assertion; hand in the access token this API was called with, without the word Bearer",
            ));
        }
        let claims = claims::for_request(&base.capabilities, self.claims.as_deref())?;
        let user = hash(&self.assertion);
        let key = Key::new(&base.authority, &self.scopes, Some(&user));
        if let Some(known) = self.app.0.user_tokens.get(&key, base.now()).filter(|_| self.claims.is_none()) {
            return Ok(AuthenticationResult { source: TokenSource::Cache, ..known });
        }
        let redemption = Redemption {
            authority: &base.authority,
            grant: Grant::OnBehalfOf(&self.assertion),
            scopes: &self.scopes,
            account: None,
            claims: claims.as_deref(),
            expected: Expected::UserOf(&user),
            decoration: Decoration {
                correlation_id: base.randomness.guid(),
                api: ApiId::OnBehalfOf,
                cache_info: match self.claims {
                    Some(_) => CacheInfo::ForceRefreshOrClaims,
                    None => CacheInfo::NoCachedToken,
                },
                anchor_mailbox: None,
            },
        };
        let (body, metadata) = redeem::ask(base, &redemption).await.map_err(with_advice)?;
        let (result, _) = redeem::understand(base, &redemption, &body, &metadata)?;
        self.app.0.user_tokens.put(key, result.expires_on, result.clone(), base.now());
        Ok(result)
    }
}

impl IntoFuture for AcquireTokenOnBehalfOf {
    type Output = Result<AuthenticationResult, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

fn with_advice(mut error: Error) -> Error {
    if let Error::UiRequired(needed) = &mut error {
        needed.advice = Some(
            "an API cannot prompt: answer its caller with status 401 and the WWW-Authenticate value of ConfidentialClientApplication::challenge",
        );
    }
    error
}

/// As MSAL keys such tokens: no second copy of the assertion lies about.
fn hash(assertion: &Secret) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, assertion.expose().as_bytes()))
}
