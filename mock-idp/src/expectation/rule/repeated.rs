use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    expectation::{
        Asked,
        claims::leaves,
        log::{Log, described, is_outage, is_prompt, is_silent, parameter},
    },
    recorder::{Endpoint, Exchange},
};

/// The time within which a request must not be repeated, such as `120s` or `2m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Repetition(#[schemars(with = "String")] pub SignedDuration);

pub(in crate::expectation) fn check(log: &Log<'_>, within: &Repetition) -> Option<String> {
    let requests: Vec<_> = log.run().filter(|exchange| is_judged(exchange)).collect();
    for (position, first) in requests.iter().enumerate() {
        let again: Vec<_> = requests[position + 1..]
            .iter()
            .filter(|later| later.at.duration_since(first.at) <= within.0 && is_same(first, later))
            .map(|later| later.number.to_string())
            .collect();
        // One more try at an outage is no loop (escalation reference 2.12).
        if again.len() > usize::from(is_outage(first)) {
            let who = if first.endpoint == Endpoint::Api {
                format!("the call of {} (exchange {})", first.path, first.number)
            } else {
                described(first)
            };
            let (word, again) = (if again.len() == 1 { "exchange" } else { "exchanges" }, again.join(", "));
            return Some(format!(
                "{who} was repeated unchanged at {word} {again} within {:#}: the client loops",
                within.0
            ));
        }
    }
    None
}

/// Windows, silent attempts, and calls that an API refused; a good answer may be fetched as often as one likes.
fn is_judged(exchange: &Exchange) -> bool {
    is_prompt(exchange) || is_silent(exchange) || (exchange.endpoint == Endpoint::Api && exchange.answer.status >= 400)
}

fn is_same(one: &Exchange, other: &Exchange) -> bool {
    let claims = |exchange: &Exchange| exchange.claims.as_deref().and_then(leaves).unwrap_or_default();
    let hint = |exchange: &Exchange| parameter(exchange, "login_hint").map(str::to_ascii_lowercase);
    let grant = |exchange: &Exchange| {
        let prints = &exchange.fingerprints;
        prints.iter().find(|(name, _)| name == "refresh_token").map(|(_, print)| print.clone())
    };
    let is_refused = |exchange: &Exchange| exchange.answer.error.is_some();
    // A library that holds a refresh token of each sign-in tries them in turn, as MSAL Python does. What follows a good answer has
    // a new one in any case.
    let tries_another = is_refused(one) && is_refused(other) && grant(one) != grant(other);
    one.endpoint == other.endpoint
        && !tries_another
        && one.path == other.path
        && one.client_id == other.client_id
        && Asked::of(one).is_same_as(&Asked::of(other))
        && claims(one) == claims(other)
        && hint(one) == hint(other)
        && one.answer.claims == other.answer.claims
        && (one.endpoint != Endpoint::Api || one.answer.status == other.answer.status)
}
