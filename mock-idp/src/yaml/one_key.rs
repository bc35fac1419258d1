//! Lists of one-key maps, as in `- acquire_silent: { scope: … }`, read into an enum.
//!
//! serde-saphyr 2.1 reads a bare name of a variant that wants a value (`- pause`) and then takes the list's *next item*
//! for that value, without a word. Here a bare name has no value, so it is refused.

use std::{fmt, marker::PhantomData};

use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, MapAccess, Visitor,
    value::{MapAccessDeserializer, StrDeserializer},
};

/// Reads a list whose items are names or maps with one key, each a variant of the enum `T`. For the attribute
/// `#[serde(deserialize_with = "yaml::one_key_each")]`.
///
/// # Errors
///
/// Those of the items.
pub fn one_key_each<'de, D: Deserializer<'de>, T: DeserializeOwned>(list: D) -> Result<Vec<T>, D::Error> {
    let items = Vec::<OneKey<T>>::deserialize(list)?;
    Ok(items.into_iter().map(|OneKey(item)| item).collect())
}

struct OneKey<T>(T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for OneKey<T> {
    fn deserialize<D: Deserializer<'de>>(item: D) -> Result<Self, D::Error> {
        item.deserialize_any(OneKeyVisitor(PhantomData)).map(Self)
    }
}

struct OneKeyVisitor<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for OneKeyVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or a mapping with one key")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        T::deserialize(StrDeserializer::new(name))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let item = T::deserialize(MapAccessDeserializer::new(&mut map))?;
        map.next_key::<NoKey>()?;
        Ok(item)
    }
}

/// Refuses to be read, so that the error bears the place of the key.
struct NoKey;

impl<'de> Deserialize<'de> for NoKey {
    fn deserialize<D: Deserializer<'de>>(key: D) -> Result<Self, D::Error> {
        key.deserialize_str(NoKey)
    }
}

impl Visitor<'_> for NoKey {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no key")
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self, E> {
        Err(E::custom(SECOND_KEY))
    }
}

/// What `wording` knows this mistake by.
pub(super) const SECOND_KEY: &str = "a second key, where exactly one can stand";
