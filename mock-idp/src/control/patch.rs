//! Bodies that say a part of a thing: changes to it (RFC 7396), or all of it but an id.

use std::{borrow::Cow, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value, json};

use crate::directory::Policy;

/// Changes to a `T`, member by member: a JSON merge patch. `null` takes a member away, a list replaces the whole list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Patch<T> {
    /// The members that change.
    #[serde(deserialize_with = "object")]
    pub members: Map<String, Value>,
    #[serde(skip)]
    of: PhantomData<T>,
}

impl<T> From<Map<String, Value>> for Patch<T> {
    fn from(members: Map<String, Value>) -> Self {
        Self { members, of: PhantomData }
    }
}

impl<T: JsonSchema> JsonSchema for Patch<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Patch", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = inline::<T>(generator);
        relax(&mut schema, generator.definitions());
        let text = format!(
            "Changes to this {}: `null` takes a member away, a list replaces the whole list.",
            T::schema_name()
        );
        schema["description"] = text.into();
        Schema::try_from(schema).unwrap_or_default()
    }
}

/// A policy to be put in force; an id is made where none is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyDraft(#[serde(deserialize_with = "object")] pub Map<String, Value>);

/// Members, of which `null` has none: a map of JSON takes it for an empty one.
pub(crate) fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Object(members) => Ok(members),
        other => Err(de::Error::custom(format!("expected a mapping, found `{other}`"))),
    }
}

impl JsonSchema for PolicyDraft {
    fn schema_name() -> Cow<'static, str> {
        "PolicyDraft".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = inline::<Policy>(generator);
        if let Some(required) = schema["required"].as_array_mut() {
            required.retain(|name| name != "id");
        }
        schema["description"] = "A Conditional Access policy; an id is made where none is given.".into();
        Schema::try_from(schema).unwrap_or_default()
    }
}

/// The schema of `T` itself, whose members refer to the definitions of all.
fn inline<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    T::json_schema(generator).to_value()
}

/// Nothing has to be there, and what need not be there can be taken away: so it is with members of members, too, but not
/// with items of lists, which are replaced as a whole.
fn relax(schema: &mut Value, definitions: &Map<String, Value>) {
    if let Some(referred) = schema["$ref"].as_str().and_then(|to| definitions.get(to.rsplit('/').next()?))
        && referred["type"] == "object"
    {
        *schema = referred.clone();
    }
    let Some(object) = schema.as_object_mut() else { return };
    for variant in object.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten() {
        relax(variant, definitions);
    }
    if object.get("additionalProperties").is_some_and(Value::is_object) {
        let others = &mut object["additionalProperties"];
        relax(others, definitions);
        nullable(others);
    }
    let required = object.remove("required").and_then(|names| names.as_array().cloned()).unwrap_or_default();
    for (name, property) in object.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        relax(property, definitions);
        if !required.contains(&json!(name)) {
            nullable(property);
        }
    }
}

fn nullable(schema: &mut Value) {
    let null = json!("null");
    let among =
        |list: &Value, is_null: &dyn Fn(&Value) -> bool| list.as_array().is_some_and(|list| list.iter().any(is_null));
    let is_so =
        among(&schema["type"], &|name| *name == null) || among(&schema["anyOf"], &|variant| variant["type"] == null);
    if !is_so {
        *schema = json!({ "anyOf": [schema.take(), { "type": "null" }] });
    }
}

#[cfg(test)]
mod tests {
    use schemars::SchemaGenerator;

    use super::*;
    use crate::directory::{Switches, User};

    /// What can be taken away may be `null`, at any depth of members; what has to be there may not.
    #[test]
    fn a_patch_may_take_away_what_need_not_be_there() {
        let mut generator = SchemaGenerator::default();
        let user = Patch::<User>::json_schema(&mut generator).to_value();
        let null = json!({ "type": "null" });
        assert_eq!(user["required"], Value::Null);
        assert_eq!(user["properties"]["locked"]["anyOf"][1], null);
        assert_eq!(user["properties"]["name"]["type"], "string");
        let facts = &user["properties"]["facts"]["anyOf"][0];
        assert_eq!(facts["properties"]["device"]["anyOf"][0]["properties"]["compliant"]["anyOf"][1], null);
        let switches = Patch::<Switches>::json_schema(&mut generator).to_value();
        assert_eq!(switches["properties"]["errors"]["anyOf"][0]["additionalProperties"]["anyOf"][1], null);
    }
}
