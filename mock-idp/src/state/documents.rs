//! A tenant's public documents, as they were written last: each is asked for more often than it changes.

use std::{
    fmt,
    sync::{PoisonError, RwLock},
};

use axum::body::Bytes;
use serde::Serialize;

use super::Bounded;

/// Documents kept at the same time: metadata of two versions and the keys, under more than one name.
const MOST: usize = 16;

/// Written documents, by what they are made of.
pub struct Documents(RwLock<Bounded<Bytes>>);

impl Documents {
    /// The document `key`, written only if it is not kept. All that it is made of has to be in the key: whatever changes then has
    /// another name, and what is out of date is not found.
    pub fn written<T: Serialize>(&self, key: String, document: impl FnOnce() -> T) -> Bytes {
        if let Some(kept) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return kept.clone();
        }
        let written = Bytes::from(serde_json::to_vec(&document()).unwrap_or_default());
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, written.clone());
        written
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self(RwLock::new(Bounded::new(MOST)))
    }
}

impl fmt::Debug for Documents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Documents").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_written_once_for_each_key_and_the_oldest_is_forgotten() {
        let documents = Documents::default();
        let written = |key: usize, text: &str| documents.written(key.to_string(), || text.to_owned());
        assert_eq!(written(0, "first"), r#""first""#);
        assert_eq!(written(0, "second"), r#""first""#, "it is kept");
        for key in 1..=MOST {
            assert_eq!(written(key, "another"), r#""another""#);
        }
        assert_eq!(written(0, "second"), r#""second""#, "it had to go");
    }
}
