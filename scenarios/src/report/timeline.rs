//! A run as a sequence: the steps of the script, and under each who said what to whom. The page draws it, the terminal lists
//! it. What one exchange says is `mock_idp::timeline`'s.

use mock_idp::timeline::{Message, messages};

use crate::{StepTaken, Verdict};

/// One line of the sequence.
pub(super) enum Row<'a> {
    /// What follows happened before the scenario began.
    Before,
    /// A step begins.
    Step(usize, &'a StepTaken),
    /// Messages that travel on one line, such as from the user through the browser to the server.
    Messages(Vec<Message>),
}

/// The whole run.
pub(super) fn rows(verdict: &Verdict) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let between = |after: u64, until: u64| {
        verdict.exchanges.iter().filter(move |exchange| exchange.number > after && exchange.number <= until)
    };
    if verdict.since > 0 {
        rows.push(Row::Before);
        rows.extend(between(0, verdict.since).flat_map(|exchange| messages(exchange)).map(Row::Messages));
    }
    let mut last = verdict.since;
    for (index, step) in verdict.steps.iter().enumerate() {
        rows.push(Row::Step(index + 1, step));
        rows.extend(between(step.after, step.until).flat_map(|exchange| messages(exchange)).map(Row::Messages));
        last = step.until;
    }
    rows.extend(between(last, u64::MAX).flat_map(|exchange| messages(exchange)).map(Row::Messages));
    rows
}
