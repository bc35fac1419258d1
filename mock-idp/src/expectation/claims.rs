//! Claims documents, claim by claim. `xms_cc` is the client's own word and never part of what is handed on.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The claims of a document: `access_token.capolids` to its value.
pub(super) type Leaves = BTreeMap<String, Value>;

/// Reads a document; `None` if it is no JSON object.
pub(super) fn leaves(text: &str) -> Option<Leaves> {
    let document: Map<String, Value> = serde_json::from_str(text).ok()?;
    let mut leaves = Leaves::new();
    for (token, claims) in document {
        match claims {
            Value::Object(claims) => {
                for (name, value) in claims {
                    if name != CAPABILITIES {
                        leaves.insert(format!("{token}.{name}"), value);
                    }
                }
            }
            other => {
                leaves.insert(token, other);
            }
        }
    }
    Some(leaves)
}

/// Whether `sent` has every claim of `given`, with its value; of what gives none, or sends none, nothing is said.
pub(super) fn carries(sent: Option<&str>, given: Option<&str>) -> bool {
    let (sent, given) = (sent.and_then(leaves).unwrap_or_default(), given.and_then(leaves).unwrap_or_default());
    !given.is_empty() && given.iter().all(|(name, value)| sent.get(name) == Some(value))
}

/// The capabilities that a document declares, lower-cased.
pub(super) fn capabilities(text: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let values = document.pointer("/access_token/xms_cc/values").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut words: Vec<_> = values.iter().filter_map(Value::as_str).map(str::to_ascii_lowercase).collect();
    words.sort();
    words
}

/// `{…capolids…}` for a claims document, without the client's own capabilities; `None` if nothing is left.
#[must_use]
pub fn in_brief(claims: &str) -> Option<String> {
    leaves(claims).filter(|leaves| !leaves.is_empty()).map(|leaves| brief(leaves.keys()))
}

/// `{…capolids…}`: enough to recognise a document by.
pub(super) fn brief<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.into_iter().map(|name| name.rsplit('.').next().unwrap_or(name)).collect();
    format!("{{…{}…}}", names.join("…"))
}

const CAPABILITIES: &str = "xms_cc";
