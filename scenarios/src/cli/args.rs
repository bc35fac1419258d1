//! What can be said on the command line. Every option has a form in the environment.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::{Args as ClapArgs, Parser, Subcommand};
use jiff::SignedDuration;
use url::Url;

/// Runs scenarios: how a client escalates from a silent to an interactive request for a token, and whether it does it right.
///
/// Without a command the scenarios are run: the built-in ones, or those of the files named.
#[derive(Debug, Parser)]
#[command(
    name = "scenarios",
    version,
    after_help = HELP
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

const HELP: &str = "\
Examples:
  scenarios                        runs all built-in scenarios; see report/index.html
  scenarios examples               writes files to start from: examples/, scripts/
  scenarios new 'My app' -o my.yaml
  scenarios my.yaml                runs it
  scenarios my.yaml --exec 'dotnet test'

Exit status: 0 all passed, 1 some failed, 2 wrong usage or a wrong file.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios, print the verdicts and write the report (the default).
    Run(RunArgs),
    /// Check files without running them; every mistake with its line and column.
    Check {
        /// Files, or folders with files ending in .yaml, .yml or .json.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Search for a scenario that a client fails: random directories, policies and events, judged by the rules that hold for
    /// every client; what is found is made small and written as a scenario file.
    #[command(after_help = "Exit status: 0 nothing found, 1 found, 2 wrong usage.")]
    Explore(ExploreArgs),
    /// Write a commented start for a scenario.
    New {
        /// What it is called; it becomes the title.
        name: String,
        #[command(flatten)]
        to: Target,
    },
    /// Print a built-in scenario, to read or to start from.
    Show {
        /// What `scenarios list` calls it, such as main-03.
        name: String,
    },
    /// Write the guide's examples, and the built-in scenarios, as files: the folders `examples` and `scripts`.
    Examples {
        /// The folder to write them into.
        #[arg(value_name = "DIR", default_value = ".")]
        into: PathBuf,
    },
    /// Write a scenario that reproduces an error from a log: a JSON body, a redirect address, or a `WWW-Authenticate` header.
    FromError {
        /// The text, with as much of the log around it as you like; `-` for standard input.
        #[arg(value_name = "FILE")]
        from: PathBuf,
        #[command(flatten)]
        to: Target,
    },
    /// Write a scenario of what a client did, from the transcript that `desktop-client --record FILE` writes.
    FromTranscript {
        /// The transcript; `-` for standard input.
        #[arg(value_name = "FILE")]
        from: PathBuf,
        #[command(flatten)]
        to: Target,
    },
    /// The browser of a command that `run --exec` runs: has the scenario's person open URL.
    #[command(hide = true)]
    Browse {
        /// The address.
        url: String,
    },
    /// Print the JSON Schema of a scenario file, for editors.
    Schema,
    /// List the built-in scenarios.
    List {
        /// Only those with this word in name or text.
        #[arg(long, env = "SCENARIOS_FILTER", value_name = "WORD")]
        filter: Option<String>,
        /// Print JSON.
        #[arg(long, env = "SCENARIOS_JSON")]
        json: bool,
    },
}

