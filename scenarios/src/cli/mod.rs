//! The command line: reads files, runs, prints, writes the report. Exit status: 0 all passed, 1 some failed, 2 wrong usage or
//! a wrong file. Knows nothing of how a scenario is run or judged.

mod args;
mod copies;
mod explore;
mod files;
mod print;
mod write;

use std::{path::Path, process::ExitCode, time::Duration};

use clap::Parser as _;

use mock_idp::tls::default_cert_dir;

use crate::{ClientFactory, Exec, Loaded, Options, Run, Server, built_in, foreign, report, run, schema};
use args::{Args, Command, ExecArgs, RunArgs, ServerArgs};

/// The whole program.
pub async fn main() -> ExitCode {
    let args = Args::parse_from(args::with_default_command(std::env::args_os()));
    let done = match args.command {
        Command::Run(args) => run_command(&args).await,
        Command::Check { paths } => files::load(&paths).map(|scripts| print::checked(&scripts)),
        Command::Explore(args) => explore::command(&args).await,
        Command::New { name, to } => write::new(&name, &to),
        Command::Show { name } => copies::show(&name),
        Command::Examples { into } => copies::examples(&into),
        Command::FromError { from, to } => write::from_error(&from, &to),
        Command::FromTranscript { from, to } => write::from_transcript(&from, &to),
        Command::Browse { url } => browse(&url).await,
        Command::Schema => print::json(&schema()),
        Command::List { filter, json } => {
            choose(built_in::scripts(), filter.as_deref()).and_then(|scripts| print::list(&scripts, json))
        }
    };
    match done {
        Ok(code) => code,
        Err(Wrong(message)) => {
            anstream::eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// Wrong usage or a wrong file, in words.
#[derive(Debug)]
pub(crate) struct Wrong(String);

async fn run_command(args: &RunArgs) -> Result<ExitCode, Wrong> {
    let scripts = if args.paths.is_empty() { built_in::scripts() } else { files::load(&args.paths)? };
    let scripts = choose(scripts, args.filter.as_deref())?;
    let mut progress = print::Progress::begin(scripts.len(), args.json);
    let server = server(&args.server, args.exec.cert_dir.as_deref())?;
    let ExecArgs { exec, timeout, cert_dir } = &args.exec;
    let client = client(exec.as_deref(), *timeout, cert_dir.as_deref())?;
    let options = Options { client, server, ..Options::default() };
    let run = run(&scripts, options, |verdict| progress.ended(verdict)).await;
    progress.end();
    let run = run.map_err(|error| Wrong(format!("error: the scenarios could not be run: {error}")))?;
    let file = write_report(&run, &args.report)?;
    if let Some(junit) = &args.junit {
        write::junit(&run, junit)?;
    }
    if args.json {
        print::verdicts_as_json(&run, &file)?;
    } else {
        print::verdicts(&run, &file);
    }
    Ok(if run.passed() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The server that is named, if one is. Under TLS it shows a certificate of the CA that is named, or of this machine's.
fn server(args: &ServerArgs, cert_dir: Option<&Path>) -> Result<Option<Server>, Wrong> {
    let Some(url) = args.server.clone() else { return Ok(None) };
    let ca = match (&args.ca, cert_dir) {
        _ if url.starts_with("http:") => None,
        (Some(file), _) => Some(file.clone()),
        (None, Some(directory)) => Some(directory.join("ca.pem")),
        (None, None) => {
            let directory = default_cert_dir().map_err(|error| Wrong(format!("error: {error}; name it with --ca")))?;
            Some(directory.join("ca.pem"))
        }
    };
    Ok(Some(Server { url, ca }))
}

/// The reference client, or somebody else's.
fn client(command: Option<&str>, timeout: Duration, cert_dir: Option<&Path>) -> Result<ClientFactory, Wrong> {
    let Some(command) = command else { return Ok(ClientFactory::default()) };
    let wrong = |error: &dyn std::fmt::Display| Wrong(format!("error: the command cannot be run: {error}"));
    let cert_dir = match cert_dir {
        Some(named) => named.to_owned(),
        None => default_cert_dir().map_err(|error| wrong(&error))?,
    };
    let program = std::env::current_exe().map_err(|error| wrong(&error))?;
    Ok(ClientFactory::command(Exec { command: command.to_owned(), timeout, cert_dir, program }))
}

async fn browse(url: &str) -> Result<ExitCode, Wrong> {
    match foreign::browse(url).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(why) => {
            anstream::eprintln!("error: {why}");
            Ok(ExitCode::from(1))
        }
    }
}

fn choose(mut scripts: Vec<Loaded>, filter: Option<&str>) -> Result<Vec<Loaded>, Wrong> {
    if let Some(word) = filter {
        scripts.retain(|script| script.matches(word));
        if scripts.is_empty() {
            return Err(Wrong(format!(
                "error: no scenario has '{word}' in its name or text; `scenarios list` names the built-in ones"
            )));
        }
    }
    Ok(scripts)
}

fn write_report(run: &Run, directory: &Path) -> Result<std::path::PathBuf, Wrong> {
    let file = directory.join("index.html");
    let wrong = |what: &dyn std::fmt::Display| {
        Wrong(format!(
            "error: the report could not be written to {}: {what}; choose a folder with --report",
            file.display()
        ))
    };
    let html = report::html(run).map_err(|error| wrong(&error))?;
    std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&file, html)).map_err(|error| wrong(&error))?;
    Ok(file)
}
