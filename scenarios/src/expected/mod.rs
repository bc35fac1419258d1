//! What a step must end in, and the sentence for when it does not. Knows what the client handed to the app, and the part of
//! the log that belongs to the step.

mod answer;
mod any;
mod authorize;
mod challenge;
mod claims;
mod outside;
mod seen;
mod token;
mod ui_required;
mod universal;

use std::sync::Arc;

use mock_idp::{
    expectation::{Asked, Expectation, Log, SeenPage},
    recorder::{Endpoint, Exchange},
    yaml::Path,
};
use schemars::JsonSchema;
use serde::Deserialize;

pub use answer::AnswerExpected;
pub(crate) use any::{OrAny, any_or, schema_of_any_or};
pub use authorize::AuthorizeExpected;
pub use challenge::ChallengeExpected;
pub(crate) use challenge::{body_missed, claims_demanded};
pub use claims::ClaimsExpected;
pub(crate) use outside::Sight;
pub(crate) use seen::{Outcome, TokenSeen};
pub use token::TokenExpected;
pub use ui_required::UiRequiredExpected;
pub(crate) use universal::{Caller, Ended, Operation};

use crate::{
    check::{Names, resolve},
    world::World,
};

/// What a step must end in: one of `token`, `ui_required`, `error`; or the word `any`. A token, if nothing is said.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The client hands out a token.
    pub token: Option<TokenExpected>,
    /// The client says that a person must act.
    pub ui_required: Option<UiRequiredExpected>,
    /// The client says that it fails, with this code, such as `authentication_canceled` or `invalid_request`.
    pub error: Option<String>,
    /// The AADSTS number that goes with `error`.
    pub code: Option<u64>,
    /// Scopes that the window was asked for, apart from OpenID Connect's own.
    pub authorize_scopes: Option<Vec<String>>,
    /// Scopes that the code was redeemed for.
    pub redeemed_scopes: Option<Vec<String>>,
    /// Requests to the token endpoint during this step.
    pub token_requests: Option<usize>,
    /// Pages that the user saw during this step, in order.
    pub pages: Option<Vec<SeenPage>>,
    /// Whether any end will do that is no mistake: `expect: any`.
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) is_any: bool,
}

impl OrAny for Expect {
    fn any() -> Self {
        Self { is_any: true, ..Self::default() }
    }
}

impl Expect {
    /// Checks names, and that the expectation can apply to a request for `scopes`.
    pub(crate) fn check(&self, scopes: &[String], path: &Path, names: &mut Names) {
        let outcomes = [self.token.is_some(), self.ui_required.is_some(), self.error.is_some()];
        if outcomes.iter().filter(|is_given| **is_given).count() > 1 {
            names.problem(
                path.clone(),
                "a step ends in one way, and several are expected here",
                "keep one of `token`, `ui_required` and `error`",
            );
        }
        if self.code.is_some() && self.error.is_none() {
            let hint = "move it into `ui_required`, or add `error`";
            names.problem(path.key("code"), "`code` belongs to an `error`", hint);
        }
        if let Some(token) = &self.token {
            token.check(scopes, &path.key("token"), names);
        }
        if let Some(needed) = &self.ui_required {
            needed.check(&path.key("ui_required"), names);
        }
        names.scopes(self.authorize_scopes.as_deref().unwrap_or_default(), &path.key("authorize_scopes"));
        names.scopes(self.redeemed_scopes.as_deref().unwrap_or_default(), &path.key("redeemed_scopes"));
        if self.ui_required.is_some() || self.error.is_some() || self.is_any {
            names.may_have_failed = true;
        }
    }

    /// In words.
    pub(crate) fn described(&self) -> String {
        match (&self.ui_required, &self.error, &self.token) {
            (Some(needed), _, _) => needed.described(),
            (_, Some(error), _) => match self.code {
                Some(code) => format!("the error {error} (AADSTS{code})"),
                None => format!("the error {error}"),
            },
            (_, _, Some(token)) => token.described(),
            _ if self.is_any => "any end".to_owned(),
            _ => "a token".to_owned(),
        }
    }

