//! The sequence of a run as numbered lines, for the terminal.

use std::fmt::Write as _;

use mock_idp::{
    recorder::Endpoint,
    terminal::shown,
    timeline::{answer, question},
};

use super::timeline::{Row, rows};
use crate::Verdict;

/// Who said what, one exchange a line, under the step that led to it.
#[must_use]
pub fn listing(verdict: &Verdict) -> String {
    let mut text = String::new();
    let mut told = 0;
    for row in rows(verdict) {
        // Writing to a string cannot fail.
        let _ = match row {
            Row::Before => writeln!(text, "  before the scenario"),
            Row::Step(number, step) => {
                let mark = if step.passed { "" } else { "   <- here" };
                writeln!(text, "  step {number}: {}{mark}", shown(&step.told))
            }
            Row::Messages(messages) => {
                let numbers = messages.iter().filter_map(|message| message.exchange).filter(|number| *number != told);
                for number in numbers.collect::<Vec<_>>() {
                    told = number;
                    line(&mut text, verdict, number);
                }
                Ok(())
            }
        };
    }
    text
}

fn line(text: &mut String, verdict: &Verdict, number: u64) {
    let Some(exchange) = verdict.exchanges.iter().find(|exchange| exchange.number == number) else { return };
    let who = match exchange.endpoint {
        Endpoint::Authorize => "client, browser -> identity provider",
        Endpoint::Page => "user, browser -> identity provider",
        Endpoint::Api => "client -> API",
        _ => "client -> identity provider",
    };
    let _ =
        writeln!(text, "  {number:>4}  {who:<36}  {}  =>  {}", shown(&question(exchange)), shown(&answer(exchange)));
}
