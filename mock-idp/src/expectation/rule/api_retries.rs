use crate::{
    expectation::log::{Log, verdict},
    recorder::{Endpoint, Exchange},
};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let calls: Vec<_> = log.run().filter(|exchange| exchange.endpoint == Endpoint::Api).collect();
    let mut violations = Vec::new();
    for (position, first) in calls.iter().enumerate().filter(|(_, call)| call.answer.status == 401) {
        // Only the beginning of a row of refusals counts, so that a long row is told once.
        let same = |other: &&&Exchange| other.path == first.path && other.method == first.method;
        let is_refused_again =
            |other: &Exchange| other.answer.status == 401 && other.answer.claims == first.answer.claims;
        if calls[..position].iter().rev().find(same).is_some_and(|earlier| is_refused_again(earlier)) {
            continue;
        }
        let mut later = calls[position + 1..].iter().filter(same);
        let (Some(retry), Some(again)) = (later.next(), later.next()) else { continue };
        if is_refused_again(retry) {
            violations.push(format!(
                "{} was called once more at exchange {}, although the retry at {} had met the same challenge as the call at {}",
                first.path, again.number, retry.number, first.number
            ));
        }
    }
    verdict(*wanted, "no challenged call was retried more than once", &violations)
}
