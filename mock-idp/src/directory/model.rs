//! What a configuration document can say: tenants, users, applications, APIs, policies and switches.
//!
//! These types are at once the YAML of `--config` and the model that the server works with. They hold no behaviour beyond
//! small questions about themselves; look-ups across them are in [`super`], checks of a whole document in `config`.

use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use super::{api::*, application::*, certificate::*, facts::*, policy::*, secret::*, switches::*};

/// A whole configuration document, version 1.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Version of this format: 1.
    pub version: u32,
    /// Points on which public records of Entra differ or are silent.
    #[serde(default)]
    pub switches: Switches,
    /// Tenants with their users, policies and standing consents.
    pub tenants: Vec<Tenant>,
    /// Applications; known in every tenant.
    pub applications: Vec<Application>,
    /// APIs; known in every tenant.
    pub apis: Vec<Api>,
}

/// A tenant: a directory of users with its own policies and consents.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Short name, used by scripts and by the control API.
    pub name: String,
    /// Tenant id (`tid`).
    pub id: Uuid,
    /// Verified domain; the part of its users' names behind the `@`.
    pub domain: String,
    /// Name shown on pages; the short name if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Members and guests.
    #[serde(default)]
    pub users: Vec<User>,
    /// Conditional Access policies.
    #[serde(default)]
    pub policies: Vec<Policy>,
    /// Consents on record at the start.
    #[serde(default)]
    pub consents: Vec<Consent>,
    /// Who may consent, and what becomes of those who may not.
    #[serde(default, skip_serializing_if = "ConsentSettings::are_usual")]
    pub consent_settings: ConsentSettings,
    /// Places that policies know by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_locations: Vec<NamedLocation>,
}

/// Who may consent, and what becomes of those who may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentSettings {
    /// Whether users may consent to what is not `admin_only`. If not, they see AADSTS90093.
    pub users_may_consent: bool,
    /// Whether a user who needs an administrator's consent can send a request from the page (AADSTS90095 instead of 90094).
    pub request_workflow: bool,
}

impl ConsentSettings {
    /// Whether nothing is set.
    #[must_use]
    pub fn are_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for ConsentSettings {
    fn default() -> Self {
        Self { users_may_consent: true, request_workflow: false }
    }
}

/// A place that policies know by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedLocation {
    /// Name, used by policies.
    pub name: String,
    /// Address ranges, such as `203.0.113.0/24` or `2001:db8::/32`.
    pub ranges: Vec<AddressRange>,
    /// Whether it counts among the places that `all_trusted` means.
    #[serde(default)]
    pub trusted: bool,
}

/// A range of addresses in the notation of RFC 4632 and RFC 4291, such as `203.0.113.0/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct AddressRange(#[schemars(with = "String", extend("format" = "cidr"))] IpNet);

impl AddressRange {
    /// Whether `address` is in it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl FromStr for AddressRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = text.parse().map(Self);
        range.map_err(|_| format!("`{text}` is no address range; write it as `203.0.113.0/24` or `2001:db8::/32`"))
    }
}

impl<'de> Deserialize<'de> for AddressRange {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A person in a tenant.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// User principal name, such as `ada@contoso.test`.
    pub username: String,
    /// Object id (`oid`) in this tenant.
    pub id: Uuid,
    /// Full name shown on pages and in tokens.
    pub name: String,
    /// Given name, if it should appear in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Family name, if it should appear in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Password. A guest has none here: the home tenant knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Registered methods for multifactor authentication. The pages ask for the first that is no passkey, and offer the others.
    #[serde(default)]
    pub methods: Vec<Method>,
    /// The code that the one-time-code page accepts.
    #[serde(default = "User::default_one_time_code", skip_serializing_if = "User::is_default_one_time_code")]
    pub one_time_code: Secret,
    /// False for a disabled account (AADSTS50057).
    #[serde(default = "yes")]
    pub enabled: bool,
    /// True if an administrator of the tenant.
    #[serde(default)]
    pub administrator: bool,
    /// The groups that policies know the user by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Multifactor authentication demanded by the user's own setting and not by a policy: errors then carry no `claims`.
    #[serde(default)]
    pub per_user_mfa: bool,
    /// True for an account that was deleted: whoever signs in to it is unknown (AADSTS50034).
    #[serde(default, skip_serializing_if = "is_false")]
    pub deleted: bool,
    /// True for an account that is locked after too many wrong passwords (AADSTS50053).
    #[serde(default, skip_serializing_if = "is_false")]
    pub locked: bool,
    /// True if a new password is due (AADSTS50055); the sign-in page asks for it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub password_expired: bool,
    /// True for a personal account: missing consent is then told by AADSTS70000, without a suberror.
    #[serde(default, skip_serializing_if = "is_false")]
    pub personal_account: bool,
    /// For a guest: short name of the home tenant, which knows the user by the same user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_tenant: Option<String>,
    /// What policies find out about the user beyond the sign-in.
    #[serde(default, skip_serializing_if = "Facts::are_usual")]
    pub facts: Facts,
}

impl User {
    pub(crate) fn default_one_time_code() -> Secret {
        Secret::new("123456")
    }

    fn is_default_one_time_code(code: &Secret) -> bool {
        *code == Self::default_one_time_code()
    }
}

/// A method of multifactor authentication that a user can register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A six-digit code, from an authenticator application in real life.
    OneTimeCode,
    /// A phone that asks which number the page shows.
    NumberMatching,
    /// A passkey: resists phishing, which `phishing_resistant_mfa` asks for.
    Passkey,
}

impl Method {
    /// Every method.
    pub const ALL: &'static [Self] = &[Self::OneTimeCode, Self::NumberMatching, Self::Passkey];

    /// The word in documents.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OneTimeCode => "one_time_code",
            Self::NumberMatching => "number_matching",
            Self::Passkey => "passkey",
        }
    }

    /// The name that UI scripts know it by on the real pages (`data-value`).
    #[must_use]
    pub fn real_name(self) -> &'static str {
        match self {
            Self::OneTimeCode => "PhoneAppOTP",
            Self::NumberMatching => "PhoneAppNotification",
            Self::Passkey => "FidoKey",
        }
    }
}

/// A consent on record: these scopes of that API for that application, by one user or for the whole tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// User name; absent for the whole tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Application short name.
    pub client: String,
    /// API short name.
    pub api: String,
    /// Scope names.
    pub scopes: Vec<String>,
}

/// For serde: true where nothing is said.
pub(super) fn yes() -> bool {
    true
}

/// For serde: what is so anyway need not be said.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(super) fn is_true(value: &bool) -> bool {
    *value
}

/// For serde: what is not so need not be said.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(super) fn is_false(value: &bool) -> bool {
    !*value
}
