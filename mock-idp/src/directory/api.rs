//! Protected APIs, as a document writes them down.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::is_false;

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
    /// Applications that need no consent for some scopes, because the API's owner says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preauthorized: Vec<Preauthorized>,
    /// Whether it is one of the platform's own; see the application's `first_party`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub first_party: bool,
    /// Whether the tenant has it.
    #[serde(default, skip_serializing_if = "Availability::is_usual")]
    pub availability: Availability,
    /// In which dialect it challenges.
    #[serde(default, skip_serializing_if = "ChallengeDialect::is_usual")]
    pub challenge: ChallengeDialect,
    /// Whether it challenges only clients that declared that they handle claims challenges (`cp1`), and answers others 403.
    #[serde(default, skip_serializing_if = "is_false")]
    pub challenge_capable_clients_only: bool,
}

/// An application that needs no consent for these scopes, in on-behalf-of neither.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preauthorized {
    /// Application short name.
    pub client: String,
    /// Scope names.
    pub scopes: Vec<String>,
}

/// Whether the tenant has an API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// It has.
    #[default]
    Available,
    /// It was disabled (AADSTS50001).
    Disabled,
    /// The organization has not subscribed to it (AADSTS650052).
    NotSubscribed,
    /// It was removed (AADSTS650054).
    Removed,
}

impl Availability {
    /// Whether it is there.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// The dialect of an API's `WWW-Authenticate` (escalation reference 4.3 and 4.7). All but the first are for torturing
/// parsers: real services send each of them, or something as odd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeDialect {
    /// As Entra documents it: quoted, standard base64 with padding.
    #[default]
    Entra,
    /// As Azure Resource Manager: `error="invalid_token"` and base64 without padding.
    Arm,
    /// No quotes around values; the padding stays.
    Unquoted,
    /// Base64 without padding.
    Unpadded,
    /// The URL-safe alphabet, with padding.
    Base64url,
    /// The URL-safe alphabet, without padding.
    Base64urlUnpadded,
    /// A `PoP` challenge in front, in the same header.
    SecondScheme,
    /// A `PoP` challenge in a header of its own.
    TwoHeaders,
    /// The claims as JSON text, not encoded.
    RawJson,
    /// Claims that are neither base64 nor JSON.
    Garbage,
    /// RFC 9470: `insufficient_user_authentication` with `acr_values` and `max_age`. Entra has no such thing.
    Rfc9470,
}

impl ChallengeDialect {
    /// Whether it is Entra's.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Api {
    /// The name shown to people.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }

    /// The entry that protects the route `path` (below `/api/{name}`): its own, or that of the nearest path above it.
    #[must_use]
    pub fn protected_route(&self, path: &str) -> Option<&ProtectedRoute> {
        let is_below = |route: &&ProtectedRoute| {
            path.strip_prefix(route.path.trim_end_matches('/'))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.protected_routes.iter().filter(is_below).max_by_key(|route| route.path.len())
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
        schemars::json_schema!({ "description": "1 or 2.", "enum": [1, 2] })
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_context: Option<String>,
    /// How old the sign-in may be, such as `5m`; asked for as `max_age` in the dialect of RFC 9470.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "time-span"))]
    pub max_age: Option<SignedDuration>,
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
