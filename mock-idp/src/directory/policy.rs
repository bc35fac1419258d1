//! Conditional Access policies, as a document writes them down.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Platform, RiskLevel};
/// What a policy can ask is the list of `policy::control`.
pub use crate::policy::GrantControl;

/// A Conditional Access policy.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Policy id; errors name it in `capolids`.
    pub id: Uuid,
    /// Name for people.
    pub name: String,
    /// Whether it is in force.
    #[serde(default)]
    pub state: PolicyState,
    /// Whom it concerns; everybody if absent.
    #[serde(default)]
    pub users: UserFilter,
    /// What it guards.
    pub targets: Targets,
    /// From which applications; from all if absent.
    #[serde(default, skip_serializing_if = "ClientFilter::is_everything")]
    pub clients: ClientFilter,
    /// Under which circumstances; always if absent.
    #[serde(default, skip_serializing_if = "Conditions::is_always")]
    pub conditions: Conditions,
    /// What it asks before a token is granted.
    #[serde(default)]
    pub grant: GrantControls,
    /// How long what was granted lasts.
    #[serde(default, skip_serializing_if = "SessionControls::is_empty")]
    pub session: SessionControls,
}

/// From which applications a policy is in force. An empty `include` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientFilter {
    /// Application short names; all if empty.
    pub include: Vec<String>,
    /// Application short names that are exempt; wins over `include`.
    pub exclude: Vec<String>,
}

impl ClientFilter {
    /// Whether every application is meant.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

/// Under which circumstances a policy is in force: all of those that are set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Conditions {
    /// True: only while a device is signed in by its code. Later refreshes of its token don't count.
    pub device_code_flow: bool,
    /// Levels of the risk of the sign-in; any if empty.
    pub sign_in_risk: Vec<RiskLevel>,
    /// Levels of the risk of the user; any if empty.
    pub user_risk: Vec<RiskLevel>,
    /// From which places; from all if absent.
    #[serde(skip_serializing_if = "LocationFilter::is_everywhere")]
    pub locations: LocationFilter,
    /// From which operating systems; from all if absent.
    #[serde(skip_serializing_if = "PlatformFilter::is_every")]
    pub platforms: PlatformFilter,
}

impl Conditions {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_always(&self) -> bool {
        *self == Self::default()
    }
}

/// From which places a policy is in force. An empty `include` means all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LocationFilter {
    /// Names of the tenant's `named_locations`, or `all_trusted`; everywhere if empty.
    pub include: Vec<String>,
    /// The same, for places that are exempt; wins over `include`.
    pub exclude: Vec<String>,
}

impl LocationFilter {
    /// Whether every place is meant.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        *self == Self::default()
    }
}

/// From which operating systems a policy is in force. An empty `include` means all, also one that nobody knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlatformFilter {
    /// Operating systems; all if empty.
    pub include: Vec<Platform>,
    /// Operating systems that are exempt; wins over `include`.
    pub exclude: Vec<Platform>,
}

impl PlatformFilter {
    /// Whether every operating system is meant.
    #[must_use]
    pub fn is_every(&self) -> bool {
        *self == Self::default()
    }
}

/// How long what was granted lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionControls {
    /// How old the sign-in may be, such as `1h`, or `every_time`. An older refresh token gets AADSTS70043; a second factor
    /// that `mfa` asks for must be as young (AADSTS50078).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_frequency: Option<SignInFrequency>,
    /// Whether the browser's session outlives the browser; the user is then not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persistent_browser: Option<PersistentBrowser>,
    /// Changes continuous access evaluation for the APIs that the policy guards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continuous_access_evaluation: Option<EvaluationMode>,
}

/// Whether the browser's session outlives the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersistentBrowser {
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a policy changes continuous access evaluation (escalation reference 4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvaluationMode {
    /// Tokens are ordinary ones: an hour or so, and no challenge.
    Disabled,
    /// An API that sees another place than the token service refuses for good; there is no one-hour token in its stead.
    StrictLocation,
}

impl SessionControls {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How often a user has to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInFrequency {
    /// Each time that the pages are shown; silent requests are served for five minutes afterwards.
    EveryTime,
    /// When the last time is longer ago than this.
    Every(SignedDuration),
}

impl SignInFrequency {
    /// How old a sign-in may be.
    #[must_use]
    pub fn lifetime(self) -> SignedDuration {
        match self {
            Self::EveryTime => SignedDuration::from_mins(5),
            Self::Every(lifetime) => lifetime,
        }
    }
}

impl Serialize for SignInFrequency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::EveryTime => serializer.serialize_str("every_time"),
            Self::Every(lifetime) => lifetime.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for SignInFrequency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "every_time" {
            return Ok(Self::EveryTime);
        }
        match text.parse::<SignedDuration>() {
            Ok(lifetime) if lifetime.is_positive() => Ok(Self::Every(lifetime)),
            _ => Err(serde::de::Error::custom(format!("`{text}` is neither `every_time` nor a time such as `1h`"))),
        }
    }
}

impl JsonSchema for SignInFrequency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SignInFrequency".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "anyOf": [{ "const": "every_time" }, { "format": "time-span" }] })
    }
}

/// Whether a policy is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicyState {
    /// Enforced.
    #[default]
    Enabled,
    /// Ignored.
    Disabled,
    /// Evaluated and noted in the exchange log, never enforced.
    ReportOnly,
}

/// Whom a policy concerns. An empty `include` means everybody.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserFilter {
    /// User names, `group:NAME`, `guests` or `administrators`; everybody if empty.
    #[serde(default)]
    pub include: Vec<String>,
    /// The same, for those who are exempt; wins over `include`.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// What a policy guards: any of these.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// API short names; `all` for every API and for sign-ins that ask for none.
    #[serde(default)]
    pub apis: Vec<String>,
    /// API short names that are exempt from `apis`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Single scopes, as `api/Scope.Name`. Entra cannot do this; the mock can.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Authentication context ids, such as `c1`.
    #[serde(default)]
    pub authentication_contexts: Vec<String>,
    /// What users do beyond signing in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_actions: Vec<UserAction>,
}

/// What users do beyond signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserAction {
    /// Registering a method of multifactor authentication; where a policy does not allow it, AADSTS53010.
    RegisterSecurityInfo,
}

/// What a policy asks. Empty lists ask nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantControls {
    /// Every one of these must hold.
    #[serde(default)]
    pub all_of: Vec<GrantControl>,
    /// One of these must hold. If none does, the first that the pages can help with is demanded.
    #[serde(default)]
    pub any_of: Vec<GrantControl>,
}

impl GrantControls {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all_of.is_empty() && self.any_of.is_empty()
    }
}
