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
    for earlier in log.before(request) {
        let api = earlier.answer.api.as_deref();
        if earlier.endpoint == Endpoint::Api && earlier.answer.status == 401 && asked.is_for(api) {
            return None;
        }
        let granted = Asked::parse(earlier.answer.scope.as_deref().unwrap_or_default());
        if !is_token(earlier) || earlier.user != request.user || !asked.is_within(&granted) {
            continue;
        }
        let life = SignedDuration::from_secs(earlier.answer.expires_in.unwrap_or_default().cast_signed());
        let age = request.at.duration_since(earlier.at);
        return (life.saturating_sub(age) > SKEW).then_some(earlier);
    }
    None
}
