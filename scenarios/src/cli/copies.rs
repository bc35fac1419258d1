//! Commands that hand out what is part of the program: the built-in scenarios and the examples of the guide.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use anstream::eprintln;
use mock_idp::yaml::nearest;

use super::Wrong;
use crate::{
    built_in::{self, FOLDER, INCLUDED, SCRIPTS},
    examples::EXAMPLES,
};

/// Prints a built-in scenario.
pub(super) fn show(name: &str) -> Result<ExitCode, Wrong> {
    let Some((file, text)) = built_in::source(name) else {
        let stem = |file: &'static str| file.trim_end_matches(".yaml").rsplit('/').next();
        let near = nearest(name, SCRIPTS.iter().filter_map(|(file, _)| stem(file)));
        let hint =
            near.map_or_else(|| "`scenarios list` names them".to_owned(), |near| format!("did you mean '{near}'?"));
        return Err(Wrong(format!("error: no built-in scenario is called '{name}'; {hint}")));
    };
    io::stdout().lock().write_all(text.as_bytes()).map_err(|error| Wrong(format!("error: {error}")))?;
    if text.lines().any(|line| line.starts_with("include:")) {
        eprintln!("{} includes another file; `scenarios examples` writes both", short(file));
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the examples and the built-in scenarios into a folder. Nothing that is there already is changed.
pub(super) fn examples(into: &Path) -> Result<ExitCode, Wrong> {
    let scripts = SCRIPTS.iter().chain(INCLUDED).map(|(file, text)| (short(file), *text));
    let files: Vec<_> = EXAMPLES.iter().copied().chain(scripts).map(|(file, text)| (into.join(file), text)).collect();
    let is_another =
        |(path, text): &&(std::path::PathBuf, &str)| fs::read(path).is_ok_and(|old| old != text.as_bytes());
    if let Some((path, _)) = files.iter().find(is_another) {
        let path = path.display();
        let sentence = format!("error: {path} is there already and says something else, so nothing was written");
        return Err(Wrong(format!("{sentence}; name another folder: `scenarios examples DIR`")));
    }
    for (path, text) in &files {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| write(path, text));
        written.map_err(|error| Wrong(format!("error: {} cannot be written: {error}", path.display())))?;
    }
    let beside = if into == Path::new(".") { Path::new("") } else { into };
    let shown = |folder: &str| beside.join(folder).display().to_string();
    eprintln!(
        "written to {} and {}; try `scenarios {}/first.yaml`",
        shown("examples"),
        shown("scripts"),
        shown("examples")
    );
    Ok(ExitCode::SUCCESS)
}

/// A script for a shell can be run as it is.
fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)?;
    #[cfg(unix)]
    if text.starts_with("#!") {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// `scripts/main-03.yaml`.
fn short(file: &'static str) -> &'static str {
    file.strip_prefix(FOLDER.trim_end_matches("scripts/")).unwrap_or(file)
}
