//! Where the program keeps tokens: `--cache`.

use std::path::Path;
use std::sync::Arc;

use desktop_client::storage::{FileStorage, MemoryStorage, StorageError, TokenCacheStorage, for_platform};

/// A storage, and why it is not a better one.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) storage: Arc<dyn TokenCacheStorage>,
    /// None where there is a keyring, or the person has named another place.
    pub(super) why_no_keyring: Option<String>,
}

/// `memory`, a file, or by default this platform's.
///
/// # Errors
/// When the user has no home directory and no file is named.
pub(super) fn of(option: Option<&Path>) -> Result<Place, StorageError> {
    let named = |storage: Arc<dyn TokenCacheStorage>| Place { storage, why_no_keyring: None };
    Ok(match option {
        Some(word) if word.as_os_str() == "memory" => named(Arc::new(MemoryStorage::new())),
        Some(file) => named(Arc::new(FileStorage::new(file))),
        None => {
            let choice = for_platform("desktop-client")?;
            Place { storage: choice.storage, why_no_keyring: choice.why_no_keyring }
        }
    })
}
