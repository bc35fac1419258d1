//! Tokens in a file that only its owner may read. It is replaced whole, by renaming, so that nobody
//! ever sees half of it; who changes it holds the lock on the file beside it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::lock::{self, PATIENCE};
use super::{Contents, Edit, Location, Revision, StorageError, TokenCacheStorage, Updated};

/// Keeps tokens in a file with mode 0600 (on Windows: with the rights of its folder), not encrypted.
///
/// Any number of processes may use the same file: each change is made to what the file holds by
/// then, under a lock on `FILE.lock`, and becomes visible at once or not at all. A lock that another
/// process does not let go of in time is given up: the change is not written.
#[derive(Debug, Clone)]
pub struct FileStorage {
    path: PathBuf,
    patience: Duration,
}

impl FileStorage {
    /// In this file; it and its folder are made when there is something to keep.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), patience: PATIENCE }
    }

    /// How long to wait for another process that is changing the file; by default ten seconds.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// In `token-cache.json` in the app's own folder of the platform's data directory, e.g.
    /// `~/.local/share/APP` or `~/Library/Application Support/APP`.
    ///
    /// # Errors
    /// When the user has no home directory.
    pub fn in_data_directory(app: &str) -> Result<Self, StorageError> {
        use etcetera::BaseStrategy as _;
        let strategy = etcetera::base_strategy::choose_native_strategy().map_err(|_| {
            StorageError::new("the home directory is not known; set HOME or name a file for the token cache")
        })?;
        Ok(Self::new(strategy.data_dir().join(app).join("token-cache.json")))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn open(&self) -> Result<Option<(File, Metadata)>, StorageError> {
        let open = || {
            // Opening a pipe would wait for its other end.
            if !fs::metadata(&self.path)?.is_file() {
                return Ok(None);
            }
            let file = File::open(&self.path)?;
            file.metadata().map(|metadata| Some((file, metadata)))
        };
        match open() {
            Ok(None) => Err(self.failed("is no file", "name another one")),
            Ok(opened) => Ok(opened),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(
                &format!("cannot be read ({error})"),
                "make it yours (chown, chmod 600), or move it away and sign in again",
            )),
        }
    }

    fn contents(&self) -> Result<Contents, StorageError> {
        self.contents_and(Self::tighten)
    }

    /// `look` says what is not as it should be about the file.
    fn contents_and(&self, look: impl Fn(&Self, &File, &Metadata) -> Option<String>) -> Result<Contents, StorageError> {
        let Some((mut file, metadata)) = self.open()? else {
            return Ok(Contents::new(None, Some(NOTHING)));
        };
        let mut bytes = Zeroizing::new(Vec::new());
        file.read_to_end(&mut bytes)
            .map_err(|error| self.failed(&format!("cannot be read ({error})"), "check the disk and try again"))?;
        let mut contents = Contents::new(Some(bytes), Some(revision_of(&metadata)));
        contents.warnings.extend(look(self, &file, &metadata));
        Ok(contents)
    }

    /// What [`tighten`](Self::tighten) would mend.
    #[cfg(unix)]
    fn openness(&self, _: &File, metadata: &Metadata) -> Option<String> {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = metadata.permissions().mode() & 0o777;
        let path = self.path.display();
        (mode & 0o077 != 0).then(|| {
            format!("the token cache {path} can be read by others (mode {mode:03o}); run chmod 600 on it, as the next request would")
        })
    }

    #[cfg(not(unix))]
    fn openness(&self, _: &File, _: &Metadata) -> Option<String> {
        None
    }

    /// Whether a change could be made: a file without a name is made in the folder, and is gone again.
    fn check_writable(&self) -> Result<(), StorageError> {
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        // Folders that are missing would be made in the nearest one that is there.
        let folders = path.ancestors().skip(1).map(|folder| match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        });
        let folder = folders.into_iter().find(|folder| folder.exists()).unwrap_or(Path::new("."));
        tempfile::tempfile_in(folder).map_err(|error| {
            let what = format!("cannot be written (in {}: {error})", folder.display());
            self.failed(&what, "make the folder writable or name another file")
        })?;
        let lock = beside(&self.path, ".lock");
        match OpenOptions::new().write(true).open(&lock) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed(
                &format!("cannot be locked ({}: {error})", lock.display()),
                "make that file yours or name another one",
            )),
            _ => Ok(()),
        }
    }

    /// A file that others could read is closed to them, and the user is told.
    #[cfg(unix)]
    fn tighten(&self, file: &File, metadata: &Metadata) -> Option<String> {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 == 0 {
            return None;
        }
        let path = self.path.display();
        Some(match file.set_permissions(fs::Permissions::from_mode(0o600)) {
            Ok(()) => format!("the token cache {path} could be read by others (mode {mode:03o}); it is 600 now"),
            Err(error) => format!(
                "the token cache {path} can be read by others (mode {mode:03o}), and that cannot be changed ({error}); run chmod 600 on it"
            ),
        })
    }

    #[cfg(not(unix))]
    fn tighten(&self, _: &File, _: &Metadata) -> Option<String> {
        None
    }

    /// Waits for whoever else is changing the file. The lock ends with the handle, also when the
    /// process is killed.
    fn lock(&self) -> Result<File, StorageError> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_folder(folder).map_err(|error| {
                let what = format!("has no folder, and it cannot be made ({error})");
                self.failed(&what, "make the folder or name another file")
            })?;
        }
        let path = beside(&self.path, ".lock");
        let file = private(OpenOptions::new().create(true).truncate(false).write(true)).open(&path);
        file.and_then(|file| lock::lock(&file, self.patience).map(|()| file)).map_err(|error| {
            let what = format!("cannot be written: its lock {} cannot be had ({error})", path.display());
            let next = match error.kind() {
                io::ErrorKind::TimedOut => "end the program that holds it, or name another file",
                _ => "make its folder writable or name another file",
            };
            self.failed(&what, next)
        })
    }

    fn replace(&self, bytes: &[u8]) -> Result<Revision, StorageError> {
        // Behind a link, what it points to is replaced, not the link.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = path.file_name().unwrap_or_default();
        sweep(folder, name);
        let write = || {
            // Made with mode 0600.
            let prefix = part_prefix(name);
            let mut new =
                tempfile::Builder::new().prefix(&prefix).rand_bytes(PART_LENGTH).suffix(PART).tempfile_in(folder)?;
            new.write_all(bytes)?;
            new.as_file().sync_all()?;
            let file = new.persist(&path).map_err(|error| error.error)?;
            sync_folder(folder)?;
            file.metadata()
        };
        let written: io::Result<Metadata> = write();
        written.map(|metadata| revision_of(&metadata)).map_err(|error| {
            let what = format!("cannot be written ({error})");
            self.failed(&what, "make room on the disk, make its folder writable, or name another file")
        })
    }

    /// Moves the file to the first name that is free.
    fn set_aside(&self) -> Result<String, StorageError> {
        let free = (1_u64..).map(|number| beside(&self.path, &format!(".damaged-{number}")));
        let aside = free.into_iter().find(|aside| fs::symlink_metadata(aside).is_err()).unwrap_or_default();
        fs::rename(&self.path, &aside).map_err(|error| {
            self.failed(&format!("is damaged and cannot be moved away ({error})"), "move it away and sign in again")
        })?;
        Ok(format!(
            "the token cache {} is damaged; it was kept as {}, and a new one begins: sign in again",
            self.path.display(),
            aside.display()
        ))
    }

    fn failed(&self, what: &str, next: &str) -> StorageError {
        StorageError::new(format!("the token cache {} {what}; {next}", self.path.display()))
    }
}

