use crate::expectation::log::{Log, described, verdict};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let mut violations = Vec::new();
    for prompt in log.prompts() {
        let Some(at_hand) = log.grant_at_hand(prompt) else { continue };
        if log.reasons_for(prompt).failure.is_none() {
            violations.push(format!(
                "{} came without a silent attempt before it, although the client had a refresh token from exchange {}",
                described(prompt),
                at_hand.number
            ));
        }
    }
    verdict(*wanted, "each sign-in window followed a silent attempt", &violations)
}
