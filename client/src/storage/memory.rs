//! Tokens in memory: gone with the last app object that shares it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use super::{Contents, Edit, Location, Revision, StorageError, TokenCacheStorage, Updated};

/// Keeps tokens in memory. Behind an `Arc`, several app objects share it.
#[derive(Default)]
pub struct MemoryStorage(Mutex<State>);

#[derive(Default)]
struct State {
    bytes: Option<Zeroizing<Vec<u8>>>,
    changes: u64,
}

impl MemoryStorage {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn revision(&self) -> Option<Revision> {
        Some(Revision::new(self.changes))
    }
}

impl TokenCacheStorage for MemoryStorage {
    fn location(&self) -> Location {
        Location::Memory
    }

    fn revision(&self) -> Result<Option<Revision>, StorageError> {
        Ok(self.lock().revision())
    }

    fn read(&self) -> Result<Contents, StorageError> {
        let state = self.lock();
        Ok(Contents::new(state.bytes.clone(), state.revision()))
    }

    fn update(&self, edit: &mut dyn FnMut(Option<&[u8]>) -> Edit) -> Result<Updated, StorageError> {
        let mut state = self.lock();
        let edit = edit(state.bytes.as_ref().map(|bytes| bytes.as_slice()));
        if edit.set_aside || edit.write.is_some() {
            state.changes += 1;
        }
        if edit.set_aside {
            state.bytes = None;
        }
        if edit.write.is_some() {
            state.bytes = edit.write;
        }
        Ok(Updated::new(state.revision()))
    }
}

impl std::fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryStorage([redacted])")
    }
}
