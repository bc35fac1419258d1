//! Client applications, as a document writes them down.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Certificate, Secret,
    model::{is_false, is_true, yes},
};

/// A client application.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Short name, used by scripts and by the control API.
    pub name: String,
    /// Application (client) id.
    pub client_id: Uuid,
    /// Name shown on pages and in error texts; the short name if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What kind of client it is.
    pub kind: ClientKind,
    /// Who published it, as the consent page says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Publisher>,
    /// Registered redirect addresses. `http://localhost` stands for every port.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where the application ends its own session when a user signs out: loaded in a frame of the signed-out page with `iss`
    /// and `sid` (OpenID Connect Front-Channel Logout 1.0). On the origin of one of its redirect addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub front_channel_logout_uri: Option<String>,
    /// Client secrets, for `web` applications.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    /// Client secrets that were good once (AADSTS7000222).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expired_secrets: Vec<Secret>,
    /// Certificates whose keys sign client assertions, for `web` applications: PEM.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Certificate>,
    /// False for an application that was disabled in the tenant (AADSTS7000112).
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub enabled: bool,
    /// True if it is only for its own tenant and can't be used at `/common` (AADSTS50194).
    #[serde(default, skip_serializing_if = "is_false")]
    pub single_tenant: bool,
    /// "Allow public client flows": whether a public client may use device code and password (else AADSTS7000218).
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub public_client_flows: bool,
    /// Whether only users in `assigned` may use it (AADSTS50105).
    #[serde(default, skip_serializing_if = "is_false")]
    pub assignment_required: bool,
    /// User names, `group:NAME`, `guests` or `administrators` that may use it where `assignment_required` is set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assigned: Vec<String>,
    /// Whether it belongs to the family of clients that share refresh tokens (`foci`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub family: bool,
    /// Whether it is one of the platform's own. Consent between two of those is by preauthorization alone (AADSTS65002).
    #[serde(default, skip_serializing_if = "is_false")]
    pub first_party: bool,
    /// Whether it is judged risky: only an administrator can consent to it (AADSTS900941, 900981).
    #[serde(default, skip_serializing_if = "is_false")]
    pub risky: bool,
    /// The registered (static) permission list: API short name to delegated scopes.
    #[serde(default)]
    pub permissions: IndexMap<String, Vec<String>>,
    /// Granted application permissions: API short name to roles.
    #[serde(default)]
    pub roles: IndexMap<String, Vec<String>>,
    /// Whether it is on the list of approved client applications (AADSTS53002 if a policy asks for one).
    #[serde(default)]
    pub approved: bool,
    /// Whether an app protection policy manages it (AADSTS53009 if a policy asks for one).
    #[serde(default)]
    pub app_protection: bool,
}

impl Application {
    /// The name shown to people.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }
}

/// Who published an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// Name shown on the consent page.
    pub name: String,
    /// Whether somebody checked that it is theirs.
    #[serde(default)]
    pub verified: bool,
}

/// What kind of client an application is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// Desktop or mobile: no secret.
    Public,
    /// Single-page application: no secret, answers to registered origins only.
    Spa,
    /// Web application, API or daemon: has a secret.
    Web,
}
