//! The settings of an app, checked before there is one.

use std::sync::Arc;
use std::time::Duration;

use crate::app::{PublicClientApplication, Settings};
use crate::authority::Authority;
use crate::clock::{Clock, SystemClock};
use crate::error::{ClientErrorKind, Error};
use crate::loopback::RedirectUri;
use crate::observer::Observer;
use crate::randomness::Randomness;
use crate::storage::{MemoryStorage, TokenCacheStorage};
use crate::throttle::Throttling;
use crate::transport::HttpTransport;
use crate::user_agent::{SystemBrowser, UserAgent};

/// Settings of a [`PublicClientApplication`]; everything but the client id has a default.
#[must_use = "settings do nothing until `build`"]
pub struct Builder {
    client_id: String,
    authority: Option<Authority>,
    redirect_uri: String,
    capabilities: Vec<String>,
    http: Option<reqwest::Client>,
    transport: Option<Arc<dyn HttpTransport>>,
    observer: Option<Arc<dyn Observer>>,
    root_certificates: Vec<u8>,
    clock: Arc<dyn Clock>,
    randomness: Option<Randomness>,
    user_agent: Arc<dyn UserAgent>,
    timeout: Duration,
    throttling: Throttling,
    accept_query_response: bool,
    token_cache: Arc<dyn TokenCacheStorage>,
}

impl Builder {
    pub(crate) fn new(client_id: String) -> Self {
        Self {
            client_id,
            authority: None,
            redirect_uri: "http://localhost".to_owned(),
            capabilities: Vec::new(),
            http: None,
            transport: None,
            observer: None,
            root_certificates: Vec::new(),
            clock: Arc::new(SystemClock),
            randomness: None,
            user_agent: Arc::new(SystemBrowser),
            timeout: Duration::from_secs(300),
            throttling: Throttling::default(),
            accept_query_response: true,
            token_cache: Arc::new(MemoryStorage::new()),
        }
    }

    /// Who signs users in, e.g. `https://login.microsoftonline.com/organizations`; by default
    /// `common` there. Plain http only for loopback hosts.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn authority(mut self, address: impl AsRef<str>) -> Result<Self, Error> {
        self.authority = Some(Authority::parse(address.as_ref())?);
        Ok(self)
    }

    /// Where the answer of a sign-in goes: a loopback address, by default `http://localhost`.
    /// Without a port a free one is chosen each time.
    pub fn redirect_uri(mut self, address: impl Into<String>) -> Self {
        self.redirect_uri = address.into();
        self
    }

    /// What this app can handle. `cp1` says: every API call handles a claims challenge.
    pub fn client_capabilities<I>(mut self, capabilities: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.capabilities = capabilities.into_iter().map(Into::into).collect();
        self
    }

    /// The HTTP client to use. Build it without redirects; an answer that came by one is refused.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// What sends the requests: those to the authority and those of [`call_api`](PublicClientApplication::call_api). By
    /// default the HTTP client, and for an API call the one that its request was built with.
    pub fn http_transport(mut self, transport: impl HttpTransport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Who is told what passes between the app, the authority, the browser and the APIs; by default nobody.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Certificate authorities to trust besides the platform's, as PEM. Of no effect together with
    /// [`http_client`](Self::http_client).
    pub fn root_certificate_pem(mut self, pem: &[u8]) -> Self {
        self.root_certificates = pem.to_vec();
        self
    }

    /// Where the time comes from, and what waits.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where state, nonce, PKCE verifier and correlation ids come from.
    pub fn randomness(mut self, randomness: Randomness) -> Self {
        self.randomness = Some(randomness);
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

    /// Whether a failure of the token endpoint is remembered and given again, marked as throttled,
    /// without a request. By default as in MSAL.NET:
    ///
    /// | failure | given again to | for |
    /// |---|---|---|
    /// | any with `Retry-After` | the same authority, scopes and account | as long as it says, at most an hour |
    /// | 429 or 5xx without it | the same authority, scopes and account | 60 s |
    /// | a silent request needs the user | silent requests with the same authority, scopes and refresh token | 120 s |
    ///
    /// Claims make no difference to it. A sign-in brings a new refresh token and so ends the last
    /// row; the others also hold back an interactive request, before the browser opens. Each app
    /// object has its own memory.
    ///
    /// Not affected: a request that meets a 5xx without `Retry-After`, or no answer in time, is sent
    /// once more after a second.
    pub fn throttling(mut self, throttling: Throttling) -> Self {
        self.throttling = throttling;
        self
    }

    /// Whether an answer in the address is taken although a form post is always asked for. By
    /// default it is, for servers that know no form post; MSAL.NET refuses it.
    pub fn accept_query_response(mut self, accept: bool) -> Self {
        self.accept_query_response = accept;
        self
    }

    /// Where tokens are kept; by default in memory. See [`storage`](crate::storage).
    pub fn token_cache(mut self, storage: impl TokenCacheStorage + 'static) -> Self {
        self.token_cache = Arc::new(storage);
        self
    }

    /// The app.
    ///
    /// # Errors
    /// When a setting makes no sense.
    pub fn build(self) -> Result<PublicClientApplication, Error> {
        let invalid = |message: String| Error::client(ClientErrorKind::InvalidRequest, message);
        if self.client_id.trim().is_empty() {
            return Err(invalid(
                "the client id is empty; give the application id of the app's registration".to_owned(),
            ));
        }
        let authority = match self.authority {
            Some(authority) => authority,
            None => Authority::parse("https://login.microsoftonline.com/common")?,
        };
        let http = match self.http {
            Some(http) => http,
            None => http_client(&self.root_certificates).map_err(|error| {
                invalid(format!("the certificates or the HTTP client cannot be set up ({error}); give a PEM file"))
            })?,
        };
        let randomness = match self.randomness {
            Some(randomness) => randomness,
            None => Randomness::system().map_err(|error| {
                Error::client(
                    ClientErrorKind::Randomness,
                    format!("the operating system gives no randomness ({error})"),
                )
            })?,
        };
        Ok(PublicClientApplication::new(Settings {
            client_id: self.client_id,
            authority,
            redirect_uri: RedirectUri::parse(&self.redirect_uri)?,
            capabilities: self.capabilities,
            http,
            transport: self.transport,
            observer: self.observer,
            clock: self.clock,
            randomness,
            user_agent: self.user_agent,
            timeout: self.timeout,
            throttling: self.throttling,
            accept_query_response: self.accept_query_response,
            token_cache: self.token_cache,
        }))
    }
}

/// No redirects: a refresh token must not travel on. No endless waiting either.
fn http_client(root_certificates: &[u8]) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(30))
        .tls_certs_merge(reqwest::Certificate::from_pem_bundle(root_certificates)?)
        .build()
}
