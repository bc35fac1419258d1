use jiff::SignedDuration;

use crate::{
    expectation::{
        Asked,
        claims::leaves,
        log::{Log, described, is_silent, is_token, verdict},
    },
    recorder::{Endpoint, Exchange},
};

/// A token with less life left counts as expired.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// So much earlier than `refresh_in` says a token may be renewed (escalation reference A12).
const JITTER: SignedDuration = SignedDuration::from_mins(5);

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut violations = Vec::new();
    for request in log.run().filter(|exchange| is_silent(exchange)) {
        // Claims pass the cached token over.
        if request.claims.as_deref().and_then(leaves).is_some_and(|leaves| !leaves.is_empty()) {
            continue;
        }
        if let Some(token) = at_hand(log, request) {
            violations.push(format!(
                "{} was sent although the client held a good token for it since exchange {}",
                described(request),
                token.number
            ));
        }
    }
    verdict(*wanted, "no refresh token was redeemed while a good token was at hand", &violations)
}

/// The answer whose access token would have served `request`, unless its API has refused it since.
fn at_hand<'a>(log: &Log<'a>, request: &Exchange) -> Option<&'a Exchange> {
    let asked = Asked::of(request);
    let mut newer: Vec<Asked> = Vec::new();
    for earlier in log.before(request) {
        let api = earlier.answer.api.as_deref();
        if earlier.endpoint == Endpoint::Api && earlier.answer.status == 401 && asked.is_for(api) {
            return None;
        }
        let granted = Asked::parse(earlier.answer.scope.as_deref().unwrap_or_default());
        if !is_token(earlier) || earlier.user != request.user {
            continue;
        }
        // A token takes the place of all that share a scope with it (escalation reference, finding 15).
        let is_replaced = newer.iter().any(|newer| newer.shares_scope_with(&granted));
        if is_replaced || !asked.is_within(&granted) {
            newer.push(granted);
            continue;
        }
        if is_due_for_renewal(earlier, request) {
            return None;
        }
        if may_be_renewal(log, earlier) && was_refused_before(log, earlier) {
            return None;
        }
        let age = request.at.duration_since(earlier.at);
        let life = seconds(earlier.answer.expires_in.unwrap_or_default());
        return (life.saturating_sub(age) > SKEW).then_some(earlier);
    }
    None
}

/// Whether an API refused a token while `renewal` was on its way: the client then asks for one that is newer than that.
fn was_refused_before(log: &Log<'_>, renewal: &Exchange) -> bool {
    let asked = Asked::of(renewal);
    let is_about_it = |earlier: &&Exchange| {
        (is_token(earlier) && Asked::of(earlier).shares_api_with(&asked))
            || (earlier.endpoint == Endpoint::Api && asked.is_for(earlier.answer.api.as_deref()))
    };
    let last = log.before(renewal).find(is_about_it);
    last.is_some_and(|last| last.endpoint == Endpoint::Api && last.answer.status == 401)
}

/// Whether `request` may renew a token before it expires, beside whatever else the client does.
pub(super) fn may_be_renewal(log: &Log<'_>, request: &Exchange) -> bool {
    let asked = Asked::of(request);
    let serves = |token: &&Exchange| {
        let granted = Asked::parse(token.answer.scope.as_deref().unwrap_or_default());
        is_token(token) && token.user == request.user && asked.is_within(&granted)
    };
    log.before(request).find(serves).is_some_and(|token| is_due_for_renewal(token, request))
}

fn is_due_for_renewal(token: &Exchange, request: &Exchange) -> bool {
    let age = request.at.duration_since(token.at);
    token.answer.refresh_in.is_some_and(|due| seconds(due).saturating_sub(age) <= JITTER)
}

fn seconds(seconds: u64) -> SignedDuration {
    SignedDuration::from_secs(seconds.cast_signed())
}
