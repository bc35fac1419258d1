//! The CA's two files: read together, written once, never overwritten. It must not know what is in them.
//!
//! Each appears whole or not at all, the key first. So whoever is killed between the two leaves a key that nobody trusts yet,
//! and the next one goes on from there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::TlsError;

/// What is there, looked at under the lock.
pub(super) enum Found {
    Nothing,
    /// Whoever made the CA was killed halfway, or somebody has deleted the certificate.
    Key(String),
    Both {
        key: String,
        certificate: String,
    },
}

pub(super) struct CaFiles {
    dir: PathBuf,
    pub(super) key: PathBuf,
    pub(super) certificate: PathBuf,
}

impl CaFiles {
    pub(super) fn in_dir(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), key: dir.join("ca-key.pem"), certificate: dir.join("ca.pem") }
    }

    /// Key and certificate if both are there. Takes no lock, so that a read-only directory will do; one file
    /// alone may be another process's half-done work.
    pub(super) fn read_complete(&self) -> Result<Option<(String, String)>, TlsError> {
        // The certificate is written last, so where it is seen, the key is there too.
        let certificate = read(&self.certificate)?;
        Ok(read(&self.key)?.zip(certificate))
    }

    /// The same under the lock, where a certificate alone is a fault.
    pub(super) fn read(&self) -> Result<Found, TlsError> {
        match (read(&self.key)?, read(&self.certificate)?) {
            (Some(key), Some(certificate)) => Ok(Found::Both { key, certificate }),
            (Some(key), None) => Ok(Found::Key(key)),
            (None, None) => Ok(Found::Nothing),
            (None, Some(_)) => Err(TlsError::Half { present: self.certificate.clone(), missing: self.key.clone() }),
        }
    }

    /// Keeps other processes from making the CA at the same time, until dropped; clears away what killed ones have left.
    pub(super) fn lock(&self) -> Result<File, TlsError> {
        fs::create_dir_all(&self.dir).map_err(|error| failed("create", &self.dir, error))?;
        let path = self.dir.join("ca.lock");
        let lock = || {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        let locked = lock().map_err(|error| failed("lock", &path, error))?;
        sweep(&self.dir);
        Ok(locked)
    }

    /// Writes the key. Call it under the lock and only where `read` found nothing.
    pub(super) fn write_key(&self, key: &str) -> Result<(), TlsError> {
        replace_file(&self.key, key, Access::Owner).map_err(|error| failed("write", &self.key, error))
    }

    /// Writes the certificate of the key that is there. Call it under the lock and only where `read` found none.
    pub(super) fn write_certificate(&self, certificate: &str) -> Result<(), TlsError> {
        replace_file(&self.certificate, certificate, Access::Everyone)
            .map_err(|error| failed("write", &self.certificate, error))
    }
}

/// Removes what a killed process has left of files it was writing. Call it under the lock: then nobody is writing one.
fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_part = [".ca-key.pem.", ".ca.pem."].iter().any(|start| name.to_string_lossy().starts_with(start));
        if is_part {
            // Where it cannot be removed it is only untidy.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner alone.
    Owner,
    /// Everyone whom the umask allows.
    Everyone,
    /// The same, and everyone may also run it.
    Program,
}

/// Writes a file so that a reader sees all of it or what was there before.
pub(crate) fn replace_file(path: &Path, contents: &str, access: Access) -> io::Result<()> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{name}.{}-{count}", std::process::id()));
    // A crashed process of the same number may have left its own.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = create(&part, access)
        .and_then(|mut file| {
            file.write_all(contents.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    written
}

fn create(path: &Path, access: Access) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(
        &mut options,
        match access {
            Access::Owner => 0o600,
            Access::Everyone => 0o666,
            Access::Program => 0o777,
        },
    );
    #[cfg(not(unix))]
    let _ = access;
    options.open(path)
}

fn read(path: &Path) -> Result<Option<String>, TlsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path, error)),
    }
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> TlsError {
    TlsError::File { action, path: path.to_owned(), source }
}
