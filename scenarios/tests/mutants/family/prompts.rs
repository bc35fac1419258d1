//! When and how often the window opens.

use std::sync::atomic::{AtomicUsize, Ordering};

use desktop_client::{AuthenticationResult, Error, PublicClientApplication as App};
use reqwest::Response;
use scenarios::{Ask, ClientUnderTest as _, Seat};

use super::{Caught, Mutant, by_verbs};
use crate::seam::{Deviation, Verb, Window};

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "prompts-first",
        does: "opens the window before it asks silently",
        caught: Caught {
            scenario: "main-01",
            assertion: "no_prompt_before_silent",
            because: "came without a silent attempt before it",
        },
        make: |seat| by_verbs(&seat, PromptsFirst),
    },
    Mutant {
        name: "prompts-twice",
        does: "opens the window once more although it has just got its token",
        caught: Caught {
            scenario: "main-02",
            assertion: "no_identical_request_repeated",
            because: "was repeated unchanged",
        },
        make: |mut seat| {
            let window = Window::watching(&mut seat);
            by_verbs(&seat, PromptsTwice(window))
        },
    },
    Mutant {
        name: "prompts-in-parallel",
        does: "opens a window for each caller although one is open",
        caught: Caught {
            scenario: "concurrent-callers",
            assertion: "concurrent_callers_share_prompt",
            because: "was still open",
        },
        make: |seat| {
            let deviation = PromptsInParallel { seat: seat.clone(), callers: AtomicUsize::new(0) };
            by_verbs(&seat, deviation)
        },
    },
];

struct PromptsFirst;

impl Deviation for PromptsFirst {
    async fn before(&self, app: &App, verb: Option<Verb>, ask: &mut Ask) {
        if verb != Some(Verb::Interactive) {
            // It does not wait for a reason; what comes of it, it learns from the cache.
            let _ = app.interactive(ask).await;
        }
    }
}

struct PromptsTwice(Window);

impl PromptsTwice {
    async fn once_more(&self, opened_before: usize, app: &App, ask: &Ask) {
        if self.0.opened() > opened_before {
            let mut same = ask.clone();
            same.claims = self.0.last_claims();
            let _ = app.interactive(&same).await;
        }
    }
}

impl Deviation for PromptsTwice {
    async fn get(&self, app: &App, verb: Verb, ask: &Ask) -> Result<AuthenticationResult, Error> {
        let before = self.0.opened();
        let result = verb.done_right(app, ask).await;
        if result.is_ok() {
            self.once_more(before, app, ask).await;
        }
        result
    }

    async fn call(&self, app: &App, url: &str, ask: &Ask) -> Result<Response, Error> {
        let before = self.0.opened();
        let result = scenarios::ClientUnderTest::call_api(app, url, ask).await;
        if result.is_ok() {
            self.once_more(before, app, ask).await;
        }
        result
    }
}

/// An app object waits for its own windows, so that a second one needs a second object.
struct PromptsInParallel {
    seat: Seat,
    callers: AtomicUsize,
}

impl Deviation for PromptsInParallel {
    async fn get(&self, app: &App, verb: Verb, ask: &Ask) -> Result<AuthenticationResult, Error> {
        let alone = self.callers.fetch_add(1, Ordering::SeqCst) == 0;
        let result = if verb == Verb::TokenFor && !alone {
            match app.silent(ask).await {
                Err(Error::UiRequired(needed)) => {
                    let mut ask = ask.clone();
                    ask.claims = needed.claims;
                    self.seat.builder()?.build()?.interactive(&ask).await
                }
                other => other,
            }
        } else {
            verb.done_right(app, ask).await
        };
        self.callers.fetch_sub(1, Ordering::SeqCst);
        result
    }
}
