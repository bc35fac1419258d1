//! Tokens in the operating system's keyring: one entry for the whole cache. Which keyring that is, a
//! [`Keyring`] knows; this file knows that keyrings hang, and that they tell nobody of changes.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::lock::{self, PATIENCE};
use super::{Contents, Edit, Location, Revision, StorageError, TokenCacheStorage, Updated};

/// A keyring: secrets by service and user. Its methods may block for long, or for ever.
pub trait Keyring: Send + Sync {
    /// The secret of this entry; none if there is no such entry.
    ///
    /// # Errors
    /// When the keyring cannot be used.
    fn get(&self, service: &str, user: &str) -> Result<Option<Vec<u8>>, KeyringError>;

    /// Makes or replaces an entry.
    ///
    /// # Errors
    /// When the keyring cannot be used.
    fn set(&self, service: &str, user: &str, secret: &[u8]) -> Result<(), KeyringError>;

    /// Removes an entry, if it is there.
    ///
    /// # Errors
    /// When the keyring cannot be used.
    fn remove(&self, service: &str, user: &str) -> Result<(), KeyringError>;
}

/// Why a keyring cannot be used, in its own words.
pub type KeyringError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps tokens in an entry of a keyring.
///
/// A file beside it, which holds no secret, is the lock between processes and counts the changes. A
/// keyring that does not answer in time, because it waits for somebody to unlock it, counts as
/// missing from then on.
#[derive(Clone)]
pub struct KeyringStorage {
    keyring: Arc<dyn Keyring>,
    service: String,
    user: String,
    counter: PathBuf,
    patience: Duration,
    silent: Arc<AtomicBool>,
}

impl KeyringStorage {
    /// In the entry `user` of `service`; changes are counted in the file `counter`.
    pub fn new(
        keyring: Arc<dyn Keyring>,
        service: impl Into<String>,
        user: impl Into<String>,
        counter: impl Into<PathBuf>,
    ) -> Self {
        Self {
            keyring,
            service: service.into(),
            user: user.into(),
            counter: counter.into(),
            patience: PATIENCE,
            silent: Arc::default(),
        }
    }

    /// How long the keyring may take to answer, and another process to change it; by default ten seconds.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn get(&self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StorageError> {
        let (service, user) = (self.service.clone(), user.to_owned());
        let found = self.ask(move |keyring| keyring.get(&service, &user))?;
        Ok(found.map(Zeroizing::new))
    }

    fn set(&self, user: &str, secret: &[u8]) -> Result<(), StorageError> {
        let (service, user) = (self.service.clone(), user.to_owned());
        let secret = Zeroizing::new(secret.to_vec());
        self.ask(move |keyring| keyring.set(&service, &user, &secret))
    }

    fn remove(&self, user: &str) -> Result<(), StorageError> {
        let (service, user) = (self.service.clone(), user.to_owned());
        self.ask(move |keyring| keyring.remove(&service, &user))
    }

    /// On a thread of its own: a locked keyring never comes back, and some stores start a runtime.
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Keyring) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let failed = |why: &str| {
            StorageError::new(format!(
                "the keyring entry {}/{} cannot be used: {why}; unlock the keyring, or keep the token cache in a file",
                self.service, self.user
            ))
        };
        if self.silent.load(Ordering::SeqCst) {
            return Err(failed("the keyring does not answer"));
        }
        let (sender, answer) = mpsc::channel();
        let keyring = Arc::clone(&self.keyring);
        let thread = std::thread::Builder::new().name("keyring".to_owned());
        let started = thread.spawn(move || {
            // Nobody may be waiting any more.
            let _ = sender.send(question(&*keyring));
        });
        started.map_err(|error| failed(&error.to_string()))?;
        match answer.recv_timeout(self.patience) {
            Ok(answer) => answer.map_err(|error| failed(&error.to_string())),
            Err(_) => {
                self.silent.store(true, Ordering::SeqCst);
                Err(failed("the keyring does not answer"))
            }
        }
    }

    fn lock(&self) -> Result<File, StorageError> {
        if let Some(folder) = self.counter.parent() {
            // Opening says it if this failed.
            let _ = fs::create_dir_all(folder);
        }
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&self.counter);
        file.and_then(|file| lock::lock(&file, self.patience).map(|()| file)).map_err(|error| {
            let next = match error.kind() {
                std::io::ErrorKind::TimedOut => "end the program that holds it",
                _ => "make its folder writable",
            };
            StorageError::new(format!(
                "the lock of the keyring entry, {}, cannot be had ({error}); {next}",
                self.counter.display()
            ))
        })
    }

    fn count(&self, mut file: &File) -> Result<Revision, StorageError> {
        let mut text = String::new();
        let counted = (|| {
            file.read_to_string(&mut text)?;
            let next = text.trim().parse::<u64>().unwrap_or_default().wrapping_add(1).to_string();
            file.rewind()?;
            file.write_all(next.as_bytes())?;
            file.sync_all()?;
            Ok::<_, std::io::Error>(next)
        })();
        counted.map(Revision::new).map_err(|error| {
            StorageError::new(format!("{} cannot be written ({error}); make room on the disk", self.counter.display()))
        })
    }

    /// Under the first name that is free.
    fn set_aside(&self, damaged: &[u8]) -> Result<String, StorageError> {
        let mut number = 1_u64;
        let aside = loop {
            let name = format!("{}.damaged-{number}", self.user);
            if self.get(&name)?.is_none() {
                break name;
            }
            number += 1;
        };
        self.set(&aside, damaged)?;
        Ok(format!(
            "the token cache in the keyring entry {}/{} is damaged; it was kept as {aside}, and a new one begins: sign in again",
            self.service, self.user
        ))
    }
}

impl TokenCacheStorage for KeyringStorage {
    fn location(&self) -> Location {
        Location::Keyring { service: self.service.clone(), user: self.user.clone() }
    }

    fn revision(&self) -> Result<Option<Revision>, StorageError> {
        Ok(fs::read_to_string(&self.counter).ok().map(Revision::new))
    }

    fn read(&self) -> Result<Contents, StorageError> {
        let revision = self.revision()?;
        Ok(Contents::new(self.get(&self.user)?, revision))
    }

    fn update(&self, edit: &mut dyn FnMut(Option<&[u8]>) -> Edit) -> Result<Updated, StorageError> {
        let lock = self.lock()?;
        let found = self.get(&self.user)?;
        let edit = edit(found.as_ref().map(|bytes| bytes.as_slice()));
        let mut updated = Updated::new(self.revision()?);
        if edit.set_aside {
            updated.warnings.push(self.set_aside(found.as_ref().map_or(&[], |bytes| bytes.as_slice()))?);
        }
        match edit.write {
            Some(bytes) => self.set(&self.user, &bytes)?,
            None if edit.set_aside => self.remove(&self.user)?,
            None => return Ok(updated),
        }
        updated.revision = Some(self.count(&lock)?);
        Ok(updated)
    }
}

impl fmt::Debug for KeyringStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringStorage")
            .field("service", &self.service)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