/// Where a written scenario goes.
#[derive(Debug, ClapArgs)]
pub(super) struct Target {
    /// Write to this file, which must not be there yet, and not to standard output.
    #[arg(long, short, env = "SCENARIOS_OUTPUT", value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RunArgs {
    /// Files, or folders with files ending in .yaml, .yml or .json; the built-in scenarios if there is none.
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Only those with this word in name or text.
    #[arg(long, env = "SCENARIOS_FILTER", value_name = "WORD")]
    pub(super) filter: Option<String>,
    /// Folder for the report.
    #[arg(long, env = "SCENARIOS_REPORT", value_name = "DIR", default_value = "report")]
    pub(super) report: PathBuf,
    /// Write the verdicts as JUnit XML, for CI servers.
    #[arg(long, env = "SCENARIOS_JUNIT", value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Print the verdicts as JSON, and nothing else, to standard output.
    #[arg(long, env = "SCENARIOS_JSON")]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) server: ServerArgs,
    #[command(flatten)]
    pub(super) exec: ExecArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ServerArgs {
    /// Use the `mock-idp` that is there, such as https://localhost:8443, instead of one that is started for the run. Each
    /// scenario has a tenant of its own there, which is deleted in the end; nothing else is touched.
    #[arg(long, env = "SCENARIOS_SERVER", value_name = "URL", value_parser = origin)]
    pub(super) server: Option<String>,
    /// The server's CA certificate [default: that of `mock-idp ca`].
    #[arg(long, env = "SCENARIOS_CA", value_name = "FILE", requires = "server")]
    pub(super) ca: Option<PathBuf>,
}

fn origin(text: &str) -> Result<String, String> {
    let is_origin = |url: &Url| matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
    let url = Url::parse(text).ok().filter(is_origin);
    url.map(|url| url.origin().ascii_serialization())
        .ok_or_else(|| "it is no server's address; write one like https://localhost:8443".to_owned())
}

#[derive(Debug, ClapArgs)]
pub(super) struct ExecArgs {
    /// Run this command, your client, instead of the reference client, and judge what it does. It runs in this folder, by
    /// the shell, and finds in its environment: MOCK_IDP_AUTHORITY, MOCK_IDP_CLIENT_ID, MOCK_IDP_SCOPES, MOCK_IDP_USER,
    /// MOCK_IDP_API_URL, BROWSER and what it takes to trust the server.
    #[arg(long, env = "SCENARIOS_EXEC", value_name = "COMMAND", requires = "paths")]
    pub(super) exec: Option<String>,
    /// How long the command may take for one scenario, such as 90s or 5m.
    #[arg(long, env = "SCENARIOS_TIMEOUT", value_name = "TIME", default_value = "120s", requires = "exec",
          value_parser = time)]
    pub(super) timeout: Duration,
    /// Where the CA is that the command trusts, and files for it [default: as for `mock-idp run`].
    #[arg(long, env = "MOCK_IDP_CERT_DIR", value_name = "DIR")]
    pub(super) cert_dir: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ExploreArgs {
    /// How long is searched, such as 60s or 10m; no further case is begun then [default: 60s, or no limit with --cases].
    #[arg(long, env = "SCENARIOS_BUDGET", value_name = "TIME", value_parser = time)]
    pub(super) budget: Option<Duration>,
    /// How many cases are tried at most.
    #[arg(long, env = "SCENARIOS_CASES", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) cases: Option<u64>,
    /// Says which cases there are: the same number gives the same ones in the same order [default: drawn, and told].
    #[arg(long, env = "SCENARIOS_SEED", value_name = "N")]
    pub(super) seed: Option<u64>,
    /// Run this command, your client, instead of the reference client, as `scenarios run --exec` does. It has to ask for
    /// tokens for the scopes in MOCK_IDP_SCOPES, one after the other.
    #[arg(long, env = "SCENARIOS_EXEC", value_name = "COMMAND")]
    pub(super) exec: Option<String>,
    /// How long the command may take for one case, such as 90s or 5m.
    #[arg(long, env = "SCENARIOS_TIMEOUT", value_name = "TIME", default_value = "120s", requires = "exec",
          value_parser = time)]
    pub(super) timeout: Duration,
    /// Where the CA is that the command trusts, and files for it [default: as for `mock-idp run`].
    #[arg(long, env = "MOCK_IDP_CERT_DIR", value_name = "DIR")]
    pub(super) cert_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(super) to: Target,
}

fn time(text: &str) -> Result<Duration, String> {
    let time = text.parse::<SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
    time.filter(|time| !time.is_zero()).ok_or_else(|| "it is no length of time; write one like 90s or 5m".to_owned())
}

/// Puts `run` in front of arguments that name no command.
pub(super) fn with_default_command(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<_> = args.into_iter().collect();
    let named = args.get(1).and_then(|word| word.to_str()).is_some_and(|word| WORDS.contains(&word));
    if !named {
        args.insert(1.min(args.len()), "run".into());
    }
    args
}

/// The words that are commands, or options without one. A test says which is missing.
pub(super) const WORDS: &[&str] = &[
    "run",
    "check",
    "explore",
    "new",
    "show",
    "examples",
    "from-error",
    "from-transcript",
    "schema",
    "list",
    "browse",
    "help",
    "--help",
    "-h",
    "--version",
    "-V",
];

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_command_is_told_from_a_file() {
        let command = Args::command();
        let missing: Vec<_> =
            command.get_subcommands().map(clap::Command::get_name).filter(|name| !WORDS.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
