//! The client under test, behind a small seam: the verbs that steps use, and the seat that a client is given. The reference
//! client is one; whoever tests the scenarios puts another in its place, see [`Options::client`](crate::Options).

use std::{fmt, sync::Arc};

use desktop_client::{
    Account, AuthenticationResult, BoxFuture, Builder, Cancellation, Clock, Error, PublicClientApplication, Randomness,
    RefreshToken, UserAgent, UserAgentError,
};
use url::Url;

use crate::foreign::Exec;

/// A client that scenarios can judge, by the verbs of MSAL and of the reference client. All that it sends and shows goes
/// through what its [`Seat`] has.
pub trait ClientUnderTest: Send + Sync {
    /// A token without showing anything (`acquire_token_silent`).
    fn silent<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<AuthenticationResult, Error>>;

    /// A token by the sign-in window (`acquire_token_interactive`).
    fn interactive<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<AuthenticationResult, Error>>;

    /// A token by the steps that the client thinks right (`token_for`).
    fn token_for<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<AuthenticationResult, Error>>;

    /// The answer of an API to `GET url`, challenges answered (`call_api`).
    fn call_api<'a>(&'a self, url: &'a str, ask: &'a Ask) -> BoxFuture<'a, Result<reqwest::Response, Error>>;

    /// The refresh token at hand for an account. Only for steps that send raw requests.
    fn refresh_token(&self, account: &Account) -> Option<RefreshToken>;
}

/// What one call of a verb is told.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Ask {
    /// Scopes of one API, in full.
    pub scopes: Vec<String>,
    /// Scopes of other APIs to consent to, should there be a window.
    pub extra_scopes: Vec<String>,
    /// Whose token; nobody is named if `None`.
    pub account: Option<Account>,
    /// Claims of an earlier failure or challenge.
    pub claims: Option<String>,
    /// Whether the cached access token is passed over.
    pub force_refresh: bool,
    /// Whether it is work in the background, which may not open a window.
    pub background: bool,
    /// Whether the user has just asked for it.
    pub user_gesture: bool,
    /// Calls the sign-in off: the window was closed, which a client does not see.
    pub cancellation: Cancellation,
}

/// What a scenario gives to its client: who it is, and everything by which it touches the world.
#[derive(Clone)]
#[non_exhaustive]
pub struct Seat {
    /// The application's client id.
    pub client_id: String,
    /// Address of the authority.
    pub authority: String,
    /// What the client declares to be able to do, such as `cp1`.
    pub capabilities: Vec<String>,
    /// Follows no redirects.
    pub http: reqwest::Client,
    /// The tenant's time.
    pub clock: Arc<dyn Clock>,
    /// The same values in every run.
    pub randomness: Randomness,
    /// The person in front of the browser.
    pub user_agent: Arc<dyn UserAgent>,
}

impl Seat {
    /// The settings of the reference client in this seat.
    ///
    /// # Errors
    ///
    /// If the authority's address is none.
    pub fn builder(&self) -> Result<Builder, Error> {
        Ok(PublicClientApplication::builder(self.client_id.clone())
            .authority(&self.authority)?
            .client_capabilities(self.capabilities.clone())
            .http_client(self.http.clone())
            .clock(self.clock.clone())
            .randomness(self.randomness.clone())
            .user_agent(Shared(self.user_agent.clone()))
            .accept_query_response(false))
    }
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat")
            .field("client_id", &self.client_id)
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}

struct Shared(Arc<dyn UserAgent>);

impl UserAgent for Shared {
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        self.0.open(url)
    }

    fn is_present(&self) -> bool {
        self.0.is_present()
    }
}

/// Makes the client of a scenario, once for each; or runs one that is a program of its own.
#[derive(Clone)]
pub struct ClientFactory(pub(crate) Origin);

