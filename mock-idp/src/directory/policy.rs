//! Conditional Access policies, as a document writes them down.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// What it asks before a token is granted.
    pub grant: GrantControls,
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
    /// User names; everybody if empty.
    #[serde(default)]
    pub include: Vec<String>,
    /// User names that are exempt; wins over `include`.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// What a policy guards: any of these.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// API short names.
    #[serde(default)]
    pub apis: Vec<String>,
    /// Single scopes, as `api/Scope.Name`. Entra cannot do this; the mock can.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Authentication context ids, such as `c1`.
    #[serde(default)]
    pub authentication_contexts: Vec<String>,
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

/// One thing that a policy can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantControl {
    /// No access at all (AADSTS53003).
    Block,
    /// Multifactor authentication in this session (AADSTS50076, 50079).
    Mfa,
    /// A device that is marked as compliant (AADSTS53000).
    CompliantDevice,
    /// A device that is joined to the domain (AADSTS53001).
    DomainJoinedDevice,
    /// A device that is registered at all (AADSTS50129).
    RegisteredDevice,
    /// A device that proves itself by its certificate (AADSTS50097, status 401).
    DeviceAuthentication,
    /// A client application of the approved list (AADSTS53002).
    ApprovedApplication,
    /// A client application under an app protection policy (AADSTS53009).
    AppProtection,
    /// A new password, from a user at risk (AADSTS50135).
    PasswordChange,
    /// The terms of use (AADSTS50158).
    TermsOfUse,
    /// The challenge of another provider (AADSTS50158).
    ExternalChallenge,
}
