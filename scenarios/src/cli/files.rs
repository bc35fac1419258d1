//! Script files: found, read, and either all good or all their mistakes at once.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use mock_idp::yaml::nearest;

use super::{Wrong, args::WORDS};
use crate::{Loaded, built_in, load_all};

pub(super) fn load(paths: &[PathBuf]) -> Result<Vec<Loaded>, Wrong> {
    let mut files = Vec::new();
    for path in paths {
        find(path, &mut files).map_err(|error| missing(path, &error))?;
    }
    if files.is_empty() {
        let folders: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Wrong(format!("error: no scenario file (.yaml, .yml, .json) in {}", folders.join(", "))));
    }
    let mut scripts = Vec::new();
    let mut mistakes = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
        match load_all(&file.display().to_string(), &source, &|included| fs::read_to_string(included)) {
            Ok(cases) => scripts.extend(cases),
            Err(found) => mistakes.push(found.styled()),
        }
    }
    if mistakes.is_empty() { Ok(scripts) } else { Err(Wrong(mistakes.join("\n\n"))) }
}

/// A file as it is named; of a folder, its script files, and those of the folders in it. What only is included is no script,
/// and neither is what others keep beside them: JSON without steps, packages, hidden folders.
fn find(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !fs::metadata(path)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    for entry in entries {
        let is_sought = if entry.is_dir() { may_have_scripts(&entry) } else { is_script(&entry) };
        if is_sought {
            find(&entry, files)?;
        }
    }
    Ok(())
}

fn may_have_scripts(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    name != "node_modules" && !name.starts_with('.')
}

fn is_script(file: &Path) -> bool {
    let is_included =
        [".given.yaml", ".given.yml", ".given.json"].iter().any(|ending| file.to_string_lossy().ends_with(ending));
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match ending {
        "yaml" | "yml" => !is_included,
        "json" => !is_included && has_steps(file),
        _ => false,
    }
}

/// Many programs keep JSON: settings, schemas, lists of packages.
fn has_steps(file: &Path) -> bool {
    let read = fs::read(file).ok();
    let document = read.and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    // What cannot be read is told.
    document.is_none_or(|document| document.get("steps").is_some())
}

/// A path that leads nowhere; who means a built-in scenario, or a command, is told how it is written.
fn missing(path: &Path, error: &io::Error) -> Wrong {
    let Wrong(sentence) = unreadable(path, error);
    if error.kind() != io::ErrorKind::NotFound {
        return Wrong(sentence);
    }
    let name = path.file_stem().map(|name| name.to_string_lossy()).unwrap_or_default();
    if built_in::source(&name).is_some() {
        let how = format!("run it with `scenarios --filter {name}`, print it with `scenarios show {name}`");
        return Wrong(format!("{sentence}; a built-in scenario is called so: {how}"));
    }
    let command = path.to_str().and_then(|word| nearest(word, WORDS.iter().copied()));
    let hint = command.map(|command| format!("; did you mean the command `scenarios {command}`?")).unwrap_or_default();
    Wrong(sentence + &hint)
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> Wrong {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    };
    Wrong(format!("error: cannot read {}: {why}", path.display()))
}