/// Where a scenario's client comes from.
#[derive(Clone)]
pub(crate) enum Origin {
    /// It is made, and told each verb.
    Made(Arc<Make>),
    /// It is a command, and only watched.
    Command(Arc<Exec>),
}

pub(crate) type Make = dyn Fn(Seat) -> Result<Box<dyn ClientUnderTest>, Error> + Send + Sync;

impl ClientFactory {
    /// By a function from the seat to the client.
    pub fn new(make: impl Fn(Seat) -> Result<Box<dyn ClientUnderTest>, Error> + Send + Sync + 'static) -> Self {
        Self(Origin::Made(Arc::new(make)))
    }

    /// Somebody else's client: a command, run anew for each scenario, one after the other.
    #[must_use]
    pub fn command(exec: Exec) -> Self {
        Self(Origin::Command(Arc::new(exec)))
    }

    /// The command, if it is one.
    pub(crate) fn exec(&self) -> Option<&Exec> {
        match &self.0 {
            Origin::Made(_) => None,
            Origin::Command(exec) => Some(exec),
        }
    }
}

/// The reference client.
impl Default for ClientFactory {
    fn default() -> Self {
        Self::new(|seat| Ok(Box::new(seat.builder()?.build()?)))
    }
}

impl fmt::Debug for ClientFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientFactory").field(&self.exec()).finish()
    }
}

impl ClientUnderTest for PublicClientApplication {
    fn silent<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<AuthenticationResult, Error>> {
        let request = self
            .acquire_token_silent(ask.scopes.clone())
            .with_claims(ask.claims.clone().unwrap_or_default())
            .with_force_refresh(ask.force_refresh);
        match &ask.account {
            Some(account) => request.with_account(account).into_future(),
            None => request.into_future(),
        }
    }

    fn interactive<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<AuthenticationResult, Error>> {
        let request = self
            .acquire_token_interactive(ask.scopes.clone())
            .with_extra_scopes_to_consent(ask.extra_scopes.clone())
            .with_claims(ask.claims.clone().unwrap_or_default())
            .with_cancellation(&ask.cancellation);
        match &ask.account {
            Some(account) => request.with_account(account).into_future(),
            None => request.into_future(),
        }
    }

    fn token_for<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<AuthenticationResult, Error>> {
        let request = PublicClientApplication::token_for(self, ask.scopes.clone())
            .with_extra_scopes_to_consent(ask.extra_scopes.clone())
            .with_claims(ask.claims.clone().unwrap_or_default())
            .with_cancellation(&ask.cancellation)
            .ui_allowed(!ask.background)
            .user_gesture(ask.user_gesture);
        match &ask.account {
            Some(account) => request.with_account(account).into_future(),
            None => request.into_future(),
        }
    }

    fn call_api<'a>(&'a self, url: &'a str, ask: &'a Ask) -> BoxFuture<'a, Result<reqwest::Response, Error>> {
        let call = PublicClientApplication::call_api(self, self.http_client().get(url), ask.scopes.clone())
            .with_cancellation(&ask.cancellation)
            .ui_allowed(!ask.background)
            .user_gesture(ask.user_gesture);
        match &ask.account {
            Some(account) => call.with_account(account).into_future(),
            None => call.into_future(),
        }
    }

    fn refresh_token(&self, account: &Account) -> Option<RefreshToken> {
        PublicClientApplication::refresh_token(self, account)
    }
}

/// Which of the client's verbs is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// `acquire_token_silent`
    Silent,
    /// `acquire_token_interactive`
    Interactive,
    /// `token_for`
    ByRightSteps,
}

impl How {
    /// Asks `client` for a token.
    pub(crate) async fn get(self, client: &dyn ClientUnderTest, ask: &Ask) -> Result<AuthenticationResult, Error> {
        match self {
            Self::Silent => client.silent(ask).await,
            Self::Interactive => client.interactive(ask).await,
            Self::ByRightSteps => client.token_for(ask).await,
        }
    }
}
