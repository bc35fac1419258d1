//! The page: overview, then a section a scenario. One file that opens without a network and prints.

use askama::Template;
use mock_idp::{
    recorder::Exchange,
    timeline::{answer, is_refused, question},
};

use super::diagram::Diagram;
use crate::{Run, Verdict};

/// The report as one HTML page.
///
/// # Errors
///
/// Only if the template cannot be filled, which does not happen.
pub fn html(run: &Run) -> Result<String, askama::Error> {
    Page::of(run)?.render()
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
    sections: Vec<Section<'a>>,
}

struct Section<'a> {
    anchor: String,
    verdict: &'a Verdict,
    diagram: String,
    requests: usize,
    exchanges: Vec<Detail<'a>>,
}

/// An exchange on demand.
struct Detail<'a> {
    exchange: &'a Exchange,
    question: String,
    answer: String,
    class: &'static str,
    facts: Vec<(&'static str, String)>,
}

impl<'a> Page<'a> {
    fn of(run: &'a Run) -> Result<Self, askama::Error> {
        let sections: Vec<_> = run
            .verdicts
            .iter()
            .enumerate()
            .map(|(index, verdict)| Section::of(index, verdict))
            .collect::<Result<_, _>>()?;
        let (passed, total) = (run.verdicts.iter().filter(|verdict| verdict.passed).count(), run.verdicts.len());
        Ok(Self {
            passed,
            total,
            share: (passed * 100).checked_div(total).unwrap_or_default(),
            windows: run.verdicts.iter().map(|verdict| verdict.prompts).sum(),
            requests: sections.iter().map(|section| section.requests).sum(),
            sections,
        })
    }
}

impl<'a> Section<'a> {
    fn of(index: usize, verdict: &'a Verdict) -> Result<Self, askama::Error> {
        let anchor = format!("s{}", index + 1);
        Ok(Self {
            diagram: Diagram::of(verdict, &anchor).render()?,
            requests: verdict.exchanges.iter().filter(|exchange| exchange.number > verdict.since).count(),
            exchanges: verdict.exchanges.iter().map(|exchange| Detail::of(exchange)).collect(),
            anchor,
            verdict,
        })
    }
}

impl<'a> Detail<'a> {
    fn of(exchange: &'a Exchange) -> Self {
        let answered = &exchange.answer;
        let mut facts: Vec<(&'static str, String)> =
            vec![("status", answered.status.to_string()), ("kind", answered.kind.clone())];
        let mut say =
            |name: &'static str, value: &Option<String>| facts.extend(value.clone().map(|value| (name, value)));
        say("error", &answered.error);
        say("code", &answered.code.map(|code| format!("AADSTS{code}")));
        say("suberror", &answered.suberror);
        say("claims", &answered.claims);
        say("API", &answered.api);
        say("scope", &answered.scope);
        say("expires_in", &answered.expires_in.map(|seconds| format!("{seconds} s")));
        Self {
            exchange,
            question: question(exchange),
            answer: answer(exchange),
            class: if is_refused(exchange) { "refused" } else { "granted" },
            facts,
        }
    }
}
