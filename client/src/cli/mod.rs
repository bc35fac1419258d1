//! The program around a command: settings, watching, interruption, exit status. Results go to stdout, everything for
//! people to stderr.

mod args;
mod commands;
mod doctor;
mod explain;
mod output;
mod profile;
mod storage;
mod waiting;
mod watch;
mod who;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::CommandFactory as _;
use desktop_client::PublicClientApplication;
use tokio::runtime::Runtime;

pub(crate) use args::Args;
use args::Command;
use output::Output;
use profile::Settings;
use waiting::Waiting;
use watch::{AnnouncedBrowser, AnnouncedCode, Watch};

/// How a command ended; the exit statuses of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Done = 0,
    Refused = 1,
    Usage = 2,
    UserNeeded = 3,
}

/// Runs one command.
pub(crate) fn run(args: Args) -> ExitCode {
    if let Command::Completions { shell } = args.command {
        clap_complete::generate(shell, &mut Args::command(), "desktop-client", &mut std::io::stdout());
        return ExitCode::SUCCESS;
    }
    let waiting = Arc::new(Waiting::default());
    let arguments = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let output = Output { json: args.json, arguments, waiting: Arc::clone(&waiting) };
    let status = match args.command {
        Command::Cache { action } => commands::cache(action, args.cache.as_deref(), &output),
        _ => match Runtime::new() {
            Ok(runtime) => {
                let (status, patience) = runtime.block_on(watched(args, waiting, Arc::new(output)));
                runtime.shutdown_timeout(patience);
                status
            }
            Err(error) => {
                output.sentence(&format!("no thread could be started ({error}); end other programs and try again"));
                Status::Refused
            }
        },
    };
    ExitCode::from(status as u8)
}

/// How it ended, and how long what it left under way may still take.
async fn watched(args: Args, waiting: Arc<Waiting>, output: Arc<Output>) -> (Status, Duration) {
    let (settings, app, watch) = match prepare(&args, waiting) {
        Ok(prepared) => prepared,
        Err(error) => {
            output.usage(&format!("{error:#}"));
            return (Status::Usage, Duration::ZERO);
        }
    };
    let ended = execute(settings, app.clone(), args.command, Arc::clone(&output)).await;
    app.token_cache_warnings().iter().for_each(|warning| output.warning(warning));
    if let Err((path, error)) = watch.finish() {
        output.sentence(&format!("the transcript could not be written to {} ({error})", path.display()));
    }
    ended
}

/// For a token that came in the background and is about to be stored.
const LAST_WRITE: Duration = Duration::from_secs(5);

fn prepare(args: &Args, waiting: Arc<Waiting>) -> anyhow::Result<(Settings, PublicClientApplication, Arc<Watch>)> {
    let settings = profile::settings(&args.profile, storage::of(args.cache.as_deref())?)?;
    let watch = Watch::new(Arc::clone(&waiting), settings.timeout, args.record.clone())?;
    let app = settings
        .builder()?
        .user_agent(AnnouncedBrowser)
        .device_code_prompt(AnnouncedCode(waiting))
        .observer(watch.clone())
        .build()?;
    Ok((settings, app, watch))
}

/// Ctrl-C, or a request to end, drops whatever is under way. The command has a task of its own: it may be waiting for
/// another process's lock on the cache, where nothing else would be heard.
async fn execute(
    settings: Settings,
    app: PublicClientApplication,
    command: Command,
    output: Arc<Output>,
) -> (Status, Duration) {
    let told = Arc::clone(&output);
    let interruption = interruption();
    let command = tokio::spawn(async move { commands::obey(&settings, &app, command, &told).await });
    let handle = command.abort_handle();
    tokio::select! {
        status = command => match status {
            Ok(status) => (status, LAST_WRITE),
            Err(_) => {
                output.refused("unexpected", "the command ended early; run it again with DESKTOP_CLIENT_LOG=debug");
                (Status::Refused, Duration::ZERO)
            }
        },
        () = interruption => {
            handle.abort();
            output.refused("interrupted", "interrupted before the end");
            (Status::Refused, Duration::ZERO)
        }
    }
}

/// Listens from the call on, not from the first wait.
#[cfg(unix)]
fn interruption() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = signal(SignalKind::interrupt()).and_then(|first| Ok((first, signal(SignalKind::terminate())?)));
    async {
        let Ok((mut interrupt, mut terminate)) = signals else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
async fn interruption() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
