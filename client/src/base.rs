//! What every kind of app is: a client id with or without a credential, the authority it asks, the network to ask over;
//! and what it remembers of them, metadata and recent failures. Knows no user, no cache, no browser.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::authority::{Authority, Cloud, Directory, Metadata};
use crate::clock::{Clock, SystemClock};
use crate::confidential::ClientCredential;
use crate::error::{ClientErrorKind, Error};
use crate::observer::Observer;
use crate::randomness::Randomness;
use crate::result::Account;
use crate::scopes::Scopes;
use crate::throttle::{Asked, Throttle, Throttling};
use crate::transport::HttpTransport;
use crate::wire::Network;

/// The part that public and confidential apps have in common.
pub(crate) struct Base {
    pub(crate) client_id: String,
    /// None for a public client, which can keep no secret.
    pub(crate) credential: Option<ClientCredential>,
    pub(crate) authority: Authority,
    pub(crate) capabilities: Vec<String>,
    pub(crate) http: reqwest::Client,
    pub(crate) transport: Option<Arc<dyn HttpTransport>>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Randomness,
    pub(crate) throttle: Throttle,
    directory: Directory,
}

impl Base {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn network(&self) -> Network<'_> {
        Network { transport: self.transport_or(&self.http), clock: &*self.clock, observer: self.observer.as_deref() }
    }

    /// What sends: the transport the app was given, or `http`.
    pub(crate) fn transport_or<'a>(&'a self, http: &'a reqwest::Client) -> &'a dyn HttpTransport {
        self.transport.as_deref().unwrap_or(http)
    }

    pub(crate) async fn metadata(&self, authority: &Authority) -> Result<Arc<Metadata>, Error> {
        self.directory.metadata(self.network(), authority).await
    }

    /// The same, if it is known without asking.
    pub(crate) fn known_metadata(&self, authority: &Authority) -> Option<Arc<Metadata>> {
        self.directory.known_metadata(authority)
    }

    /// The authority's cloud, asked for if need be.
    pub(crate) async fn cloud(&self, authority: &Authority) -> Result<Arc<Cloud>, Error> {
        self.directory.cloud(self.network(), authority).await
    }

    /// The names of the authority's cloud in a cache, as far as they are known without asking; new
    /// entries go under the first.
    pub(crate) fn environments(&self) -> Vec<String> {
        if !self.authority.is_entra() {
            // Providers on two ports of one host have nothing in common, and no other library's file to share.
            return vec![self.authority.environment()];
        }
        let known = self.directory.known_cloud(&self.authority);
        known.map_or_else(|| Cloud::single(self.authority.environment()).environments(), |cloud| cloud.environments())
    }

    /// What a request in which a person takes part asks for.
    pub(crate) fn asked_for_a_person<'a>(&'a self, scopes: &'a Scopes, account: Option<&'a Account>) -> Asked<'a> {
        Asked {
            client_id: &self.client_id,
            confidential: self.credential.is_some(),
            authority: &self.authority,
            home_tenant: account.map(Account::home_tenant),
            scopes,
            account: account.map(|account| account.home_account_id.as_str()),
            refresh_token: None,
        }
    }

    pub(crate) fn check_scopes(&self, scopes: &Scopes) -> Result<(), Error> {
        if scopes.names_no_api() && self.authority.is_entra() {
            return Err(Error::client(
                ClientErrorKind::InvalidRequest,
                "no scope of an API is named; name at least one, e.g. User.Read",
            ));
        }
        Ok(())
    }
}

/// The settings behind it; everything but the client id has a default.
pub(crate) struct BaseSettings {
    pub(crate) client_id: String,
    pub(crate) authority: Option<Authority>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) instance_discovery: bool,
    pub(crate) http: Option<reqwest::Client>,
    pub(crate) transport: Option<Arc<dyn HttpTransport>>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) root_certificates: Vec<u8>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Option<Randomness>,
    pub(crate) throttling: Throttling,
}

impl BaseSettings {
    pub(crate) fn new(client_id: String) -> Self {
        Self {
            client_id,
            authority: None,
            capabilities: Vec::new(),
            instance_discovery: true,
            http: None,
            transport: None,
            observer: None,
            root_certificates: Vec::new(),
            clock: Arc::new(SystemClock),
            randomness: None,
            throttling: Throttling::default(),
        }
    }

