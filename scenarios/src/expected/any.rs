//! The word `any` in the place of what a step must end in.

use std::{borrow::Cow, fmt, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// An expectation that can be left open.
pub(crate) trait OrAny {
    /// Any end will do that is no mistake: what must hold then stands in `universal.rs`.
    fn any() -> Self;
}

/// For serde: the word `any`, or what is expected.
pub(crate) fn any_or<'de, D: Deserializer<'de>, T: OrAny + Deserialize<'de>>(value: D) -> Result<T, D::Error> {
    value.deserialize_any(WordOrMapping(PhantomData))
}

struct WordOrMapping<T>(PhantomData<fn() -> T>);

impl<'de, T: OrAny + Deserialize<'de>> Visitor<'de> for WordOrMapping<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`any` or a mapping that says what is expected")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
        match word {
            "any" => Ok(T::any()),
            // An unknown variant would be told as an unknown key, and at the key's place.
            other => Err(E::custom(format!(
                "what is expected is `any` or a mapping such as `{{ token: {{}} }}`, not `{other}`"
            ))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// The same for editors.
pub(crate) fn schema_of_any_or<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    OrWord::<T>::json_schema(generator)
}

struct OrWord<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for OrWord<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrAny", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let told = generator.subschema_for::<T>();
        json_schema!({
            "description": "What it must end in; `any` for any end that is no mistake.",
            "anyOf": [{ "const": "any" }, told],
        })
    }
}
