//! The table of `tests/hostile/fields.json`: every text of the directory, what kind of name it is, and what each kind makes of each
//! hostile value. The browser's tests read the same file.

use std::collections::BTreeMap;

use mock_idp::config;
use serde_json::{Map, Value};

/// A field that refers to names of its kind, and does not make them, has this in front.
const REFERS: char = '@';

/// The table.
pub struct Table(Value);

impl Table {
    pub fn read() -> Self {
        Self(serde_json::from_str(include_str!("../../hostile/fields.json")).unwrap())
    }

    /// Path of each field, such as `.tenants[].users[].name`, and its kind.
    pub fn fields(&self) -> BTreeMap<&str, &str> {
        self.0["fields"].as_object().unwrap().iter().map(|(path, kind)| (&**path, kind.as_str().unwrap())).collect()
    }

    /// Name and text of each hostile value.
    pub fn values(&self) -> Vec<(&str, String)> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            long => long["repeat"].as_str().unwrap().repeat(usize::try_from(long["times"].as_u64().unwrap()).unwrap()),
        };
        self.0["values"].as_object().unwrap().iter().map(|(name, value)| (&**name, text(value))).collect()
    }

    /// Whether a field of `kind` takes the value called `value`. A reference does not, alone: nothing bears the name.
    pub fn takes(&self, kind: &str, value: &str) -> bool {
        let refuses = &self.0["kinds"][kind]["refuses"];
        !kind.starts_with(REFERS) && refuses != "all" && !refuses.as_array().unwrap().iter().any(|name| name == value)
    }

    /// What becomes of `old` in a field of `kind`.
    pub fn renamed(&self, kind: &str, old: &str, text: &str) -> String {
        let kind = &self.0["kinds"][kind.trim_start_matches(REFERS)];
        if kind["keeps"].as_array().is_some_and(|kept| kept.iter().any(|one| one == old)) {
            return old.to_owned();
        }
        kind["becomes"].as_str().unwrap().replace("{old}", old).replace("{text}", text)
    }

    /// The built-in directory with something in every field.
    pub fn document(&self) -> Value {
        let mut document = serde_json::to_value(&*config::built_in()).unwrap();
        merge(&mut document, &self.0["extras"]);
        document
    }

    /// The same with the hostile value in every field that takes it, and in what refers to it.
    pub fn everywhere(&self, value: &str, text: &str) -> Value {
        let (fields, mut document) = (self.fields(), self.document());
        let mut names = BTreeMap::new();
        each_text(&mut document, "", &mut |path, old| {
            // Words of the format are no names.
            let Some(kind) = fields.get(path) else { return };
            if self.takes(kind, value) {
                names.insert((*kind, old.clone()), self.renamed(kind, old, text));
            }
        });
        each_text(&mut document, "", &mut |path, old| {
            let Some(kind) = fields.get(path).map(|kind| kind.trim_start_matches(REFERS)) else { return };
            // `group:NAME` and `api/Scope` refer to two kinds.
            let (kind, front, name) = match old.split_once([':', '/']) {
                Some(("group", name)) if kind == "user name" => ("shown, unique", "group:", name),
                Some((api, name)) if path.ends_with(".targets.scopes[]") => ("scope", &old[..=api.len()], name),
                _ => (kind, "", &**old),
            };
            if let Some(new) = names.get(&(kind, name.to_owned())) {
                *old = format!("{front}{new}");
            }
        });
        document
    }
}

/// Calls `see` with the path of every text and every free key below `value`, which it can change.
pub fn each_text(value: &mut Value, path: &str, see: &mut impl FnMut(&str, &mut String)) {
    match value {
        Value::String(text) => see(path, text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, &format!("{path}[]"), see)),
        Value::Object(members) if KEYED.contains(&path.rsplit('.').next().unwrap_or_default()) => {
            let members = std::mem::take(members).into_iter().map(|(mut key, mut value)| {
                see(&format!("{path}{{key}}"), &mut key);
                each_text(&mut value, &format!("{path}{{}}"), see);
                (key, value)
            });
            *value = Value::Object(members.collect::<Map<_, _>>());
        }
        Value::Object(members) => {
            members.iter_mut().for_each(|(key, item)| each_text(item, &format!("{path}.{key}"), see));
        }
        _ => {}
    }
}

/// Mappings whose keys are names.
const KEYED: [&str; 3] = ["errors", "permissions", "roles"];

/// Puts `extra` into `value`: members into members, items into items with the same index.
fn merge(value: &mut Value, extra: &Value) {
    match (value, extra) {
        (Value::Object(members), Value::Object(extra)) => {
            for (key, extra) in extra {
                merge(members.entry(key).or_insert(Value::Null), extra);
            }
        }
        (Value::Array(items), Value::Array(extra)) => {
            for (index, extra) in extra.iter().enumerate() {
                match items.get_mut(index) {
                    Some(item) => merge(item, extra),
                    None => items.push(extra.clone()),
                }
            }
        }
        (value, extra) => *value = extra.clone(),
    }
}
