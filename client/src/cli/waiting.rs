//! What a person sees while the client waits for them: on a terminal a line that counts down, elsewhere one line that
//! stands still. Always on stderr.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use desktop_client::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

/// The line, if there is one now.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Option<JoinHandle<()>>>);

impl Waiting {
    /// Says what is waited for, and for how long at most.
    pub(super) fn start(&self, what: &'static str, limit: Duration) {
        self.stop();
        if !is_terminal() {
            say(&line(what, None));
            return;
        }
        let limit = SignedDuration::try_from(limit).unwrap_or(SignedDuration::ZERO);
        let end = SystemClock.now().saturating_add(limit).unwrap_or(Timestamp::MAX);
        let task = tokio::spawn(async move {
            loop {
                let left = end.duration_since(SystemClock.now()).max(SignedDuration::ZERO);
                draw(&line(what, Some(left)));
                SystemClock.sleep(Duration::from_secs(1)).await;
            }
        });
        *self.lock() = Some(task);
    }

    /// Takes the line away.
    pub(super) fn stop(&self) {
        if let Some(task) = self.lock().take() {
            task.abort();
            draw("");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether somebody looks on.
pub(super) fn is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// A line for the person who waits; in the place of the moving one, which comes again below it.
pub(super) fn say(text: &str) {
    let clear = if is_terminal() { CLEAR } else { "" };
    let _ = writeln!(anstream::stderr(), "{clear}{text}");
}

fn draw(text: &str) {
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{CLEAR}{text}");
    let _ = stderr.flush();
}

/// To the start of the line, and nothing behind it.
const CLEAR: &str = "\r\u{1b}[K";

fn line(what: &str, left: Option<SignedDuration>) -> String {
    match left {
        None => format!("{what} … (Ctrl-C gives up)"),
        Some(left) => {
            let seconds = left.as_secs();
            format!("{what} … {}:{:02} left (Ctrl-C gives up)", seconds / 60, seconds % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use rstest::rstest;

    use super::line;

    #[rstest]
    #[case::stands_still(None, "Waiting … (Ctrl-C gives up)")]
    #[case::minutes(Some(299), "Waiting … 4:59 left (Ctrl-C gives up)")]
    #[case::seconds(Some(7), "Waiting … 0:07 left (Ctrl-C gives up)")]
    #[case::over(Some(0), "Waiting … 0:00 left (Ctrl-C gives up)")]
    fn says_how_long(#[case] seconds: Option<i64>, #[case] expected: &str) {
        assert_eq!(line("Waiting", seconds.map(SignedDuration::from_secs)), expected);
    }
}
