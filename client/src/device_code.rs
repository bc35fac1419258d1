//! A token with the user's help on another device (RFC 8628; escalation reference 2.10, 5.7): a code to show, then polls
//! until somebody has signed in with it. The polls are our own, on the injected clock: `oauth2`'s lose Entra's members.

mod poll;
mod prompt;

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::BoxFuture;
use crate::app::PublicClientApplication;
use crate::cancellation::Cancellation;
use crate::claims;
use crate::error::{ClientErrorKind, Error, printable};
use crate::redeem::{self, Expected, Redemption};
use crate::result::{Account, AuthenticationResult};
use crate::scopes::Scopes;
use crate::wire::{self, ApiId, CacheInfo, Decoration, DeviceBody, DeviceRequest, Grant};

pub use prompt::{DeviceAuthorization, DeviceCodePrompt, DeviceCodePromptError};

/// A request by device code; await it or call [`send`](Self::send).
#[derive(Clone)]
#[must_use = "nothing is asked until the request is awaited"]
pub struct AcquireTokenByDeviceCode {
    app: PublicClientApplication,
    scopes: Scopes,
    account: Option<Account>,
    claims: Option<String>,
    prompt: Option<Arc<dyn DeviceCodePrompt>>,
    cancellation: Cancellation,
}

impl AcquireTokenByDeviceCode {
    pub(crate) fn new(app: PublicClientApplication, scopes: Scopes) -> Self {
        let prompt = app.device_code_prompt().cloned();
        Self { app, scopes, account: None, claims: None, prompt, cancellation: Cancellation::new() }
    }

    /// What shows the code; by default [`Builder::device_code_prompt`](crate::Builder::device_code_prompt).
    pub fn with_device_code_prompt(mut self, prompt: impl DeviceCodePrompt + 'static) -> Self {
        self.prompt = Some(Arc::new(prompt));
        self
    }

    /// The claims of the failure or challenge that led here. They go along with the request for the code and with every
    /// poll.
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into()).filter(|claims: &String| !claims.is_empty());
        self
    }

    /// A handle that calls the sign-in off.
    pub fn with_cancellation(mut self, cancellation: &Cancellation) -> Self {
        self.cancellation = cancellation.clone();
        self
    }

    /// Who is expected. The server is not told, there is no parameter for it; the result says if it was another:
    /// [`other_user_than_hinted`](AuthenticationResult::other_user_than_hinted).
    pub fn expecting(mut self, account: &Account) -> Self {
        self.account = Some(account.clone());
        self
    }

    /// Shows the code, then polls until somebody has signed in. Prompts of one app never overlap: a second one waits for
    /// the first to end.
    ///
    /// Between polls `interval` passes; five seconds more after each `slow_down` and twice as much after a lost
    /// connection or a server in trouble (RFC 8628, 3.5).
    ///
    /// # Errors
    /// `code_expired` when nobody came in time; [`Error::Service`] for which
    /// [`is_declined`](crate::ServiceError::is_declined) holds when the user said no. [`Error::UiRequired`] out of here
    /// means that the user was asked and it did not suffice: a policy may want a browser instead.
    pub async fn send(self) -> Result<AuthenticationResult, Error> {
        self.app.prompting().alone(&self.cancellation, self.run()).await
    }

    /// The same for a caller who holds the turn already.
    pub(crate) async fn send_in_turn(self) -> Result<AuthenticationResult, Error> {
        self.cancellation.unless_canceled(self.run()).await
    }

    async fn run(&self) -> Result<AuthenticationResult, Error> {
        self.app.check_scopes(&self.scopes)?;
        let prompt = self.prompt.as_ref().ok_or_else(nothing_shows_the_code)?;
        let claims = claims::for_request(self.app.capabilities(), self.claims.as_deref())?;
        let decoration = Decoration {
            correlation_id: self.app.randomness().guid(),
            api: ApiId::DeviceCode,
            cache_info: CacheInfo::NotApplicable,
            anchor_mailbox: None,
        };
        let body = self.start(claims.as_deref(), &decoration).await?;
        let authorization = authorization(&body, self.app.now())?;
        prompt.show(&authorization).await.map_err(|error| {
            Error::client(
                ClientErrorKind::DeviceCodeNotShown,
                format!("the code of the sign-in could not be shown ({error}); correct the app's device-code prompt"),
            )
        })?;
        let redemption = Redemption {
            authority: self.app.authority(),
            grant: Grant::DeviceCode(&body.device_code),
            scopes: &self.scopes,
            account: self.account.as_ref(),
            claims: claims.as_deref(),
            expected: Expected::Anybody,
            decoration,
        };
        self.poll(&redemption, authorization.interval, authorization.expires_on).await
    }

    /// The code (RFC 8628, 3.1).
    async fn start(&self, claims: Option<&str>, decoration: &Decoration) -> Result<DeviceBody, Error> {
        let base = self.app.base();
        let asked = base.asked_for_a_person(&self.scopes, self.account.as_ref());
        if let Some(error) = base.throttle.replay(asked, base.now()) {
            return Err(error);
        }
        let metadata = base.metadata(&base.authority).await?;
        let endpoint = metadata.device_authorization_endpoint.as_ref().ok_or_else(|| {
            Error::client(
                ClientErrorKind::InvalidMetadata,
                format!(
                    "{} offers no sign-in by device code (its metadata names no device_authorization_endpoint); sign in with a browser",
                    base.authority
                ),
            )
        })?;
        let request = DeviceRequest {
            endpoint,
            client_id: &base.client_id,
            scopes: &metadata.scopes_to_send(&self.scopes),
            claims,
            decoration,
        };
        let answer = wire::request_device_code(base.network(), request).await;
        answer.map_err(|error| {
            base.throttle.record(asked, &error, base.now());
            poll::with_advice(error)
        })
    }

    /// Asks until there is an answer or the code has ended. Failures are not remembered: this waits by itself.
    async fn poll(
        &self,
        redemption: &Redemption<'_>,
        mut interval: Duration,
        expires_on: Timestamp,
    ) -> Result<AuthenticationResult, Error> {
        loop {
            match redeem::ask_always(self.app.base(), redemption).await {
                Ok((body, metadata)) => return redeem::keep(&self.app, redemption, &body, &metadata).await,
                Err(error) => match poll::next_interval(&error, interval) {
                    Some(longer) => interval = longer,
                    None => return Err(poll::with_advice(error)),
                },
            }
            let left = Duration::try_from(expires_on.duration_since(self.app.now())).unwrap_or_default();
            self.app.clock().sleep(interval.min(left)).await;
            if self.app.now() >= expires_on {
                return Err(Error::client(
                    ClientErrorKind::CodeExpired,
                    "nobody signed in before the code ended; start again for a new code",
                ));
            }
        }
    }
}