    /// What is not as expected.
    pub(crate) fn missed(&self, seen: &Outcome, exchanges: &[Arc<Exchange>], world: &World) -> Option<String> {
        let mut missed = Vec::new();
        let ended_otherwise = || vec![format!("expected {}, saw {}", self.described(), seen.described())];
        missed.extend(match (seen, &self.ui_required, &self.error) {
            _ if self.is_any => Vec::new(),
            (Outcome::UiRequired(seen), Some(wanted), _) => wanted.missed(&(&**seen).into(), world),
            (Outcome::Failed(failed), None, Some(wanted)) => {
                if failed.code() == wanted && self.code.is_none_or(|code| seen::codes(failed).contains(&code)) {
                    Vec::new()
                } else {
                    ended_otherwise()
                }
            }
            (Outcome::Token(token), None, None) => {
                self.token.iter().flat_map(|wanted| wanted.missed(token, world)).collect()
            }
            _ => ended_otherwise(),
        });
        missed.extend(self.log_missed(exchanges, world));
        (!missed.is_empty()).then(|| missed.join("; "))
    }

    /// What of the step's own requests and pages is not as expected.
    fn log_missed(&self, exchanges: &[Arc<Exchange>], world: &World) -> Vec<String> {
        let mut missed = self.scopes_missed(exchanges, world);
        let token_requests = exchanges.iter().filter(|exchange| exchange.endpoint == Endpoint::Token).count();
        if let Some(wanted) = self.token_requests.filter(|wanted| *wanted != token_requests) {
            let wanted = counted(wanted, "request");
            missed.push(format!("expected {wanted} to the token endpoint in this step, saw {token_requests}"));
        }
        missed.extend(self.pages.as_ref().and_then(|pages| pages_missed(pages, exchanges)));
        missed
    }

    fn scopes_missed(&self, exchanges: &[Arc<Exchange>], world: &World) -> Vec<String> {
        let window = exchanges.iter().find(|exchange| exchange.endpoint == Endpoint::Authorize);
        let redeems = |exchange: &&Arc<Exchange>| exchange.grant_type.as_deref() == Some("authorization_code");
        let redemption = exchanges.iter().find(redeems);
        let of_window =
            self.authorize_scopes.as_deref().map(|wanted| asked_otherwise("the window", wanted, window, world));
        let of_redemption =
            self.redeemed_scopes.as_deref().map(|wanted| asked_otherwise("the redemption", wanted, redemption, world));
        of_window.into_iter().chain(of_redemption).flatten().collect()
    }
}

/// `1 request`, `2 requests`.
pub(crate) fn counted(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

/// What of the pages that the user saw is not as expected.
pub(crate) fn pages_missed(wanted: &[SeenPage], exchanges: &[Arc<Exchange>]) -> Option<String> {
    Expectation::Pages(wanted.to_vec()).check_in(&Log::new(exchanges)).err().map(|failure| failure.sentence)
}

/// "expected the window to ask for …", if `request` asked for other scopes or there was none.
fn asked_otherwise(what: &str, wanted: &[String], request: Option<&Arc<Exchange>>, world: &World) -> Option<String> {
    let wanted = asked(wanted, world);
    let expected = format!("expected {what} to ask for {}", wanted.listed());
    let Some(request) = request else { return Some(format!("{expected}, and there was none")) };
    let seen = Asked::of(request);
    (!seen.is_same_as(&wanted))
        .then(|| format!("{expected}, it asked for {} (exchange {})", seen.listed(), request.number))
}

/// Scopes as a script writes them.
fn asked(scopes: &[String], world: &World) -> Asked {
    let full: Vec<_> =
        scopes.iter().filter_map(|scope| resolve(&world.directory, scope).ok()).map(|(full, _)| full).collect();
    Asked::parse(&full.join(" "))
}
