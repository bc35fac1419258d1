//! What the log shows of a verb of somebody else's client. Pure functions: the client's exchanges behind the last step in, what
//! settles the verb out, if it is there yet.

use std::sync::Arc;

use mock_idp::{
    expectation::Asked,
    recorder::{Endpoint, Exchange},
};

use crate::expected::Sight;

/// The client's exchanges behind the last step, oldest first.
pub(super) type Run = [Arc<Exchange>];

/// What a verb asks for, and what of it may be settled without a request.
pub(super) struct Sought<'a> {
    /// The scopes.
    pub(super) asked: Asked,
    /// Whether a client that does right may do without a request.
    pub(super) may_be_unseen: bool,
    /// Whether a token is expected.
    pub(super) wants_token: bool,
    /// Whether a refusal is the one expected.
    pub(super) is_met: &'a (dyn Fn(&Exchange) -> bool + Sync),
}

/// A silent attempt: by refresh token, or in a hidden frame.
pub(super) fn silent(run: &Run, sought: &Sought<'_>) -> Option<Sight> {
    for exchange in run {
        match kind(exchange) {
            Kind::Refresh | Kind::Frame if sought.is_for(exchange) => {
                if let Some(sight) = settled(exchange).or_else(|| brought_back(run, exchange, sought)) {
                    return Some(sight);
                }
            }
            Kind::Window if sought.is_for(exchange) && !sought.may_be_unseen => {
                return Some(Sight::Instead(
                    exchange.clone(),
                    "the sign-in window was opened without a silent request",
                ));
            }
            Kind::Refresh | Kind::Frame | Kind::Window | Kind::Call if sought.may_be_unseen => {
                return Some(Sight::Unseen);
            }
            _ => {}
        }
    }
    None
}

/// A sign-in window, from its request to what it brings. `closed`: why the person's browser brings nothing, if it is so.
pub(super) fn window(run: &Run, sought: &Sought<'_>, closed: Option<&str>) -> Option<Sight> {
    let window = run.iter().find(|exchange| kind(exchange) == Kind::Window && sought.is_for(exchange))?;
    let brought = settled(window).or_else(|| brought_back(run, window, sought));
    brought.or_else(|| closed.map(|why| Sight::Closed(window.clone(), why.to_owned())))
}

/// The steps that the client thinks right: silently, then by a window.
pub(super) fn right_steps(run: &Run, sought: &Sought<'_>, closed: Option<&str>) -> Option<Sight> {
    for exchange in run {
        match kind(exchange) {
            Kind::Refresh | Kind::Redemption if sought.is_for(exchange) && is_token(exchange) => {
                return Some(Sight::Token(exchange.clone()));
            }
            Kind::Refresh | Kind::Redemption if sought.is_for(exchange) && (sought.is_met)(exchange) => {
                return Some(Sight::Refused(exchange.clone()));
            }
            Kind::Window if sought.is_for(exchange) => {
                let brought = settled(exchange).or_else(|| brought_back(run, exchange, sought));
                let brought = brought.or_else(|| closed.map(|why| Sight::Closed(exchange.clone(), why.to_owned())));
                if brought.is_some() {
                    return brought;
                }
            }
            // The next thing that the client does, and nothing was for these scopes before.
            Kind::Refresh | Kind::Frame | Kind::Window | Kind::Call
                if sought.may_be_unseen
                    && sought.wants_token
                    && !run.iter().any(|other| other.number <= exchange.number && sought.is_for(other)) =>
            {
                return Some(Sight::Unseen);
            }
            _ => {}
        }
    }
    None
}

/// A call of the API at `route`: the first one, or with `status` the first that ends so.
pub(super) fn call<'a>(run: &'a Run, route: &str, status: Option<u16>) -> Option<&'a Arc<Exchange>> {
    let mut calls = run.iter().filter(|exchange| exchange.endpoint == Endpoint::Api && exchange.path == route);
    calls.find(|call| status.is_none_or(|status| call.answer.status == status))
}

impl Sought<'_> {
    fn is_for(&self, exchange: &Exchange) -> bool {
        self.asked.shares_api_with(&Asked::of(exchange))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Refresh,
    Redemption,
    /// A request for authorization that must show nothing.
    Frame,
    Window,
    Call,
    Other,
}

fn kind(exchange: &Exchange) -> Kind {
    match (exchange.endpoint, exchange.grant_type.as_deref()) {
        (Endpoint::Token, Some("refresh_token")) => Kind::Refresh,
        (Endpoint::Token, Some("authorization_code")) => Kind::Redemption,
        (Endpoint::Authorize, _) if has(exchange, "prompt", "none") => Kind::Frame,
        (Endpoint::Authorize, _) => Kind::Window,
        (Endpoint::Api, _) => Kind::Call,
        _ => Kind::Other,
    }
}

fn has(exchange: &Exchange, name: &str, value: &str) -> bool {
    exchange.parameters.iter().any(|(key, held)| key == name && held == value)
}

fn is_token(exchange: &Exchange) -> bool {
    exchange.endpoint == Endpoint::Token && exchange.answer.status == 200
}

/// What a request to the token endpoint was answered.
fn settled(exchange: &Arc<Exchange>) -> Option<Sight> {
    match exchange.endpoint {
        Endpoint::Token if is_token(exchange) => Some(Sight::Token(exchange.clone())),
        Endpoint::Token => Some(Sight::Refused(exchange.clone())),
        _ => None,
    }
}

/// What the browser brought back of the sign-in that `begun` began, and what its code was worth.
fn brought_back(run: &Run, begun: &Arc<Exchange>, sought: &Sought<'_>) -> Option<Sight> {
    if begun.endpoint != Endpoint::Authorize {
        return None;
    }
    let mut pages = run.iter().rev().filter(|exchange| {
        exchange.number == begun.number || exchange.interaction.is_some_and(|number| number == begun.number)
    });
    let end = pages.find(|exchange| ENDS.contains(&exchange.answer.kind.as_str()))?;
    if end.answer.error.is_some() {
        return Some(Sight::Refused(end.clone()));
    }
    let redeemed = |exchange: &&Arc<Exchange>| {
        exchange.number > end.number && kind(exchange) == Kind::Redemption && sought.is_for(exchange)
    };
    settled(run.iter().find(redeemed)?)
}

/// Answers that send the browser back to the client.
const ENDS: &[&str] = &["code", "redirect error", "cancelled"];
