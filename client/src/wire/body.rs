//! The bodies that an authority answers with: tokens, a device code, or an error with all of Entra's members.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::LONGEST_LIFETIME;
use crate::result::Secret;

/// A success answer (wire reference 3.3). Numbers may be written as text, as the v1 endpoint does.
#[derive(Clone, Deserialize)]
pub(crate) struct TokenBody {
    #[serde(deserialize_with = "secret")]
    pub(crate) access_token: Secret,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "number_or_text")]
    refresh_in: Option<u64>,
    #[serde(default, deserialize_with = "number_or_text")]
    ext_expires_in: Option<u64>,
    #[serde(default, deserialize_with = "some_secret")]
    pub(crate) refresh_token: Option<Secret>,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    pub(crate) id_token: Option<String>,
    #[serde(default)]
    pub(crate) client_info: Option<String>,
    #[serde(default)]
    pub(crate) foci: Option<String>,
}

impl TokenBody {
    pub(super) fn is_bearer(&self) -> bool {
        self.token_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"))
    }

    /// Ten minutes when the server does not say.
    pub(crate) fn lifetime(&self) -> Duration {
        self.expires_in.map_or(Duration::from_secs(600), |seconds| Duration::from_secs(seconds).min(LONGEST_LIFETIME))
    }

    /// For how long the token may be shown in an outage.
    pub(crate) fn extended_lifetime(&self) -> Duration {
        let extended = self.ext_expires_in.map(Duration::from_secs);
        extended.map_or_else(|| self.lifetime(), |extended| extended.min(LONGEST_LIFETIME))
    }

    pub(crate) fn refresh_in(&self) -> Option<Duration> {
        self.refresh_in.filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(seconds).min(LONGEST_LIFETIME))
    }

    pub(crate) fn scope(&self) -> Option<&str> {
        self.scope.as_deref().filter(|scope| !scope.trim().is_empty())
    }
}

impl fmt::Debug for TokenBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBody")
            .field("scope", &self.scope)
            .field("expires_in", &self.expires_in)
            .field("ext_expires_in", &self.ext_expires_in)
            .finish_non_exhaustive()
    }
}

/// What a device code was given for (RFC 8628, 3.2). Older servers say `verification_url`.
#[derive(Clone, Deserialize)]
pub(crate) struct DeviceBody {
    #[serde(deserialize_with = "secret")]
    pub(crate) device_code: Secret,
    pub(crate) user_code: String,
    #[serde(alias = "verification_url")]
    pub(crate) verification_uri: String,
    #[serde(default)]
    pub(crate) verification_uri_complete: Option<String>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(crate) expires_in: Option<u64>,
    #[serde(default, deserialize_with = "number_or_text")]
    pub(crate) interval: Option<u64>,
    #[serde(default)]
    pub(crate) message: Option<String>,
}

impl fmt::Debug for DeviceBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceBody([redacted])")
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

fn some_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// An error answer (escalation reference 2.1). Members of an unexpected type are passed over
/// rather than making the whole answer unreadable.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Map<String, Value>")]
pub(super) struct ErrorBody {
    pub(super) error: String,
    pub(super) error_description: String,
    pub(super) suberror: Option<String>,
    pub(super) error_codes: Vec<u64>,
    pub(super) claims: Option<String>,
    pub(super) correlation_id: Option<String>,
    pub(super) trace_id: Option<String>,
    pub(super) timestamp: Option<String>,
}

impl ErrorBody {
    pub(super) fn is_error(&self) -> bool {
        !self.error.is_empty()
    }
}

impl From<Map<String, Value>> for ErrorBody {
    fn from(members: Map<String, Value>) -> Self {
        let text =
            |name: &str| members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let codes = members.get("error_codes").and_then(Value::as_array);
        Self {
            error: text("error").unwrap_or_default(),
            error_description: text("error_description").unwrap_or_default(),
            suberror: if is_client_mismatch(&members) { Some(CLIENT_MISMATCH.to_owned()) } else { text("suberror") },
            error_codes: codes
                .into_iter()
                .flatten()
                .filter_map(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()))
                .collect(),
            claims: text("claims"),
            correlation_id: text("correlation_id"),
            trace_id: text("trace_id"),
            timestamp: text("timestamp"),
        }
    }
}

/// The word for "not of this token's family" stands in `suberror`, in `error_additional_info`, or in both.
fn is_client_mismatch(members: &Map<String, Value>) -> bool {
    match members.get("error_additional_info") {
        Some(Value::Array(words)) => words.iter().any(|word| word == CLIENT_MISMATCH),
        Some(Value::String(text)) => text.contains(CLIENT_MISMATCH),
        _ => false,
    }
}

pub(super) const CLIENT_MISMATCH: &str = "client_mismatch";
