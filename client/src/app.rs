//! The application object: one per app, long-lived, cheap to clone. Holds settings and state and
//! starts requests; what a request does is in the module of its name.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::api::{ByClosure, ByRequest, CallApi, TokenLayer};
use crate::authority::{Authority, Cloud, Metadata};
use crate::base::Base;
use crate::builder::Builder;
use crate::cache::{Change, Owner, TokenCache};
use crate::challenge::ChallengeReading;
use crate::clock::Clock;
use crate::device_code::{AcquireTokenByDeviceCode, DeviceCodePrompt};
use crate::error::{ClientErrorKind, Error};
use crate::interactive::AcquireTokenInteractive;
use crate::loopback::{RedirectUri, ResultPages};
use crate::observer::{Event, Observer};
use crate::prompting::Prompting;
use crate::randomness::Randomness;
use crate::refreshing::Refreshing;
use crate::result::{AccessToken, Account, AuthenticationResult, RefreshToken, Secret};
use crate::scopes::Scopes;
use crate::silent::AcquireTokenSilent;
use crate::storage::{Location, TokenCacheStorage};
use crate::throttle::Throttle;
use crate::token_for::TokenFor;
use crate::transport::HttpTransport;
use crate::unmet::Unmet;
use crate::user_agent::UserAgent;
use crate::username_password::AcquireTokenByUsernamePassword;
use crate::wire::Network;

/// A desktop app's way to tokens. Clones share cache and settings.
#[derive(Clone)]
pub struct PublicClientApplication(Arc<Inner>);

pub(crate) struct Inner {
    base: Base,
    pub(crate) settings: Settings,
    cache: TokenCache,
    prompting: Prompting,
    refreshing: Refreshing,
    unmet: Mutex<Unmet>,
}

/// What only an app with a person in front of it has.
pub(crate) struct Settings {
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) user_agent: Arc<dyn UserAgent>,
    pub(crate) device_code_prompt: Option<Arc<dyn DeviceCodePrompt>>,
    pub(crate) timeout: Duration,
    pub(crate) accept_query_response: bool,
    pub(crate) challenge_reading: ChallengeReading,
    pub(crate) token_cache: Arc<dyn TokenCacheStorage>,
    pub(crate) result_pages: ResultPages,
}

impl PublicClientApplication {
    /// Starts the settings of an app with this client id.
    pub fn builder(client_id: impl Into<String>) -> Builder {
        Builder::new(client_id.into())
    }

