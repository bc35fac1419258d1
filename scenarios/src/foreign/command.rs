//! The command: started with the environment of the contract's section 6, bounded in time, its output kept.

use std::{env, ffi::OsString, fmt, io, path::Path, process::Stdio, sync::Arc, time::Duration};

use mock_idp::environment;
use serde::Serialize;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::{Child, Command as Process},
    sync::{Mutex, watch},
};

use super::{Exec, window};

/// What the command is told besides where everything is.
pub(crate) struct Errand<'a> {
    pub(crate) base: &'a str,
    pub(crate) ca: Option<&'a Path>,
    pub(crate) tenant_id: &'a str,
    pub(crate) client_id: &'a str,
    /// The user name of the person at the keyboard.
    pub(crate) username: &'a str,
    pub(crate) password: &'a str,
    /// The scopes that the script is about, in full and in its order.
    pub(crate) scopes: &'a [String],
}

/// How a command ended, and what it said.
#[derive(Clone, Debug, Serialize)]
pub struct CommandEnded {
    /// The command.
    pub command: String,
    /// How it ended.
    pub ended: Ended,
    /// What it wrote to standard output and standard error, in the order in which it came; only the end if it is long.
    pub output: Arc<str>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// By itself, with this exit status.
    Status(i32),
    /// By a signal.
    Killed,
    /// It had not ended within this time, in seconds, and was ended.
    TimedOut(u64),
    /// The run was interrupted.
    Interrupted,
}

impl Ended {
    /// Whether it is what a test that passed ends with.
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Status(0)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "ended with exit status {status}"),
            Self::Killed => f.write_str("was killed by a signal"),
            Self::TimedOut(seconds) => write!(f, "had not ended after {seconds} s"),
            Self::Interrupted => f.write_str("was interrupted"),
        }
    }
}

/// A command that runs, or has run.
pub(crate) struct Command {
    ended: watch::Receiver<Option<CommandEnded>>,
    told: String,
}

impl Command {
    /// Starts it. `person`: where the person opens addresses.
    ///
    /// # Errors
    ///
    /// In words, if it cannot be started.
    pub(super) fn start(exec: &Exec, errand: &Errand<'_>, person: &str) -> Result<Self, String> {
        let mut process = shell(&exec.command);
        process.envs(variables(exec, errand, person)?);
        process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child =
            process.spawn().map_err(|error| format!("the command `{}` could not be run: {error}", exec.command))?;
        let output = Arc::new(Mutex::new(Vec::new()));
        let readers = [
            child.stdout.take().map(|pipe| tokio::spawn(keep(pipe, output.clone()))),
            child.stderr.take().map(|pipe| tokio::spawn(keep(pipe, output.clone()))),
        ];
        let (tell, ended) = watch::channel(None);
        let (command, limit) = (exec.command.clone(), exec.timeout);
        tokio::spawn(async move {
            let how = wait(&mut child, limit).await;
            for reader in readers.into_iter().flatten() {
                // Something that it left behind may keep its output open.
                let _ = tokio::time::timeout(LAST_WORDS, reader).await;
            }
            let output = without_tokens(&String::from_utf8_lossy(&output.lock().await)).into();
            tell.send_replace(Some(CommandEnded { command, ended: how, output }));
        });
        Ok(Self { ended, told: exec.command.clone() })
    }

    /// Hears of its end.
    pub(super) fn ended(&self) -> watch::Receiver<Option<CommandEnded>> {
        self.ended.clone()
    }

    /// Waits for its end.
    pub(super) async fn end(&self) -> CommandEnded {
        let mut ended = self.ended.clone();
        let told = ended.wait_for(Option::is_some).await.ok().and_then(|ended| ended.clone());
        told.unwrap_or_else(|| CommandEnded { command: self.told.clone(), ended: Ended::Killed, output: "".into() })
    }
}

fn variables(exec: &Exec, errand: &Errand<'_>, person: &str) -> Result<Vec<(&'static str, OsString)>, String> {
    let child = environment::Child {
        base_url: errand.base,
        tenant_id: errand.tenant_id,
        client_id: errand.client_id,
        api_url: &format!("{}/api", errand.base),
        ca: errand.ca,
        proxy: None,
        executable: &exec.program,
        // Apart from those of `mock-idp run`, whose browser is another.
        directory: &exec.cert_dir.join("scenarios"),
    };
    let mut variables = environment::prepare(&child, &|name| env::var_os(name)).map_err(|error| error.to_string())?;
    variables.extend([
        ("MOCK_IDP_USER", errand.username.into()),
        ("MOCK_IDP_PASSWORD", errand.password.into()),
        ("MOCK_IDP_SCOPES", errand.scopes.join(" ").into()),
        (window::ADDRESS, person.into()),
    ]);
    Ok(variables)
}

/// Waits for the end; makes it come if it is late, or if the run is called off.
async fn wait(child: &mut Child, limit: Duration) -> Ended {
    let how = tokio::select! {
        status = tokio::time::timeout(limit, child.wait()) => match status {
            Ok(Ok(status)) => return status.code().map_or(Ended::Killed, Ended::Status),
            Ok(Err(_)) => Ended::Killed,
            Err(_) => Ended::TimedOut(limit.as_secs()),
        },
        _ = tokio::signal::ctrl_c() => Ended::Interrupted,
    };
    stop(child).await;
    how
}

/// Ends the command and all that it started.
async fn stop(child: &mut Child) {
    #[cfg(unix)]
    if let Some(id) = child.id() {
        // std has no call for a whole group, and POSIX promises the program.
        let _ = Process::new("kill").args(["-KILL", "--", &format!("-{id}")]).stderr(Stdio::null()).status().await;
    }
    // What has ended already cannot be killed.
    let _ = child.kill().await;
}

#[cfg(unix)]
fn shell(command: &str) -> Process {
    let mut process = Process::new("sh");
    // A group of its own, so that it can be ended with all that it starts.
    process.args(["-c", command]).process_group(0);
    process
}

#[cfg(not(unix))]
fn shell(command: &str) -> Process {
    let mut process = Process::new("cmd");
    process.args(["/C", command]);
    process
}

/// Keeps the end of what comes out of `pipe`.
async fn keep(mut pipe: impl AsyncRead + Unpin, kept: Arc<Mutex<Vec<u8>>>) -> io::Result<()> {
    let mut buffer = [0; 8 * 1024];
    loop {
        let length = pipe.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let mut kept = kept.lock().await;
        kept.extend_from_slice(&buffer[..length]);
        let excess = kept.len().saturating_sub(MOST_OUTPUT);
        kept.drain(..excess);
    }
}

/// What a command wrote goes into reports, and a token that it wrote does not.
fn without_tokens(text: &str) -> String {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let words = text.split_inclusive(|c: char| !is_inside(c)).map(|word| {
        let token = word.trim_end_matches(|c: char| !is_inside(c));
        let is_token = token.starts_with("eyJ") && token.len() > SHORTEST_TOKEN;
        if is_token { word.replacen(token, "[redacted]", 1) } else { word.to_owned() }
    });
    words.collect()
}

const SHORTEST_TOKEN: usize = 40;
const MOST_OUTPUT: usize = 64 * 1024;
const LAST_WORDS: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stay_out_of_what_a_command_wrote() {
        let token = format!("eyJ{}.eyJ{}.sig-_", "a".repeat(30), "b".repeat(30));
        let said = format!("got {{\"access_token\":\"{token}\"}}\nBearer {token}\neyJshort");
        let kept = "got {\"access_token\":\"[redacted]\"}\nBearer [redacted]\neyJshort";
        assert_eq!(without_tokens(&said), kept);
    }
}
