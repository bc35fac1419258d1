//! Watches a command: the line for the person who waits, and the transcript that `--record` asks for.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use desktop_client::{
    BoxFuture, DeviceAuthorization, DeviceCodePrompt, DeviceCodePromptError, Event, Observer, Randomness,
    SystemBrowser, SystemClock, Transcript, UserAgent, UserAgentError,
};
use url::Url;

use super::waiting::{self, Waiting};

/// What the library tells while a command runs.
pub(super) struct Watch {
    waiting: Arc<Waiting>,
    /// How long a sign-in may take.
    limit: Duration,
    record: Option<Record>,
}

/// What `--record` asks for.
struct Record {
    path: PathBuf,
    /// Open from the start: a place where nothing can be written is told before anything is sent.
    file: File,
    transcript: Transcript,
}

impl Watch {
    /// # Errors
    /// When a transcript is asked for and its file cannot be written, or the operating system has no randomness for its
    /// hashes.
    pub(super) fn new(waiting: Arc<Waiting>, limit: Duration, record: Option<PathBuf>) -> anyhow::Result<Arc<Self>> {
        let record = record.map(Record::new).transpose()?;
        Ok(Arc::new(Self { waiting, limit, record }))
    }

    /// The command has ended, one way or another.
    ///
    /// # Errors
    /// The file of the transcript and why it could not be written.
    pub(super) fn finish(&self) -> Result<(), (PathBuf, io::Error)> {
        self.waiting.stop();
        match &self.record {
            Some(record) => record.write().map_err(|error| (record.path.clone(), error)),
            None => Ok(()),
        }
    }
}

impl Record {
    fn new(path: PathBuf) -> anyhow::Result<Self> {
        let file = open(&path).with_context(|| {
            format!("the transcript cannot be written to {}; name another file with --record", path.display())
        })?;
        let transcript = Transcript::new(Arc::new(SystemClock), &Randomness::system()?);
        Ok(Self { path, file, transcript })
    }

    fn write(&self) -> io::Result<()> {
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        (&self.file).write_all(self.transcript.to_json().as_bytes())
    }
}

impl Observer for Watch {
    fn observe(&self, event: Event<'_>) {
        match event {
            Event::SignInOpened(_) => self.waiting.start("Waiting for the sign-in in the browser", self.limit),
            Event::SignInAnswered(_) => self.waiting.stop(),
            _ => {}
        }
        if let Some(record) = &self.record {
            record.transcript.observe(event);
        }
    }
}

/// Shows the code of a sign-in on another device, and for how long it is good.
pub(super) struct AnnouncedCode(pub(super) Arc<Waiting>);

impl DeviceCodePrompt for AnnouncedCode {
    fn show<'a>(&'a self, code: &'a DeviceAuthorization) -> BoxFuture<'a, Result<(), DeviceCodePromptError>> {
        waiting::say(&code.message);
        self.0.start("Waiting for the sign-in with the code", code.expires_in);
        Box::pin(std::future::ready(Ok(())))
    }
}

/// For the owner's eyes: what is hidden today may be guessed tomorrow. What is there stays until there is something to
/// write.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// The platform's browser. Where there is none the person may open the address, if there is a person.
pub(super) struct AnnouncedBrowser;

impl UserAgent for AnnouncedBrowser {
    fn open<'a>(&'a self, url: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        Box::pin(async move {
            match SystemBrowser.open(url).await {
                Err(error) if waiting::is_terminal() => {
                    waiting::say(&format!(
                        "No browser could be opened ({error}). Open this address in a browser on this machine:\n\n  {url}\n"
                    ));
                    Ok(())
                }
                opened => opened,
            }
        })
    }

    fn is_present(&self) -> bool {
        SystemBrowser.is_present()
    }
}
