//! A home of its own for each test, and a server that is stopped with it.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
};

use tempfile::TempDir;

/// A directory in which commands run: their home, and their CA's place unless they name another.
pub(crate) struct Home(TempDir);

/// How a command ended and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// The command, knowing nothing of the machine it is tested on.
    pub(crate) fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mock-idp"));
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MOCK_IDP_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command.env("HOME", self.0.path()).env("MOCK_IDP_CERT_DIR", self.path("certs"));
        command.env_remove("RUST_LOG").env_remove("XDG_DATA_HOME");
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Ended {
        ended(&mut self.command(arguments))
    }

    /// Starts `serve` with these options on a free port, and waits for its first line.
    pub(crate) fn serve(&self, options: &[&str]) -> Server {
        let mut command = self.command(&["serve", "--port", "0"]);
        Server::start(command.args(options))
    }
}

/// Runs it to its end.
pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A server that has said that it is ready. It ends with this handle, however the test ends.
pub(crate) struct Server {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    /// From the ready line.
    pub(crate) base: String,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let base = line.strip_prefix("mock-idp listening on ").map(|base| base.trim_end().to_owned());
        let mut server = Self { child, stdout: Some(stdout), base: String::new() };
        server.base = base.unwrap_or_else(|| refuse(&line));
        server
    }

    /// Sends a signal, waits for the end, and returns the status and what was printed after the first line.
    #[cfg(unix)]
    pub(crate) fn stop(mut self, signal: &str) -> (ExitStatus, String) {
        kill(signal, self.child.id());
        let mut rest = String::new();
        self.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }

    /// The same after nobody reads its output any more.
    #[cfg(unix)]
    pub(crate) fn stop_unread(mut self, signal: &str) -> ExitStatus {
        drop(self.stdout.take());
        kill(signal, self.child.id());
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn kill(signal: &str, id: u32) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &id.to_string()]).status();
    assert!(sent.unwrap().success());
}

#[track_caller]
fn refuse(line: &str) -> String {
    assert_eq!(line, "mock-idp listening on …", "the first line");
    String::new()
}

/// GET, trusting the CA in `ca`.
pub(crate) async fn get(url: &str, ca: Option<&Path>) -> reqwest::Response {
    let roots = ca.map(|path| reqwest::Certificate::from_pem(&fs::read(path).unwrap()).unwrap());
    let client = reqwest::Client::builder().tls_certs_only(roots).no_proxy().build().unwrap();
    client.get(url).send().await.unwrap()
}
