//! The tables of the escalation reference, section 2, row by row: each is provoked by a named case, and the complete answer
//! is compared; or it is on the list of excuses, with the reason. No row is both absent and unexcused.
//!
//! `rows` lists what the reference has. A case is a line in its table's file: the row, a name, what must be answered, and how
//! it is provoked. `compare` knows what is complete.

mod api;
mod authorize;
mod beyond;
mod compare;
mod consent;
mod device_code;
mod grant;
mod load;
mod policy;
mod protocol;
mod redemption;
mod rows;
mod stage;

use std::collections::BTreeSet;

use compare::Expected;
use stage::{Seen, Stage};

/// One way to provoke a row.
struct Case {
    /// Row ids, such as `D1`; the numbers of section 2.11 and 2.12 stand for themselves.
    rows: &'static [&'static str],
    name: &'static str,
    expected: Expected,
    provoke: fn(Stage) -> stage::Provoked,
}

/// `case!(["D1"], "what happens", Expected::token(…), |stage| async move { … })`
macro_rules! case {
    ($rows:expr, $name:literal, $expected:expr, |$stage:ident| $body:block $(,)?) => {
        $crate::reference::Case {
            rows: &$rows,
            name: $name,
            expected: $expected,
            provoke: |$stage| Box::pin(async move $body),
        }
    };
    ($rows:expr, $name:literal, $expected:expr, |$stage:ident| $body:expr $(,)?) => {
        $crate::reference::case!($rows, $name, $expected, |$stage| { $body })
    };
}
pub(crate) use case;

fn cases() -> impl Iterator<Item = &'static Case> {
    let tables: [&'static [Case]; 10] = [
        grant::CASES,
        consent::CASES,
        policy::CASES,
        api::CASES,
        authorize::CASES,
        redemption::CASES,
        device_code::CASES,
        protocol::CASES,
        load::CASES,
        beyond::CASES,
    ];
    tables.into_iter().flatten()
}

/// Every case of a table; all that differs is told at once.
async fn walk(table: &'static [Case]) {
    let mut failures = Vec::new();
    for case in table {
        let seen: Seen = (case.provoke)(Stage::new().await).await;
        if let Err(difference) = case.expected.compare(&seen) {
            failures.push(format!("{} {}: {difference}\n{seen:#?}", case.rows.join(", "), case.name));
        }
    }
    assert!(failures.is_empty(), "{} of {} cases differ\n{}", failures.len(), table.len(), failures.join("\n\n"));
}

#[tokio::test]
async fn the_grant_itself() {
    walk(grant::CASES).await;
}

#[tokio::test]
async fn consent_that_is_missing() {
    walk(consent::CASES).await;
}

#[tokio::test]
async fn conditional_access_devices_and_risk() {
    walk(policy::CASES).await;
}

#[tokio::test]
async fn what_the_apis_say() {
    walk(api::CASES).await;
}

#[tokio::test]
async fn what_authorize_says() {
    walk(authorize::CASES).await;
}

#[tokio::test]
async fn the_redemption_of_a_code() {
    walk(redemption::CASES).await;
}

#[tokio::test]
async fn device_codes() {
    walk(device_code::CASES).await;
}

#[tokio::test]
async fn configuration_and_protocol() {
    walk(protocol::CASES).await;
}

#[tokio::test]
async fn load_and_outage() {
    walk(load::CASES).await;
}

#[tokio::test]
async fn numbers_without_a_row() {
    walk(beyond::CASES).await;
}

#[test]
fn every_row_is_provoked_or_excused() {
    let provoked: BTreeSet<&str> = cases().flat_map(|case| case.rows.iter().copied()).collect();
    let excused: BTreeSet<&str> = rows::EXCUSES.iter().map(|(row, _)| *row).collect();
    let known: BTreeSet<&str> = rows::ROWS.iter().flat_map(|(_, rows)| rows.iter().copied()).collect();
    let missing: Vec<_> = known.iter().filter(|row| !provoked.contains(*row) && !excused.contains(*row)).collect();
    assert!(missing.is_empty(), "neither provoked nor excused: {missing:?}");
    let invented: Vec<_> = provoked.union(&excused).filter(|row| !known.contains(*row)).collect();
    assert!(invented.is_empty(), "the reference has no such rows: {invented:?}");
    let both: Vec<_> = provoked.intersection(&excused).collect();
    assert!(both.is_empty(), "provoked, so no excuse is needed: {both:?}");
    assert!(rows::EXCUSES.iter().all(|(_, reason)| reason.len() > 20), "an excuse has a reason");
}

/// The other way round: whatever the catalogue holds is seen on the wire by some case.
#[test]
fn every_number_of_the_catalogue_is_provoked_or_excused() {
    let seen: BTreeSet<u32> = cases().filter_map(|case| case.expected.number()).collect();
    let missing: Vec<u32> = mock_idp::error::Aadsts::ALL
        .iter()
        .map(|code| code.row().number)
        .filter(|number| !seen.contains(number) && !rows::ELSEWHERE.iter().any(|(known, _)| known == number))
        .collect();
    assert!(missing.is_empty(), "no case answers with {missing:?}");
}
