//! Changes to a part of a document as JSON merge patches (RFC 7396), read as strictly as the document itself: a mistake
//! bears the place in the patch, and the nearest valid name.
//!
//! A patch has no line numbers of its own; the caller says where it stands, and [`report`](super::report) finds the rest.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer, Serialize,
    de::{
        DeserializeOwned, DeserializeSeed, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
        Visitor,
        value::{MapAccessDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

use super::{
    diagnostic::quote,
    nearest::suggest,
    path::{Path, Problem},
    wording::{Sentence, custom, scalar, visited},
};

/// `original` with what `patch` changes; `null` takes a member away, a list replaces the whole list. `at` is where the patch
/// stands.
///
/// # Errors
///
/// One problem for each member of the patch that the type does not know or cannot hold.
pub fn patched<T: Serialize + DeserializeOwned>(
    original: &T,
    patch: &Map<String, Value>,
    at: &Path,
) -> Result<T, Vec<Problem>> {
    let mut document =
        serde_json::to_value(original).map_err(|error| vec![Problem::new(at.clone(), error.to_string())])?;
    let mut problems = Vec::new();
    for (name, change) in patch {
        let change = Value::Object([(name.clone(), change.clone())].into_iter().collect());
        match member::<T>(&document, &change, at) {
            Ok(changed) => document = changed,
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    read(&document).map_err(|misread| vec![misread.problem(at)])
}

/// A `T` from a document that was read and put together already.
///
/// # Errors
///
/// The first mistake, with its place in the document.
pub fn from_value<T: DeserializeOwned>(document: &Value) -> Result<T, Problem> {
    read(document).map_err(|misread| misread.problem(&Path::root()))
}

/// The document with one change, if `T` can still be read from it.
fn member<T: DeserializeOwned>(document: &Value, change: &Value, at: &Path) -> Result<Value, Problem> {
    // A `null` for a name that does not exist would vanish without a word, so names are looked at before it does.
    let mut named = document.clone();
    merge(&mut named, change, Nulls::Kept);
    if let Err(misread @ Misread { kind: Kind::Unknown { what: "key", .. }, .. }) = read::<T>(&named) {
        return Err(misread.problem(at));
    }
    let mut changed = document.clone();
    merge(&mut changed, change, Nulls::Remove);
    match read::<T>(&changed) {
        Ok(_) => Ok(changed),
        Err(misread) => Err(misread.problem(at)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Remove,
    Kept,
}

/// RFC 7396, section 2.
fn merge(target: &mut Value, patch: &Value, nulls: Nulls) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(members) = target.as_object_mut() else { return };
    for (name, change) in changes {
        if change.is_null() && nulls == Nulls::Remove {
            members.shift_remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Value::Null), change, nulls);
        }
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Misread> {
    read_at(value, Path::root(), PhantomData)
}

/// Why a value could not be read, and where.
#[derive(Debug)]
struct Misread {
    kind: Kind,
    /// The place, and the value that stands there as text; set by the innermost reader that knows it.
    place: Option<(Path, String)>,
}

#[derive(Debug)]
enum Kind {
    Unknown { what: &'static str, word: String, valid: &'static [&'static str] },
    Missing(&'static str),
    Type { expected: String, found: String },
    Other(String),
}

impl Misread {
    fn of(kind: Kind) -> Self {
        Self { kind, place: None }
    }

    /// The same, with its place if it has none yet.
    fn at(mut self, path: Path, value: &Value) -> Self {
        let text = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.place.get_or_insert_with(|| (path, text()));
        self
    }

    fn problem(self, root: &Path) -> Problem {
        let (path, text) = self.place.unwrap_or_default();
        let sentence = match self.kind {
            Kind::Unknown { what, word, valid } => Sentence {
                message: format!("unknown {what} {}", quote(&word)),
                hint: suggest(&word, &format!("valid {what}s"), valid.iter().copied()),
            },
            Kind::Missing(name) => Sentence { message: format!("missing key {}", quote(name)), hint: None },
            Kind::Type { expected, found } => {
                Sentence { message: format!("expected {expected}, found {found}"), hint: None }
            }
            Kind::Other(message) => custom(&message, &text),
        };
        Problem { path: root.join(&path), message: sentence.message, hint: sentence.hint }
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)
    }
}

impl std::error::Error for Misread {}

impl Error for Misread {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::of(Kind::Other(message.to_string()))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::of(Kind::Type { expected: wanted(expected), found: shown(found) })
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::of(Kind::Unknown { what: "key", word: field.to_owned(), valid: expected })
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::of(Kind::Unknown { what: "value", word: variant.to_owned(), valid: expected })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::of(Kind::Missing(field))
    }
}

/// What was expected, in this format's words.
fn wanted(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    let word = text.strip_prefix("a ").unwrap_or(&text);
    match scalar(word) {
        unchanged if unchanged == word => visited(&text).to_owned(),
        known => known.to_owned(),
    }
}

fn shown(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => quote(&value.to_string()),
        Unexpected::Unsigned(value) => quote(&value.to_string()),
        Unexpected::Signed(value) => quote(&value.to_string()),
        Unexpected::Float(value) => quote(&value.to_string()),
        Unexpected::Str(text) => quote(text),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        other => other.to_string(),
    }
}

/// A value and where it stands.
struct At<'a> {
    value: &'a Value,
    path: Path,
}

/// Reads a value; a mistake that knows no place yet is here.
fn read_at<'a, S: DeserializeSeed<'a>>(value: &'a Value, path: Path, seed: S) -> Result<S::Value, Misread> {
    seed.deserialize(At { value, path: path.clone() }).map_err(|misread| misread.at(path, value))
}

impl<'de> Deserializer<'de> for At<'de> {
    type Error = Misread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (None, Some(value)) => visitor.visit_i64(value),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items { items, next: 0, path: self.path }),
            Value::Object(members) => visitor.visit_map(Members { rest: members.iter(), value: None, path: self.path }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        match self.value {
            Value::String(name) => visitor.visit_enum(StrDeserializer::new(name)),
            Value::Object(members) => {
                let access = Members { rest: members.iter(), value: None, path: self.path };
                visitor.visit_enum(MapAccessDeserializer::new(access))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct Items<'a> {
    items: &'a [Value],
    next: usize,
    path: Path,
}

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Misread;

    fn next_element_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>, Misread> {
        let Some(value) = self.items.get(self.next) else { return Ok(None) };
        let path = self.path.index(self.next);
        self.next += 1;
        read_at(value, path, seed).map(Some)
    }
}

struct Members<'a> {
    rest: serde_json::map::Iter<'a>,
    value: Option<(&'a String, &'a Value)>,
    path: Path,
}

impl<'a> MapAccess<'a> for Members<'a> {
    type Error = Misread;

    fn next_key_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>, Misread> {
        self.value = self.rest.next();
        let Some((name, value)) = self.value else { return Ok(None) };
        let key: StrDeserializer<'a, Misread> = name.as_str().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|misread| misread.at(self.path.name(name), value))
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, Misread> {
        let (name, value) = self.value.take().ok_or_else(|| Misread::custom("a value without a key"))?;
        read_at(value, self.path.key(name), seed)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::{config, directory::User};

    fn ada() -> User {
        config::built_in().tenants[0].users[0].clone()
    }

    fn patch(document: &Value) -> Result<User, Vec<Problem>> {
        patched(&ada(), document.as_object().unwrap(), &Path::root().key("ada"))
    }

    #[test]
    fn members_change_lists_are_replaced_and_null_takes_away() {
        let user = patch(&json!({
            "locked": true, "methods": [], "given_name": null, "facts": { "device": { "compliant": true } },
        }))
        .unwrap();
        assert!(user.locked && user.methods.is_empty() && user.given_name.is_none() && user.facts.device.compliant);
        assert_eq!((user.id, user.password), (ada().id, ada().password));
    }

    #[rstest]
    #[case::key(json!({"lokced": true}), "ada.lokced", "unknown key `lokced`", Some("did you mean `locked`?"))]
    #[case::key_taken_away(json!({"lokced": null}), "ada.lokced", "unknown key `lokced`", Some("did you mean `locked`?"))]
    #[case::deep_key(
        json!({"facts": {"device": {"complaint": true}}}),
        "ada.facts.device.complaint",
        "unknown key `complaint`",
        Some("did you mean `compliant`?")
    )]
    #[case::value(
        json!({"facts": {"risk": {"user": "hihg"}}}),
        "ada.facts.risk.user",
        "unknown value `hihg`",
        Some("did you mean `high`?")
    )]
    #[case::item(json!({"methods": ["one_time_code", "fax"]}), "ada.methods[1]", "unknown value `fax`", None)]
    #[case::boolean(json!({"locked": "yes"}), "ada.locked", "expected `true` or `false`, found `yes`", None)]
    #[case::text(json!({"one_time_code": 123_456}), "ada.one_time_code", "expected a text, found `123456`", None)]
    #[case::list(json!({"groups": "staff"}), "ada.groups", "expected a list, found `staff`", None)]
    #[case::mapping(json!({"facts": true}), "ada.facts", "expected a mapping, found `true`", None)]
    #[case::needed(json!({"name": null}), "ada", "missing key `name`", None)]
    #[case::uuid(json!({"id": "1"}), "ada.id", "`1` is not a UUID", None)]
    fn a_mistake_bears_its_place(
        #[case] document: Value,
        #[case] path: &str,
        #[case] message: &str,
        #[case] hint: Option<&str>,
    ) {
        let problems = patch(&document).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!((problems[0].path.to_string().as_str(), problems[0].message.as_str()), (path, message));
        if let Some(hint) = hint {
            assert_eq!(problems[0].hint.as_deref(), Some(hint));
        }
    }

    #[test]
    fn every_wrong_member_is_told() {
        let problems = patch(&json!({"lokced": true, "locked": true, "methods": ["fax"]})).unwrap_err();
        let paths: Vec<_> = problems.iter().map(|problem| problem.path.to_string()).collect();
        assert_eq!(paths, ["ada.lokced", "ada.methods[0]"]);
    }
}
