//! Where tokens are kept: bytes in a memory, a file or a keyring, and how two processes share them.
//! Knows nothing of tokens; what the bytes mean is the token cache's affair.
//!
//! ```no_run
//! use desktop_client::PublicClientApplication;
//! use desktop_client::storage::{FileStorage, TokenCacheStorage as _};
//!
//! # fn app() -> Result<(), Box<dyn std::error::Error>> {
//! let storage = FileStorage::in_data_directory("my-app")?;
//! println!("tokens are kept {}", storage.location());
//! let app = PublicClientApplication::builder("d0000000-0000-4000-8000-000000000001")
//!     .token_cache(storage)
//!     .build()?;
//! # Ok(())
//! # }
//! ```

mod file;
mod keyring;
mod lock;
mod memory;
#[cfg(all(feature = "keyring", any(target_os = "linux", target_os = "macos")))]
mod native;
mod platform;

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

pub use file::FileStorage;
pub use keyring::{Keyring, KeyringError, KeyringStorage};
pub use memory::MemoryStorage;
pub use platform::{Choice, for_platform};

/// A place for the token cache, shared by whoever names the same place.
///
/// The methods block. [`read`](Self::read) and [`revision`](Self::revision) are called where a token
/// is looked up and must be quick; [`update`](Self::update) may wait for another process, though not
/// for ever, and is called from a thread that may.
pub trait TokenCacheStorage: fmt::Debug + Send + Sync {
    /// The place, for people.
    fn location(&self) -> Location;

    /// Differs from the last one when the bytes may be others; none when only reading shows it.
    ///
    /// # Errors
    /// When the place cannot be looked at.
    fn revision(&self) -> Result<Option<Revision>, StorageError>;

    /// What is there.
    ///
    /// # Errors
    /// When something is there and cannot be read.
    fn read(&self) -> Result<Contents, StorageError>;

    /// What is there, as [`read`](Self::read) would find it, and whether it could be changed. For diagnosis: leaves
    /// everything as it is.
    ///
    /// # Errors
    /// When something is there and cannot be read, or nothing could be written.
    fn examine(&self) -> Result<Contents, StorageError> {
        self.read()
    }

    /// Hands what is there to `edit` and does what it says, while nobody else can.
    ///
    /// # Errors
    /// When it can be neither read nor written; what was there is still there.
    fn update(&self, edit: &mut dyn FnMut(Option<&[u8]>) -> Edit) -> Result<Updated, StorageError>;
}

impl<T: TokenCacheStorage + ?Sized> TokenCacheStorage for Arc<T> {
    fn location(&self) -> Location {
        (**self).location()
    }

    fn revision(&self) -> Result<Option<Revision>, StorageError> {
        (**self).revision()
    }

    fn read(&self) -> Result<Contents, StorageError> {
        (**self).read()
    }

    fn examine(&self) -> Result<Contents, StorageError> {
        (**self).examine()
    }

    fn update(&self, edit: &mut dyn FnMut(Option<&[u8]>) -> Edit) -> Result<Updated, StorageError> {
        (**self).update(edit)
    }
}

/// Which of its states a storage is in; only good for comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision(u64);

impl Revision {
    /// The state that `marks` tell from others.
    pub fn new(marks: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        marks.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// What is in a storage. Not printed: it is secret.
#[derive(Default)]
#[non_exhaustive]
pub struct Contents {
    /// None where nothing was ever kept.
    pub bytes: Option<Zeroizing<Vec<u8>>>,
    /// The state that these bytes are of.
    pub revision: Option<Revision>,
    /// What was not as it should be, in a sentence each.
    pub warnings: Vec<String>,
}

impl Contents {
    /// These bytes, of this state.
    pub fn new(bytes: Option<Zeroizing<Vec<u8>>>, revision: Option<Revision>) -> Self {
        Self { bytes, revision, warnings: Vec::new() }
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contents([redacted])")
    }
}

/// What is to be done with a storage. Not printed: it is secret.
#[derive(Default)]
pub struct Edit {
    /// What is there is damaged: move it out of the way under another name, never delete it.
    pub set_aside: bool,
    /// The new bytes; none to leave things as they are.
    pub write: Option<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Edit([redacted])")
    }
}

/// What became of an [`Edit`].
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Updated {
    /// The state that it left behind.
    pub revision: Option<Revision>,
    /// What was not as it should be, in a sentence each.
    pub warnings: Vec<String>,
}

impl Updated {
    /// This state was left behind.
    pub fn new(revision: Option<Revision>) -> Self {
        Self { revision, warnings: Vec::new() }
    }
}

/// Where tokens are kept. Printed, it completes "tokens are kept …".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In memory: they end with the app object.
    Memory,
    /// In this file.
    File(PathBuf),
    /// In this entry of the operating system's keyring.
    Keyring {
        /// The service that the entry is of.
        service: String,
        /// The user that the entry is of.
        user: String,
    },
    /// Elsewhere, in somebody's own words.
    Other(String),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("in memory, until the program ends"),
            Self::File(path) => {
                write!(f, "in the file {}, not encrypted, readable by its owner only", path.display())
            }
            Self::Keyring { service, user } => write!(f, "in the keyring entry {service}/{user}"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

/// A storage that cannot be used: what failed, and what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct StorageError(String);

impl StorageError {
    /// In one sentence: cause and next step.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}
