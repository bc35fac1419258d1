//! The settings of an app, checked before there is one.

use std::sync::Arc;
use std::time::Duration;

use crate::app::{PublicClientApplication, Settings};
use crate::authority::{Audience, Authority, Cloud};
use crate::base::{BaseSettings, base_setters};
use crate::challenge::ChallengeReading;
use crate::clock::Clock;
use crate::device_code::DeviceCodePrompt;
use crate::error::{ClientErrorKind, Error};
use crate::loopback::{RedirectUri, ResultPage, ResultPages};
use crate::randomness::Randomness;
use crate::storage::{MemoryStorage, TokenCacheStorage};
use crate::throttle::Throttling;
use crate::user_agent::{SystemBrowser, UserAgent};

/// Settings of a [`PublicClientApplication`]; everything but the client id has a default.
#[must_use = "settings do nothing until `build`"]
pub struct Builder {
    base: BaseSettings,
    redirect_uri: String,
    user_agent: Arc<dyn UserAgent>,
    device_code_prompt: Option<Arc<dyn DeviceCodePrompt>>,
    timeout: Duration,
    accept_query_response: bool,
    challenge_reading: ChallengeReading,
    token_cache: Arc<dyn TokenCacheStorage>,
    result_pages: ResultPages,
}

impl Builder {
    pub(crate) fn new(client_id: String) -> Self {
        Self {
            base: BaseSettings::new(client_id),
            redirect_uri: "http://localhost".to_owned(),
            user_agent: Arc::new(SystemBrowser),
            device_code_prompt: None,
            timeout: Duration::from_secs(300),
            accept_query_response: false,
            challenge_reading: ChallengeReading::default(),
            token_cache: Arc::new(MemoryStorage::new()),
            result_pages: ResultPages::default(),
        }
    }

    base_setters!();

    /// The same by name: one of Microsoft's clouds, and who may sign in there.
    ///
    /// # Errors
    /// When the audience is a tenant that cannot stand in an address.
    pub fn cloud(self, cloud: &Cloud, audience: impl Into<Audience>) -> Result<Self, Error> {
        self.authority(cloud.authority(audience))
    }

    /// Any other OpenID provider, by its issuer, e.g. `https://accounts.google.com`; as MSAL.NET's
    /// `WithOidcAuthority`. Instead of [`authority`](Self::authority).
    ///
    /// Its metadata, at `{issuer}/.well-known/openid-configuration`, must name this issuer (a slash
    /// at the end aside); endpoints may lie on other https hosts. There are no tenants, no aliases
    /// and no `client_info`: [`Account::home_account_id`](crate::Account::home_account_id) is the ID
    /// token's `sub`. A request may consist of OpenID scopes alone, for the userinfo endpoint.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn oidc_authority(mut self, issuer: impl AsRef<str>) -> Result<Self, Error> {
        self.base.authority = Some(Authority::parse_open_id(issuer.as_ref())?);
        Ok(self)
    }

    /// Where the answer of a sign-in goes: a loopback address, by default `http://localhost`.
    /// Without a port a free one is chosen each time.
    pub fn redirect_uri(mut self, address: impl Into<String>) -> Self {
        self.redirect_uri = address.into();
        self
    }

    /// What shows the sign-in page; by default the platform's browser.
    pub fn user_agent(mut self, user_agent: impl UserAgent + 'static) -> Self {
        self.user_agent = Arc::new(user_agent);
        self
    }

    /// How long to wait for a sign-in to be finished; by default five minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What shows a person the code of a device-code sign-in. With it [`token_for`] and [`call_api`] sign in on hosts
    /// without a browser; see [`DeviceCodePrompt`].
    ///
    /// [`token_for`]: PublicClientApplication::token_for
    /// [`call_api`]: PublicClientApplication::call_api
    pub fn device_code_prompt(mut self, prompt: impl DeviceCodePrompt + 'static) -> Self {
        self.device_code_prompt = Some(Arc::new(prompt));
        self
    }

    /// Whether an answer in the address is taken although a form post is always asked for. By default it is refused, as
    /// MSAL.NET does: an address stays in the browser's history. Only for servers that know no `response_mode=form_post`.
    pub fn accept_query_response(mut self, accept: bool) -> Self {
        self.accept_query_response = accept;
        self
    }

    /// How much of what APIs write into their challenges is understood; by default all of it.
    pub fn challenge_reading(mut self, reading: ChallengeReading) -> Self {
        self.challenge_reading = reading;
        self
    }

    /// Where tokens are kept; by default in memory. See [`storage`](crate::storage).
    pub fn token_cache(mut self, storage: impl TokenCacheStorage + 'static) -> Self {
        self.token_cache = Arc::new(storage);
        self
    }

    /// What the browser shows when the user has signed in.
    pub fn success_page(mut self, page: ResultPage) -> Self {
        self.result_pages.success = page;
        self
    }

    /// What the browser shows when the sign-in did not succeed.
    pub fn failure_page(mut self, page: ResultPage) -> Self {
        self.result_pages.failure = page;
        self
    }

    /// Would sign in by the operating system's broker (WAM on Windows, Company Portal on macOS, the identity broker on
    /// Linux). This client has none; the method is here for those who come from MSAL and look for it.
    ///
    /// # Errors
    /// Always, with code `not_supported` and what to use instead.
    pub fn with_broker(self) -> Result<Self, Error> {
        Err(Error::client(
            ClientErrorKind::NotSupported,
            "no broker can be used here; leave with_broker out and sign in with acquire_token_interactive in the system browser, or use an MSAL with its broker where a policy demands a managed device",
        ))
    }

    /// The app.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn build(self) -> Result<PublicClientApplication, Error> {
        let redirect_uri = RedirectUri::parse(&self.redirect_uri)?;
        let base = self.base.build(None)?;
        let settings = Settings {
            redirect_uri,
            user_agent: self.user_agent,
            device_code_prompt: self.device_code_prompt,
            timeout: self.timeout,
            accept_query_response: self.accept_query_response,
            challenge_reading: self.challenge_reading,
            token_cache: self.token_cache,
            result_pages: self.result_pages,
        };
        Ok(PublicClientApplication::new(base, settings))
    }
}
