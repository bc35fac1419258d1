//! `run`: a server for the time of one command, which finds it in its environment and decides the exit status.

use std::{
    env,
    ffi::OsString,
    io,
    process::{ExitStatus, Stdio},
};

use mock_idp::{MockIdp, environment, snippets::Sample};
use tokio::process::{Child, Command};

use super::{
    args::RunOptions,
    failure::Failure,
    signals::{Caught, Signals},
    start,
};

/// Starts the server and the command, and ends like the command.
pub(super) fn run(options: &RunOptions) -> Result<i32, Failure> {
    let runtime = start::runtime()?;
    runtime.block_on(async {
        let no_signals = |error| Failure::failed(format!("signals cannot be caught: {error}"));
        let mut signals = Signals::install().map_err(no_signals)?;
        let server = start::start(&options.serve, 0).await?;
        let mut child = spawn(options, &variables(options, &server)?)?;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status,
                caught = signals.next() => forward(&mut child, caught).await,
            }
        };
        server.stop().await;
        status.map(code).map_err(|error| Failure::failed(format!("the command's end was missed: {error}")))
    })
}

fn variables(options: &RunOptions, server: &MockIdp) -> Result<Vec<(&'static str, OsString)>, Failure> {
    let unnamed = |error| Failure::failed(format!("this program's own path is not known: {error}"));
    let directory = server.tenant().directory();
    let sample = Sample::of(&directory);
    let proxy = server.proxy_url();
    let child = environment::Child {
        base_url: server.base(),
        tenant_id: &server.tenant().id().to_string(),
        client_id: &sample.client_id(),
        api_url: &format!("{}/api", server.base()),
        ca: server.ca_path(),
        proxy: proxy.as_deref(),
        executable: &env::current_exe().map_err(unnamed)?,
        directory: &options.serve.certificate_directory()?,
    };
    environment::prepare(&child, &|name| env::var_os(name)).map_err(Failure::usage)
}

fn spawn(options: &RunOptions, variables: &[(&'static str, OsString)]) -> Result<Child, Failure> {
    let (program, arguments) =
        options.command.split_first().ok_or_else(|| Failure::usage("no command was given after --"))?;
    let mut command = Command::new(program);
    // Left over from a run around this one; without TLS it would be wrong.
    command.env_remove("MOCK_IDP_CA");
    command.args(arguments).envs(variables.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let name = program.display();
    command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::usage(format!("there is no command {name}"))
            .hint("check its spelling and PATH; a shell's own words need a shell: mock-idp run -- sh -c '…'"),
        io::ErrorKind::PermissionDenied => {
            Failure::usage(format!("the command {name} may not be run")).hint("is it a program, and executable?")
        }
        _ => Failure::usage(format!("the command {name} could not be run: {error}")),
    })
}

/// Hands a signal on. A terminal sends Ctrl-C to the command itself; twice would make many programs give up halfway.
#[cfg(unix)]
async fn forward(child: &mut Child, caught: Caught) {
    use std::io::IsTerminal as _;
    let name = match caught {
        Caught::Interrupt if io::stdin().is_terminal() => return,
        Caught::Interrupt => "-INT",
        Caught::Terminate => "-TERM",
    };
    let Some(id) = child.id() else { return };
    // std has no call for this, and POSIX promises the program.
    let sent = Command::new("kill").args([name, &id.to_string()]).stderr(Stdio::null()).status().await;
    if sent.is_err() {
        let _ = child.start_kill();
    }
}

/// Windows tells every program of the console itself.
#[cfg(not(unix))]
async fn forward(_child: &mut Child, _caught: Caught) {}

/// The command's status as a shell would tell it.
fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(1)
}
