//! What an app really wants: a token for these scopes, by the right steps. Silently first, then at
//! most one prompt, with exactly the claims of the failure; the decisions are
//! [`escalation`](crate::escalation)'s.

use std::future::IntoFuture;

use crate::BoxFuture;
use crate::app::PublicClientApplication;
use crate::cancellation::Cancellation;
use crate::claims;
use crate::error::{ClientErrorKind, Error};
use crate::escalation::{Action, Outcome, Situation, next_action, stays_off};
use crate::prompting::Moment;
use crate::result::{Account, AuthenticationResult};
use crate::scopes::Scopes;
use crate::unmet::Feature;

/// A request for a token by the right steps; await it or call [`send`](Self::send).
#[derive(Debug, Clone)]
#[must_use = "nothing is asked until the request is awaited"]
pub struct TokenFor {
    pub(crate) app: PublicClientApplication,
    scopes: Scopes,
    pub(crate) options: Options,
    prompted: bool,
}

/// What a caller may say beyond the scopes; see [`token_setters`].
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) account: Option<Account>,
    pub(crate) claims: Option<String>,
    pub(crate) extra_scopes: Scopes,
    pub(crate) cancellation: Cancellation,
    pub(crate) ui_allowed: bool,
    pub(crate) user_gesture: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            account: None,
            claims: None,
            extra_scopes: Scopes::default(),
            cancellation: Cancellation::new(),
            ui_allowed: true,
            user_gesture: false,
        }
    }
}

/// The setters of whatever ends in a [`TokenFor`]; for an `impl` block of a struct that has its [`Options`] at this path.
macro_rules! token_setters {
    ($($path:ident).+) => {
        /// On whose behalf; by default the signed-in account's, if there is just one. Should another user sign in at the
        /// prompt, the operation ends with `user_mismatch`, which names both.
        pub fn with_account(mut self, account: &$crate::Account) -> Self {
            self.$($path).+.account = Some(account.clone());
            self
        }

        /// Scopes of other APIs to consent to, should there be a prompt.
        pub fn with_extra_scopes_to_consent<I>(mut self, scopes: I) -> Self
        where
            I: IntoIterator,
            I::Item: Into<String>,
        {
            self.$($path).+.extra_scopes = $crate::scopes::Scopes::new(scopes);
            self
        }

        /// A handle that calls the sign-in off, and only this caller's: another one that waits for the same is asked then.
        pub fn with_cancellation(mut self, cancellation: &$crate::Cancellation) -> Self {
            self.$($path).+.cancellation = cancellation.clone();
            self
        }

        /// False for work in the background: where a person is needed, the error says so, with the
        /// claims kept for later.
        pub fn ui_allowed(mut self, allowed: bool) -> Self {
            self.$($path).+.ui_allowed = allowed;
            self
        }

        /// True when the user has just asked for this feature: then even what was declined before, or
        /// is blocked, may open the page once.
        pub fn user_gesture(mut self, gesture: bool) -> Self {
            self.$($path).+.user_gesture = gesture;
            self
        }
    };
}
pub(crate) use token_setters;

impl TokenFor {
    pub(crate) fn new(app: PublicClientApplication, scopes: Scopes) -> Self {
        Self { app, scopes, options: Options::default(), prompted: false }
    }

    token_setters!(options);

