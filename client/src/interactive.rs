//! A token with the user's help: the browser at `/authorize`, the answer at the loopback listener,
//! the code redeemed (RFC 6749, 4.1; RFC 7636; escalation reference 5.3).
//!
//! Never reads the token cache, and shows the sign-in page once: an answer that asks for the user
//! again comes out as an error, not as a second page.

mod extra_parameters;

use std::future::IntoFuture;
use std::sync::atomic::Ordering;
use std::time::Duration;

use url::Url;

use crate::BoxFuture;
use crate::app::PublicClientApplication;
use crate::authority::Metadata;
use crate::cancellation::Cancellation;
use crate::claims;
use crate::error::{Classification, ClientErrorKind, Error, ServiceError, UiRequired};
use crate::identity::ClientInfo;
use crate::loopback::{Answer, Expectation, Loopback};
use crate::observer::Event;
use crate::redeem::{self, Expected, Redemption};
use crate::result::{Account, AuthenticationResult, Secret};
use crate::scopes::Scopes;
use crate::wire::{ApiId, AuthorizeRequest, CacheInfo, Decoration, Grant, LIBRARY};

/// What the sign-in page is to show beyond what is missing anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Prompt {
    /// The list of accounts.
    SelectAccount,
    /// The password again, whatever session there is.
    Login,
    /// The consent page again. Not needed to repair missing consent: the server shows it by itself.
    Consent,
    /// Nothing at all; fails where a page would be needed.
    None,
    /// Making a new account.
    Create,
}

impl Prompt {
    fn as_str(self) -> &'static str {
        match self {
            Self::SelectAccount => "select_account",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::None => "none",
            Self::Create => "create",
        }
    }
}

/// An interactive request; await it or call [`send`](Self::send).
#[derive(Debug, Clone)]
#[must_use = "nothing is shown until the request is awaited"]
pub struct AcquireTokenInteractive {
    app: PublicClientApplication,
    scopes: Scopes,
    extra_scopes: Scopes,
    account: Option<Account>,
    login_hint: Option<String>,
    claims: Option<String>,
    prompt: Option<Prompt>,
    extra_query_parameters: Vec<(String, String)>,
    cancellation: Cancellation,
}

impl AcquireTokenInteractive {
    pub(crate) fn new(app: PublicClientApplication, scopes: Scopes) -> Self {
        Self {
            app,
            scopes,
            extra_scopes: Scopes::default(),
            account: None,
            login_hint: None,
            claims: None,
            prompt: None,
            extra_query_parameters: Vec::new(),
            cancellation: Cancellation::new(),
        }
    }

    /// Who should sign in. Another user still may: see
    /// [`other_user_than_hinted`](AuthenticationResult::other_user_than_hinted).
    pub fn with_account(mut self, account: &Account) -> Self {
        self.account = Some(account.clone());
        self
    }

    /// Who should sign in, by user name; not together with an account. A hint only: compare the result's account.
    pub fn with_login_hint(mut self, user_name: impl Into<String>) -> Self {
        self.login_hint = Some(user_name.into());
        self
    }

