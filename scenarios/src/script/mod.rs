//! The script format, version 1: what a file can say, and how one is read.
//!
//! Owns the types of the document and their checks beyond types. Must not know how a script is run.

mod given;
mod include;
mod parameters;
mod patch;
mod person;

use std::sync::Arc;

use mock_idp::{
    expectation::Expectations,
    yaml::{self, Diagnostics, Location, Path, Problem},
};
use schemars::JsonSchema;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

pub use given::{Given, SignedIn};
pub use include::Reader;
pub use patch::{Patch, Patchable};
pub use person::Person;

use crate::{Place, check, step::Step};
use include::Part;

/// A scenario, version 1.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Version of this format: 1.
    pub version: u32,
    /// What happens, in one line.
    pub title: String,
    /// What it is about and why it matters, in plain words.
    #[serde(default)]
    pub about: String,
    /// Where the expectation comes from, such as "escalation reference D1".
    #[serde(default)]
    pub source: String,
    /// Files with parts of `given`, relative to this one; a later one adds to an earlier, and `given` to all of them.
    #[serde(default)]
    #[schemars(with = "include::Include")]
    #[expect(dead_code, reason = "put together before a script is read")]
    include: IgnoredAny,
    /// A table: the scenario runs once for each row, and `${name}` in a text stands for the row's value. `case` names a row.
    #[serde(default)]
    #[schemars(with = "Vec<std::collections::BTreeMap<String, Value>>")]
    #[expect(dead_code, reason = "filled in before a script is read")]
    parameters: IgnoredAny,
    /// How things stand at the start.
    #[serde(default)]
    pub given: Given,
    /// What happens, one after the other.
    #[serde(deserialize_with = "mock_idp::yaml::one_key_each")]
    pub steps: Vec<Step>,
    /// What must hold for the run as a whole. What happens under `given` is not counted.
    #[serde(default)]
    pub expect: Expectations,
}

impl Script {
    /// The scopes that the client is to ask for, in the order of the script. Where it goes on with the same nothing is
    /// said again; a call with the token at hand is one for the scope that the token was for.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let mut scopes: Vec<String> =
            self.given.signed_in.iter().flat_map(|signed_in| signed_in.scopes.iter()).cloned().collect();
        for step in &self.steps {
            let at_hand = step.calls().and_then(|api| scopes.iter().rev().find(|scope| is_of(scope, api))).cloned();
            scopes.extend(step.scopes().into_iter().cloned().chain(at_hand));
            scopes.dedup();
        }
        scopes
    }
}

/// A script that was read and checked.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Short name: the file's name without folder and ending; with parameters, and the row's: `main-03[eve]`.
    pub id: String,
    /// The file, as it was named.
    pub file: String,
    /// Its text.
    pub source: Arc<str>,
    /// What it says.
    pub script: Arc<Script>,
    /// The files that it includes.
    parts: Arc<[Part]>,
    /// What stands in the file itself; empty if that is all there is.
    own: Arc<Value>,
}

impl Loaded {
    /// Where the value at `path` stands: in the file itself, or in one that it includes.
    #[must_use]
    pub fn place(&self, path: &Path) -> Place {
        let at = |file: &str, at: Location| Place { file: file.to_owned(), line: at.line, column: at.column };
        let elsewhere = self.part_with(path).and_then(|part| part.locate(path));
        let (file, location) = elsewhere.unwrap_or_else(|| (&self.file, self.locate(path)));
        at(file, location)
    }

    /// Where the value at `path` stands in the file itself.
    #[must_use]
    pub fn locate(&self, path: &Path) -> Location {
        yaml::locate(&self.source, path).unwrap_or_default()
    }

    fn part_with(&self, path: &Path) -> Option<&Part> {
        part_with(&self.parts, &self.own, path)
    }

    /// Whether `word` occurs in name, title or text, in any case.
    #[must_use]
    pub fn matches(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        [&self.id, &self.script.title, &self.script.about, &self.script.source]
            .iter()
            .any(|text| text.to_lowercase().contains(&word))
    }
}

/// Whether a scope, short or in full, is the API's.
fn is_of(scope: &str, api: &str) -> bool {
    let owner = scope.strip_prefix("api://").unwrap_or(scope).rsplit_once('/').map_or("graph", |(owner, _)| owner);
    owner == api
}

