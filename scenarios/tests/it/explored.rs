//! `explore`: the reference client keeps every rule, and what is found of another one is a file that fails again.

use desktop_client::Throttling;
use scenarios::{
    ClientFactory, Options,
    explore::{Explored, Search, explore},
    load, run,
};

const CASES: u64 = 24;

/// Enough for a client with a mistake; it is found on the way, and from this seed soon.
const MANY: u64 = 1_000;
const SEED: u64 = 7;

async fn explored(cases: u64, options: &Options) -> Explored {
    explore(Search { seed: SEED, cases: Some(cases), budget: None }, options, |_| {}).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_client_keeps_every_rule() {
    let Explored { tried, void, found, why_void } = explored(CASES, &Options::default()).await;
    if let Some(found) = found {
        panic!("case {}: {}: {}\n{}", found.case, found.rule, found.sentence, found.source);
    }
    assert_eq!(tried, CASES);
    assert!(void * 20 < tried, "{void} cases prove nothing; the first because {why_void:?}");
}

/// A client that asks on and on, although the server has asked for peace.
fn restless() -> Options {
    let client = |seat: scenarios::Seat| -> Result<Box<dyn scenarios::ClientUnderTest>, desktop_client::Error> {
        Ok(Box::new(seat.builder()?.throttling(Throttling::Off).build()?))
    };
    Options { client: ClientFactory::new(client), ..Options::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_found_is_a_small_file_that_fails_for_the_same_reason() {
    let found = explored(MANY, &restless()).await.found.unwrap();
    assert!(found.steps.1 <= 4 && found.repeats, "{}", found.source);
    assert!(found.source.starts_with(&format!("# Found by `scenarios explore --seed {SEED}`, case {}.", found.case)));
    let script = load("found.yaml", &found.source).unwrap();
    let verdicts = run(std::slice::from_ref(&script), restless(), |_| {}).await.unwrap().verdicts;
    let missed = verdicts[0].missed.first().unwrap();
    assert_eq!((missed.assertion, &missed.sentence), (found.rule, &found.sentence));
    // The reference client passes it.
    let verdicts = run(&[script], Options::default(), |_| {}).await.unwrap().verdicts;
    assert!(verdicts[0].missed.iter().all(|missed| missed.assertion != found.rule));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seed_finds_the_same_again() {
    let (one, other) =
        (explored(MANY, &restless()).await.found.unwrap(), explored(MANY, &restless()).await.found.unwrap());
    assert_eq!((one.case, one.rule), (other.case, other.rule));
}

/// The v1 endpoint's own error for an expired password is none that MSAL shows a window for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_window_is_asked_of_a_client_whose_kind_opens_none() {
    let source = "\
version: 1
title: An expired password at the v1 endpoint
given:
  user: bo
  signed_in: { scopes: [calendar/Events.Read] }
  switches: { error_dialect: v1 }
steps:
  - change_user: { user: bo, set: { password_expired: true } }
  - call_api: { api: vault, scopes: [vault/Secrets.Read], expect: any }
";
    let script = load("expired.yaml", source).unwrap();
    let verdicts = run(&[script], Options::default(), |_| {}).await.unwrap().verdicts;
    assert!(verdicts[0].missed.is_empty(), "{:?}", verdicts[0].missed);
}
