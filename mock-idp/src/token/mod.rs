//! What is inside the tokens (escalation reference 6.1 and 6.2, wire 3.4). Claims are structs, so that their order is fixed.
//! Knows the directory and what was decided; nothing of HTTP.

mod access;
mod app_only;
mod id;
mod id_v1;
mod meaning;
mod proof;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use uuid::Uuid;

pub use access::{Access, AccessToken, Life, access_token};
pub use app_only::AppOnly;
pub use id::{IdToken, id_token};
pub use id_v1::{IdTokenV1, id_token_v1};
pub use meaning::meaning;
pub use proof::{Proof, claimed_tenant, issue_time, verify};

use crate::{
    directory::{Api, Application, Directory, TokenVersion, User},
    ids::Ids,
    policy::Strength,
};

/// Tokens claim to have been issued this much earlier, as Entra's do, so that a clock that is a little late accepts them.
const BACKDATING: SignedDuration = SignedDuration::from_mins(5);

/// Who a token is about and for whom it is made.
#[derive(Clone, Copy, Debug)]
pub struct Parties<'a> {
    /// Origin of the server, such as `https://localhost:8443`.
    pub base: &'a str,
    /// The tenant.
    pub directory: &'a Directory,
    /// The user, in this tenant.
    pub user: &'a User,
    /// User and tenant ids of the home account.
    pub home: Home,
    /// The client.
    pub client: &'a Application,
    /// How the client proved itself.
    pub credential: Credential,
    /// What the sign-in proved.
    pub strength: Strength,
    /// The browser session.
    pub sid: Uuid,
}

/// The home account: for a guest another tenant's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Home {
    /// Object id in the home tenant.
    pub uid: Uuid,
    /// The home tenant.
    pub utid: Uuid,
}

impl Home {
    /// `client_info`: base64url of `{"uid","utid"}`.
    #[must_use]
    pub fn client_info(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!(r#"{{"uid":"{}","utid":"{}"}}"#, self.uid, self.utid))
    }
}

impl Parties<'_> {
    /// `sub`: the same for one user and one client or API, another for each other one.
    fn pairwise(&self, audience: Uuid) -> String {
        pairwise(self.user.id, audience)
    }

    fn routing_hint(&self) -> String {
        routing_hint(self.directory.id)
    }
}

/// `sub`: the same for one user and one client or API, another for each other one.
#[must_use]
pub fn pairwise(user: Uuid, audience: Uuid) -> String {
    let both = [user.as_bytes().as_slice(), audience.as_bytes()].concat();
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &both))
}

/// `rh`, which the service gives itself; its content is nobody's business.
fn routing_hint(tenant: Uuid) -> String {
    format!("1.{}.", URL_SAFE_NO_PAD.encode(tenant.as_bytes()))
}

/// How a client proved itself in the request that a token is made for (`appidacr`, `azpacr`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Not at all: a public client.
    None,
    /// By a secret.
    Secret,
    /// By an assertion that its certificate signed.
    Certificate,
}

impl Credential {
    /// The claim's value (escalation reference 6.2).
    fn acr(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Secret => "1",
            Self::Certificate => "2",
        }
    }
}

/// The issuer of version 2 tokens.
#[must_use]
pub fn issuer_v2(base: &str, tenant: Uuid) -> String {
    format!("{base}/{tenant}/v2.0")
}

/// The issuer of version 1 tokens. Entra's is `https://sts.windows.net/{tid}/`; this server's is its own address.
#[must_use]
pub fn issuer_v1(base: &str, tenant: Uuid) -> String {
    format!("{base}/{tenant}/")
}

/// `iat` and `nbf` of a token issued now.
pub(crate) fn issued_at(now: Timestamp) -> i64 {
    (now - BACKDATING).as_second()
}

/// `exp` of a token issued now that is good for `seconds`.
pub(crate) fn expiry(now: Timestamp, seconds: i64) -> i64 {
    (now + SignedDuration::from_secs(seconds)).as_second()
}

/// A word that only the service understands (`uti`, `aio`).
fn opaque(ids: &Ids) -> String {
    URL_SAFE_NO_PAD.encode(ids.bytes::<16>())
}

/// The audience of a token for `api`: its id in version 2, the address as it was asked in version 1.
#[must_use]
pub fn audience(api: &Api, resource: Option<&str>) -> String {
    match api.token_version {
        TokenVersion::V2 => api.id.to_string(),
        TokenVersion::V1 => resource.unwrap_or(&api.app_id_uri).to_owned(),
    }
}
