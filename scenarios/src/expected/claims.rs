//! The claims that come with a failure: `none`, `any`, or the policies and authentication contexts that they name.

use std::{borrow::Cow, fmt};

use mock_idp::{claims_request::ClaimsRequest, yaml::Path};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{check::Names, world::World};

/// The claims that come with a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimsExpected {
    /// There are none.
    None,
    /// There are some.
    Any,
    /// They name exactly these.
    Naming(Named),
}

/// What a claims document names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Named {
    /// Policies, by name (`capolids`).
    pub policies: Vec<String>,
    /// Authentication contexts, such as `c1` (`acrs`).
    pub contexts: Vec<String>,
    /// Other claims of the access token, such as `nbf`, that are asked for besides.
    pub others: Vec<String>,
}

impl ClaimsExpected {
    pub(super) fn check(&self, path: &Path, names: &mut Names) {
        if let Self::Naming(named) = self {
            for (index, policy) in named.policies.iter().enumerate() {
                names.expected_policy(policy, &path.key("policies").index(index));
            }
        }
    }

    pub(super) fn described(&self) -> String {
        match self {
            Self::None => "no claims".to_owned(),
            Self::Any => "claims".to_owned(),
            Self::Naming(named) => {
                let words: Vec<_> =
                    named.policies.iter().chain(&named.contexts).chain(&named.others).map(String::as_str).collect();
                format!("claims naming {}", words.join(", "))
            }
        }
    }

    pub(super) fn missed(&self, claims: Option<&str>, world: &World) -> Option<String> {
        let saw = || claims.map_or_else(|| "no claims".to_owned(), |claims| format!("claims {claims}"));
        let holds = match (self, claims) {
            (Self::None, None) | (Self::Any, Some(_)) => true,
            (Self::Naming(named), Some(claims)) => ClaimsRequest::parse(claims).is_ok_and(|asked| {
                let mut wanted: Vec<_> =
                    named.policies.iter().filter_map(|name| world.policy(name)).map(|policy| policy.id).collect();
                let mut policies = asked.policies;
                wanted.sort();
                policies.sort();
                wanted == policies && named.contexts == asked.contexts && has_others(claims, &named.others)
            }),
            _ => false,
        };
        (!holds).then(|| format!("expected {}, saw {}", self.described(), saw()))
    }
}

fn has_others(claims: &str, names: &[String]) -> bool {
    let document: serde_json::Value = serde_json::from_str(claims).unwrap_or_default();
    names.iter().all(|name| document["access_token"].get(name).is_some())
}

impl<'de> Deserialize<'de> for ClaimsExpected {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_any(WordOrMapping)
    }
}

struct WordOrMapping;

impl<'de> Visitor<'de> for WordOrMapping {
    type Value = ClaimsExpected;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`none`, `any` or a mapping with `policies` or `contexts`")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<ClaimsExpected, E> {
        match word {
            "none" => Ok(ClaimsExpected::None),
            "any" => Ok(ClaimsExpected::Any),
            // An unknown variant would be told as an unknown key, and at the key's place.
            other => Err(E::custom(format!(
                "claims are `none`, `any` or a mapping with `policies` or `contexts`, not `{other}`"
            ))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ClaimsExpected, A::Error> {
        Named::deserialize(MapAccessDeserializer::new(map)).map(ClaimsExpected::Naming)
    }
}

impl JsonSchema for ClaimsExpected {
    fn schema_name() -> Cow<'static, str> {
        "ClaimsExpected".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let named = generator.subschema_for::<Named>();
        json_schema!({
            "description": "The claims that come with a failure: `none`, `any`, or what they name.",
            "anyOf": [{ "enum": ["none", "any"] }, named],
        })
    }
}
