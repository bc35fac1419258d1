//! The page: overview, then a section a scenario. One file that opens without a network and prints.

use askama::Template;
use mock_idp::report::{self, Row, Tone};

use super::timeline::{self, rows};
use crate::{Run, Verdict};

/// The report as one HTML page.
///
/// # Errors
///
/// Only if the template cannot be filled, which does not happen.
pub fn html(run: &Run) -> Result<String, askama::Error> {
    Page::of(run).render()
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    passed: usize,
    total: usize,
    /// Share of the scenarios that passed, in percent.
    share: usize,
    windows: usize,
    requests: usize,
    style: &'static str,
    sections: Vec<Section<'a>>,
}

struct Section<'a> {
    anchor: String,
    verdict: &'a Verdict,
    diagram: String,
    requests: usize,
    /// Each on demand, as HTML.
    exchanges: Vec<String>,
}

impl<'a> Page<'a> {
    fn of(run: &'a Run) -> Self {
        let verdicts = run.verdicts.iter().enumerate();
        let sections: Vec<_> = verdicts.map(|(index, verdict)| Section::of(index, verdict)).collect();
        let (passed, total) = (run.verdicts.iter().filter(|verdict| verdict.passed).count(), run.verdicts.len());
        Self {
            passed,
            total,
            share: (passed * 100).checked_div(total).unwrap_or_default(),
            windows: run.verdicts.iter().map(|verdict| verdict.prompts).sum(),
            requests: sections.iter().map(|section| section.requests).sum(),
            style: report::STYLE,
            sections,
        }
    }
}

impl<'a> Section<'a> {
    fn of(index: usize, verdict: &'a Verdict) -> Self {
        let (anchor, title) = (format!("s{}", index + 1), format!("What happened in {}", verdict.id));
        Self {
            diagram: report::diagram(title, rows(verdict).into_iter().map(drawn), &anchor),
            requests: verdict.exchanges.iter().filter(|exchange| exchange.number > verdict.since).count(),
            exchanges: verdict.exchanges.iter().map(|exchange| report::exchange(exchange, &anchor)).collect(),
            anchor,
            verdict,
        }
    }
}

fn drawn(row: timeline::Row<'_>) -> Row {
    match row {
        timeline::Row::Before => Row::Heading(Tone::Before, "before the scenario".to_owned()),
        timeline::Row::Step(number, step) => {
            let tone = if step.passed { Tone::Passed } else { Tone::Failed };
            Row::Heading(tone, format!("{number}  {}", step.story))
        }
        timeline::Row::Messages(messages) => Row::Messages(messages),
    }
}
