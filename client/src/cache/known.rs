//! What this process knows of the cache: what the storage held when it was read or written last, and on
//! top of it the changes that are not stored yet. They hold for this process until one write succeeds,
//! which stores them all. Pure.

use std::sync::Arc;

use super::change::Change;
use super::document::Document;
use crate::storage::Revision;

#[derive(Debug, Default)]
pub(super) struct Known {
    /// With the changes that are not stored yet.
    document: Arc<Document>,
    /// The state of the storage that it is based on.
    revision: Option<Revision>,
    /// Oldest first.
    unsaved: Vec<Numbered>,
    made: u64,
}

#[derive(Debug)]
struct Numbered {
    number: u64,
    change: Change,
}

impl Known {
    pub(super) fn document(&self) -> Arc<Document> {
        Arc::clone(&self.document)
    }

    /// The document, if the storage is still in the state that it is based on.
    pub(super) fn document_of(&self, revision: Option<Revision>) -> Option<Arc<Document>> {
        (revision.is_some() && self.revision == revision).then(|| self.document())
    }

    /// This is what the storage holds.
    pub(super) fn holds(&mut self, mut document: Document, revision: Option<Revision>) {
        self.apply_unsaved(&mut document);
        self.document = Arc::new(document);
        self.revision = revision;
    }

    /// Makes a change that is to be stored; its number.
    pub(super) fn make(&mut self, change: Change) -> u64 {
        change.apply(Arc::make_mut(&mut self.document));
        let said_again: Vec<u64> = self
            .unsaved
            .iter()
            .enumerate()
            .filter(|(_, earlier)| change.supersedes(&earlier.change))
            // What lies between may count only for a user who is signed in, and be her first sign-in's.
            .filter(|(index, earlier)| !self.unsaved[index + 1..].iter().any(|one| one.change.needs(&earlier.change)))
            .map(|(_, earlier)| earlier.number)
            .collect();
        self.unsaved.retain(|earlier| !said_again.contains(&earlier.number));
        self.made += 1;
        self.unsaved.push(Numbered { number: self.made, change });
        self.made
    }

    /// The number of the last change.
    pub(super) fn last(&self) -> u64 {
        self.made
    }

    pub(super) fn is_unsaved(&self, number: u64) -> bool {
        self.unsaved.iter().any(|one| one.number == number)
    }

    /// True if the document is another now.
    pub(super) fn apply_unsaved(&self, document: &mut Document) -> bool {
        let mut changed = false;
        for one in &self.unsaved {
            changed |= one.change.apply(document);
        }
        changed
    }

    /// The changes up to this one are stored, or given up; the storage is to be read again.
    pub(super) fn settle(&mut self, last: u64) {
        self.unsaved.retain(|one| one.number > last);
        self.revision = None;
    }
}
