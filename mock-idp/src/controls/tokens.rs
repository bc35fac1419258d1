//! Tokens made to order: for tests of an API that need no client and no sign-in, and tokens that nobody would issue.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    directory::{Api, Application, Directory, TokenVersion, User},
    grant,
    policy::Strength,
    token::{self, Access, AppOnly, Credential, Life, Parties, Proof},
};

use super::{TenantControls, Unknown, api, application, scope, user};

/// How long before now a token was issued that is to have expired: longer than any token of an ordinary life is good for.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(24);

/// An access token to be made, whatever the policies and consents say.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// use mock_idp::TokenOrder;
/// let idp = mock_idp::MockIdp::start().await;
/// let order = TokenOrder { user: Some("ada".into()), expired: true, ..TokenOrder::new("calendar", "desktop") };
/// let token = idp.tenant().mint_token(&order)?;
/// assert_eq!(token.claims["scp"], "Events.Read");
/// # Ok(()) })
/// # }
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenOrder {
    /// The API it is for: its short name.
    pub api: String,
    /// The client that would have asked: short name or client id.
    pub client: String,
    /// User name. Without one it is the client's own token, with `roles` in place of `scp`.
    #[serde(default)]
    pub user: Option<String>,
    /// Names of delegated scopes; all scopes of the API if absent.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Application permissions of a token without user; those of the directory if absent. They are taken as they are.
    #[serde(default)]
    pub roles: Option<Vec<String>>,
    /// Whether the sign-in passed a second factor (`amr` of version 1 tokens, and what on-behalf-of goes on with).
    #[serde(default)]
    pub mfa: bool,
    /// Claims to set, after all else; `null` takes one away.
    #[serde(default, deserialize_with = "crate::control::object")]
    pub claims: Map<String, Value>,
    /// Whether it was issued a day ago and has expired since.
    #[serde(default)]
    pub expired: bool,
    /// Whether its audience is another API of the directory.
    #[serde(default)]
    pub wrong_audience: bool,
    /// Whether its signature is not that of the key which its header names.
    #[serde(default)]
    pub bad_signature: bool,
}

impl TokenOrder {
    /// A token for `api` that `client` would have got for itself.
    #[must_use]
    pub fn new(api: impl Into<String>, client: impl Into<String>) -> Self {
        Self { api: api.into(), client: client.into(), ..Self::default() }
    }
}

/// A token made to order.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct MintedToken {
    /// The token.
    pub access_token: String,
    /// What is in it.
    pub claims: Map<String, Value>,
}

impl std::fmt::Debug for MintedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MintedToken").field("claims", &self.claims).finish_non_exhaustive()
    }
}

/// Why a token cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenOrderError {
    /// A name that the tenant does not have.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// Two members that say different things.
    #[error("`{member}` and {other} contradict each other; leave one out")]
    Contradiction {
        /// The member.
        member: &'static str,
        /// What stands against it.
        other: &'static str,
    },
    /// There is no other API whose audience could be the wrong one.
    #[error("the directory has one API only, so there is no other audience; set the claim `aud` instead")]
    NoOtherAudience,
}

impl TenantControls {
    /// Makes an access token as the tenant would issue it, but for what `order` changes; no policy or consent is asked.
    ///
    /// # Errors
    ///
    /// If a name is unknown, or the order contradicts itself.
    pub fn mint_token(&self, order: &TokenOrder) -> Result<MintedToken, TokenOrderError> {
        order.check()?;
        let directory = self.directory();
        let api = api(&directory, &order.api)?;
        let client = application(&directory, &order.client)?;
        let claims = match &order.user {
            Some(name) => {
                let user = user(&directory, name)?;
                self.users_claims(order, &directory, user, client, api)?
            }
            None => self.applications_claims(order, client, api),
        };
        let mut claims = match claims {
            Value::Object(claims) => claims,
            _ => Map::new(),
        };
        if order.wrong_audience {
            let other =
                directory.apis.iter().find(|other| other.id != api.id).ok_or(TokenOrderError::NoOtherAudience)?;
            claims.insert("aud".to_owned(), token::audience(other, None).into());
        }
        for (name, value) in &order.claims {
            if value.is_null() {
                claims.shift_remove(name);
            } else {
                claims.insert(name.clone(), value.clone());
            }
        }
        let (key, version_1) = (self.tenant.keys.current(), api.token_version == TokenVersion::V1);
        let access_token =
            if order.bad_signature { key.sign_badly(&claims, version_1) } else { key.sign(&claims, version_1) };
        Ok(MintedToken { access_token, claims })
    }

