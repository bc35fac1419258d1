//! What came out, as the two files show it: for each mutant the sentence that its developer reads, and mutant × scenario.

use std::{collections::BTreeMap, fmt::Write as _};

use scenarios::{Missed, Verdict};

use crate::family::{Caught, Mutant};

pub(crate) struct Matrix {
    pub(crate) rows: Vec<Row>,
}

/// A mutant and what scenarios said of it.
pub(crate) struct Row {
    pub(crate) mutant: Mutant,
    pub(crate) verdicts: Vec<Verdict>,
}

/// How a scenario turned out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Failed by the assertion that has to catch the mutant.
    ByName,
    /// Failed by another one.
    Otherwise,
}

impl Row {
    /// What the right assertion of the right scenario said.
    fn catch(&self) -> Option<&Missed> {
        let Caught { scenario, assertion, because } = self.mutant.caught;
        let verdict = self.verdicts.iter().find(|verdict| verdict.id == scenario)?;
        verdict.missed.iter().find(|missed| missed.assertion == assertion && missed.sentence.contains(because))
    }

    /// Why the mutant counts as not caught, if it does.
    pub(crate) fn escape(&self) -> Option<String> {
        if self.catch().is_some() {
            return None;
        }
        let Caught { scenario, assertion, because } = self.mutant.caught;
        let verdict = self.verdicts.iter().find(|verdict| verdict.id == scenario);
        let seen = match verdict {
            None => "there is no such scenario".to_owned(),
            Some(verdict) if verdict.passed => "the scenario passes".to_owned(),
            Some(verdict) => {
                let missed = verdict.missed.iter().map(|missed| format!("{}: {}", missed.assertion, missed.sentence));
                format!("the scenario misses only {}", missed.collect::<Vec<_>>().join("; "))
            }
        };
        Some(format!(
            "{}: survives the assertion `{assertion}` of {scenario} (a sentence with \"{because}\"): {seen}",
            self.mutant.name
        ))
    }

    fn sentence(&self) -> String {
        let sentence = self.catch().map(|missed| without_tenant(&missed.sentence)).unwrap_or_default();
        // How many windows of concurrent callers overlap is a matter of luck.
        match sentence.split_once(" (and ") {
            Some((first, more)) if more.ends_with("more like it)") => first.to_owned(),
            _ => sentence,
        }
    }

    fn marks(&self) -> BTreeMap<&str, Mark> {
        let failed = self.verdicts.iter().filter(|verdict| !verdict.passed);
        failed
            .map(|verdict| {
                let by_name = verdict.missed.iter().any(|missed| missed.assertion == self.mutant.caught.assertion);
                (verdict.id.as_str(), if by_name { Mark::ByName } else { Mark::Otherwise })
            })
            .collect()
    }

    fn in_markdown(&self, number: usize) -> String {
        let Mutant { name, does, caught, .. } = self.mutant;
        let Caught { scenario, assertion, .. } = caught;
        let sentence = self.sentence().replace('|', "\\|");
        format!("| {number} | `{name}` | {does} | {sentence} | {scenario}: `{assertion}` |")
    }

    fn in_html(&self, number: usize) -> String {
        let Mutant { name, does, caught, .. } = self.mutant;
        let Caught { scenario, assertion, .. } = caught;
        let sentence = escaped(&self.sentence());
        format!(
            "<tr><td class=\"n\">{number}</td><td><b>{name}</b> {does}</td><td>{sentence}</td><td>{scenario} <span class=\"id\">{assertion}</span></td></tr>"
        )
    }
}

impl Matrix {
    /// The lines of mutants that a committed file does not have.
    pub(crate) fn missing_in(&self, committed: &str) -> Vec<String> {
        let committed = without_numbers(committed);
        let has = |line: &str| committed.contains(&without_numbers(line));
        let rows = self.rows.iter().zip(1..);
        rows.filter(|(row, number)| !has(&row.in_markdown(*number)) && !has(&row.in_html(*number)))
            .map(|(row, number)| row.in_markdown(number))
            .collect()
    }

