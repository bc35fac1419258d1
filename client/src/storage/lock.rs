//! The lock between processes: a lock on a file, waited for, but not for ever: another process may be
//! stopped, or hang, while it holds one.

use std::fs::{File, TryLockError};
use std::io;
use std::time::Duration;

/// How long to wait for another process, unless told otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

const PAUSE: Duration = Duration::from_millis(10);

/// Locks the file, waiting for `patience`. The lock ends with the handle, also when the process is killed.
pub(super) fn lock(file: &File, patience: Duration) -> io::Result<()> {
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if waited >= patience => {
                let text = format!("another process has held it for {} seconds", patience.as_secs());
                return Err(io::Error::new(io::ErrorKind::TimedOut, text));
            }
            Err(TryLockError::WouldBlock) => pause(),
        }
        waited += PAUSE;
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that waits for another process, which tells nobody")]
fn pause() {
    std::thread::sleep(PAUSE);
}
