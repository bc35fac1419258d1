//! What is done again, and should not be. A fuse ends each loop.

use desktop_client::{AuthenticationResult, Error, PublicClientApplication as App};
use reqwest::Response;
use scenarios::{Ask, ClientUnderTest as _};

use super::{Caught, Mutant, by_verbs, on_wire};
use crate::seam::{Deviation, Verb, Wire};

/// Enough to be a loop.
const FUSE: usize = 4;

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "loops-silent",
        does: "asks silently again and again where a person is needed",
        caught: Caught {
            scenario: "main-03",
            assertion: "no_identical_request_repeated",
            because: "the silent request for payroll (exchange 6) was repeated unchanged",
        },
        make: |seat| {
            let wire = Wire { again: |sent, reply| sent < FUSE && reply.status == 400, ..Wire::of(&seat.http) };
            on_wire(&seat, wire)
        },
    },
    Mutant {
        name: "loops-interactive",
        does: "opens the window again as long as it brings no token",
        caught: Caught {
            scenario: "declined",
            assertion: "no_identical_request_repeated",
            because: "was repeated unchanged",
        },
        make: |seat| by_verbs(&seat, LoopsInteractive),
    },
    Mutant {
        name: "retries-api",
        does: "calls the API again as long as it refuses",
        caught: Caught {
            scenario: "refuses-for-good",
            assertion: "api_retried_at_most_once",
            because: "had met the same challenge",
        },
        make: |seat| by_verbs(&seat, RetriesApi),
    },
];

struct LoopsInteractive;

impl Deviation for LoopsInteractive {
    async fn get(&self, app: &App, verb: Verb, ask: &Ask) -> Result<AuthenticationResult, Error> {
        let mut result = verb.done_right(app, ask).await;
        for _ in 1..FUSE {
            let needed = match &result {
                Err(Error::UiRequired(needed)) if needed.after_prompt => needed.claims.clone(),
                Err(error) if error.code() == "authentication_canceled" => ask.claims.clone(),
                _ => break,
            };
            let mut again = ask.clone();
            again.claims = needed;
            result = app.interactive(&again).await;
        }
        result
    }
}

struct RetriesApi;

impl Deviation for RetriesApi {
    async fn call(&self, app: &App, url: &str, ask: &Ask) -> Result<Response, Error> {
        let mut result = scenarios::ClientUnderTest::call_api(app, url, ask).await;
        for _ in 1..FUSE {
            if !result.as_ref().is_err_and(is_refusal) {
                break;
            }
            result = scenarios::ClientUnderTest::call_api(app, url, ask).await;
        }
        result
    }
}

fn is_refusal(error: &Error) -> bool {
    ["claims_challenge_repeated", "api_unauthorized"].contains(&error.code())
}
