//! What can be said from outside about a step of somebody else's client: the log shows what it asked and was answered, not
//! what it made of it. What cannot be seen is not judged, and said.

use std::sync::Arc;

use mock_idp::recorder::Exchange;

use super::{Expect, TokenExpected, TokenSeen, token::Origin};
use crate::{report, step::Taken, world::World};

/// What was seen of a step.
#[derive(Clone, Debug)]
pub(crate) enum Sight {
    /// Tokens were issued.
    Token(Arc<Exchange>),
    /// It was refused, at the token endpoint or at the redirect address.
    Refused(Arc<Exchange>),
    /// The sign-in window was closed before anything came back; why.
    Closed(Arc<Exchange>, String),
    /// Something else was done, in words.
    Instead(Arc<Exchange>, &'static str),
    /// Nothing that reaches the server.
    Unseen,
}

impl Sight {
    /// The number of the exchange that settled it.
    pub(crate) fn number(&self) -> Option<u64> {
        match self {
            Self::Token(exchange) | Self::Refused(exchange) | Self::Closed(exchange, _) => Some(exchange.number),
            Self::Instead(..) | Self::Unseen => None,
        }
    }

    fn described(&self) -> String {
        match self {
            Self::Token(exchange) => {
                format!("{} (exchange {})", TokenSeen::logged(exchange).described(), exchange.number)
            }
            Self::Refused(exchange) => format!("{} (exchange {})", report::answer(exchange), exchange.number),
            Self::Closed(window, why) => format!("that {why} (exchange {})", window.number),
            Self::Instead(exchange, what) => format!("that {what} (exchange {})", exchange.number),
            Self::Unseen => "nothing, for it asks nothing of the server".to_owned(),
        }
    }
}

impl Expect {
    /// Whether a client that does right may end the step without a request.
    pub(crate) fn may_be_unseen(&self) -> bool {
        self.is_any
            || self.is_unseen()
            || (self.is_token() && self.token.as_ref().is_none_or(|token| token.from.is_none()))
    }

    /// Whether a client that does right sends no request.
    pub(crate) fn is_unseen(&self) -> bool {
        let from_cache = self.token.as_ref().is_some_and(|token| token.from == Some(Origin::Cache));
        let by_itself = self.ui_required.as_ref().is_some_and(|needed| {
            needed.code.is_none() && needed.error.as_deref().is_some_and(|error| OWN_WORDS.contains(&error))
        });
        from_cache || by_itself || self.token_requests == Some(0)
    }

    /// Whether a token is expected.
    pub(crate) fn is_token(&self) -> bool {
        !self.is_any && self.ui_required.is_none() && self.error.is_none()
    }

    /// Whether this refusal is the one expected.
    pub(crate) fn is_met_by(&self, refused: &Exchange, world: &World) -> bool {
        !self.is_token() && self.refusal_missed(refused, world).is_empty()
    }

    /// Compares what was seen, in which `exchanges` belong to the step.
    pub(crate) fn judge_outside(&self, sight: &Sight, exchanges: &[Arc<Exchange>], world: &World) -> Taken {
        let expected = self.described();
        let otherwise = || vec![format!("expected {expected}, saw {}", sight.described())];
        let canceled = self.error.as_deref() == Some(CANCELED);
        let mut missed = match sight {
            Sight::Token(exchange) if self.is_token() => self.token_missed(exchange, world),
            Sight::Refused(exchange) if !self.is_token() => self.refusal_missed(exchange, world),
            Sight::Closed(..) if canceled => Vec::new(),
            Sight::Unseen => Vec::new(),
            _ if self.is_any => Vec::new(),
            _ => otherwise(),
        };
        if !matches!(sight, Sight::Unseen | Sight::Instead(..)) {
            missed.extend(self.log_missed(exchanges, world));
        }
        let unseen = match self.unjudged(sight) {
            unseen if unseen.is_empty() => String::new(),
            unseen => format!("; not to be seen from outside: {}", unseen.join(", ")),
        };
        Taken {
            seen: format!("{}{unseen}", sight.described()),
            missed: (!missed.is_empty()).then(|| missed.join("; ")),
            expected: Some(expected),
            ..Taken::default()
        }
    }

    fn token_missed(&self, exchange: &Exchange, world: &World) -> Vec<String> {
        let Some(wanted) = &self.token else { return Vec::new() };
        // What is inside the token the log does not tell.
        let visible = TokenExpected { amr: None, acrs: None, roles: None, ..wanted.clone() };
        visible.missed(&TokenSeen::logged(exchange), world)
    }

    fn refusal_missed(&self, exchange: &Exchange, world: &World) -> Vec<String> {
        let answer = &exchange.answer;
        if let Some(wanted) = &self.ui_required {
            return wanted.missed(&answer.into(), world);
        }
        let error = answer.error.as_deref().unwrap_or("none");
        // Pressing cancel is `access_denied` on the wire; MSAL has a word of its own for it.
        let says_so = self.error.as_deref().is_none_or(|wanted| wanted == error || wanted == CANCELED);
        let has_code = self.code.is_none_or(|wanted| answer.code.map(u64::from) == Some(wanted));
        if says_so && has_code {
            return Vec::new();
        }
        vec![format!("expected {}, saw {} (exchange {})", self.described(), report::answer(exchange), exchange.number)]
    }

    /// What is expected and cannot be seen.
    fn unjudged(&self, sight: &Sight) -> Vec<&'static str> {
        let mut unseen = Vec::new();
        let mut add = |is_expected: bool, what: &'static str| unseen.extend(is_expected.then_some(what));
        let token = self.token.as_ref();
        match sight {
            _ if self.is_any => {}
            Sight::Unseen if self.is_token() => add(true, "whether the cache has the token"),
            Sight::Unseen => add(true, "what the client says"),
            _ => {
                add(token.is_some_and(|token| token.amr.is_some()), "amr");
                add(token.is_some_and(|token| token.acrs.is_some()), "acrs");
                add(token.is_some_and(|token| token.roles.is_some()), "roles");
                let needed = self.ui_required.as_ref();
                add(needed.is_some_and(|needed| needed.classification.is_some()), "the client's classification");
                add(needed.is_some_and(|needed| needed.after_prompt.is_some()), "after_prompt");
                add(self.error.as_deref() == Some(CANCELED), "what the client says of it");
            }
        }
        unseen
    }
}

const CANCELED: &str = "authentication_canceled";

/// What MSAL says by itself, without having asked.
const OWN_WORDS: &[&str] = &["no_tokens_found", "user_null", "no_account"];
