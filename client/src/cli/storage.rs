//! Where the program keeps tokens: `--cache`.

use std::path::Path;
use std::sync::Arc;

use desktop_client::storage::{FileStorage, MemoryStorage, StorageError, TokenCacheStorage};

/// `memory`, a file, or by default one in the platform's data directory.
///
/// # Errors
/// When the user has no home directory and no file is named.
pub(super) fn of(option: Option<&Path>) -> Result<Arc<dyn TokenCacheStorage>, StorageError> {
    Ok(match option {
        Some(word) if word.as_os_str() == "memory" => Arc::new(MemoryStorage::new()),
        Some(file) => Arc::new(FileStorage::new(file)),
        None => Arc::new(FileStorage::in_data_directory("desktop-client")?),
    })
}
