//! `explore`: searches, tells on standard error how far it is and what was found, and writes the scenario.

use std::{process::ExitCode, time::Duration};

use anstream::eprintln;
use mock_idp::ids::Ids;

use super::{Wrong, args::ExploreArgs, client, print::Searching, write};
use crate::{
    Options,
    explore::{Explored, Search, explore},
};

pub(super) async fn command(args: &ExploreArgs) -> Result<ExitCode, Wrong> {
    write::can_be_written(&args.to)?;
    let seed = match args.seed {
        Some(seed) => seed,
        None => drawn(),
    };
    // Somebody who says how many need not say how long.
    let budget = args.budget.or_else(|| args.cases.is_none().then_some(USUAL));
    let search = Search { seed, cases: args.cases, budget };
    let client = client(args.exec.as_deref(), args.timeout, args.cert_dir.as_deref())?;
    let options = Options { client, ..Options::default() };
    let mut searching = Searching::begin(seed);
    let explored = explore(search, &options, |tried| searching.tried(tried)).await;
    searching.end();
    let explored = explored.map_err(|error| Wrong(format!("error: nothing could be explored: {error}")))?;
    told(&explored, seed);
    let Some(found) = explored.found else { return Ok(ExitCode::SUCCESS) };
    write::put(&found.source, &args.to)?;
    Ok(ExitCode::from(1))
}

fn told(explored: &Explored, seed: u64) {
    let Explored { tried, void, why_void, found } = explored;
    if let Some(why) = why_void {
        eprintln!("{void} of {tried} cases could not be played, and proved nothing; the first because {why}");
    }
    let Some(found) = found else {
        eprintln!("nothing found in {tried} cases; `--seed {seed}` repeats them");
        return;
    };
    let (before, after) = found.steps;
    eprintln!("FOUND  {}: {}", found.rule, found.sentence);
    eprintln!("       case {} of seed {seed}, made small from {before} steps to {after}", found.case);
    if !found.repeats {
        eprintln!("       it does not fail each time: callers race in it");
    }
}

/// A small number, which people can repeat.
fn drawn() -> u64 {
    Ids::from_os().between(1, 999_999).unsigned_abs()
}

const USUAL: Duration = Duration::from_secs(60);