/// Reads and checks a script that is one scenario. `name` is the file's name, for messages; files that it includes are read
/// from the folders beside it.
///
/// # Errors
///
/// The first mistake where the text does not have the right form, or else every name that nothing bears and every
/// expectation that cannot apply. One mistake, too, if it has rows of parameters: read those with [`load_all`].
pub fn load(name: &str, source: &str) -> Result<Loaded, Diagnostics> {
    let mut cases = load_all(name, source, &|file| std::fs::read_to_string(file))?;
    if cases.len() > 1 {
        let message = format!("these are {} scenarios, and one is wanted here", cases.len());
        let problem = Problem::new(Path::root().key("parameters"), message).hint("read them all together");
        return Err(yaml::report(name, source, vec![problem]));
    }
    cases.pop().ok_or_else(|| yaml::report(name, source, Vec::new()))
}

/// Reads and checks a script with what it includes, a scenario for each row of its parameters. Files are read by `read`.
///
/// # Errors
///
/// As [`load`]; each mistake bears the place in the file in which it was made.
pub fn load_all(name: &str, source: &str, read: Reader<'_>) -> Result<Vec<Loaded>, Diagnostics> {
    let id = std::path::Path::new(name).file_stem().map_or_else(|| name.into(), |stem| stem.to_string_lossy());
    let document: Value = yaml::parse(name, source)?;
    if document.get("include").is_none() && document.get("parameters").is_none() {
        let script: Script = yaml::parse(name, source)?;
        let own = File { id: &id, name, source, own: Arc::default(), parts: Arc::default() };
        return Ok(vec![own.checked(None, script)?]);
    }
    let parts: Arc<[Part]> = include::parts(name, source, &document, read)?.into();
    let file = File { id: &id, name, source, own: Arc::new(document), parts };
    let cases = parameters::cases(&file.whole()).map_err(|problems| file.report(problems))?;
    let read_case = |case: parameters::Case| {
        let script: Script =
            yaml::from_value(&case.document, &Path::root()).map_err(|problem| file.report(vec![problem]))?;
        file.checked(case.name, script)
    };
    cases.into_iter().map(read_case).collect()
}

/// A file that is being read.
struct File<'a> {
    id: &'a str,
    name: &'a str,
    source: &'a str,
    own: Arc<Value>,
    parts: Arc<[Part]>,
}

impl File<'_> {
    /// The document with what it includes, without saying so.
    fn whole(&self) -> Value {
        let mut whole = (*self.own).clone();
        let mut given = Value::Object(serde_json::Map::new());
        for part in self.parts.iter() {
            include::add(&mut given, &Value::Object(part.given.clone()));
        }
        if let Some(own) = whole.get("given") {
            include::add(&mut given, own);
        }
        if let Some(members) = whole.as_object_mut() {
            members.shift_remove("include");
            members.insert("given".to_owned(), given);
        }
        whole
    }

    fn checked(&self, case: Option<String>, script: Script) -> Result<Loaded, Diagnostics> {
        let problems = check::problems(&script);
        if !problems.is_empty() {
            return Err(self.report(problems));
        }
        Ok(Loaded {
            id: case.map_or_else(|| self.id.to_owned(), |case| format!("{}[{case}]", self.id)),
            file: self.name.to_owned(),
            source: self.source.into(),
            script: Arc::new(script),
            parts: self.parts.clone(),
            own: self.own.clone(),
        })
    }

    /// Mistakes, each in the file in which it was made.
    fn report(&self, problems: Vec<Problem>) -> Diagnostics {
        let (elsewhere, here): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|problem| part_with(&self.parts, &self.own, &problem.path).is_some());
        let mut diagnostics = yaml::report(self.name, self.source, here).0;
        for problem in elsewhere {
            if let Some(part) = part_with(&self.parts, &self.own, &problem.path) {
                diagnostics.extend(part.report(problem).0);
            }
        }
        Diagnostics(diagnostics)
    }
}

/// The part that brought the value at `path`: the last that has it, unless the file itself does.
fn part_with<'a>(parts: &'a [Part], own: &Value, path: &Path) -> Option<&'a Part> {
    if parts.is_empty() || include::holds(own, path) {
        return None;
    }
    parts.iter().rev().find(|part| part.locate(path).is_some())
}

/// The JSON Schema of a script, for editors. Draft 7, which all YAML plug-ins understand.
#[must_use]
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<Script>();
    schema.insert("title".into(), "Scenario of mock-idp".into());
    schema.to_value()
}
