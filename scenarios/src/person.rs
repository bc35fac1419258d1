//! The person in front of the browser, as the client's user agent: one browser a scenario, so one cookie jar.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use desktop_client::{BoxFuture, Cancellation, UserAgent, UserAgentError};
use mock_idp::virtual_user::{BrowseError, Browser, Outcome, Thinking, VirtualUser, Visit};
use tokio::sync::watch;
use url::Url;

/// Clones are the same person.
#[derive(Clone)]
pub(crate) struct Person {
    browser: Browser,
    state: Arc<Mutex<State>>,
    /// How many visits have ended.
    visits: Arc<watch::Sender<usize>>,
}

struct State {
    user: VirtualUser,
    /// How often she has opened a sign-in since she became so.
    visits: usize,
    /// Calls the sign-in off that is under way: a closed window is not seen by the client, the app has to tell it.
    cancellation: Cancellation,
    trouble: Option<String>,
}

impl Person {
    /// `ca`: the certificate that her browser trusts, as PEM. `thinking`: how the time passes in which she thinks.
    pub(crate) fn new(user: VirtualUser, ca: Option<&str>, thinking: Thinking) -> Result<Self, BrowseError> {
        let state = State { user, visits: 0, cancellation: Cancellation::new(), trouble: None };
        let browser = Browser::new(ca)?.thinking(thinking);
        Ok(Self { browser, state: Arc::new(Mutex::new(state)), visits: Arc::default() })
    }

    pub(crate) fn becomes(&self, user: VirtualUser) {
        let mut state = self.state();
        state.user = user;
        state.visits = 0;
    }

    /// Who she is, and what she does.
    pub(crate) fn user(&self) -> VirtualUser {
        self.state().user.clone()
    }

    /// Before a step that may open a window: the handle to give to the client.
    pub(crate) fn gets_ready(&self) -> Cancellation {
        let mut state = self.state();
        state.cancellation = Cancellation::new();
        state.trouble = None;
        state.cancellation.clone()
    }

    /// What kept her from going on, since she got ready.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.state().trouble.take()
    }

    /// The same, without forgetting it.
    pub(crate) fn is_troubled(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// Wakes when a visit has ended.
    pub(crate) fn visits_ended(&self) -> watch::Receiver<usize> {
        self.visits.subscribe()
    }

    /// Who she is at her next visit.
    fn at_next_visit(&self) -> VirtualUser {
        let mut state = self.state();
        state.visits += 1;
        state.user.at_visit(state.visits - 1)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a visit to the pages ended.
pub(crate) struct Ended(Result<Outcome, Refused>);

/// A page that refused what she typed.
struct Refused {
    message: String,
}

impl Ended {
    /// A parameter that came to the redirect address.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.0.as_ref().ok()?.parameter(name)
    }

    /// The AADSTS number in the error that came to the redirect address.
    pub(crate) fn error_code(&self) -> Option<u64> {
        self.parameter("error_description").and_then(number)
    }

    /// The AADSTS number on the page at which it ended.
    pub(crate) fn page_code(&self) -> Option<u64> {
        match &self.0 {
            Ok(Outcome::ErrorPage { code, .. }) => code.map(u64::from),
            Ok(_) => None,
            Err(Refused { message }) => number(message),
        }
    }

    pub(crate) fn described(&self) -> String {
        match &self.0 {
            Ok(Outcome::Delivered { .. }) => match (self.parameter("error"), self.error_code()) {
                (None, _) if self.parameter("code").is_some() => "a code".to_owned(),
                (None, _) => "an answer without a code".to_owned(),
                (Some(error), None) => format!("the error {error}"),
                (Some(error), Some(code)) => format!("the error {error}, AADSTS{code}"),
            },
            Ok(Outcome::Abandoned { at }) => format!("the window closed at the {at} page"),
            Ok(Outcome::Finished { at }) => format!("the pages ended at the {at} page"),
            Ok(Outcome::ErrorPage { code: Some(code), .. }) => format!("a page with AADSTS{code}"),
            Ok(Outcome::ErrorPage { code: None, message }) => format!("a page with an error ({message})"),
            Err(Refused { message }) => format!("a page that said: {message}"),
        }
    }
}

impl Person {
    /// Opens the address and goes through the pages to the end.
    pub(crate) async fn visits(&self, url: &Url) -> Result<Ended, BrowseError> {
        let user = self.at_next_visit();
        ended(self.browser.visit(url, &user).await)
    }

    /// Opens the page for device codes, types `code` and goes on; the AADSTS number of the page that would not take it.
    pub(crate) async fn enters(&self, url: &Url, code: &str) -> Result<Option<u64>, BrowseError> {
        let user = self.at_next_visit();
        ended(self.browser.enter_device_code(url, &user, code).await).map(|ended| ended.page_code())
    }
}

fn ended(visit: Result<Visit, BrowseError>) -> Result<Ended, BrowseError> {
    match visit {
        Ok(visit) => Ok(Ended(Ok(visit.outcome))),
        Err(BrowseError::Refused { message, .. }) => Ok(Ended(Err(Refused { message }))),
        Err(error) => Err(error),
    }
}

impl Person {
    /// Opens a sign-in window for a client, and goes through the pages. What kept her from bringing anything back, if so.
    pub(crate) async fn opens(&self, url: &Url) -> Option<String> {
        self.state().trouble = None;
        let user = self.at_next_visit();
        let trouble = match self.browser.visit(url, &user).await {
            Ok(visit) => match visit.outcome {
                Outcome::Delivered { .. } => None,
                Outcome::Abandoned { at } => Some(format!("{} closed the window at the {at} page", user.username)),
                Outcome::Finished { at } => Some(format!("the pages ended at the {at} page")),
                Outcome::ErrorPage { code, message } => {
                    let code = code.map(|code| format!("AADSTS{code}: ")).unwrap_or_default();
                    Some(format!("the browser ended at an error page ({code}{message})"))
                }
            },
            Err(error) => Some(error.to_string()),
        };
        self.state().trouble.clone_from(&trouble);
        self.visits.send_modify(|visits| *visits += 1);
        trouble
    }
}

/// The AADSTS number in a text.
fn number(text: &str) -> Option<u64> {
    let digits = text.split("AADSTS").nth(1)?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

impl UserAgent for Person {
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        Box::pin(async move {
            let cancellation = self.state().cancellation.clone();
            if self.opens(url).await.is_some() {
                cancellation.cancel();
            }
            Ok(())
        })
    }
}
