//! What a tenant's controls take and tell.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    directory::{Consent, NamedLocation, Policy},
    expectation::Failure,
    fault::ArmedFault,
};

use super::TenantDescription;

/// That all is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// `ok`.
    pub status: String,
}

impl Status {
    /// All is well.
    #[must_use]
    pub fn ok() -> Self {
        Self { status: "ok".to_owned() }
    }
}

/// What a configuration document brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Imported {
    /// Its tenants.
    pub tenants: Vec<TenantDescription>,
}

/// The consents on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Consents {
    /// By user, and for the whole tenant where no user is named.
    pub consents: Vec<Consent>,
}

/// Which consent is meant; all, if nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentKey {
    /// User name; absent for the whole tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Short name or client id of the application; goes with `api`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Short name of the API; goes with `client`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
}

/// The Conditional Access policies.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policies {
    /// In the order in which they were made.
    pub policies: Vec<Policy>,
}

/// The places that policies know by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedLocations {
    /// All of them.
    pub named_locations: Vec<NamedLocation>,
}

/// What to do with the tenant's time: one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "ClockMembers", rename_all = "snake_case")]
#[schemars(with = "ClockMembers")]
pub enum ClockSetting {
    /// Move it, such as by `2h` or `-5m`.
    Advance(SignedDuration),
    /// Stop it there, such as at `2026-01-01T00:00:00Z`.
    Freeze(Timestamp),
}

/// What to do with the tenant's time: one of the two.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ClockSetting", extend("minProperties" = 1, "maxProperties" = 1))]
struct ClockMembers {
    /// Move it, such as by `2h` or `-5m`.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "String", extend("format" = "time-span"))]
    advance: Option<SignedDuration>,
    /// Stop it there, such as at `2026-01-01T00:00:00Z`.
    #[serde(default, deserialize_with = "given")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    freeze: Option<Timestamp>,
}

impl TryFrom<ClockMembers> for ClockSetting {
    type Error = &'static str;

    fn try_from(members: ClockMembers) -> Result<Self, Self::Error> {
        match (members.advance, members.freeze) {
            (Some(by), None) => Ok(Self::Advance(by)),
            (None, Some(at)) => Ok(Self::Freeze(at)),
            _ => Err("the body holds either `advance` or `freeze`"),
        }
    }
}

/// What is there is not `null`.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The tenant's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// What it shows.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub now: Timestamp,
    /// Whether it stands still.
    pub frozen: bool,
}

/// The faults that wait for requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Faults {
    /// In the order in which they were injected.
    pub faults: Vec<ArmedFault>,
}

/// How far somebody has come who paces the clients of a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// So many exchanges have been looked at: the `added` of what was read.
    pub looked_at: u64,
}

/// Which part of the log is judged: all of it, if nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// What is behind the exchange with this number; what is before it is context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// What the application with this client id sent. Pages and policies are those of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// Whether what was expected of a client holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Whether all of it holds.
    pub passed: bool,
    /// What does not.
    pub failures: Vec<UnmetExpectation>,
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnmetExpectation {
    /// Its name.
    pub expectation: String,
    /// What was expected and what was seen, with the numbers of the exchanges.
    pub sentence: String,
}

impl From<Vec<Failure>> for Verdict {
    fn from(failures: Vec<Failure>) -> Self {
        let told = |failure: Failure| UnmetExpectation {
            expectation: failure.expectation.to_string(),
            sentence: failure.sentence,
        };
        Self { passed: failures.is_empty(), failures: failures.into_iter().map(told).collect() }
    }
}

/// The keys that the JWKS lists, by `kid`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SigningKeys {
    /// The one that signs.
    pub current: Option<String>,
    /// All of them, the one that signs first.
    pub listed: Vec<String>,
}