    /// The claims of the failure or challenge that led here.
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into()).filter(|claims: &String| !claims.is_empty());
        self
    }

    /// What to show; by default only what is missing.
    pub fn with_prompt(mut self, prompt: Prompt) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// Scopes of other APIs to consent to in the same go; their tokens come silently later.
    pub fn with_extra_scopes_to_consent<I>(mut self, scopes: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.extra_scopes = Scopes::new(scopes);
        self
    }

    /// A further parameter of the authorize request, e.g. `domain_hint`. Not sent to the token endpoint.
    ///
    /// The request ends with `duplicate_query_parameter` if it is one of the request's own, which have methods here, or
    /// is given twice.
    pub fn with_extra_query_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra_query_parameters.push((name.into(), value.into()));
        self
    }

    /// A handle that calls the sign-in off.
    pub fn with_cancellation(mut self, cancellation: &Cancellation) -> Self {
        self.cancellation = cancellation.clone();
        self
    }

    /// Shows the sign-in page and waits for the answer. Prompts of one app never overlap: a second
    /// one waits for the first to end.
    ///
    /// # Errors
    /// [`Error::UiRequired`] out of here means that the user was asked and it did not suffice:
    /// do not call again for the same reason.
    pub async fn send(self) -> Result<AuthenticationResult, Error> {
        self.app.prompting().alone(&self.cancellation, self.run()).await
    }

    /// The same for a caller who holds the turn already.
    pub(crate) async fn send_in_turn(self) -> Result<AuthenticationResult, Error> {
        self.cancellation.unless_canceled(self.run()).await
    }

    /// The sign-in itself.
    async fn run(&self) -> Result<AuthenticationResult, Error> {
        self.app.check_scopes(&self.scopes)?;
        if self.account.is_some() && self.login_hint.is_some() {
            return Err(Error::client(
                ClientErrorKind::InvalidRequest,
                "both an account and a login hint were given; give one of them",
            ));
        }
        extra_parameters::check(&self.extra_query_parameters)?;
        let claims = claims::for_request(self.app.capabilities(), self.claims.as_deref())?;
        // A sign-in whose code could not be redeemed would be in vain.
        let asked = self.app.base().asked_for_a_person(&self.scopes, self.account.as_ref());
        if let Some(error) = self.app.throttle().replay(asked, self.app.now()) {
            return Err(error);
        }
        let metadata = self.app.metadata(self.app.authority()).await?;
        let loopback = Loopback::bind(self.app.redirect_uri()).await?;
        let redirect_uri = loopback.redirect_uri().to_owned();
        let random = self.app.randomness();
        let attempt = SignIn {
            state: random.token(),
            nonce: random.token(),
            verifier: Secret::new(random.token()),
            correlation_id: random.guid(),
        };
        let scopes = metadata.scopes_to_send(&self.scopes.union(&self.extra_scopes));
        let url = AuthorizeRequest {
            endpoint: &metadata.authorization_endpoint,
            client_id: self.app.client_id(),
            redirect_uri: &redirect_uri,
            scopes: &scopes,
            state: &attempt.state,
            verifier: &attempt.verifier,
            parameters: self.parameters(&attempt, claims.as_deref(), &metadata, &scopes),
        }
        .url()?;
        let accept_query = self.app.accepts_query_response() || !metadata.offers_form_post();
        let expectation =
            Expectation { state: attempt.state.clone(), accept_query, pages: self.app.result_pages().clone() };
        self.app.tell(Event::SignInOpened(&url));
        let answer = tokio::time::timeout(self.app.timeout(), self.browse(&url, loopback, expectation))
            .await
            .map_err(|_| self.nobody_came())??;
        if let Ok(address) = Url::parse(&redirect_uri) {
            self.app.tell(Event::SignInAnswered(answer.seen_at(&address)));
        }
        metadata.check_response_issuer(answer.get("iss"))?;
        let code = self.code(&answer, &attempt)?;
        redeem::redeem(
            &self.app,
            Redemption {
                authority: self.app.authority(),
                grant: Grant::Code { code: &code, verifier: &attempt.verifier, redirect_uri: &redirect_uri },
                scopes: &self.scopes,
                account: self.account.as_ref(),
                claims: claims.as_deref(),
                expected: Expected::Nonce(&attempt.nonce),
                decoration: Decoration {
                    correlation_id: attempt.correlation_id,
                    api: ApiId::Interactive,
                    cache_info: CacheInfo::NotApplicable,
                    anchor_mailbox: answer
                        .get("client_info")
                        .and_then(ClientInfo::parse)
                        .map(|info| format!("oid:{}@{}", info.uid, info.utid)),
                },
            },
        )
        .await
    }

    /// Opens the page and listens at the same time, until the answer is in.
    async fn browse(&self, url: &Url, loopback: Loopback, expectation: Expectation) -> Result<Answer, Error> {
        let received = loopback.received();
        let answer = loopback.receive(expectation);
        let mut opening = self.app.user_agent().open(url);
        let mut open = false;
        tokio::pin!(answer);
        loop {
            tokio::select! {
                biased;
                answer = &mut answer => {
                    if !open {
                        // The page that says so is on its way to whoever opened the first one.
                        let _ = tokio::time::timeout(LAST_PAGE, &mut opening).await;
                    }
                    return answer;
                }
                opened = &mut opening, if !open => match opened {
                    Err(error) if !received.load(Ordering::SeqCst) => {
                        return Err(Error::client(
                            ClientErrorKind::BrowserNotOpened,
                            format!("the sign-in page could not be opened ({error}); set BROWSER to the command that opens an address"),
                        ));
                    }
                    _ => open = true,
                },
            }
        }
    }

    fn parameters(
        &self,
        attempt: &SignIn,
        claims: Option<&str>,
        metadata: &Metadata,
        scopes: &Scopes,
    ) -> Vec<(String, String)> {
        let own = self.own_parameters(attempt, claims, metadata, scopes).into_iter();
        let own = own.map(|(name, value)| (name.to_owned(), value));
        own.chain(self.extra_query_parameters.iter().cloned()).collect()
    }

    fn own_parameters(
        &self,
        attempt: &SignIn,
        claims: Option<&str>,
        metadata: &Metadata,
        scopes: &Scopes,
    ) -> Vec<(&'static str, String)> {
        let entra = self.app.authority().is_entra();
        let mut parameters = vec![("nonce", attempt.nonce.clone()), ("client_info", "1".to_owned())];
        if metadata.offers_form_post() {
            parameters.push(("response_mode", "form_post".to_owned()));
        }
        if entra {
            parameters.push(("haschrome", "1".to_owned()));
            parameters.push(("client-request-id", attempt.correlation_id.clone()));
            parameters.extend(LIBRARY.map(|(name, value)| (name, value.to_owned())));
        }
        if let Some(claims) = claims {
            parameters.push(("claims", claims.to_owned()));
        }
        let consent = metadata.needs_consent_prompt(scopes).then_some(Prompt::Consent);
        if let Some(prompt) = self.prompt.or(consent).or_else(|| self.default_prompt()) {
            parameters.push(("prompt", prompt.as_str().to_owned()));
        }
        if let Some(account) = &self.account {
            if !account.username.is_empty() {
                parameters.push(("login_hint", account.username.clone()));
            }
            if let Some((oid, tid)) = account.home_parts().filter(|_| entra) {
                parameters.push(("login_req", oid.to_owned()));
                parameters.push(("domain_req", tid.to_owned()));
                parameters.push(("X-AnchorMailbox", format!("oid:{oid}@{tid}")));
            }
        } else if let Some(hint) = &self.login_hint {
            parameters.push(("login_hint", hint.clone()));
            if entra {
                parameters.push(("X-AnchorMailbox", format!("upn:{hint}")));
            }
        }
        parameters
    }

    /// By default none; the list of accounts when nobody is named and several are known.
    fn default_prompt(&self) -> Option<Prompt> {
        let nobody_named = self.account.is_none() && self.login_hint.is_none();
        let several = || self.app.accounts().is_ok_and(|accounts| accounts.len() > 1);
        (nobody_named && several()).then_some(Prompt::SelectAccount)
    }

    /// The code, or the error that came by redirect (escalation reference 2.8).
    fn code(&self, answer: &Answer, attempt: &SignIn) -> Result<Secret, Error> {
        tracing::debug!(mode = ?answer.mode, "the answer has come");
        let Some(error) = answer.get("error") else {
            return Ok(Secret::new(answer.get("code").unwrap_or_default()));
        };
        let description = answer.get("error_description").unwrap_or_default();
        // Entra says by the subcode that it was the user; elsewhere the error itself does (RFC 6749, 4.1.2.1).
        let by_user = answer.get("error_subcode") == Some("cancel") || !self.app.authority().is_entra();
        if error == "access_denied" && by_user {
            return Err(Error::client(
                ClientErrorKind::AuthenticationCanceled,
                "the user canceled or declined; tokens of other APIs stay good, ask again only when the user asks for it",
            ));
        }
        let correlation_id = Some(attempt.correlation_id.clone());
        let error_codes = aadsts_number(description).into_iter().collect();
        if self.prompt == Some(Prompt::None) && NEEDS_A_PAGE.contains(&error) {
            return Err(Error::ui_required(UiRequired {
                classification: Classification::PromptNeverFailed,
                error: "no_prompt_failed".to_owned(),
                error_description: format!("{error}: {description}"),
                error_codes,
                correlation_id,
                ..UiRequired::default()
            }));
        }
        Err(Error::service(ServiceError {
            error: error.to_owned(),
            error_description: description.to_owned(),
            error_codes,
            correlation_id,
            ..ServiceError::default()
        }))
    }

    fn nobody_came(&self) -> Error {
        Error::client(
            ClientErrorKind::InteractiveTimeout,
            format!(
                "the sign-in was not finished within {} s; if the page showed an error, correct the app's registration, else sign in again",
                self.app.timeout().as_secs()
            ),
        )
    }
}

impl IntoFuture for AcquireTokenInteractive {
    type Output = Result<AuthenticationResult, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The values of one sign-in, fresh each time.
struct SignIn {
    state: String,
    nonce: String,
    verifier: Secret,
    correlation_id: String,
}

/// How long a user agent that is still busy may take to see the last page.
const LAST_PAGE: Duration = Duration::from_secs(1);

const NEEDS_A_PAGE: [&str; 4] =
    ["login_required", "interaction_required", "consent_required", "account_selection_required"];

/// The number after `AADSTS`; a redirect has no `error_codes`.
fn aadsts_number(description: &str) -> Option<u64> {
    let (_, rest) = description.split_once("AADSTS")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}
