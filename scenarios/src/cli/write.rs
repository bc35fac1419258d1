//! Commands that write a file: a scenario from a log, a start for one, the verdicts for a CI server.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::Path,
    process::ExitCode,
};

use anstream::eprintln;

use mock_idp::incident::from_transcript as script_of;

use super::{Wrong, args::Target};
use crate::{Run, incident, report};

pub(super) fn new(name: &str, to: &Target) -> Result<ExitCode, Wrong> {
    put(&incident::new(name), to)
}

pub(super) fn from_error(from: &Path, to: &Target) -> Result<ExitCode, Wrong> {
    let found = incident::read(&text_of(from)?).map_err(|error| about(from, &error))?;
    put(&found.script(), to)
}

pub(super) fn from_transcript(from: &Path, to: &Target) -> Result<ExitCode, Wrong> {
    let script = script_of(&text_of(from)?).map_err(|error| about(from, &error))?;
    put(&script, to)
}

pub(super) fn junit(run: &Run, file: &Path) -> Result<(), Wrong> {
    let wrong =
        |error: io::Error| Wrong(format!("error: the JUnit file {} cannot be written: {error}", file.display()));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(wrong)?;
    }
    fs::write(file, report::junit(run)).map_err(wrong)
}

fn text_of(file: &Path) -> Result<String, Wrong> {
    if file != Path::new("-") {
        return fs::read(file)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .map_err(|error| super::files::unreadable(file, &error));
    }
    // A log may hold anything; what is sought in it is text.
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map_err(|error| about(file, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// That nothing would be overwritten, before anything is done that takes time.
pub(super) fn can_be_written(to: &Target) -> Result<(), Wrong> {
    match &to.output {
        Some(file) if file.exists() => Err(is_there(file)),
        _ => Ok(()),
    }
}

fn is_there(file: &Path) -> Wrong {
    Wrong(format!("error: {} is there already; choose another name with --output", file.display()))
}

pub(super) fn put(script: &str, to: &Target) -> Result<ExitCode, Wrong> {
    let Some(file) = &to.output else {
        let written = io::stdout().lock().write_all(script.as_bytes());
        return written.map(|()| ExitCode::SUCCESS).map_err(|error| Wrong(format!("error: {error}")));
    };
    let created = fs::File::create_new(file).and_then(|mut created| created.write_all(script.as_bytes()));
    created.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => is_there(file),
        _ => Wrong(format!("error: {} cannot be written: {error}", file.display())),
    })?;
    eprintln!("written to {0}; run it with `scenarios run {0}`", file.display());
    Ok(ExitCode::SUCCESS)
}

fn about(file: &Path, error: &dyn std::fmt::Display) -> Wrong {
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    Wrong(format!("error: {name}: {error}"))
}