impl IntoFuture for AcquireTokenByDeviceCode {
    type Output = Result<AuthenticationResult, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl std::fmt::Debug for AcquireTokenByDeviceCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AcquireTokenByDeviceCode")
            .field("app", &self.app)
            .field("scopes", &self.scopes)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

/// What the person gets to see, made safe for a terminal.
fn authorization(body: &DeviceBody, now: Timestamp) -> Result<DeviceAuthorization, Error> {
    let page = |address: &str| Url::parse(address).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
    let verification_uri = page(&body.verification_uri).filter(|_| !body.user_code.trim().is_empty());
    let verification_uri = verification_uri.ok_or_else(|| {
        Error::client(
            ClientErrorKind::InvalidResponse,
            "the authority's answer names no code or no page to enter it at; check that the authority is what it should be",
        )
    })?;
    let user_code = printable(&body.user_code);
    let message = body.message.as_deref().filter(|message| !message.trim().is_empty()).map_or_else(
        || format!("To sign in, open {verification_uri} on any device and enter the code {user_code}."),
        printable,
    );
    let expires_in = Duration::from_secs(body.expires_in.unwrap_or(900)).min(LONGEST_LIFETIME);
    Ok(DeviceAuthorization {
        user_code,
        verification_uri,
        verification_uri_complete: body.verification_uri_complete.as_deref().and_then(page),
        message,
        expires_in,
        expires_on: redeem::after(now, expires_in),
        interval: Duration::from_secs(body.interval.unwrap_or(5)).max(SHORTEST_INTERVAL),
    })
}

fn nothing_shows_the_code() -> Error {
    Error::client(
        ClientErrorKind::InvalidRequest,
        "nothing shows the code to the user; give with_device_code_prompt here, or Builder::device_code_prompt once for the app",
    )
}

/// No server's slip makes a person wait longer; Entra's codes live 15 minutes.
const LONGEST_LIFETIME: Duration = Duration::from_secs(3600);

/// A server that forgot to say how long to wait is not hammered.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
