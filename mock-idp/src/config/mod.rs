//! The configuration document as a whole: the built-in one, reading one, its JSON Schema.
//!
//! Owns what makes a document good beyond its types. Must not know HTTP or the running server, and keeps nothing: look-ups
//! while serving belong to `directory`.

mod check;

use std::sync::{Arc, OnceLock};

use crate::{
    directory::model::Document,
    yaml::{self, Diagnostics},
};

pub use check::check;
pub(crate) use check::is_authentication_context;

/// The built-in directory as commented YAML: what `mock-idp config default` prints.
pub const DEFAULT_YAML: &str = include_str!("../directory/default.yaml");

/// The built-in directory.
///
/// It is read once per process; a test starts many servers, and reading takes a good part of a start.
#[must_use]
pub fn built_in() -> Arc<Document> {
    static BUILT_IN: OnceLock<Arc<Document>> = OnceLock::new();
    Arc::clone(BUILT_IN.get_or_init(|| {
        #[expect(clippy::panic, reason = "the text is part of the program, and a test reads and checks it")]
        let document = yaml::parse("default.yaml", DEFAULT_YAML).unwrap_or_else(|mistake| panic!("{mistake}"));
        Arc::new(document)
    }))
}

/// Reads and checks a document. `name` is the file's name, for messages.
///
/// # Errors
///
/// All mistakes that can be found at once: the first one where the text does not have the right form, or else every name
/// that nothing bears, every name used twice and so on.
pub fn load(name: &str, source: &str) -> Result<Document, Diagnostics> {
    let document = yaml::parse(name, source)?;
    let problems = check(&document);
    if problems.is_empty() { Ok(document) } else { Err(yaml::report(name, source, problems)) }
}

/// The JSON Schema of a document, for editors. Draft 7, which all YAML plug-ins understand.
#[must_use]
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<Document>();
    schema.insert("title".into(), "Configuration of mock-idp".into());
    schema.to_value()
}

#[cfg(test)]
mod tests;
