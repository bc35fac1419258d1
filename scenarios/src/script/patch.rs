//! Changes to things of the directory, written as the control API takes them: merge patches (RFC 7396) that can set every
//! member but those that identify the thing.

use std::{borrow::Cow, fmt, marker::PhantomData};

use mock_idp::{
    directory::{Api, Application, Policy, Switches, User},
    virtual_user::VirtualUser,
    yaml::{Path, Problem, patched},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// A change to a `T`; what is left out stays, `null` takes a member away, a list replaces the whole list.
pub struct Patch<T> {
    members: Map<String, Value>,
    of: PhantomData<fn(T)>,
}

/// What a patch can be for.
pub trait Patchable: Serialize + DeserializeOwned + JsonSchema {
    /// What it is, in a word.
    const WHAT: &'static str;
    /// The members that identify it, which no patch can set.
    const FIXED: &'static [&'static str];
}

impl Patchable for User {
    const WHAT: &'static str = "user";
    const FIXED: &'static [&'static str] = &["id", "username", "home_tenant"];
}

impl Patchable for Application {
    const WHAT: &'static str = "application";
    const FIXED: &'static [&'static str] = &["name", "client_id"];
}

impl Patchable for Api {
    const WHAT: &'static str = "API";
    const FIXED: &'static [&'static str] = &["name", "id"];
}

impl Patchable for Switches {
    const WHAT: &'static str = "list of switches";
    const FIXED: &'static [&'static str] = &[];
}

impl Patchable for Policy {
    const WHAT: &'static str = "policy";
    const FIXED: &'static [&'static str] = &["id", "name"];
}

impl Patchable for VirtualUser {
    const WHAT: &'static str = "scripted person";
    const FIXED: &'static [&'static str] = &["password", "one_time_code", "new_password"];
}

impl<T: Patchable> Patch<T> {
    /// `original` with the change. `at` is where the patch stands.
    ///
    /// # Errors
    ///
    /// Every member that cannot be set, does not exist, or cannot hold the value.
    pub fn apply(&self, original: &T, at: &Path) -> Result<T, Vec<Problem>> {
        let (fixed, members): (Map<_, _>, Map<_, _>) =
            self.members.clone().into_iter().partition(|(name, _)| T::FIXED.contains(&name.as_str()));
        let said = |name: &String| {
            Problem::new(at.name(name), format!("`{name}` identifies the {} and does not change", T::WHAT))
                .hint("leave it out; what refers to it would lead nowhere")
        };
        let mut problems: Vec<_> = fixed.keys().map(said).collect();
        match patched(original, &members, at) {
            Ok(changed) if problems.is_empty() => Ok(changed),
            Ok(_) => Err(problems),
            Err(found) => {
                problems.extend(found);
                Err(problems)
            }
        }
    }
}

impl<T> Patch<T> {
    /// In words, member by member: `locked: true, facts.device.compliant: true`.
    #[must_use]
    pub fn described(&self) -> String {
        let mut words = Vec::new();
        for (name, value) in &self.members {
            describe(name, value, &mut words);
        }
        words.join(", ")
    }

    /// The members that are set.
    pub(crate) fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// The value of a member, if it is set.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// The names of the members that are set.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }
}

/// For what is looked at and stays as it is.
impl<T: Patchable> Patch<T> {
    /// The members that are otherwise in `thing`, each in words: `enabled to be false, saw true`.
    pub(crate) fn unlike(&self, thing: &T) -> Vec<String> {
        let seen = serde_json::to_value(thing).unwrap_or_default();
        let is_so = |name: &String, wanted: &Value| {
            let alone = Map::from_iter([(name.clone(), wanted.clone())]);
            let changed = patched(thing, &alone, &Path::root());
            changed.is_ok_and(|changed| serde_json::to_value(&changed).is_ok_and(|changed| changed == seen))
        };
        let otherwise = self.members.iter().filter(|(name, wanted)| !is_so(name, wanted));
        otherwise.map(|(name, wanted)| format!("{name} to be {wanted}, saw {}", seen[name])).collect()
    }

    /// The members that are set and that nobody is shown.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| SECRET.iter().any(|secret| name.ends_with(secret)))
    }
}

fn describe(name: &str, value: &Value, words: &mut Vec<String>) {
    match value {
        _ if SECRET.iter().any(|secret| name.ends_with(secret)) => words.push(format!("another {name}")),
        Value::Object(members) => {
            for (inner, value) in members {
                describe(&format!("{name}.{inner}"), value, words);
            }
        }
        Value::Null => words.push(format!("no {name}")),
        Value::Array(items) if items.is_empty() => words.push(format!("no {name}")),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            words.push(format!("{name}: {}", items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")));
        }
        Value::Array(_) => words.push(format!("other {name}")),
        Value::String(text) => words.push(format!("{name}: {text}")),
        other => words.push(format!("{name}: {other}")),
    }
}

/// Never told, whatever the script says.
const SECRET: &[&str] = &["password", "one_time_code", "secrets", "certificates"];

impl<T> Clone for Patch<T> {
    fn clone(&self) -> Self {
        Self { members: self.members.clone(), of: PhantomData }
    }
}

impl<T> Default for Patch<T> {
    fn default() -> Self {
        Self { members: Map::new(), of: PhantomData }
    }
}

impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patch({})", self.described())
    }
}

impl<'de, T> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(document: D) -> Result<Self, D::Error> {
        Ok(Self { members: Map::deserialize(document)?, of: PhantomData })
    }
}

/// The schema of the thing, of which every member may be left out.
impl<T: Patchable> JsonSchema for Patch<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Patch", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.remove("required");
        schema.insert(
            "description".to_owned(),
            format!("Changes to the {}; what is left out stays, and a list replaces the whole list.", T::WHAT).into(),
        );
        if let Some(Value::Object(members)) = schema.get_mut("properties") {
            for name in T::FIXED {
                members.shift_remove(*name);
            }
            for member in members.values_mut().filter_map(Value::as_object_mut) {
                // What is so without the patch is not what the type says.
                member.shift_remove("default");
            }
        }
        schema
    }
}