impl TokenCacheStorage for FileStorage {
    fn location(&self) -> Location {
        Location::File(self.path.clone())
    }

    fn revision(&self) -> Result<Option<Revision>, StorageError> {
        match fs::metadata(&self.path) {
            Ok(metadata) => Ok(Some(revision_of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(NOTHING)),
            // Reading says what is wrong.
            Err(_) => Ok(None),
        }
    }

    fn read(&self) -> Result<Contents, StorageError> {
        self.contents()
    }

    fn examine(&self) -> Result<Contents, StorageError> {
        let contents = self.contents_and(Self::openness)?;
        self.check_writable()?;
        Ok(contents)
    }

    fn update(&self, edit: &mut dyn FnMut(Option<&[u8]>) -> Edit) -> Result<Updated, StorageError> {
        let _lock = self.lock()?;
        let found = self.contents()?;
        let edit = edit(found.bytes.as_ref().map(|bytes| bytes.as_slice()));
        let mut updated = Updated::new(found.revision);
        updated.warnings = found.warnings;
        if edit.set_aside {
            updated.warnings.push(self.set_aside()?);
            updated.revision = Some(NOTHING);
        }
        if let Some(bytes) = edit.write {
            updated.revision = Some(self.replace(&bytes)?);
        }
        Ok(updated)
    }
}

/// The state of a file that is not there.
const NOTHING: Revision = Revision(0);

/// Each replacement is another file, so that its number, size or time differs.
fn revision_of(metadata: &Metadata) -> Revision {
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let number = metadata.created().ok();
    Revision::new((number, metadata.len(), metadata.modified().ok()))
}

/// In the name of a file that is being written, between the cache's own name and [`PART`]: so many random characters.
const PART_LENGTH: usize = 6;
const PART: &str = ".part";

fn part_prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    prefix
}

/// Removes what killed processes were writing: there are tokens in it. Under the lock nobody is writing now.
fn sweep(folder: &Path, name: &OsStr) {
    let prefix = part_prefix(name);
    let is_part = |found: &OsStr| {
        let random = found.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
        random.and_then(|rest| rest.strip_suffix(PART.as_bytes())).is_some_and(|random| random.len() == PART_LENGTH)
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_part(&entry.file_name()) {
            // Where it cannot be removed the next one who writes tries again.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The new name is on the disk, too.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