    fn users_claims(
        &self,
        order: &TokenOrder,
        directory: &Directory,
        user: &User,
        client: &Application,
        api: &Api,
    ) -> Result<Value, Unknown> {
        let scopes: Vec<String> = match &order.scopes {
            None => api.scopes.iter().map(|scope| scope.name.clone()).collect(),
            Some(asked) => {
                asked.iter().map(|name| scope(api, name).map(|scope| scope.name.clone())).collect::<Result<_, _>>()?
            }
        };
        let issued_at = order.issued_at(self);
        let strength = Strength { mfa_at: order.mfa.then_some(issued_at), ..Strength::password(issued_at) };
        let ids = &self.tenant.ids;
        let proof = Proof {
            epoch: self.tenant.epoch,
            strength,
            issued_at,
            address: user.facts.network.address,
            reported: None,
            evaluated: false,
        };
        let parties = Parties {
            base: &self.idp.base,
            directory,
            user,
            home: grant::home(&self.tenant, &|name| self.idp.registry.find(name), user),
            client,
            credential: credential(client),
            strength,
            sid: ids.guid(),
        };
        let access = Access {
            api,
            resource: None,
            scopes: &scopes,
            contexts: &[],
            capable: false,
            life: Life::Ordinary,
            by_device_code: false,
            proof: &self.idp.sealer.seal(&proof, ids),
        };
        // Claims are structs of numbers, texts and lists: they cannot fail to be written.
        Ok(serde_json::to_value(token::access_token(&parties, &access, issued_at, ids).claims).unwrap_or_default())
    }

    fn applications_claims(&self, order: &TokenOrder, client: &Application, api: &Api) -> Value {
        let granted = || client.roles.get(&api.name).cloned().unwrap_or_default();
        let app_only = AppOnly {
            base: &self.idp.base,
            tenant: self.tenant.id,
            client,
            credential: credential(client),
            api,
            resource: None,
            roles: &order.roles.clone().unwrap_or_else(granted),
        };
        serde_json::to_value(app_only.claims(order.issued_at(self), &self.tenant.ids).0).unwrap_or_default()
    }
}

impl TokenOrder {
    fn check(&self) -> Result<(), TokenOrderError> {
        let contradiction = |member, other| Err(TokenOrderError::Contradiction { member, other });
        match &self.user {
            Some(_) if self.roles.is_some() => contradiction("roles", "a user, for whom `scopes` are"),
            None if self.scopes.is_some() => contradiction("scopes", "the absence of a user"),
            None if self.mfa => contradiction("mfa", "the absence of a user"),
            _ if self.expired && self.claims.contains_key("exp") => contradiction("expired", "the claim `exp`"),
            _ if self.wrong_audience && self.claims.contains_key("aud") => {
                contradiction("wrong_audience", "the claim `aud`")
            }
            _ => Ok(()),
        }
    }

    fn issued_at(&self, tenant: &TenantControls) -> jiff::Timestamp {
        let now = tenant.now();
        if self.expired { now.saturating_sub(LONG_AGO).unwrap_or(now) } else { now }
    }
}

/// How the client would prove itself.
fn credential(client: &Application) -> Credential {
    match (client.secrets.is_empty(), client.certificates.is_empty()) {
        (false, _) => Credential::Secret,
        (true, false) => Credential::Certificate,
        (true, true) => Credential::None,
    }
}
