//! The person in front of the browser, as the client's user agent: one browser a scenario, so one cookie jar.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use desktop_client::{BoxFuture, Cancellation, UserAgent, UserAgentError};
use mock_idp::virtual_user::{BrowseError, Browser, Outcome, VirtualUser};
use url::Url;

/// Clones are the same person.
#[derive(Clone)]
pub(crate) struct Person {
    browser: Browser,
    state: Arc<Mutex<State>>,
}

struct State {
    user: VirtualUser,
    /// Calls the sign-in off that is under way: a closed window is not seen by the client, the app has to tell it.
    cancellation: Cancellation,
    trouble: Option<String>,
}

impl Person {
    pub(crate) fn new(user: VirtualUser) -> Result<Self, BrowseError> {
        let state = State { user, cancellation: Cancellation::new(), trouble: None };
        Ok(Self { browser: Browser::new(None)?, state: Arc::new(Mutex::new(state)) })
    }

    pub(crate) fn becomes(&self, user: VirtualUser) {
        self.state().user = user;
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UserAgent for Person {
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        Box::pin(async move {
            let (user, cancellation) = {
                let state = self.state();
                (state.user.clone(), state.cancellation.clone())
            };
            let trouble = match self.browser.visit(url, &user).await {
                Ok(visit) => match visit.outcome {
                    Outcome::Delivered { .. } => return Ok(()),
                    Outcome::Abandoned { at } => format!("{} closed the window at the {at} page", user.username),
                    Outcome::Finished { at } => format!("the pages ended at the {at} page"),
                    Outcome::ErrorPage { code, message } => {
                        let code = code.map(|code| format!("AADSTS{code}: ")).unwrap_or_default();
                        format!("the browser ended at an error page ({code}{message})")
                    }
                },
                Err(error) => error.to_string(),
            };
            self.state().trouble = Some(trouble);
            cancellation.cancel();
            Ok(())
        })
    }
}
