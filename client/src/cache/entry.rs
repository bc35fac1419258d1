//! The entries of MSAL's unified schema and their keys (escalation reference 5.6): members by their
//! names in the file, whatever else an entry holds in `rest`. Knows no rules and no storage.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::result::Secret;
use crate::scopes::Scopes;

/// An access token of one API in one tenant.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AccessTokenEntry {
    pub(crate) home_account_id: String,
    pub(crate) environment: String,
    pub(crate) credential_type: String,
    pub(crate) client_id: String,
    #[serde(with = "secret")]
    pub(crate) secret: Secret,
    pub(crate) realm: String,
    #[serde(with = "sorted")]
    pub(crate) target: Scopes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cached_at: Option<UnixTime>,
    pub(crate) expires_on: UnixTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) extended_expires_on: Option<UnixTime>,
    /// The same once more, under the name that MSAL.NET writes beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ext_expires_on: Option<UnixTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_on: Option<UnixTime>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

impl AccessTokenEntry {
    /// A token that anybody may bear, and not one that is bound to a key, an assertion or further
    /// parameters of the request: those are other libraries' and found by more than scopes.
    pub(super) fn is_plain_bearer(&self) -> bool {
        self.credential_type.eq_ignore_ascii_case(ACCESS_TOKEN)
            && self.token_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"))
            && BINDINGS.iter().all(|name| self.rest.get(*name).is_none_or(Value::is_null))
    }
}

/// A refresh token: of one app, or of a family of apps.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RefreshTokenEntry {
    pub(crate) home_account_id: String,
    pub(crate) environment: String,
    pub(crate) credential_type: String,
    pub(crate) client_id: String,
    #[serde(with = "secret")]
    pub(crate) secret: Secret,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) family_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_modification_time: Option<UnixTime>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

impl RefreshTokenEntry {
    /// The family it serves, if any.
    pub(super) fn family(&self) -> Option<&str> {
        self.family_id.as_deref().filter(|family| !family.is_empty())
    }
}

/// An ID token: what is known of the user besides the account.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct IdTokenEntry {
    pub(crate) home_account_id: String,
    pub(crate) environment: String,
    pub(crate) credential_type: String,
    pub(crate) client_id: String,
    #[serde(with = "secret")]
    pub(crate) secret: Secret,
    pub(crate) realm: String,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// A user in one tenant.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AccountEntry {
    pub(crate) home_account_id: String,
    pub(crate) environment: String,
    pub(crate) realm: String,
    #[serde(default)]
    pub(crate) local_account_id: String,
    #[serde(default)]
    pub(crate) username: String,
    pub(crate) authority_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_info: Option<String>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// Whether an app is of a family, as its last answer said.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AppMetadataEntry {
    pub(crate) client_id: String,
    pub(crate) environment: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) family_id: Option<String>,
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// What lies under a key of its own. MSAL's libraries differ in their keys, so that entries are found
/// by their members; the key is for writing.
pub(crate) trait Keyed {
    /// In lower case, joined with `-`.
    fn key(&self) -> String;
}

impl Keyed for AccessTokenEntry {
    fn key(&self) -> String {
        let target = self.target.sorted().join(" ");
        join(&[&self.home_account_id, &self.environment, ACCESS_TOKEN, &self.client_id, &self.realm, &target])
    }
}

impl Keyed for RefreshTokenEntry {
    fn key(&self) -> String {
        let whose = self.family().unwrap_or(&self.client_id);
        join(&[&self.home_account_id, &self.environment, REFRESH_TOKEN, whose, "", ""])
    }
}

impl Keyed for IdTokenEntry {
    fn key(&self) -> String {
        join(&[&self.home_account_id, &self.environment, ID_TOKEN, &self.client_id, &self.realm, ""])
    }
}

impl Keyed for AccountEntry {
    fn key(&self) -> String {
        join(&[&self.home_account_id, &self.environment, &self.realm])
    }
}

impl Keyed for AppMetadataEntry {
    fn key(&self) -> String {
        join(&["appmetadata", &self.environment, &self.client_id])
    }
}

fn join(parts: &[&str]) -> String {
    parts.join("-").to_lowercase()
}

pub(super) const ACCESS_TOKEN: &str = "AccessToken";
pub(super) const REFRESH_TOKEN: &str = "RefreshToken";
pub(super) const ID_TOKEN: &str = "IdToken";

/// Members of access tokens that are not for everybody: MSAL Python's, MSAL Node's, MSAL.NET's.
const BINDINGS: [&str; 5] =
    ["key_id", "ext_cache_key", "additionalCacheKeyComponents", "userAssertionHash", "user_assertion_hash"];

/// A moment, in the file a text of unix seconds; a number is understood as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnixTime(pub(crate) Timestamp);

impl Serialize for UnixTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.as_second())
    }
}

impl<'de> Deserialize<'de> for UnixTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = match Value::deserialize(deserializer)? {
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        let moment = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        moment.map(Self).ok_or_else(|| serde::de::Error::custom("not unix seconds"))
    }
}

mod secret {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::result::Secret;

    pub(super) fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

mod sorted {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::scopes::Scopes;

    pub(super) fn serialize<S: Serializer>(scopes: &Scopes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&scopes.sorted().join(" "))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scopes, D::Error> {
        String::deserialize(deserializer).map(|text| Scopes::new([text]))
    }
}