    /// A token without showing anything, or the reason why not.
    pub fn acquire_token_silent<I>(&self, scopes: I) -> AcquireTokenSilent
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        AcquireTokenSilent::new(self.clone(), Scopes::new(scopes))
    }

    /// A token with the user's help. Ask silently first.
    pub fn acquire_token_interactive<I>(&self, scopes: I) -> AcquireTokenInteractive
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        AcquireTokenInteractive::new(self.clone(), Scopes::new(scopes))
    }

    /// A token with the user's help on another device (RFC 8628), for hosts without a browser.
    pub fn acquire_token_by_device_code<I>(&self, scopes: I) -> AcquireTokenByDeviceCode
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        AcquireTokenByDeviceCode::new(self.clone(), Scopes::new(scopes))
    }

    /// A token for a user name and password that the app itself has asked for. Work accounts of one tenant or
    /// `organizations` only; no multifactor authentication, no policy can be satisfied.
    #[deprecated(note = "the app sees the password and no policy can be satisfied; use acquire_token_interactive")]
    pub fn acquire_token_by_username_password<I>(
        &self,
        scopes: I,
        username: impl Into<String>,
        password: impl Into<String>,
    ) -> AcquireTokenByUsernamePassword
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        AcquireTokenByUsernamePassword::new(self.clone(), Scopes::new(scopes), username.into(), Secret::new(password))
    }

    /// Would sign in the Windows user by Kerberos or NTLM. Not supported here, and deprecated in MSAL; the method is here
    /// for those who look for it.
    ///
    /// # Errors
    /// Always, with code `not_supported` and what to use instead.
    pub fn acquire_token_by_integrated_windows_auth<I>(&self, _scopes: I) -> Result<AuthenticationResult, Error>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Err(Error::client(
            ClientErrorKind::NotSupported,
            "integrated Windows sign-in is not supported here; use acquire_token_interactive, or acquire_token_by_device_code where there is no browser",
        ))
    }

    /// A token by the right steps: silently, then with at most one prompt.
    pub fn token_for<I>(&self, scopes: I) -> TokenFor
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        TokenFor::new(self.clone(), Scopes::new(scopes))
    }

    /// An API's answer by the right steps: token, call, challenge, at most one prompt, call again.
    pub fn call_api<I>(&self, request: reqwest::RequestBuilder, scopes: I) -> CallApi<ByRequest>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        CallApi::new(self.token_for(scopes), request)
    }

    /// The same for an app that calls its API in its own way: `send` gets a token, makes one attempt and hands the answer
    /// back.
    ///
    /// ```no_run
    /// # use desktop_client::{Error, PublicClientApplication};
    /// # async fn app(app: PublicClientApplication, http: reqwest::Client) -> Result<(), Error> {
    /// # type MyError = Error; struct Sdk; impl Sdk {
    /// # async fn payslips(&self, _: &str) -> Result<http::Response<String>, Error> { unreachable!() } }
    /// # let sdk = std::sync::Arc::new(Sdk);
    /// let answer = app
    ///     .call_api_with(["api://payroll/Salary.Read"], move |token| {
    ///         let sdk = sdk.clone();
    ///         async move { sdk.payslips(token.secret()).await }
    ///     })
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn call_api_with<I, F, Fut>(&self, scopes: I, send: F) -> CallApi<ByClosure<F>>
    where
        I: IntoIterator,
        I::Item: Into<String>,
        F: FnMut(AccessToken) -> Fut,
        Fut: Future,
    {
        CallApi::by_closure(self.token_for(scopes), send)
    }

    /// The same as a `tower` layer over whatever sends `reqwest` requests. Prompts as [`token_for`](Self::token_for) does;
    /// give it to background work with `ui_allowed(false)`.
    ///
    /// ```no_run
    /// use tower_layer::Layer as _;
    /// use tower_service::Service as _;
    ///
    /// # async fn app(app: desktop_client::PublicClientApplication) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// let mut payroll = app.token_layer(["api://payroll/Salary.Read"]).layer(app.http_client().clone());
    /// let payslips = app.http_client().get("https://payroll.example/api/payroll").build()?;
    /// println!("{}", payroll.call(payslips).await?.status());
    /// # Ok(()) }
    /// ```
    pub fn token_layer<I>(&self, scopes: I) -> TokenLayer
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        TokenLayer::new(self.token_for(scopes))
    }

    /// Everybody who is signed in at this authority.
    ///
    /// # Errors
    /// When the token cache cannot be read: who is signed in is not known then.
    pub fn accounts(&self) -> Result<Vec<Account>, Error> {
        Ok(self.0.cache.current()?.accounts(&self.environments(), self.authority().tenant()))
    }

    /// Where tokens are kept.
    pub fn token_cache_location(&self) -> Location {
        self.0.cache.location()
    }

    /// What was not as it should be with the token cache since the last call, in a sentence each: it
    /// is damaged or was set aside, could be read by others, or could not be written. Logged as well.
    pub fn token_cache_warnings(&self) -> Vec<String> {
        self.0.cache.take_warnings()
    }

    /// Forgets every account and token in the cache, of whatever app and cloud; the number of users
    /// that were signed in. Waits for other processes that are changing the cache.
    ///
    /// # Errors
    /// When the place where tokens are kept cannot be used.
    pub fn clear_token_cache(&self) -> Result<usize, Error> {
        *self.lock_unmet() = Unmet::default();
        self.0.cache.clear()
    }

    /// The refresh token at hand for an account, if there is one. An app never needs it to get access tokens; it is for
    /// moving a signed-in user to another cache, and for tests.
    pub fn refresh_token(&self, account: &Account) -> Option<RefreshToken> {
        let owner = Owner {
            home_account_id: &account.home_account_id,
            environments: &self.environments(),
            client_id: self.client_id(),
            realm: &account.tenant_id,
        };
        self.0.cache.current().ok()?.refresh_tokens(owner).into_iter().next().map(|entry| RefreshToken(entry.secret))
    }

    /// Forgets the account and its tokens, of every app that shares the cache. The browser's session
    /// stays: the next sign-in may go without a password. Waits for other processes that are changing
    /// the cache.
    ///
    /// # Errors
    /// When the cache cannot be written. This process has forgotten the account all the same, and forgets
    /// it in the cache with the next change that can be written; until then other processes find it there.
    pub fn remove_account(&self, account: &Account) -> Result<(), Error> {
        let home_account_id = account.home_account_id.clone();
        self.lock_unmet().forget(&account.home_account_id);
        self.0.cache.change_now(Change::RemoveAccount { home_account_id, environments: self.environments() })
    }

    /// Whether the authority can be reached and its metadata be used, as the first sign-in would find out. Signs nobody in
    /// and sends no token.
    ///
    /// # Errors
    /// What the first sign-in would fail with.
    pub async fn check_authority(&self) -> Result<(), Error> {
        self.metadata(self.authority()).await.map(drop)
    }

    /// Whether the token cache can be read and changed, as the first request would find out: what is not as it should be,
    /// in a sentence each. Leaves everything as it is.
    ///
    /// # Errors
    /// When it cannot be used at all.
    pub fn check_token_cache(&self) -> Result<Vec<String>, Error> {
        self.0.cache.examine()
    }

    /// The HTTP client in use, to build requests for [`call_api`](Self::call_api) with. The default
    /// one follows no redirects.
    pub fn http_client(&self) -> &reqwest::Client {
        &self.0.base.http
    }

    /// The client id.
    pub fn client_id(&self) -> &str {
        &self.0.base.client_id
    }

    pub(crate) fn new(base: Base, settings: Settings) -> Self {
        Self(Arc::new(Inner {
            base,
            cache: TokenCache::new(Arc::clone(&settings.token_cache)),
            settings,
            prompting: Prompting::default(),
            refreshing: Refreshing::default(),
            unmet: Mutex::default(),
        }))
    }

    pub(crate) fn base(&self) -> &Base {
        &self.0.base
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.0.base.authority
    }

    /// The names of the authority's cloud in the cache, as far as they are known without asking;
    /// new entries go under the first.
    pub(crate) fn environments(&self) -> Vec<String> {
        self.0.base.environments()
    }

    pub(crate) fn capabilities(&self) -> &[String] {
        &self.0.base.capabilities
    }

    pub(crate) fn redirect_uri(&self) -> &RedirectUri {
        &self.0.settings.redirect_uri
    }

    pub(crate) fn randomness(&self) -> &Randomness {
        &self.0.base.randomness
    }

    pub(crate) fn user_agent(&self) -> &dyn UserAgent {
        &*self.0.settings.user_agent
    }

    pub(crate) fn device_code_prompt(&self) -> Option<&Arc<dyn DeviceCodePrompt>> {
        self.0.settings.device_code_prompt.as_ref()
    }

    pub(crate) fn result_pages(&self) -> &ResultPages {
        &self.0.settings.result_pages
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.0.settings.timeout
    }

    pub(crate) fn challenge_reading(&self) -> ChallengeReading {
        self.0.settings.challenge_reading
    }

    pub(crate) fn accepts_query_response(&self) -> bool {
        self.0.settings.accept_query_response
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.base.clock
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.base.now()
    }

    pub(crate) fn cache(&self) -> &TokenCache {
        &self.0.cache
    }

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.0.base.throttle
    }

    pub(crate) fn network(&self) -> Network<'_> {
        self.0.base.network()
    }

    pub(crate) fn observer(&self) -> Option<&dyn Observer> {
        self.0.base.observer.as_deref()
    }

    pub(crate) fn tell(&self, event: Event<'_>) {
        if let Some(observer) = self.observer() {
            observer.observe(event);
        }
    }

    /// What sends: the transport the app was given, or `http`.
    pub(crate) fn transport_or<'a>(&'a self, http: &'a reqwest::Client) -> &'a dyn HttpTransport {
        self.0.base.transport_or(http)
    }

    pub(crate) async fn metadata(&self, authority: &Authority) -> Result<Arc<Metadata>, Error> {
        self.0.base.metadata(authority).await
    }

    /// The authority's cloud, asked for if need be.
    pub(crate) async fn cloud(&self, authority: &Authority) -> Result<Arc<Cloud>, Error> {
        self.0.base.cloud(authority).await
    }

    /// Whether the account belongs here, as far as that is known without asking. A refresh token
    /// must never reach another cloud than the one it is from.
    pub(crate) fn is_of_our_cloud(&self, account: &Account) -> bool {
        self.environments().iter().any(|environment| environment.eq_ignore_ascii_case(&account.environment))
    }

    pub(crate) fn check_scopes(&self, scopes: &Scopes) -> Result<(), Error> {
        self.0.base.check_scopes(scopes)
    }

    pub(crate) fn prompting(&self) -> &Prompting {
        &self.0.prompting
    }

    pub(crate) fn refreshing(&self) -> &Refreshing {
        &self.0.refreshing
    }

    /// What users owe or have refused.
    pub(crate) fn lock_unmet(&self) -> MutexGuard<'_, Unmet> {
        self.0.unmet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for PublicClientApplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicClientApplication")
            .field("client_id", &self.client_id())
            .field("authority", &self.authority().to_string())
            .finish_non_exhaustive()
    }
}
