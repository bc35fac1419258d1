//! Somebody else's client: a command that is run in place of the reference client, and watched from outside.
//!
//! ```text
//! command ── HTTP ──► server ── exchange log ──► sight: has the client done what the step says? ──► verdict
//!    └── BROWSER ──► window ──► the person of the scenario
//! ```
//!
//! The client does what it does, in its own time; the runner follows the log and takes a step when the log shows it. Between
//! two steps of the client its next request waits, so that what the script changes there is changed for it. Must not know how
//! a step is compared with its `expect`.

mod act;
mod command;
mod sight;
mod watch;
mod window;

use std::{path::PathBuf, time::Duration};

use mock_idp::control_client::TenantClient;

use crate::{person::Person, world::Broken};

pub(crate) use command::{Command, Errand};
pub use command::{CommandEnded, Ended};
pub(crate) use watch::Watch;
use window::Window;
pub use window::browse;

/// How somebody else's client is run.
#[derive(Clone, Debug)]
pub struct Exec {
    /// The command, for the shell, in the caller's working directory.
    pub command: String,
    /// How long it may take.
    pub timeout: Duration,
    /// Where the CA is kept, and files that the command needs.
    pub cert_dir: PathBuf,
    /// The program of this crate, which is the command's browser: `scenarios`.
    pub program: PathBuf,
}

/// Somebody else's client at work.
pub(crate) struct Foreign {
    tenant: TenantClient,
    client_id: String,
    command: Command,
    person: Person,
    /// Takes the addresses that the command opens.
    _window: Window,
}

impl Foreign {
    /// Runs the command. It gets no answer yet that it could not also get later: the script has the first word.
    pub(crate) async fn start(
        exec: &Exec,
        errand: Errand<'_>,
        tenant: &TenantClient,
        person: &Person,
    ) -> Result<Self, Broken> {
        let window = Window::open(person.clone()).await;
        let window =
            window.map_err(|error| Broken(format!("no place could be made for the command's browser: {error}")))?;
        let client_id = errand.client_id.to_owned();
        tenant.pace(Some(0)).await?;
        let command = Command::start(exec, &errand, window.address()).map_err(Broken)?;
        Ok(Self { tenant: tenant.clone(), client_id, command, person: person.clone(), _window: window })
    }

    /// Lets the client go on as it likes, and waits for the command's end.
    pub(crate) async fn end(&self) -> CommandEnded {
        // A server that is gone keeps nobody waiting.
        let _ = self.tenant.pace(None).await;
        self.command.end().await
    }
}
