//! Points on which public records of Entra differ or are silent.

use indexmap::IndexMap;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
    #[schemars(with = "String", extend("format" = "time-span"))]
    pub consent_lag: SignedDuration,
    /// The dialect of the errors that the v2 token endpoint answers with. `v1` lets a client that speaks v2 only see how it
    /// takes `interaction_required`; the v1 endpoint has its own dialect in any case.
    pub error_dialect: Dialect,
    /// The redirect error for missing consent under `prompt=none`.
    pub prompt_none_consent: PromptNoneConsent,
    /// What changes in single errors, by AADSTS number: `{ "53000": { suberror: message_only, claims: false } }`.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub errors: IndexMap<String, ErrorChange>,
    /// The redirect error under `prompt=none` when several users are signed in.
    pub prompt_none_several: PromptNoneSeveral,
    /// What the `claims` of an error ask for when an authentication context is not met.
    pub context_claims: ContextClaims,
    /// Whether a failed policy is told before missing consent; the records have consent first.
    pub policies_before_consent: bool,
    /// Whether on the pages only the claims bring policies in (by id or by authentication context), and not the scopes
    /// asked for. Silent requests are not changed.
    pub policies_by_claims_only: bool,
    /// Whether a refresh token that is too old for one API's policy is refused for every API from then on.
    pub sign_in_frequency_ends_grant: bool,
    /// Whether an API that is missing from the client's registered list can be asked for all the same (no AADSTS650057).
    pub unregistered_apis: bool,
    /// The OAuth error at `/token` for a code's scopes without consent.
    pub redemption_consent_error: RedemptionConsentError,
    /// Whether a refresh token can be used again.
    pub refresh_token_rotation: Rotation,
    /// How long a refresh token and its successors live at most (AADSTS700081), such as `8760h`; without end if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "time-span"))]
    pub refresh_token_max_lifetime: Option<SignedDuration>,
    /// Whether polls for a device code that come too fast get `slow_down` (RFC 8628). Some MSALs take it for the end.
    pub device_code_slow_down: bool,
    /// Whether the sign-in asks to stay signed in.
    pub stay_signed_in_page: bool,
    /// When the same request, repeated, gets AADSTS50196; never if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loop_detector: Option<LoopDetector>,
}

/// What changes in one error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ErrorChange {
    /// Another number, such as 53005 for 53009.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Another OAuth error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<OAuthError>,
    /// Another suberror, or `absent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suberror: Option<Suberror>,
    /// Another HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 400, max = 599))]
    pub status: Option<u16>,
    /// False: it comes without `claims` even if a policy applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<bool>,
    /// Whether it comes with `error_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_uri: Option<bool>,
}

/// An OAuth error, where a switch changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OAuthError {
    /// `invalid_grant`
    InvalidGrant,
    /// `interaction_required`
    InteractionRequired,
    /// `consent_required`
    ConsentRequired,
    /// `login_required`
    LoginRequired,
    /// `invalid_client`
    InvalidClient,
    /// `unauthorized_client`
    UnauthorizedClient,
    /// `invalid_request`
    InvalidRequest,
    /// `invalid_resource`
    InvalidResource,
    /// `access_denied`
    AccessDenied,
    /// `server_error`
    ServerError,
    /// `temporarily_unavailable`
    TemporarilyUnavailable,
}

impl OAuthError {
    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::InvalidGrant => "invalid_grant",
            Self::InteractionRequired => "interaction_required",
            Self::ConsentRequired => "consent_required",
            Self::LoginRequired => "login_required",
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidResource => "invalid_resource",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// The `suberror` of an error, where a switch changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suberror {
    /// `basic_action`: the user can do it on the pages.
    BasicAction,
    /// `additional_action`: the user can do it elsewhere.
    AdditionalAction,
    /// `message_only`: nothing to be done now.
    MessageOnly,
    /// `consent_required`: consent is missing.
    ConsentRequired,
    /// `user_password_expired`: a new password is due.
    UserPasswordExpired,
    /// `bad_token`: the grant is finished.
    BadToken,
    /// `token_expired`: the grant is too old for this API.
    TokenExpired,
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
            Self::ConsentRequired => Some("consent_required"),
            Self::UserPasswordExpired => Some("user_password_expired"),
            Self::BadToken => Some("bad_token"),
            Self::TokenExpired => Some("token_expired"),
            Self::Absent => None,
        }
    }
}

/// The redirect error under `prompt=none` when several users are signed in (escalation reference G3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromptNoneSeveral {
    /// `interaction_required`, with AADSTS16000.
    #[default]
    InteractionRequired,
    /// `login_required`, as one Microsoft page says.
    LoginRequired,
}

/// What the `claims` of an error ask for when an authentication context is not met (escalation reference D15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContextClaims {
    /// The policies bound to the context (`capolids`).
    #[default]
    Policies,
    /// The context itself (`acrs`), as it was asked for.
    Context,
}

/// The OAuth error at `/token` for a code's scopes without consent (escalation reference C4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionConsentError {
    /// `invalid_grant` with a suberror, as for a refresh.
    #[default]
    InvalidGrant,
    /// `consent_required`, as one Microsoft page says.
    ConsentRequired,
}

/// Whether a refresh token can be used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// Each use gives a new one, and the old one stays good, as in Entra.
    #[default]
    Reusable,
    /// Each use gives a new one; a second use of the old one ends all that came of it (RFC 9700, 4.14.2).
    Strict,
}

/// When a request counts as a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoopDetector {
    /// So many equal requests are one too many.
    pub requests: u32,
    /// Within this time, such as `5m`.
    #[schemars(with = "String", extend("format" = "time-span"))]
    pub within: SignedDuration,
}

/// The dialect of an endpoint. What differs stands in `grant/dialect.rs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// That of `/{t}/oauth2/v2.0/…`: `invalid_grant` with a suberror for whatever a user can put right.
    #[default]
    V2,
    /// That of `/{t}/oauth2/…`: `interaction_required` for what Conditional Access demands (escalation reference, finding 1).
    V1,
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
