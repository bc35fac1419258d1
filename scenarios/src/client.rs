//! The client under test behind a small seam: the reference client as it is, or one that is wrong on purpose, to show that
//! a scenario turns red when it should.

use desktop_client::{Account, AuthenticationResult, Cancellation, Error, PublicClientApplication};

/// How the client behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conduct {
    /// As the reference client does.
    #[default]
    Reference,
    /// Forgets the claims of a failure.
    DropsClaims,
    /// Opens the window before it asks silently.
    PromptsFirst,
    /// Opens the window again although it has just got its token.
    Loops,
}

/// One operation's parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) scopes: Vec<String>,
    pub(crate) extra_scopes: Vec<String>,
    pub(crate) account: Option<Account>,
    pub(crate) claims: Option<String>,
    pub(crate) force_refresh: bool,
    pub(crate) background: bool,
    pub(crate) user_gesture: bool,
    pub(crate) cancellation: Cancellation,
}

/// Why an API was not reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallFailed {
    /// The client says why.
    #[error(transparent)]
    Client(#[from] Error),
    /// The API did not answer.
    #[error("the API did not answer: {0}")]
    Network(#[from] reqwest::Error),
}

/// The client of a scenario.
pub(crate) struct Client {
    pub(crate) app: PublicClientApplication,
    pub(crate) conduct: Conduct,
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

impl Client {
    /// Asks for a token.
    pub(crate) async fn get(&self, how: How, ask: &Ask) -> Result<AuthenticationResult, Error> {
        match how {
            How::Silent => self.silent(ask).await,
            How::Interactive => self.interactive(ask).await,
            How::ByRightSteps => self.token_for(ask).await,
        }
    }

    async fn silent(&self, ask: &Ask) -> Result<AuthenticationResult, Error> {
        if self.conduct == Conduct::PromptsFirst {
            // The wrong client does not wait for a reason; what comes of it, it learns from the cache.
            let _ = self.window(ask).await;
        }
        let mut request = self
            .app
            .acquire_token_silent(ask.scopes.clone())
            .with_claims(ask.claims.clone().unwrap_or_default())
            .with_force_refresh(ask.force_refresh);
        if let Some(account) = &ask.account {
            request = request.with_account(account);
        }
        request.await
    }

    async fn interactive(&self, ask: &Ask) -> Result<AuthenticationResult, Error> {
        match self.conduct {
            Conduct::DropsClaims => self.window(&Ask { claims: None, ..ask.clone() }).await,
            Conduct::Loops => {
                for _ in 1..LOOPS {
                    let _ = self.window(ask).await;
                }
                self.window(ask).await
            }
            Conduct::Reference | Conduct::PromptsFirst => self.window(ask).await,
        }
    }

    async fn token_for(&self, ask: &Ask) -> Result<AuthenticationResult, Error> {
        if self.conduct != Conduct::Reference {
            return self.by_hand(ask).await;
        }
        let mut request = self
            .app
            .token_for(ask.scopes.clone())
            .with_extra_scopes_to_consent(ask.extra_scopes.clone())
            .with_claims(ask.claims.clone().unwrap_or_default())
            .with_cancellation(&ask.cancellation)
            .ui_allowed(!ask.background)
            .user_gesture(ask.user_gesture);
        if let Some(account) = &ask.account {
            request = request.with_account(account);
        }
        request.await
    }

    pub(crate) async fn call_api(&self, url: &str, ask: &Ask) -> Result<reqwest::Response, CallFailed> {
        let request = self.app.http_client().get(url);
        if self.conduct != Conduct::Reference {
            let token = self.by_hand(ask).await?;
            return Ok(request.bearer_auth(token.access_token.secret()).send().await?);
        }
        let mut call = self
            .app
            .call_api(request, ask.scopes.clone())
            .with_cancellation(&ask.cancellation)
            .ui_allowed(!ask.background)
            .user_gesture(ask.user_gesture);
        if let Some(account) = &ask.account {
            call = call.with_account(account);
        }
        Ok(call.await?)
    }

    /// The naive steps of a wrong client.
    async fn by_hand(&self, ask: &Ask) -> Result<AuthenticationResult, Error> {
        match self.silent(ask).await {
            Err(Error::UiRequired(needed)) => self.interactive(&Ask { claims: needed.claims, ..ask.clone() }).await,
            other => other,
        }
    }

    async fn window(&self, ask: &Ask) -> Result<AuthenticationResult, Error> {
        let mut request = self
            .app
            .acquire_token_interactive(ask.scopes.clone())
            .with_extra_scopes_to_consent(ask.extra_scopes.clone())
            .with_claims(ask.claims.clone().unwrap_or_default())
            .with_cancellation(&ask.cancellation);
        if let Some(account) = &ask.account {
            request = request.with_account(account);
        }
        request.await
    }
}

/// How often a client that loops opens the window.
const LOOPS: usize = 3;
