//! Reading documents that people write: strict YAML 1.2 (and so JSON), with messages an editor can jump to.
//!
//! ```text
//! source ── parse ──> T ── the caller's own checks ──> Vec<Problem> ── report ──> Diagnostics
//!              └── Diagnostic: unknown key, wrong type, missing or duplicate key, syntax
//! ```
//!
//! Owns positions, wording and suggestions. Must not know what the documents are about: `--config` and scenario scripts
//! are read by the same code.

mod diagnostic;
mod nearest;
mod one_key;
mod patch;
mod path;
mod tree;
mod wording;

pub(crate) use diagnostic::brief;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use nearest::{nearest, suggest};
pub use one_key::one_key_each;
pub use patch::{from_value, patched};
pub use path::{Path, Problem, Segment};
pub use tree::Location;

use serde::de::DeserializeOwned;
use serde_saphyr::options::MergeKeyPolicy;

/// Reads `source` as one document. `name` is the file's name, for the message.
///
/// Types should use `deny_unknown_fields` and avoid `flatten`, `untagged` and internal tags, which lose the position of a
/// mistake; lists of one-key maps are read with [`one_key_each`].
///
/// # Errors
///
/// The first mistake found, with its place.
pub fn parse<T: DeserializeOwned>(name: &str, source: &str) -> Result<T, Box<Diagnostic>> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_REPLAYED_EVENTS },
    };
    serde_saphyr::from_str_with_options(source, options)
        .map_err(|error| Box::new(wording::explain(name, source, &error)))
}

/// Where the value at `path` stands in `source`: a single value itself, or the key in front of a list or a mapping.
///
/// What is absent is located at the nearest thing around it that is there. `None` if `source` is not YAML.
#[must_use]
pub fn locate(source: &str, path: &Path) -> Option<Location> {
    tree::Tree::of(source).ok().map(|tree| tree.locate(path))
}

/// Turns problems found by the caller's checks into diagnostics, in the order of the document.
#[must_use]
pub fn report(name: &str, source: &str, problems: Vec<Problem>) -> Diagnostics {
    let tree = tree::Tree::of(source).unwrap_or_default();
    let mut diagnostics: Vec<_> = problems
        .into_iter()
        .map(|problem| Diagnostic::new(name, source, tree.locate(&problem.path), problem.message, problem.hint))
        .collect();
    diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
    Diagnostics(diagnostics)
}

/// What aliases may unfold to. A thousand scripted users are a fiftieth of it; a "billion laughs" bomb is cut off at once.
const MAX_REPLAYED_EVENTS: usize = 200_000;

#[cfg(test)]
mod tests;
