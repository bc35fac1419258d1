//! What a redeemed grant says: in whose name the token is made, and what the sign-in has proved and asked.

use uuid::Uuid;

use crate::{claims_request::ClaimsRequest, policy::Strength, scopes::Scopes, state::Lineage};

use super::TokenCall;

/// What a grant stands for: in whose name the token is made.
#[derive(Debug)]
pub(super) enum Redeemed {
    /// A user's.
    User(Box<UserGrant>),
    /// The application's own.
    Application,
}

/// What a user's sign-in has proved and asked.
#[derive(Debug)]
pub(super) struct UserGrant {
    /// Object id of the user in the issuing tenant.
    pub(super) user: Uuid,
    pub(super) strength: Strength,
    pub(super) sid: Uuid,
    pub(super) nonce: Option<String>,
    pub(super) wants_auth_time: bool,
    /// The scopes of the authorization request, which count if the token request names none.
    pub(super) scopes: Option<Scopes>,
    /// What the refresh token that was used says of its scopes; the next one says the same (RFC 6749, 6).
    pub(super) refreshed_scope: Option<String>,
    /// The claims of the authorization request.
    pub(super) claims: ClaimsRequest,
    pub(super) means: Means,
    /// Where the next refresh token belongs.
    pub(super) lineage: Lineage,
}

/// By what a grant came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// An authorization code.
    Code,
    /// A device code.
    DeviceCode,
    /// A refresh token, at this place of its family.
    RefreshToken(Lineage),
    /// A password, or the token that an API was called with.
    Credentials,
}

impl TokenCall<'_> {
    /// A new family of refresh tokens.
    pub(super) fn new_family(&self) -> Lineage {
        Lineage::begin(self.tenant.id, self.tenant.now(), &self.tenant.ids)
    }
}

impl UserGrant {
    /// A grant that brings nothing but the user and what was proved.
    pub(super) fn new(user: Uuid, strength: Strength, sid: Uuid, lineage: Lineage) -> Self {
        Self {
            user,
            strength,
            sid,
            nonce: None,
            wants_auth_time: false,
            scopes: None,
            refreshed_scope: None,
            claims: ClaimsRequest::default(),
            means: Means::Credentials,
            lineage,
        }
    }

    /// Whether a consent given just now counts already: it does for the code that it led to.
    pub(super) fn knows_fresh_consents(&self) -> bool {
        matches!(self.means, Means::Code | Means::DeviceCode)
    }
}

impl From<UserGrant> for Redeemed {
    fn from(grant: UserGrant) -> Self {
        Self::User(Box::new(grant))
    }
}
