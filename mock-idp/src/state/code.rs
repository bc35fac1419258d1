//! Authorization codes. A redeemed code is another variant, not a flag.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{claims_request::ClaimsRequest, flow::Pkce, policy::Strength, scopes::Scopes};

/// What is remembered of a code.
#[derive(Clone, Debug)]
pub enum Code {
    /// Not redeemed yet.
    Fresh(Box<CodeGrant>),
    /// Redeemed; remembered until it would have expired, to say so.
    Redeemed {
        /// When it was issued.
        issued_at: Timestamp,
        /// The family of refresh tokens that came of it.
        family: Uuid,
    },
}

/// What a code stands for.
#[derive(Clone, Debug)]
pub struct CodeGrant {
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Client id.
    pub client: Uuid,
    /// Object id of the user.
    pub user: Uuid,
    /// The redirect address, exactly as it was sent.
    pub redirect_uri: String,
    /// Every scope of the authorization request, of all its APIs.
    pub scopes: Scopes,
    /// The claims of the authorization request.
    pub claims: ClaimsRequest,
    /// PKCE challenge.
    pub pkce: Option<Pkce>,
    /// Nonce for the ID token.
    pub nonce: Option<String>,
    /// What the sign-in proved.
    pub strength: Strength,
    /// The browser session.
    pub sid: Uuid,
    /// Whether `auth_time` was asked for (`max_age`).
    pub wants_auth_time: bool,
}

impl Code {
    /// Codes live ten minutes (escalation reference 6.3).
    pub const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

    /// Whether it is too old at `now`.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        let issued_at = match self {
            Self::Fresh(grant) => grant.issued_at,
            Self::Redeemed { issued_at, .. } => *issued_at,
        };
        now.duration_since(issued_at) > Self::LIFETIME
    }
}