    /// Claims from an earlier failure or challenge.
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.options.claims = Some(claims.into()).filter(|claims: &String| !claims.is_empty());
        self
    }

    /// Gets the token.
    ///
    /// # Errors
    /// Whatever the last step ended in; no further prompt would help.
    pub async fn send(mut self) -> Result<AuthenticationResult, Error> {
        let claims = self.options.claims.take();
        self.token(claims.as_deref()).await
    }

    /// A token that satisfies the API's claims, if it made any.
    pub(crate) async fn token(&mut self, claims: Option<&str>) -> Result<AuthenticationResult, Error> {
        self.by_the_right_steps(claims, false).await
    }

    /// A token the server has just made, for an API that refuses the one at hand without a reason.
    pub(crate) async fn new_token(&mut self) -> Result<AuthenticationResult, Error> {
        self.by_the_right_steps(None, true).await
    }

    async fn by_the_right_steps(&mut self, claims: Option<&str>, force: bool) -> Result<AuthenticationResult, Error> {
        let since = self.app.prompting().now();
        match self.silent(claims, force).await {
            Err(error) => self.escalate(error, claims, since).await,
            result => result,
        }
    }

    async fn silent(&mut self, claims: Option<&str>, force: bool) -> Result<AuthenticationResult, Error> {
        if self.options.account.is_none() {
            let mut accounts = self.app.accounts()?;
            if accounts.len() == 1 {
                self.options.account = accounts.pop();
            }
        }
        let mut request = self
            .app
            .acquire_token_silent(self.scopes.to_vec())
            .with_force_refresh(force)
            .with_claims(claims.unwrap_or_default());
        if let Some(account) = &self.options.account {
            request = request.with_account(account);
        }
        request.send().await
    }

    /// After a silent failure: decide, wait for one's turn, prompt once. `since` is from before the silent attempt.
    async fn escalate(
        &mut self,
        mut error: Error,
        claims: Option<&str>,
        since: Moment,
    ) -> Result<AuthenticationResult, Error> {
        if let (Some(claims), Error::UiRequired(_)) = (claims, &error) {
            self.app.lock_unmet().demanded(self.feature(), claims);
        }
        let mut way = self.decide(&mut error)?;
        let app = self.app.clone();
        let gesture = self.options.user_gesture;
        let turn = app.prompting().turn(since, &self.options.cancellation).await?;
        if turn.was_waited_for() {
            // Somebody else's prompt ended meanwhile: it may have settled this too.
            if let Some(error) = turn.shared_failure(&self.feature(), gesture) {
                return Err(error.clone());
            }
            match self.silent(claims, false).await {
                Err(again) => error = again,
                result => return result,
            }
            way = self.decide(&mut error)?;
        }
        self.prompted = true;
        let outcome = self.prompt(way, &error, claims).await.and_then(same_user);
        turn.ends_with(self.feature(), gesture, outcome.as_ref().err());
        match &outcome {
            Ok(result) => self.options.account = Some(result.account.clone()),
            Err(ended) if stays_off(&error, ended) => self.app.lock_unmet().decline(self.feature()),
            Err(_) => {}
        }
        outcome
    }

    /// How to prompt, when that is the next action; else the error to end with.
    fn decide(&self, error: &mut Error) -> Result<Way, Error> {
        let situation = Situation {
            ui_allowed: self.options.ui_allowed,
            user_gesture: self.options.user_gesture,
            declined_before: self.app.lock_unmet().is_declined(&self.feature()),
            already_prompted: self.prompted,
            browser_present: self.app.user_agent().is_present(),
        };
        match next_action(Outcome::Failed(error), situation) {
            Action::Interactive => return Ok(Way::Browser),
            Action::DeviceCode if self.app.device_code_prompt().is_some() => return Ok(Way::DeviceCode),
            Action::DeviceCode => return Err(nowhere_to_prompt(error)),
            Action::ReportPolicyNotSatisfied => {
                if let Error::UiRequired(ui) = error {
                    ui.after_prompt = true;
                }
            }
            action => tracing::debug!(?action, %error, "no prompt"),
        }
        Err(error.clone())
    }

    /// The same scopes and account, with the claims of this call's challenge, the failure's, and what was demanded in vain
    /// before, in this rank (escalation reference 4.4, duties 3 and 4). A device code brings no consent to other APIs: it is
    /// for the scopes of one.
    async fn prompt(&self, way: Way, error: &Error, claims: Option<&str>) -> Result<AuthenticationResult, Error> {
        let of_error = error.as_ui_required().and_then(|ui| ui.claims.as_deref());
        let unmet = self.app.lock_unmet().claims(&self.feature());
        let claims = claims::by_rank([claims, of_error, unmet.as_deref()])?.unwrap_or_default();
        let scopes = self.scopes.to_vec();
        match way {
            Way::Browser => {
                let mut request = self
                    .app
                    .acquire_token_interactive(scopes)
                    .with_extra_scopes_to_consent(self.options.extra_scopes.to_vec())
                    .with_cancellation(&self.options.cancellation)
                    .with_claims(claims);
                if let Some(account) = &self.options.account {
                    request = request.with_account(account);
                }
                request.send_in_turn().await
            }
            Way::DeviceCode => {
                let request = self.app.acquire_token_by_device_code(scopes);
                let mut request = request.with_cancellation(&self.options.cancellation).with_claims(claims);
                if let Some(account) = &self.options.account {
                    request = request.expecting(account);
                }
                request.send_in_turn().await
            }
        }
    }

    fn feature(&self) -> Feature {
        let home_account_id = self.options.account.as_ref().map(|account| account.home_account_id.clone());
        (home_account_id.unwrap_or_default(), self.scopes.key())
    }
}

/// How the user is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Browser,
    DeviceCode,
}

/// A token of another user than the operation is about is nothing it may go on with: an API would be called, and data
/// shown, in the wrong name. Who came is signed in all the same, and found among the accounts.
fn same_user(result: AuthenticationResult) -> Result<AuthenticationResult, Error> {
    let Some(hinted) = &result.other_user_than_hinted else {
        return Ok(result);
    };
    Err(Error::client(
        ClientErrorKind::UserMismatch,
        format!(
            "{} was to sign in and {} did; the token was not used, ask the user which account is meant and call again with it",
            hinted.username, result.account.username
        ),
    ))
}

fn nowhere_to_prompt(error: &Error) -> Error {
    Error::client(
        ClientErrorKind::BrowserNotOpened,
        format!(
            "a person must sign in, but this host has no browser ({}); set BROWSER to the command that opens an address, or give the app a Builder::device_code_prompt to sign in by code on another device",
            error.code()
        ),
    )
}

impl IntoFuture for TokenFor {
    type Output = Result<AuthenticationResult, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
