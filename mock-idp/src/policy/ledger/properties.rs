//! The ledger against the plainest model of one: a list of what was allowed, and whoever asks looks through all of it.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

const CLIENTS: [Uuid; 2] = [Uuid::from_u128(1), Uuid::from_u128(2)];
const USERS: [Uuid; 2] = [Uuid::from_u128(11), Uuid::from_u128(12)];

/// Application, API and user or everybody.
type Row = (Uuid, &'static str, Option<Uuid>);

#[derive(Clone, Debug)]
enum Event {
    Grant(Row, Vec<&'static str>),
    Revoke(Row),
}

fn rows() -> impl Strategy<Value = Row> {
    (select(&CLIENTS[..]), select(vec!["mail", "payroll"]), prop::option::of(select(&USERS[..])))
}

fn scopes() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(vec!["Read", "Write", "Send"]), 0..3)
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        3 => (rows(), scopes()).prop_map(|(row, scopes)| Event::Grant(row, scopes)),
        1 => rows().prop_map(Event::Revoke),
    ];
    vec(event, 0..20)
}

fn at(second: usize) -> Timestamp {
    Timestamp::from_second(second.try_into().unwrap()).unwrap()
}

/// The event at place `n` happens in second `n`.
fn ledger(events: &[Event]) -> Ledger {
    let mut ledger = Ledger::default();
    for (second, event) in events.iter().enumerate() {
        match event {
            Event::Grant((client, api, user), scopes) => {
                let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
                ledger.grant(*client, api, *user, &scopes, at(second));
            }
            Event::Revoke((client, api, user)) => {
                ledger.revoke(*client, api, *user);
            }
        }
    }
    ledger
}

/// What was allowed in `row` after it was last revoked, up to second `known_until`.
fn allowed(events: &[Event], row: Row, known_until: usize) -> BTreeSet<&'static str> {
    let revoked = events.iter().rposition(|event| matches!(event, Event::Revoke(revoked) if *revoked == row));
    let since = revoked.map_or(0, |at| at + 1);
    let known = events.iter().enumerate().skip(since).filter(|(second, _)| *second <= known_until);
    known
        .filter_map(|(_, event)| match event {
            Event::Grant(granted, scopes) if *granted == row => Some(scopes.iter().copied()),
            _ => None,
        })
        .flatten()
        .collect()
}

fn set<'a>(scopes: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    scopes.into_iter().collect()
}

proptest! {
    /// What counts for a user is what the user and the tenant allowed, this application, this API, and not what came later.
    #[test]
    fn what_counts_is_what_was_allowed(events in events(), (client, api, user) in rows(), until in 0..25_usize) {
        let user = user.unwrap_or(USERS[0]);
        let ledger = ledger(&events);
        let granted = set(ledger.granted(client, api, user, at(until)));
        let own = allowed(&events, (client, api, Some(user)), until);
        let tenants = allowed(&events, (client, api, None), until);
        prop_assert_eq!(granted, own.union(&tenants).copied().collect::<BTreeSet<_>>());
    }

    /// A row has all that was allowed since it was taken off, and there is no other.
    #[test]
    fn the_record_is_what_happened(events in events(), row in rows()) {
        let ledger = ledger(&events);
        let (client, api, user) = row;
        let on_record = ledger.rows().find(|(of, name, who, _)| (*of, *name, *who) == (client, api, user));
        let on_record = set(on_record.into_iter().flat_map(|(.., scopes)| scopes));
        prop_assert_eq!(on_record, allowed(&events, row, usize::MAX));
    }

    /// Consent only adds: whoever consents again, or to more, takes nothing away.
    #[test]
    fn consent_takes_nothing_away(events in events(), row in rows(), scopes in scopes(), whose in rows()) {
        let (client, api, user) = whose;
        let user = user.unwrap_or(USERS[0]);
        let before = ledger(&events);
        let after = ledger(&events.into_iter().chain([Event::Grant(row, scopes)]).collect::<Vec<_>>());
        let known = at(100);
        let (before, after) = (set(before.granted(client, api, user, known)), set(after.granted(client, api, user, known)));
        prop_assert!(before.is_subset(&after));
    }
}
