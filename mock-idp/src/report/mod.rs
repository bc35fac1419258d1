//! Exchanges on paper: the sequence as a picture, each exchange on demand, and a page of both that opens without a network.
//! The scenarios' report is made of the same parts.
//!
//! Text in HTML out; it owns no wording (`timeline` does) and judges nothing.

mod diagram;

use std::sync::Arc;

use askama::Template;

pub use diagram::{Row, Tone};

use crate::{
    recorder::Exchange,
    timeline::{answer, is_refused, messages, question},
};
use diagram::Diagram;

/// The style sheet that goes with the parts.
pub const STYLE: &str = include_str!("../../templates/report.css");

/// `rows` as an inline SVG called `title`; a number links to `#ANCHOR-xNUMBER`.
#[must_use]
pub fn diagram(title: impl Into<String>, rows: impl IntoIterator<Item = Row>, anchor: &str) -> String {
    render(&Diagram::of(title.into(), rows, anchor))
}

/// An exchange on demand: a summary that opens, with the id `ANCHOR-xNUMBER`.
#[must_use]
pub fn exchange(exchange: &Exchange, anchor: &str) -> String {
    render(&Detail::of(exchange, anchor))
}

/// A page about `exchanges` of the tenant called `tenant`.
#[must_use]
pub fn page(tenant: &str, exchanges: &[Arc<Exchange>]) -> String {
    let rows = exchanges.iter().flat_map(|exchange| messages(exchange)).map(Row::Messages);
    render(&Page {
        tenant,
        total: exchanges.len(),
        refused: exchanges.iter().filter(|exchange| is_refused(exchange)).count(),
        span: exchanges.first().zip(exchanges.last()).map(|(first, last)| format!("{} to {}", first.at, last.at)),
        style: STYLE,
        diagram: diagram(format!("What happened in {tenant}"), rows, ANCHOR),
        exchanges: exchanges.iter().map(|exchange| self::exchange(exchange, ANCHOR)).collect(),
    })
}

const ANCHOR: &str = "log";

#[derive(Template)]
#[template(path = "exchanges.html")]
struct Page<'a> {
    tenant: &'a str,
    total: usize,
    refused: usize,
    span: Option<String>,
    style: &'static str,
    diagram: String,
    exchanges: Vec<String>,
}

#[derive(Template)]
#[template(path = "exchange.html")]
struct Detail<'a> {
    exchange: &'a Exchange,
    anchor: &'a str,
    question: String,
    answer: String,
    class: &'static str,
    facts: Vec<(&'static str, String)>,
}

impl<'a> Detail<'a> {
    fn of(exchange: &'a Exchange, anchor: &'a str) -> Self {
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
            anchor,
            question: question(exchange),
            answer: answer(exchange),
            class: if is_refused(exchange) { "refused" } else { "granted" },
            facts,
        }
    }
}

/// Writing to a `String` does not fail, nor do our templates.
fn render(template: &impl Template) -> String {
    template.render().inspect_err(|error| tracing::error!(%error, "could not render a report")).unwrap_or_default()
}
