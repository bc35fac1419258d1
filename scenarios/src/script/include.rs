//! `include`: parts of `given` that several scripts share, each in a file of its own. Finds the files, puts their parts
//! together, and remembers what came from where, so that a mistake is shown in the file in which it was made.

use std::{
    io,
    path::{Component, PathBuf},
    sync::Arc,
};

use mock_idp::yaml::{self, Diagnostic, Diagnostics, Path, Problem, Segment};
use schemars::JsonSchema;
use serde_json::{Map, Value};

/// Reads the file of that name.
pub type Reader<'a> = &'a dyn Fn(&str) -> io::Result<String>;

/// How `include` is written, for editors; what is read is [`parts`].
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "for the schema alone")]
pub(super) enum Include {
    /// One file.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// A file with parts of `given`.
#[derive(Clone, Debug)]
pub(super) struct Part {
    name: String,
    source: Arc<str>,
    /// What it says, without its own `include`.
    pub(super) given: Map<String, Value>,
}

impl Part {
    /// Where the value at `path` of a script stands, if this part brought it.
    pub(super) fn locate(&self, path: &Path) -> Option<(&str, yaml::Location)> {
        let below = path.below(&Path::root().key("given"))?;
        let is_there = !below.segments().is_empty() && holds(&Value::Object(self.given.clone()), &below);
        is_there.then(|| (self.name.as_str(), yaml::locate(&self.source, &below).unwrap_or_default()))
    }

    /// A mistake of a script, shown in this part.
    pub(super) fn report(&self, problem: Problem) -> Diagnostics {
        let path = problem.path.below(&Path::root().key("given")).unwrap_or_default();
        yaml::report(&self.name, &self.source, vec![Problem { path, ..problem }])
    }
}

/// Whether a document has something at `path`.
pub(super) fn holds(document: &Value, path: &Path) -> bool {
    let step = |value: Option<&Value>, segment: &Segment| match segment {
        Segment::Key(key) | Segment::Name(key) => value?.get(key).cloned(),
        Segment::Index(index) => value?.get(*index).cloned(),
    };
    path.segments().iter().try_fold(document.clone(), |value, segment| step(Some(&value), segment)).is_some()
}

/// The parts that `document`, the text of `name`, includes, those that come first in front.
///
/// # Errors
///
/// A file that cannot be read or is not a mapping, and files that include one another in a circle.
pub(super) fn parts(name: &str, source: &str, document: &Value, read: Reader<'_>) -> Result<Vec<Part>, Diagnostics> {
    let mut parts = Vec::new();
    gather(name, source, document, read, &mut vec![normal(name)], &mut parts)?;
    Ok(parts)
}

fn gather(
    name: &str,
    source: &str,
    document: &Value,
    read: Reader<'_>,
    around: &mut Vec<String>,
    parts: &mut Vec<Part>,
) -> Result<(), Diagnostics> {
    let at = Path::root().key("include");
    let wrong = |path: &Path, message: String, hint: &str| {
        let location = yaml::locate(source, path).unwrap_or_default();
        Diagnostics(vec![Diagnostic::new(name, source, location, message, Some(hint.to_owned()))])
    };
    for (path, file) in named(&document["include"], &at) {
        let Some(file) = file else {
            let hint = "write a file, such as `include: ../common/office.given.yaml`, or a list of files";
            return Err(wrong(&path, "this is no name of a file".to_owned(), hint));
        };
        let included = beside(name, file);
        if around.contains(&included) {
            let circle: Vec<_> = around.iter().chain([&included]).map(String::as_str).collect();
            let message = format!("files include one another in a circle: {}", circle.join(" -> "));
            return Err(wrong(&path, message, "take one of these `include`s out"));
        }
        let text = read(&included).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::NotFound => "there is no such file".to_owned(),
                _ => error.to_string(),
            };
            let hint = format!("the name is relative to the folder of {name}");
            wrong(&path, format!("cannot read `{included}`: {why}"), &hint)
        })?;
        let mut inner: Map<String, Value> = yaml::parse(&included, &text)?;
        around.push(included.clone());
        gather(&included, &text, &Value::Object(inner.clone()), read, around, parts)?;
        around.pop();
        inner.shift_remove("include");
        parts.push(Part { name: included, source: text.into(), given: inner });
    }
    Ok(())
}

/// The files named, each with its place; `None` for what is no text.
fn named<'a>(include: &'a Value, at: &Path) -> Vec<(Path, Option<&'a str>)> {
    match include {
        Value::Null => Vec::new(),
        Value::Array(files) => files.iter().enumerate().map(|(index, file)| (at.index(index), file.as_str())).collect(),
        one => vec![(at.clone(), one.as_str())],
    }
}

/// The name of `file` as `name`, which stands beside it, sees it.
fn beside(name: &str, file: &str) -> String {
    let folder = std::path::Path::new(name).parent().map(std::path::Path::to_owned).unwrap_or_default();
    normal(&folder.join(file).to_string_lossy())
}

/// Without detours: `a/../b` is `b`.
fn normal(name: &str) -> String {
    let mut way = PathBuf::new();
    for part in std::path::Path::new(name).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(way.components().next_back(), Some(Component::Normal(_))) => {
                way.pop();
            }
            other => way.push(other),
        }
    }
    way.to_string_lossy().replace('\\', "/")
}

/// Adds `more` to `given`: mappings by key, everything else replaced.
pub(super) fn add(given: &mut Value, more: &Value) {
    match (given, more) {
        (Value::Object(given), Value::Object(more)) => {
            for (name, value) in more {
                add(given.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (given, more) => given.clone_from(more),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("scripts/api/a.yaml", "../common/x.given.yaml", "scripts/common/x.given.yaml")]
    #[case("a.yaml", "x.given.yaml", "x.given.yaml")]
    #[case("a.yaml", "../x.given.yaml", "../x.given.yaml")]
    #[case("/s/a.yaml", "./b/../x.given.yaml", "/s/x.given.yaml")]
    fn files_are_named_from_where_they_are_included(#[case] name: &str, #[case] file: &str, #[case] expected: &str) {
        assert_eq!(beside(name, file), expected);
    }
}
