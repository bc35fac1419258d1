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

use clap::CommandFactory as _;
use desktop_client::PublicClientApplication;

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
pub(crate) async fn run(args: Args) -> ExitCode {
    if let Command::Completions { shell } = args.command {
        clap_complete::generate(shell, &mut Args::command(), "desktop-client", &mut std::io::stdout());
        return ExitCode::SUCCESS;
    }
    let waiting = Arc::new(Waiting::default());
    let output = Output { json: args.json, arguments: std::env::args().collect(), waiting: Arc::clone(&waiting) };
    if let Command::Cache { action } = args.command {
        return ExitCode::from(commands::cache(action, args.cache.as_deref(), &output) as u8);
    }
    let status = match prepare(&args, waiting) {
        Ok((settings, app, watch)) => {
            let status = execute(&settings, &app, args.command, &output).await;
            app.token_cache_warnings().iter().for_each(|warning| output.warning(warning));
            if let Err((path, error)) = watch.finish() {
                output.sentence(&format!("the transcript could not be written to {} ({error})", path.display()));
            }
            status
        }
        Err(error) => {
            output.usage(&format!("{error:#}"));
            Status::Usage
        }
    };
    ExitCode::from(status as u8)
}

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

/// Ctrl-C, or a request to end, drops whatever is under way.
async fn execute(settings: &Settings, app: &PublicClientApplication, command: Command, output: &Output) -> Status {
    tokio::select! {
        status = commands::obey(settings, app, command, output) => status,
        () = interrupted() => {
            output.sentence("interrupted; nothing was changed");
            Status::Refused
        }
    }
}

async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            Ok(()) = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
