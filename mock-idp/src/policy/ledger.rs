//! The consent ledger: who allowed which application which scopes of which API (escalation reference 3.1).

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

/// All consents of one tenant.
///
/// A grant is a row (application, API, set of scopes) of one user or of the whole tenant; a later grant adds scopes to its
/// row, and what counts for a request is the union of the user's row and the tenant's.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    rows: BTreeMap<Key, BTreeMap<String, Timestamp>>,
}

/// Application, API short name, and user (`None`: the whole tenant).
type Key = (Uuid, String, Option<Uuid>);

impl Ledger {
    /// Puts scopes on record.
    pub fn grant(&mut self, client: Uuid, api: &str, user: Option<Uuid>, scopes: &[String], at: Timestamp) {
        let row = self.rows.entry((client, api.to_owned(), user)).or_default();
        for scope in scopes {
            row.entry(scope.clone()).or_insert(at);
        }
    }

    /// Takes the row off the record. Tokens already issued stay good until they expire.
    pub fn revoke(&mut self, client: Uuid, api: &str, user: Option<Uuid>) -> bool {
        self.rows.remove(&(client, api.to_owned(), user)).is_some()
    }

    /// The scopes that count for `user`, among those put on record at or before `known_until`.
    #[must_use]
    pub fn granted(&self, client: Uuid, api: &str, user: Uuid, known_until: Timestamp) -> Vec<&str> {
        [Some(user), None]
            .into_iter()
            .filter_map(|who| self.rows.get(&(client, api.to_owned(), who)))
            .flatten()
            .filter(|(_, at)| **at <= known_until)
            .map(|(scope, _)| scope.as_str())
            .collect()
    }

    /// Every row: application, API, user, scopes.
    pub fn rows(&self) -> impl Iterator<Item = (Uuid, &str, Option<Uuid>, Vec<&str>)> {
        self.rows.iter().map(|((client, api, user), scopes)| {
            (*client, api.as_str(), *user, scopes.keys().map(String::as_str).collect())
        })
    }
}

#[cfg(test)]
mod properties;
