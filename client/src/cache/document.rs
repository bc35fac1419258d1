//! The document that MSAL's libraries share (escalation reference 5.6): bytes to entries and back.
//! What it does not know, it keeps: members at the top, members of entries, and whole entries that
//! cannot be read. Pure.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::entry::{AccessTokenEntry, AccountEntry, AppMetadataEntry, IdTokenEntry, Keyed, RefreshTokenEntry};

/// All that is in the cache.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Document {
    #[serde(rename = "AccessToken", default)]
    pub(super) access_tokens: Section<AccessTokenEntry>,
    #[serde(rename = "RefreshToken", default)]
    pub(super) refresh_tokens: Section<RefreshTokenEntry>,
    #[serde(rename = "IdToken", default)]
    pub(super) id_tokens: Section<IdTokenEntry>,
    #[serde(rename = "Account", default)]
    pub(super) accounts: Section<AccountEntry>,
    #[serde(rename = "AppMetadata", default)]
    pub(super) app_metadata: Section<AppMetadataEntry>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The bytes are no such document.
#[derive(Debug)]
pub(crate) struct Damaged;

impl Document {
    /// Nothing at all is an empty document, as it is for MSAL.
    pub(crate) fn parse(bytes: Option<&[u8]>) -> Result<Self, Damaged> {
        match bytes {
            None => Ok(Self::default()),
            Some(bytes) if bytes.trim_ascii().is_empty() => Ok(Self::default()),
            Some(bytes) => serde_json::from_slice(bytes).map_err(|_| Damaged),
        }
    }

    pub(crate) fn to_bytes(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        serde_json::to_vec_pretty(self).map(Zeroizing::new)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document([redacted])")
    }
}

/// Entries of one kind, by their keys.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub(super) struct Section<T>(BTreeMap<String, Entry<T>>);

#[derive(Clone, Serialize)]
#[serde(untagged)]
enum Entry<T> {
    Known(T),
    Unreadable(Value),
}

impl<T: Keyed> Section<T> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.values().filter_map(|entry| match entry {
            Entry::Known(entry) => Some(entry),
            Entry::Unreadable(_) => None,
        })
    }

    /// Puts an entry in the place of those it replaces.
    pub(super) fn replace(&mut self, entry: T, replaced: impl Fn(&T) -> bool) {
        self.remove(replaced);
        self.0.insert(entry.key(), Entry::Known(entry));
    }

    /// The first entry that fits, to be put back by `replace`.
    pub(super) fn find(&self, fits: impl Fn(&T) -> bool) -> Option<&T> {
        self.iter().find(|entry| fits(entry))
    }

    /// True if there was something to remove.
    pub(super) fn remove(&mut self, removed: impl Fn(&T) -> bool) -> bool {
        let before = self.0.len();
        self.0.retain(|_, entry| !matches!(entry, Entry::Known(entry) if removed(entry)));
        self.0.len() < before
    }

    /// Removes what cannot be read but says whose it is.
    pub(super) fn remove_unreadable(&mut self, removed: impl Fn(&Value) -> bool) -> bool {
        let before = self.0.len();
        self.0.retain(|_, entry| !matches!(entry, Entry::Unreadable(entry) if removed(entry)));
        self.0.len() < before
    }
}

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Section<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Option::<BTreeMap<String, Value>>::deserialize(deserializer)?.unwrap_or_default();
        let read = |entry: Value| T::deserialize(&entry).map_or_else(|_| Entry::Unreadable(entry), Entry::Known);
        Ok(Self(entries.into_iter().map(|(key, entry)| (key, read(entry))).collect()))
    }
}
