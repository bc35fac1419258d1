//! A fault in words, and its members that are written as a number or as a word.

use std::{borrow::Cow, fmt, fmt::Write as _};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Fault;

impl Fault {
    /// What a request gets, such as `status 429, Retry-After 60`.
    #[must_use]
    pub fn effect_in_words(&self) -> String {
        let mut words = if let Some(number) = self.code {
            format!("AADSTS{number}")
        } else if let Some(status) = self.status {
            format!("status {status}")
        } else if let Some(error) = self.redirect_error {
            format!("a redirect with {} alone", error.word())
        } else if self.drop {
            "no answer, and the connection is closed".to_owned()
        } else if self.tamper_state {
            "another state".to_owned()
        } else {
            "the usual answer".to_owned()
        };
        // Writing to a string cannot fail.
        if let Some(after) = &self.retry_after {
            let _ = write!(words, ", Retry-After {after}");
        }
        if let Some(latency) = &self.latency {
            let _ = write!(words, ", {latency:#} late");
        }
        words
    }
}

/// Which requests get what, such as `the next 2 requests to token by desktop get status 429`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let get = match self.times {
            Times::Next(1) => {
                f.write_str("the next request")?;
                "gets"
            }
            Times::Next(times) => {
                write!(f, "the next {times} requests")?;
                "get"
            }
            Times::Unlimited => {
                f.write_str("every request")?;
                "gets"
            }
        };
        if let Some(endpoint) = self.endpoint() {
            write!(f, " to {}", self.api.as_deref().unwrap_or(endpoint.word()))?;
        }
        let matchers = [("with", &self.grant_type), ("by", &self.client), ("for", &self.user)];
        for (word, value) in matchers {
            if let Some(value) = value {
                write!(f, " {word} {value}")?;
            }
        }
        if self.after > 0 {
            write!(f, ", after {} that pass,", self.after)?;
        }
        write!(f, " {get} {}", self.effect_in_words())
    }
}

/// What the header `Retry-After` says (RFC 9110, 10.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// So many seconds.
    Seconds(u64),
    /// Any other text: an HTTP date, or something that no client can read.
    Text(String),
}

impl RetryAfter {
    /// The seconds, if it says them.
    #[must_use]
    pub fn seconds(&self) -> Option<u64> {
        match self {
            Self::Seconds(seconds) => Some(*seconds),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}

impl fmt::Display for RetryAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => seconds.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// How many requests a fault concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// The next so many.
    Next(u32),
    /// All, until the fault is taken away.
    Unlimited,
}

impl Times {
    /// How many there are; `None` for no limit.
    #[must_use]
    pub fn limit(self) -> Option<u32> {
        match self {
            Self::Next(times) => Some(times),
            Self::Unlimited => None,
        }
    }

    /// One fewer.
    pub(super) fn take(&mut self) {
        if let Self::Next(left) = self {
            *left = left.saturating_sub(1);
        }
    }
}

impl Default for Times {
    fn default() -> Self {
        Self::Next(1)
    }
}

const UNLIMITED: &str = "unlimited";

impl Serialize for RetryAfter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Seconds(seconds) => serializer.serialize_u64(*seconds),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Next(times) => serializer.serialize_u32(*times),
            Self::Unlimited => serializer.serialize_str(UNLIMITED),
        }
    }
}

impl<'de> Deserialize<'de> for RetryAfter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match NumberOrWord::read(deserializer, "seconds, or a text such as an HTTP date")? {
            NumberOrWord::Number(seconds) => Ok(Self::Seconds(seconds)),
            NumberOrWord::Word(text) => Ok(text.parse().map_or_else(|_| Self::Text(text), Self::Seconds)),
        }
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const WANTED: &str = "a number from 1, or `unlimited`";
        match NumberOrWord::read(deserializer, WANTED)? {
            NumberOrWord::Word(word) if word == UNLIMITED => Ok(Self::Unlimited),
            NumberOrWord::Word(word) => Err(de::Error::invalid_value(de::Unexpected::Str(&word), &WANTED)),
            NumberOrWord::Number(number) => u32::try_from(number)
                .ok()
                .filter(|times| *times > 0)
                .map(Self::Next)
                .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Unsigned(number), &WANTED)),
        }
    }
}

impl JsonSchema for RetryAfter {
    fn schema_name() -> Cow<'static, str> {
        "RetryAfter".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Seconds, or a text such as an HTTP date.",
            "type": ["integer", "string"],
            "minimum": 0,
        })
    }
}

impl JsonSchema for Times {
    fn schema_name() -> Cow<'static, str> {
        "Times".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 1, "maximum": u32::MAX }, { "const": UNLIMITED }] })
    }
}

enum NumberOrWord {
    Number(u64),
    Word(String),
}

impl NumberOrWord {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, wanted: &'static str) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Wanted(wanted))
    }
}

struct Wanted(&'static str);

impl de::Visitor<'_> for Wanted {
    type Value = NumberOrWord;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<NumberOrWord, E> {
        Ok(NumberOrWord::Number(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<NumberOrWord, E> {
        u64::try_from(number)
            .map(NumberOrWord::Number)
            .map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<NumberOrWord, E> {
        Ok(NumberOrWord::Word(word.to_owned()))
    }
}
