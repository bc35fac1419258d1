//! Facts about a user that policies look at and that no page of this server can change: they are set, not found out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What policies find out about a user beyond the sign-in. Whatever is not set is not so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// The device in front of the user.
    pub device: Device,
    /// The risk that identity protection sees.
    pub risk: Risk,
    /// The user accepted the terms of use.
    pub terms_accepted: bool,
    /// The user passed the challenge of another provider.
    pub external_challenge_passed: bool,
}

impl Facts {
    /// Whether nothing is set.
    #[must_use]
    pub fn are_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The device in front of the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Device {
    /// Marked as compliant.
    pub compliant: bool,
    /// Joined to the domain.
    pub domain_joined: bool,
    /// Registered (joined to the workplace).
    pub registered: bool,
    /// Proves itself by its certificate.
    pub authenticated: bool,
}

/// The risk that identity protection sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Risk {
    /// Of this sign-in.
    pub sign_in: RiskLevel,
    /// Of the user.
    pub user: RiskLevel,
}

/// How high a risk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// No risk.
    #[default]
    None,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}
