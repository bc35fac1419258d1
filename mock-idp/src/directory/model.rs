//! What a configuration document can say: tenants, users, applications, APIs, policies and switches.
//!
//! These types are at once the YAML of `--config` and the model that the server works with. They hold no behaviour beyond
//! small questions about themselves; look-ups across them are in [`super`], checks of a whole document in `config`.

use indexmap::IndexMap;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use super::{facts::*, policy::*};

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
    /// Registered methods for multifactor authentication.
    #[serde(default)]
    pub methods: Vec<Method>,
    /// The code that the one-time-code page accepts.
    #[serde(default = "User::default_one_time_code")]
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
    /// For a guest: short name of the home tenant, which knows the user by the same user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_tenant: Option<String>,
    /// What policies find out about the user beyond the sign-in.
    #[serde(default, skip_serializing_if = "Facts::are_usual")]
    pub facts: Facts,
}

impl User {
    fn default_one_time_code() -> Secret {
        Secret("123456".into())
    }
}

/// A method of multifactor authentication that a user can register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A six-digit code, from an authenticator application in real life.
    OneTimeCode,
}

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
    /// Registered redirect addresses. `http://localhost` stands for every port.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Client secrets, for `web` applications.
    #[serde(default)]
    pub secrets: Vec<Secret>,
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

/// A protected API.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Short name; the mock API answers at `/api/{name}`.
    pub name: String,
    /// Application id of the API; the audience of its version 2 tokens.
    pub id: Uuid,
    /// App ID URI, the part of a scope in front of its name.
    pub app_id_uri: String,
    /// Name shown on pages; the short name if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Access token version that the API accepts: 1 or 2. Entra takes 1 where nothing is set.
    #[serde(default)]
    pub token_version: TokenVersion,
    /// Delegated scopes.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Whether it takes part in continuous access evaluation (`xms_cc`).
    #[serde(default)]
    pub continuous_access_evaluation: bool,
    /// Routes below `/api/{name}` that need an authentication context.
    #[serde(default)]
    pub protected_routes: Vec<ProtectedRoute>,
    /// Routes below `/api/{name}` that call another API on behalf of the user, as the application with this API's id.
    #[serde(default)]
    pub on_behalf_of: Vec<DownstreamRoute>,
    /// Applications whose consent page covers this API's own permissions, too (`knownClientApplications`).
    #[serde(default)]
    pub known_client_applications: Vec<String>,
}

impl Api {
    /// The name shown to people.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }

    /// The definition of the scope `name`, in any case.
    #[must_use]
    pub fn scope(&self, name: &str) -> Option<&Scope> {
        self.scopes.iter().find(|scope| scope.name.eq_ignore_ascii_case(name))
    }
}

/// The version of the access tokens that an API accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum TokenVersion {
    /// `ver` 1.0: issuer `sts.windows.net`-style, audience as asked, `amr` and `upn` present.
    #[default]
    V1,
    /// `ver` 2.0: issuer ends in `/v2.0`, audience is the API's id.
    V2,
}

impl TryFrom<u8> for TokenVersion {
    type Error = String;

    fn try_from(version: u8) -> Result<Self, String> {
        match version {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            other => Err(format!("token_version is 1 or 2, not {other}")),
        }
    }
}

impl From<TokenVersion> for u8 {
    fn from(version: TokenVersion) -> Self {
        match version {
            TokenVersion::V1 => 1,
            TokenVersion::V2 => 2,
        }
    }
}

impl JsonSchema for TokenVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "TokenVersion".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "enum": [1, 2] })
    }
}

/// A delegated scope of an API.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Name, such as `Mail.Read`.
    pub name: String,
    /// What the consent page says that it allows.
    pub description: String,
    /// True if only an administrator can consent.
    #[serde(default)]
    pub admin_only: bool,
}

/// A route of a mock API that asks for more than a good token.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProtectedRoute {
    /// Path below `/api/{name}`, such as `/secrets`.
    pub path: String,
    /// Authentication context id that the token's `acrs` must hold, such as `c1`.
    pub authentication_context: String,
}

/// A route of a mock API that calls another API on behalf of the user.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DownstreamRoute {
    /// Path below `/api/{name}`, such as `/salary`.
    pub path: String,
    /// Short name of the API that is called.
    pub api: String,
    /// Scopes that are asked of it.
    pub scopes: Vec<String>,
}

/// A consent on record: these scopes of that API for that application, by one user or for the whole tenant.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
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

/// Points on which public records of Entra differ or are silent; the defaults follow the newest records.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// How the trailer of `error_description` is separated.
    pub trailer: Trailer,
    /// What `/token` does with scopes of several APIs.
    pub multi_resource_token: MultiResource,
    /// Whether the `scope` of a token answer lists `openid profile` for every API and not for Graph alone. An MSAL cache
    /// then throws away its tokens for other APIs.
    pub echo_oidc_scopes: bool,
    /// Whether a token carries only the scopes asked for and not all that were granted on its API.
    pub narrow_scp: bool,
    /// How long a consent takes until the token endpoint knows it, such as `5s`.
    #[schemars(with = "String")]
    pub consent_lag: SignedDuration,
    /// The redirect error for missing consent under `prompt=none`.
    pub prompt_none_consent: PromptNoneConsent,
    /// Other suberrors than the usual ones for what policies demand, by AADSTS number: `{ "50079": additional_action }`.
    pub suberrors: IndexMap<String, Suberror>,
    /// Errors about devices and applications (53000 to 53002) come without `claims`.
    pub no_claims_for_devices: bool,
}

/// The `suberror` of a demand, where a switch changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suberror {
    /// `basic_action`: the user can do it on the pages.
    BasicAction,
    /// `additional_action`: the user can do it elsewhere.
    AdditionalAction,
    /// `message_only`: nothing to be done now.
    MessageOnly,
    /// No suberror at all.
    Absent,
}

impl Suberror {
    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::BasicAction => Some("basic_action"),
            Self::AdditionalAction => Some("additional_action"),
            Self::MessageOnly => Some("message_only"),
            Self::Absent => None,
        }
    }
}

/// How the trailer of `error_description` is separated from its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trailer {
    /// By single spaces, as records since November 2023 show.
    #[default]
    Space,
    /// By CR LF, as older records show.
    Crlf,
}

/// What `/token` does when the scopes belong to more than one API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MultiResource {
    /// Refuses with AADSTS28000, as measured in 2026.
    #[default]
    Error,
    /// Serves the API of the first scope, as one Microsoft page says.
    First,
}

/// The redirect error for missing consent under `prompt=none`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromptNoneConsent {
    /// `consent_required`, OpenID Connect's word.
    #[default]
    ConsentRequired,
    /// `interaction_required`, as one Microsoft page says.
    InteractionRequired,
}

/// A password, secret or code: written to configuration documents, never to messages or logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// Whether `given` is this secret.
    #[must_use]
    pub fn is(&self, given: &str) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.as_bytes(), given.as_bytes()).is_ok()
    }

    /// The secret itself, for the one who has to type it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

fn yes() -> bool {
    true
}
