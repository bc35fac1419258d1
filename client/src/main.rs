//! `desktop-client`: the library at the command line. Parses, calls, prints; decides nothing about
//! tokens.

mod cli;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

fn main() -> ExitCode {
    let args = cli::Args::parse();
    let filter = std::env::var("DESKTOP_CLIENT_LOG").ok().and_then(|text| text.parse().ok());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::ERROR));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    cli::run(args)
}