    pub(crate) fn as_markdown(&self) -> String {
        let mut text = format!(
            "<!-- Written by MUTANTS=write cargo test --release -p scenarios --test mutants -->\n\
             # What the scenarios catch\n\n\
             {INTRODUCTION}\n\n\
             | | mutant | what it does | what its developer reads | caught by |\n|--:|---|---|---|---|\n"
        );
        for (row, number) in self.rows.iter().zip(1..) {
            let _ = writeln!(text, "{}", row.in_markdown(number));
        }
        let numbers: Vec<_> = (1..=self.rows.len()).map(|number| number.to_string()).collect();
        let _ = write!(
            text,
            "\n{LEGEND}\n\n| scenario | {} |\n|---{}|\n",
            numbers.join(" | "),
            "|:-:".repeat(numbers.len())
        );
        for (id, marks) in self.table() {
            let cells: Vec<_> = marks.iter().map(|mark| mark.map_or("", Mark::sign)).collect();
            let _ = writeln!(text, "| {id} | {} |", cells.join(" | "));
        }
        text
    }

    pub(crate) fn as_html(&self) -> String {
        let mut text = format!(
            "<p class=\"about\">{INTRODUCTION}</p>\n<div class=\"scroll\"><table class=\"steps\">\n<thead><tr><th scope=\"col\" class=\"n\">No.</th>\
             <th scope=\"col\">Mutant</th><th scope=\"col\">What its developer reads</th><th scope=\"col\">Caught by</th></tr></thead>\n<tbody>\n"
        );
        for (row, number) in self.rows.iter().zip(1..) {
            let _ = writeln!(text, "{}", row.in_html(number));
        }
        let heads: String = (1..=self.rows.len()).map(|number| format!("<th scope=\"col\">{number}</th>")).collect();
        let _ = write!(
            text,
            "</tbody>\n</table></div>\n<details class=\"log\"><summary>Mutant by scenario</summary>\n<p class=\"about\">{LEGEND}</p>\n\
             <div class=\"scroll\"><table class=\"mutants\">\n<thead><tr><th scope=\"col\">Scenario</th>{heads}</tr></thead>\n<tbody>\n"
        );
        for (id, marks) in self.table() {
            let cells: String = marks.iter().map(|mark| format!("<td>{}</td>", mark.map_or("", Mark::sign))).collect();
            let _ = writeln!(text, "<tr><th scope=\"row\">{id}</th>{cells}</tr>");
        }
        text.push_str("</tbody>\n</table></div>\n</details>\n");
        text
    }

    /// The scenarios that catch something, in their order, and what each says of every mutant.
    fn table(&self) -> Vec<(&str, Vec<Option<Mark>>)> {
        let marks: Vec<_> = self.rows.iter().map(Row::marks).collect();
        let ids = self.rows.iter().take(1).flat_map(|row| &row.verdicts).map(|verdict| verdict.id.as_str());
        ids.map(|id| (id, marks.iter().map(|marks| marks.get(id).copied()).collect::<Vec<_>>()))
            .filter(|(_, marks)| marks.iter().any(Option::is_some))
            .collect()
    }
}

impl Mark {
    fn sign(self) -> &'static str {
        match self {
            Self::ByName => "●",
            Self::Otherwise => "○",
        }
    }
}

const INTRODUCTION: &str = "A scenario is worth what it catches. Each of these clients is the reference client with one mistake; the scenario \
named beside it must fail for it, by the assertion named, with this sentence.";

const LEGEND: &str = "The same against all scenarios: ● failed by the assertion that has to catch the mutant, ○ failed by another. \
Scenarios that fail for none of them show the server, and are left out.";

/// The tenant's own domain, which differs from run to run.
fn without_tenant(sentence: &str) -> String {
    let mut text = String::new();
    let mut parts = sentence.split("@contoso-");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        text.push_str("@contoso");
        text.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    text
}

/// The lines in which two texts differ, with `-` before what was and `+` before what is.
pub(crate) fn changed(was: &str, is: &str) -> Vec<String> {
    let lines = |text: &str| text.lines().map(|line| (without_numbers(line), line.to_owned())).collect::<Vec<_>>();
    let (was, is) = (lines(was), lines(is));
    let only = |sign: &str, these: &[(String, String)], others: &[(String, String)]| {
        let is_new = |line: &&(String, String)| !others.iter().any(|other| other.0 == line.0);
        these.iter().filter(is_new).map(|(_, line)| format!("{sign} {line}")).collect::<Vec<_>>()
    };
    [only("-", &was, &is), only("+", &is, &was)].concat()
}

/// Without numbers that stand as words: those of exchanges differ where callers are concurrent. Names such as `main-01` stay.
fn without_numbers(text: &str) -> String {
    let mut before = ' ';
    let mut kept = String::new();
    for c in text.chars() {
        let is_number = c.is_ascii_digit() && before == ' ';
        if !is_number {
            kept.push(c);
            before = c;
        }
    }
    kept
}

/// For HTML, and for a template in which a brace means something.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('{', "&#123;").replace('}', "&#125;")
}
