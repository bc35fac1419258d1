//! From a change in Rust to the merge patch that makes it (RFC 7396).

use serde::Serialize;
use serde_json::{Map, Value};

/// The patch that turns `before` into `after`: what is gone is `null`, what is equal is left out.
pub(super) fn difference(before: &impl Serialize, after: &impl Serialize) -> serde_json::Result<Map<String, Value>> {
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    Ok(match (before, after) {
        (Value::Object(before), Value::Object(after)) => members(&before, &after),
        _ => Map::new(),
    })
}

fn members(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let gone = before.keys().filter(|name| !after.contains_key(*name)).map(|name| (name.clone(), Value::Null));
    let changed = after.iter().filter(|(name, value)| before.get(*name) != Some(*value));
    let changed = changed.map(|(name, value)| match (before.get(name), value) {
        (Some(Value::Object(before)), Value::Object(after)) => (name.clone(), members(before, after).into()),
        _ => (name.clone(), value.clone()),
    });
    gone.chain(changed).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::nothing(json!({ "a": 1 }), json!({ "a": 1 }), json!({}))]
    #[case::changed_gone_and_new(json!({ "a": 1, "b": 2 }), json!({ "a": 3, "c": [] }), json!({ "b": null, "a": 3, "c": [] }))]
    #[case::deep(json!({ "a": { "b": 1, "c": 2 } }), json!({ "a": { "b": 1 } }), json!({ "a": { "c": null } }))]
    #[case::lists_are_whole(json!({ "a": [1, 2] }), json!({ "a": [1] }), json!({ "a": [1] }))]
    fn a_change_is_told_by_what_differs(#[case] before: Value, #[case] after: Value, #[case] patch: Value) {
        assert_eq!(Value::Object(difference(&before, &after).unwrap()), patch);
    }
}
