use jiff::SignedDuration;

use crate::{
    expectation::{
        Asked,
        log::{Log, described, is_silent, verdict},
    },
    recorder::Exchange,
};

/// Whoever is told to wait longer may ask after this time (escalation reference 2.12).
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut violations = Vec::new();
    for request in log.run().filter(|exchange| is_silent(exchange)) {
        let Some((told, wait)) = log.before(request).find_map(|earlier| waiting(earlier, request)) else { continue };
        violations.push(format!(
            "{} came {:#} after exchange {}, whose answer had asked for {wait:#} of peace (Retry-After)",
            described(request),
            request.at.duration_since(told.at),
            told.number
        ));
    }
    verdict(*wanted, "the server was left alone for as long as it asked", &violations)
}

/// `earlier`, if its answer asked for more time than has passed until `request`, which is the same again.
fn waiting<'a>(earlier: &'a Exchange, request: &Exchange) -> Option<(&'a Exchange, SignedDuration)> {
    let wait = SignedDuration::from_secs(earlier.answer.retry_after?.try_into().ok()?).min(LONGEST);
    let is_same =
        is_silent(earlier) && earlier.user == request.user && Asked::of(earlier).is_same_as(&Asked::of(request));
    (is_same && request.at.duration_since(earlier.at) < wait).then_some((earlier, wait))
}
