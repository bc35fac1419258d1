use crate::{
    expectation::log::{Log, described, is_prompt, verdict},
    recorder::{Endpoint, Exchange},
};

/// A window is known to have been open beside another if its pages go on after the other came up, or if its code and the
/// other's were redeemed one after the other without a window between. Nothing is said of a window that never came back.
pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let prompts: Vec<_> = log.prompts().collect();
    let violations: Vec<_> = prompts
        .windows(2)
        .filter(|pair| has_pages_behind(log, pair[0], pair[1]) || both_are_redeemed_behind(log, pair[1]))
        .map(|pair| {
            format!(
                "{} was opened while the window of exchange {} was still open; concurrent callers share one, or wait",
                described(pair[1]),
                pair[0].number
            )
        })
        .collect();
    verdict(*wanted, "no sign-in window was opened beside another", &violations)
}

fn has_pages_behind(log: &Log<'_>, prompt: &Exchange, other: &Exchange) -> bool {
    log.all().any(|exchange| exchange.interaction == Some(prompt.number) && exchange.number > other.number)
}

/// Two codes without a window between: the first of them is of an earlier window than `last`.
fn both_are_redeemed_behind(log: &Log<'_>, last: &Exchange) -> bool {
    let until_next = log
        .all()
        .filter(|exchange| exchange.number > last.number)
        .take_while(|exchange| !is_prompt(exchange))
        .filter(|exchange| exchange.endpoint == Endpoint::Token);
    // The same code once more is a second try and no second window.
    let mut codes: Vec<_> = until_next.filter_map(code).collect();
    codes.dedup();
    codes.len() > 1
}

fn code(exchange: &Exchange) -> Option<&str> {
    exchange.fingerprints.iter().find(|(name, _)| name == "code").map(|(_, value)| value.as_str())
}
