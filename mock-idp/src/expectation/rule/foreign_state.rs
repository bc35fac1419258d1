use crate::{
    expectation::log::{Log, described, is_prompt, verdict},
    recorder::{Endpoint, Exchange},
};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let redeems = |exchange: &&Exchange| {
        exchange.endpoint == Endpoint::Token && exchange.grant_type.as_deref() == Some("authorization_code")
    };
    let mut violations = Vec::new();
    for redemption in log.run().filter(redeems) {
        let window = log.before(redemption).find(|earlier| is_prompt(earlier));
        if let Some(window) = window.filter(|window| came_back_otherwise(log, window, redemption)) {
            violations.push(format!(
                "{} redeemed the code of exchange {}, which had come back with another state than was sent",
                described(redemption),
                window.number
            ));
        }
    }
    verdict(*wanted, "only answers with the state that was sent were redeemed", &violations)
}

/// Whether the sign-in of `window`, which ended before `redemption`, brought another state back.
fn came_back_otherwise(log: &Log<'_>, window: &Exchange, redemption: &Exchange) -> bool {
    let sent = window.fingerprints.iter().find(|(name, _)| name == "state").map(|(_, value)| value);
    let is_its_own =
        |exchange: &Exchange| exchange.number == window.number || exchange.interaction == Some(window.number);
    let mut answers = log.before(redemption).filter(|exchange| is_its_own(exchange));
    answers.find_map(|exchange| exchange.answer.state.as_ref()).is_some_and(|brought| Some(brought) != sent)
}
