//! The application object: one per app, long-lived, cheap to clone. Holds settings and state and
//! starts requests; what a request does is in the module of its name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex as Turn;

use crate::api::CallApi;
use crate::authority::{Authority, Metadata};
use crate::base::Base;
use crate::builder::Builder;
use crate::cache::{Change, Owner, TokenCache};
use crate::clock::Clock;
use crate::device_code::{AcquireTokenByDeviceCode, DeviceCodePrompt};
use crate::error::{ClientErrorKind, Error};
use crate::interactive::AcquireTokenInteractive;
use crate::loopback::{RedirectUri, ResultPages};
use crate::observer::{Event, Observer};
use crate::randomness::Randomness;
use crate::result::{Account, AuthenticationResult, RefreshToken, Secret};
use crate::scopes::Scopes;
use crate::silent::AcquireTokenSilent;
use crate::storage::{Location, TokenCacheStorage};
use crate::throttle::Throttle;
use crate::token_for::TokenFor;
use crate::transport::HttpTransport;
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
    /// One sign-in page at a time; holds how the last one ended.
    prompting: Turn<Option<LastPrompt>>,
    prompts_ended: AtomicU64,
    /// One refresh at a time for the same account and scopes.
    refreshing: Mutex<BTreeMap<Feature, Arc<Turn<()>>>>,
    /// What the user declined; off until a gesture (escalation reference 2.13).
    declined: Mutex<BTreeSet<Feature>>,
}

/// What only an app with a person in front of it has.
pub(crate) struct Settings {
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) user_agent: Arc<dyn UserAgent>,
    pub(crate) device_code_prompt: Option<Arc<dyn DeviceCodePrompt>>,
    pub(crate) timeout: Duration,
    pub(crate) accept_query_response: bool,
    pub(crate) token_cache: Arc<dyn TokenCacheStorage>,
    pub(crate) result_pages: ResultPages,
}

/// Home account id and scopes: what one user wants of one API.
pub(crate) type Feature = (String, String);

/// A prompt that ended without a token, for those who waited for the same one.
pub(crate) struct LastPrompt {
    pub(crate) account: Option<String>,
    pub(crate) scopes: String,
    pub(crate) error: Error,
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
    pub fn call_api<I>(&self, request: reqwest::RequestBuilder, scopes: I) -> CallApi
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        CallApi::new(self.token_for(scopes), request)
    }

    /// Everybody who is signed in at this authority. Nobody, if the token cache cannot be read: a
    /// silent request tells why.
    pub fn accounts(&self) -> Vec<Account> {
        self.known_accounts().unwrap_or_default()
    }

    /// Where tokens are kept.
    pub fn token_cache_location(&self) -> Location {
        self.0.cache.location()
    }

    /// What was not as it should be with the token cache since the last call, in a sentence each: it
    /// was damaged and set aside, could be read by others, or could not be written. Logged as well.
    pub fn token_cache_warnings(&self) -> Vec<String> {
        self.0.cache.take_warnings()
    }

    /// Forgets every account and token in the cache, of whatever app and cloud; the number of users
    /// that were signed in. Waits for other processes that are changing the cache.
    ///
    /// # Errors
    /// When the place where tokens are kept cannot be used.
    pub fn clear_token_cache(&self) -> Result<usize, Error> {
        self.lock_declined().clear();
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
        self.0.cache.refresh_tokens(owner).ok()?.into_iter().next().map(|entry| RefreshToken(entry.secret))
    }

    /// Forgets the account and its tokens, of every app that shares the cache. The browser's session
    /// stays: the next sign-in may go without a password. Waits for other processes that are changing
    /// the cache; if it cannot be written, a [warning](Self::token_cache_warnings) says so.
    pub fn remove_account(&self, account: &Account) {
        let home_account_id = account.home_account_id.clone();
        self.0.cache.change_now(&Change::RemoveAccount { home_account_id, environments: self.environments() });
        self.lock_declined().retain(|(home, _)| *home != account.home_account_id);
    }

    /// Whether the authority can be reached and its metadata be used, as the first sign-in would find out. Signs nobody in
    /// and sends no token.
    ///
    /// # Errors
    /// What the first sign-in would fail with.
    pub async fn check_authority(&self) -> Result<(), Error> {
        self.metadata(self.authority()).await.map(drop)
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
            prompting: Turn::new(None),
            prompts_ended: AtomicU64::new(0),
            refreshing: Mutex::default(),
            declined: Mutex::default(),
        }))
    }

    pub(crate) fn base(&self) -> &Base {
        &self.0.base
    }

    pub(crate) fn authority(&self) -> &Authority {
        &self.0.base.authority
    }

    /// The names of the authority's cloud in the cache.
    pub(crate) fn environments(&self) -> Vec<String> {
        self.authority().environments()
    }

    pub(crate) fn known_accounts(&self) -> Result<Vec<Account>, Error> {
        self.0.cache.accounts(&self.environments(), self.authority().tenant())
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

    pub(crate) fn check_scopes(&self, scopes: &Scopes) -> Result<(), Error> {
        self.0.base.check_scopes(scopes)
    }

    pub(crate) async fn prompt_turn(&self) -> tokio::sync::MutexGuard<'_, Option<LastPrompt>> {
        self.0.prompting.lock().await
    }

    pub(crate) fn prompts_ended(&self) -> u64 {
        self.0.prompts_ended.load(Ordering::SeqCst)
    }

    pub(crate) fn count_ended_prompt(&self) {
        self.0.prompts_ended.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn refresh_turn(&self, home_account_id: &str, scopes: &Scopes) -> Arc<Turn<()>> {
        let mut turns = self.0.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        // Turns nobody waits for are only ours.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        let key = (home_account_id.to_owned(), scopes.key());
        Arc::clone(turns.entry(key).or_default())
    }

    pub(crate) fn lock_declined(&self) -> MutexGuard<'_, BTreeSet<Feature>> {
        self.0.declined.lock().unwrap_or_else(PoisonError::into_inner)
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
