//! `scenarios explore`: random scenarios against a client, judged by the rules that hold for every client at any time; what
//! breaks one is made small, and written as a scenario file.
//!
//! ```text
//! seed, case ── generate ──> Document ── written, loaded ──> Loaded ── run ──> verdict ── rules ──> a broken rule
//!                               ^                                                                        │
//!                               └──────────────── shrink: the same without a part of it <───────────────┘
//! ```
//!
//! A case is a document as a person would write it, and it is its text that is loaded and run; so what was found is a file
//! that fails again. Which case comes when depends on the seed alone. Must not know how a scenario is run or judged.

mod choice;
mod document;
mod generate;
mod rules;
mod shrink;

use std::time::Duration;

use crate::{Missed, Options, StageError, load, run, stopwatch::Stopwatch};
use document::Document;
use generate::Subject;

/// How long is searched, and where.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    /// Says which cases there are, and in which order.
    pub seed: u64,
    /// At most so many cases are tried; without end if `None`.
    pub cases: Option<u64>,
    /// No further cases are begun after this time; without end if `None`.
    pub budget: Option<Duration>,
}

/// What a search came to.
#[derive(Debug)]
pub struct Explored {
    /// The cases that were run.
    pub tried: u64,
    /// Those of them that could not be played, and so proved nothing.
    pub void: u64,
    /// Why the first of those could not be.
    pub why_void: Option<String>,
    /// The first case that breaks a rule, made small.
    pub found: Option<Found>,
}

/// A scenario that breaks a rule.
#[derive(Debug)]
pub struct Found {
    /// The number of its case, from 0.
    pub case: u64,
    /// The rule's name.
    pub rule: &'static str,
    /// What was expected, what was seen.
    pub sentence: String,
    /// Steps of the case, and of what is left of it.
    pub steps: (usize, usize),
    /// Whether the file failed again each time; not so where callers race.
    pub repeats: bool,
    /// The scenario file.
    pub source: String,
}

/// Runs generated cases until one breaks a rule, or the search is over. `on_tried` hears how many were tried.
///
/// # Errors
///
/// If no server can be started.
pub async fn explore(search: Search, options: &Options, mut on_tried: impl FnMut(u64)) -> Result<Explored, StageError> {
    let watch = Stopwatch::start();
    let subject = if options.client.exec().is_some() { Subject::Command } else { Subject::Told };
    let at_once = match subject {
        Subject::Told => AT_ONCE,
        Subject::Command => 1,
    };
    let mut explored = Explored { tried: 0, void: 0, why_void: None, found: None };
    loop {
        let left = search.cases.map_or(u64::MAX, |most| most - explored.tried);
        if left == 0 || search.budget.is_some_and(|budget| watch.elapsed() >= budget) {
            return Ok(explored);
        }
        let first = explored.tried;
        let cases: Vec<_> =
            (first..first + left.min(at_once)).map(|case| (case, generate::case(search.seed, case, subject))).collect();
        let mut scripts = Vec::new();
        let mut loaded = Vec::new();
        for (case, document) in &cases {
            match load(&file_name(search.seed, *case), &document.to_string()) {
                Ok(script) => {
                    scripts.push(script);
                    loaded.push((*case, document));
                }
                // A case that cannot be is passed over; a test sees to it that there is none.
                Err(_) => explored.void += 1,
            }
        }
        let verdicts = run(&scripts, options.clone(), |_| {}).await?.verdicts;
        explored.tried += cases.len() as u64;
        on_tried(explored.tried);
        for why in verdicts.iter().filter_map(rules::why_void) {
            explored.void += 1;
            explored.why_void.get_or_insert_with(|| why.to_owned());
        }
        let mut broken = verdicts.iter().zip(loaded);
        let broken = broken.find_map(|(verdict, (case, document))| Some((case, document, rules::broken(verdict)?)));
        if let Some((case, document, missed)) = broken {
            explored.found = Some(made_small(search, case, document, missed, options).await?);
            return Ok(explored);
        }
    }
}

async fn made_small(
    search: Search,
    case: u64,
    document: &Document,
    missed: &Missed,
    options: &Options,
) -> Result<Found, StageError> {
    let rule = missed.assertion;
    let attempts = if options.client.exec().is_some() { FEW_ATTEMPTS } else { ATTEMPTS };
    // As long again as the search may take; one that counts cases takes the same steps each time.
    let patience = search.budget.unwrap_or(Duration::MAX);
    let small = shrink::shrunk(document, rule, options, attempts, patience).await?;
    let mut found = Found {
        case,
        rule,
        // Should it not fail again.
        sentence: missed.sentence.clone(),
        steps: (document.steps(), small.steps()),
        repeats: true,
        source: String::new(),
    };
    // As the file is run from now on: alone.
    for _ in 0..PROOFS {
        match shrink::fails(&small, rule, options).await? {
            Some(sentence) => found.sentence = sentence,
            None => found.repeats = false,
        }
    }
    found.source = small.told(search.seed, &found);
    Ok(found)
}

fn file_name(seed: u64, case: u64) -> String {
    format!("explored-{seed}-{case}.yaml")
}

/// Cases that are run side by side, and then looked at in their order.
const AT_ONCE: u64 = 64;

/// Runs that are worth a smaller file; each costs a client of ours next to nothing, and a command some seconds.
const ATTEMPTS: usize = 600;
const FEW_ATTEMPTS: usize = 40;

/// How often the file is run to see whether it fails each time.
const PROOFS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_a_scenario_file() {
        for subject in [Subject::Told, Subject::Command] {
            for case in 0..300 {
                let source = generate::case(1, case, subject).to_string();
                if let Err(mistakes) = load("case.yaml", &source) {
                    panic!("case {case}:\n{source}\n{mistakes}");
                }
            }
        }
    }

    #[test]
    fn a_case_depends_on_seed_and_number_alone() {
        let told = |seed, case| generate::case(seed, case, Subject::Told).to_string();
        assert_eq!(told(7, 12), told(7, 12));
        assert_ne!(told(7, 12), told(7, 13));
        assert_ne!(told(7, 12), told(8, 12));
    }
}
