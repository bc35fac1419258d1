//! The script format, version 1: what a file can say, and how one is read.
//!
//! Owns the types of the document and their checks beyond types. Must not know how a script is run.

mod given;
mod patch;
mod person;

use std::sync::Arc;

use mock_idp::{
    expectation::Expectations,
    yaml::{self, Diagnostics, Location, Path},
};
use schemars::JsonSchema;
use serde::Deserialize;

pub use given::{Given, SignedIn};
pub use patch::{Patch, Patchable};
pub use person::Person;

use crate::{check, step::Step};

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
    /// Short name: the file's name without folder and ending.
    pub id: String,
    /// The file, as it was named.
    pub file: String,
    /// Its text.
    pub source: Arc<str>,
    /// What it says.
    pub script: Arc<Script>,
}

impl Loaded {
    /// Where the value at `path` stands.
    #[must_use]
    pub fn locate(&self, path: &Path) -> Location {
        yaml::locate(&self.source, path).unwrap_or_default()
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

/// Reads and checks a script. `name` is the file's name, for messages.
///
/// # Errors
///
/// The first mistake where the text does not have the right form, or else every name that nothing bears and every
/// expectation that cannot apply.
pub fn load(name: &str, source: &str) -> Result<Loaded, Diagnostics> {
    let script: Script = yaml::parse(name, source)?;
    let problems = check::problems(&script);
    if !problems.is_empty() {
        return Err(yaml::report(name, source, problems));
    }
    let id = std::path::Path::new(name).file_stem().map_or_else(|| name.into(), |stem| stem.to_string_lossy());
    Ok(Loaded { id: id.into_owned(), file: name.to_owned(), source: source.into(), script: Arc::new(script) })
}

/// The JSON Schema of a script, for editors. Draft 7, which all YAML plug-ins understand.
#[must_use]
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<Script>();
    schema.insert("title".into(), "Scenario of mock-idp".into());
    schema.to_value()
}