    /// Checks the settings.
    pub(crate) fn build(self, credential: Option<ClientCredential>) -> Result<Base, Error> {
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
        Ok(Base {
            client_id: self.client_id,
            credential,
            authority,
            capabilities: self.capabilities,
            http,
            transport: self.transport,
            observer: self.observer,
            clock: self.clock,
            randomness,
            throttle: Throttle::new(self.throttling),
            directory: Directory::new(self.instance_discovery),
        })
    }
}

/// The setters that both builders have; for an `impl` block of a struct with a `base: BaseSettings`.
macro_rules! base_setters {
    () => {
        /// Who signs users in, e.g. `https://login.microsoftonline.com/organizations`; by default
        /// `common` there. Plain http only for loopback hosts.
        ///
        /// # Errors
        /// When it is no such address.
        pub fn authority(mut self, address: impl AsRef<str>) -> Result<Self, Error> {
            self.base.authority = Some(Authority::parse(address.as_ref())?);
            Ok(self)
        }

        /// Whether to ask about an authority's host that is in none of the known clouds; on by default.
        ///
        /// `login.microsoftonline.com` is asked, as MSAL does, and a loopback host itself. The answer
        /// brings other names of the host, under which tokens may lie in the cache, or
        /// `invalid_instance`: nobody at Microsoft knows it. If no answer can be had the host stands for
        /// itself. Off, it always does.
        pub fn instance_discovery(mut self, enabled: bool) -> Self {
            self.base.instance_discovery = enabled;
            self
        }

        /// What this app can handle. `cp1` says: every API call handles a claims challenge.
        pub fn client_capabilities<I>(mut self, capabilities: I) -> Self
        where
            I: IntoIterator,
            I::Item: Into<String>,
        {
            self.base.capabilities = capabilities.into_iter().map(Into::into).collect();
            self
        }

        /// The HTTP client to use. Build it without redirects; an answer that came by one is refused.
        pub fn http_client(mut self, client: reqwest::Client) -> Self {
            self.base.http = Some(client);
            self
        }

        /// What sends the requests: those to the authority, and those of an API call. By default the HTTP
        /// client, and for an API call the one that its request was built with.
        pub fn http_transport(mut self, transport: impl $crate::transport::HttpTransport + 'static) -> Self {
            self.base.transport = Some(Arc::new(transport));
            self
        }

        /// Who is told what passes between the app, the authority, the browser and the APIs; by default nobody.
        pub fn observer(mut self, observer: Arc<dyn $crate::observer::Observer>) -> Self {
            self.base.observer = Some(observer);
            self
        }

        /// Certificate authorities to trust besides the platform's, as PEM. Of no effect together with
        /// [`http_client`](Self::http_client).
        pub fn root_certificate_pem(mut self, pem: &[u8]) -> Self {
            self.base.root_certificates = pem.to_vec();
            self
        }

        /// Where the time comes from, and what waits.
        pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
            self.base.clock = clock;
            self
        }

        /// Where unguessable values come from: state, nonce, PKCE verifier, ids of requests and assertions.
        pub fn randomness(mut self, randomness: Randomness) -> Self {
            self.base.randomness = Some(randomness);
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
        /// `common` and `organizations` count as the home tenant of the account. Claims make no
        /// difference to it. A sign-in brings a new refresh token and so ends the last
        /// row; the others also hold back an interactive request, before the browser opens. Each app
        /// object has its own memory.
        ///
        /// Not affected: a request that meets a 5xx without `Retry-After`, or no answer in time, is sent
        /// once more after a second.
        pub fn throttling(mut self, throttling: Throttling) -> Self {
            self.base.throttling = throttling;
            self
        }
    };
}
pub(crate) use base_setters;

/// No redirects: a refresh token must not travel on. No endless waiting either.
fn http_client(root_certificates: &[u8]) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(30))
        .tls_certs_merge(reqwest::Certificate::from_pem_bundle(root_certificates)?)
        .build()
}
