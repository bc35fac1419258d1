//! The commands, one file each. What a command makes goes to stdout, everything said to people about it to stderr.
//!
//! Exit status: 0 done, 1 an expectation or check failed, 2 wrong usage or configuration; `run` ends like its command.

mod args;
mod browse;
mod ca;
mod config;
mod errors;
mod failure;
mod output;
mod run;
mod serve;
mod signals;
mod start;

use std::{
    env,
    io::{self, IsTerminal as _},
    panic,
};

use clap::Parser as _;
use tracing_subscriber::{Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use args::{Args, Command};
use failure::Failure;

/// Runs the command that the process was started with, and returns the exit status.
pub(crate) fn main() -> i32 {
    panic::set_hook(Box::new(|info| output::say(&defect(info))));
    let args = Args::parse();
    // The hook has told what there is to tell.
    let done = panic::catch_unwind(|| log().and_then(|()| obey(args.command)));
    match done.unwrap_or(Ok(1)) {
        Ok(status) => status,
        Err(failure) => failure.report(),
    }
}

fn obey(command: Command) -> Result<i32, Failure> {
    match command {
        Command::Serve(options) => serve::serve(&options),
        Command::Run(options) => run::run(&options),
        Command::Browse(options) => browse::browse(&options),
        Command::Config(command) => config::config(&command),
        Command::Ca(options) => ca::ca(&options),
        Command::Errors(options) => errors::errors(&options),
    }
}

/// Off unless a variable asks for it. A bad `RUST_LOG` may be meant for another program, so it is passed over.
fn log() -> Result<(), Failure> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let filter = match (variable("MOCK_IDP_LOG"), variable("RUST_LOG")) {
        (Some(text), _) => {
            let hint = "write it like MOCK_IDP_LOG=debug or MOCK_IDP_LOG=mock_idp=trace";
            let wrong = |_| Failure::usage(format!("MOCK_IDP_LOG is {text:?}, which is no log filter")).hint(hint);
            Some(text.parse::<Targets>().map_err(wrong)?)
        }
        (None, Some(text)) => text.parse().ok(),
        (None, None) => None,
    };
    if let Some(filter) = filter {
        let ansi = io::stderr().is_terminal();
        let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(ansi);
        tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    }
    Ok(())
}

/// What is said of a defect of ours in place of a panic's output.
fn defect(info: &panic::PanicHookInfo<'_>) -> String {
    let place = info.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
    let payload = info.payload();
    let what = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let what = what.and_then(|text| text.lines().next()).unwrap_or("no message");
    format!("error: this is a defect of mock-idp: {what}{place}; please report it with the command you gave")
}
