//! What is found in the cache, and what is thrown away.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use desktop_client::PublicClientApplication as App;
use scenarios::{Ask, ClientUnderTest as _};
use serde_json::json;

use super::{Caught, Mutant, by_verbs, on_wire};
use crate::seam::{Deviation, Form, Reply, Verb, Wire, value};

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "ignores-cache",
        does: "asks the server although a good token is at hand",
        caught: Caught {
            scenario: "main-04",
            assertion: "no_token_request_while_cached",
            because: "although the client held a good token for it",
        },
        make: |seat| by_verbs(&seat, IgnoresCache),
    },
    Mutant {
        name: "exact-scopes-as-cache-key",
        does: "finds a cached token only by the very list of scopes it was asked with",
        caught: Caught {
            scenario: "two-scopes-at-once",
            assertion: "no_token_request_while_cached",
            because: "although the client held a good token for it",
        },
        make: |seat| by_verbs(&seat, ExactKeys::default()),
    },
    Mutant {
        name: "deletes-refresh-token",
        does: "throws the refresh token away at any invalid_grant",
        caught: Caught { scenario: "declined", assertion: "outcome", because: "saw UI required" },
        make: |seat| {
            let deleted: Arc<Mutex<BTreeSet<String>>> = Arc::default();
            let reply = Box::new(move |form: &Form, reply: &mut Reply| {
                let Some(token) = value(form, "refresh_token") else { return };
                let mut deleted = deleted.lock().unwrap();
                if deleted.contains(token) {
                    reply.status = 400;
                    reply.body = json!({"error": "invalid_grant", "suberror": "bad_token", "error_description": "no refresh token is there any more"});
                } else if reply.text("error") == "invalid_grant" {
                    deleted.insert(token.to_owned());
                }
            });
            let wire = Wire { reply, ..Wire::of(&seat.http) };
            on_wire(&seat, wire)
        },
    },
];

struct IgnoresCache;

impl Deviation for IgnoresCache {
    async fn before(&self, app: &App, verb: Option<Verb>, ask: &mut Ask) {
        pass_over_cache(app, verb, ask).await;
    }
}

#[derive(Default)]
struct ExactKeys(Mutex<BTreeSet<Vec<String>>>);

impl Deviation for ExactKeys {
    async fn before(&self, app: &App, verb: Option<Verb>, ask: &mut Ask) {
        let is_new = self.0.lock().unwrap().insert(ask.scopes.clone());
        if is_new {
            pass_over_cache(app, verb, ask).await;
        }
    }
}

/// Lets the client ask the server. A failure it keeps to itself, and meets it again from memory.
async fn pass_over_cache(app: &App, verb: Option<Verb>, ask: &mut Ask) {
    match verb {
        Some(Verb::Silent) => ask.force_refresh = true,
        Some(Verb::Interactive) => {}
        Some(Verb::TokenFor) | None => {
            let mut fresh = ask.clone();
            fresh.force_refresh = true;
            let _ = app.silent(&fresh).await;
        }
    }
}
