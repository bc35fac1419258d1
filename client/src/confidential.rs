//! The app that can keep a secret: a daemon that acts by itself, or an API between a client and another API. It shows
//! nothing to anybody; where a person is needed, its caller has to be told, by [a challenge](ConfidentialClientApplication::challenge).

mod builder;
mod challenge;
mod credential;
mod for_client;
mod memory;
mod on_behalf_of;

use std::fmt;
use std::sync::Arc;

pub use builder::ConfidentialBuilder;
pub use credential::ClientCertificate;
pub(crate) use credential::ClientCredential;
pub use for_client::{AcquireTokenForClient, AppToken};
pub use on_behalf_of::AcquireTokenOnBehalfOf;

use crate::base::Base;
use crate::error::UiRequired;
use crate::result::{AuthenticationResult, Secret};
use crate::scopes::Scopes;
use memory::Memory;

/// An app with a credential of its own. Clones share memory and settings.
///
/// ```no_run
/// use desktop_client::{ConfidentialClientApplication, Error};
///
/// # async fn middle_tier(bearer: &str) -> Result<(), Error> {
/// let app = ConfidentialClientApplication::builder("d0000000-0000-4000-8000-000000000003")
///     .authority("https://login.microsoftonline.com/contoso.example")?
///     .client_secret("the secret of the registration")
///     .build()?;
///
/// match app.acquire_token_on_behalf_of(["api://payroll/Salary.Read"], bearer).await {
///     Ok(token) => println!("call payroll for {}", token.account.username),
///     Err(Error::UiRequired(needed)) => {
///         let www_authenticate = app.challenge(&needed);
///         println!("answer 401 with WWW-Authenticate: {www_authenticate}");
///     }
///     Err(error) => return Err(error),
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct ConfidentialClientApplication(Arc<Inner>);

struct Inner {
    base: Base,
    app_tokens: Memory<AppToken>,
    user_tokens: Memory<AuthenticationResult>,
}

impl ConfidentialClientApplication {
    /// Starts the settings of an app with this client id.
    pub fn builder(client_id: impl Into<String>) -> ConfidentialBuilder {
        ConfidentialBuilder::new(client_id.into())
    }

    /// A token for the app itself, with the permissions it was given: `{resource}/.default`.
    pub fn acquire_token_for_client<I>(&self, scopes: I) -> AcquireTokenForClient
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        AcquireTokenForClient::new(self.clone(), Scopes::new(scopes))
    }

    /// A token of the next API for the user whose access token (`assertion`) this app was called with.
    pub fn acquire_token_on_behalf_of<I>(&self, scopes: I, assertion: impl Into<String>) -> AcquireTokenOnBehalfOf
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        AcquireTokenOnBehalfOf::new(self.clone(), Scopes::new(scopes), Secret::new(assertion))
    }

    /// The `WWW-Authenticate` value by which an API hands on what it cannot settle itself. Send it with status 401: the
    /// client signs in to *this* app again, with the claims in it (escalation reference 4.8).
    pub fn challenge(&self, error: &UiRequired) -> String {
        challenge::write(&self.0.base, error)
    }

    /// The client id.
    pub fn client_id(&self) -> &str {
        &self.0.base.client_id
    }

    fn new(base: Base) -> Self {
        Self(Arc::new(Inner { base, app_tokens: Memory::default(), user_tokens: Memory::default() }))
    }

    fn base(&self) -> &Base {
        &self.0.base
    }
}

impl fmt::Debug for ConfidentialClientApplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfidentialClientApplication")
            .field("client_id", &self.client_id())
            .field("authority", &self.base().authority.to_string())
            .finish_non_exhaustive()
    }
}
