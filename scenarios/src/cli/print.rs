//! What is printed. Colours are written always; `anstream` takes them out where nobody sees them.

use std::{
    io::{IsTerminal as _, Write as _},
    path::Path,
    process::ExitCode,
};

use anstream::{eprint, eprintln, println};
use mock_idp::terminal::{shown, shown_lines};
use serde_json::{Value, json};

use super::Wrong;
use crate::{Loaded, Run, Verdict, report::listing};

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const DIM: &str = "\x1b[2m";
const BOLD: &str = "\x1b[1m";
const END: &str = "\x1b[0m";

/// Tells how far a run is, on standard error; on a terminal in a single line that goes away.
pub(super) struct Progress {
    total: usize,
    done: usize,
    quiet: bool,
    terminal: bool,
}

impl Progress {
    pub(super) fn begin(total: usize, quiet: bool) -> Self {
        let progress = Self { total, done: 0, quiet, terminal: std::io::stderr().is_terminal() };
        if !quiet && !progress.terminal {
            eprintln!("running {total} {}, each in a tenant of its own", plural(total, "scenario"));
        }
        progress
    }

    pub(super) fn ended(&mut self, verdict: &Verdict) {
        self.done += 1;
        if self.quiet {
            return;
        }
        let word = if verdict.passed { "passed" } else { "failed" };
        if self.terminal {
            eprint!("\r\x1b[2K{DIM}{} of {}{END}  {} {word}", self.done, self.total, verdict.id);
            // A line that cannot be shown is no reason to stop.
            let _ = std::io::stderr().flush();
        } else {
            eprintln!("  {} of {}  {} {word}", self.done, self.total, verdict.id);
        }
    }

    pub(super) fn end(&self) {
        if !self.quiet && self.terminal {
            eprint!("\r\x1b[2K");
        }
    }
}

/// Tells how far a search is, as [`Progress`] does.
pub(super) struct Searching {
    terminal: bool,
}

impl Searching {
    pub(super) fn begin(seed: u64) -> Self {
        eprintln!("exploring from seed {seed}");
        Self { terminal: std::io::stderr().is_terminal() }
    }

    pub(super) fn tried(&mut self, cases: u64) {
        if self.terminal {
            eprint!("\r\x1b[2K{DIM}{cases} cases{END}");
            // A line that cannot be shown is no reason to stop.
            let _ = std::io::stderr().flush();
        }
    }

    pub(super) fn end(&self) {
        if self.terminal {
            eprint!("\r\x1b[2K");
        }
    }
}

/// The table of verdicts; under a failure its reasons and the sequence of what happened.
pub(super) fn verdicts(run: &Run, report: &Path) {
    let width = |text: &dyn Fn(&Verdict) -> &str| {
        run.verdicts.iter().map(|verdict| text(verdict).chars().count()).max().unwrap_or_default()
    };
    let (ids, titles) = (width(&|verdict| &verdict.id), width(&|verdict| &verdict.title).min(LONGEST_TITLE));
    println!();
    for verdict in &run.verdicts {
        let (colour, word) = if verdict.passed { (GREEN, "passed") } else { (RED, "FAILED") };
        let title: String = shown(&verdict.title).chars().take(titles).collect();
        let windows = format!("{} {}", verdict.prompts, plural(verdict.prompts, "window"));
        let took = verdict.took.as_millis();
        println!("  {colour}{word}{END}  {:<ids$}  {title:<titles$}  {windows:<9}  {DIM}{took:>5} ms{END}", verdict.id);
        for (index, missed) in verdict.missed.iter().enumerate() {
            // The first explains most; the others are often its consequences.
            let (colour, also) = if index == 0 { (RED, "") } else { (DIM, "also: ") };
            println!("          {colour}{also}{}{END}", shown(&missed.sentence));
            println!("          {DIM}{}{END}", missed.place);
        }
    }
    for verdict in run.verdicts.iter().filter(|verdict| !verdict.passed && !verdict.exchanges.is_empty()) {
        println!("\n{BOLD}What happened in {}{END}\n{}", verdict.id, listing(verdict).trim_end());
    }
    for verdict in &run.verdicts {
        let Some(command) = &verdict.command else { continue };
        println!("\n{BOLD}The command of {} {}{END}  {DIM}{}{END}", verdict.id, command.ended, command.command);
        if !verdict.passed {
            println!("{}", indented(&command.output));
        }
    }
    let passed = run.verdicts.iter().filter(|verdict| verdict.passed).count();
    let colour = if run.passed() { GREEN } else { RED };
    println!("\n{colour}{passed} of {} {} passed{END}", run.verdicts.len(), plural(run.verdicts.len(), "scenario"));
    println!("report: {}", report.display());
}

pub(super) fn verdicts_as_json(run: &Run, report: &Path) -> Result<(), Wrong> {
    json(&json!({ "passed": run.passed(), "report": report, "verdicts": run.verdicts })).map(|_| ())
}

pub(super) fn list(scripts: &[Loaded], as_json: bool) -> Result<ExitCode, Wrong> {
    if as_json {
        let rows: Vec<_> = scripts
            .iter()
            .map(|script| json!({ "id": script.id, "title": script.script.title, "source": script.script.source }))
            .collect();
        return json(&Value::Array(rows));
    }
    let ids = scripts.iter().map(|script| script.id.chars().count()).max().unwrap_or_default();
    for script in scripts {
        println!("{BOLD}{:<ids$}{END}  {}", script.id, shown(&script.script.title));
        println!("{:<ids$}  {DIM}{}{END}", "", shown(&script.script.source));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn checked(scripts: &[Loaded]) -> ExitCode {
    for script in scripts {
        println!("{GREEN}ok{END}  {}", script.file);
    }
    ExitCode::SUCCESS
}

pub(super) fn json(value: &Value) -> Result<ExitCode, Wrong> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Wrong(format!("error: {error}")))?;
    println!("{text}");
    Ok(ExitCode::SUCCESS)
}

/// What a command said, as lines under its heading; no colours or other controls of its own.
fn indented(output: &str) -> String {
    let plain = shown_lines(&anstream::adapter::strip_str(output).to_string());
    plain.trim_end().lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

const LONGEST_TITLE: usize = 62;
