//! What an access token proves beyond its claims, and how tokens of this server are read back.
//!
//! A version 2 token has no `amr`, and both versions lie about when they were issued; yet on-behalf-of has to go on with
//! what the sign-in proved, and an API has to know whether a token is older than a revocation. So each token carries that,
//! sealed, in `aio`, which is opaque to everybody but the service. Nothing has to be kept for it.

use std::net::IpAddr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    keys::KeyRing,
    policy::{Strength, api_access::Issued},
};

/// The sealed content of `aio`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Proof {
    /// Epoch of the tenant when the token was issued: a token from before a reset proves nothing.
    #[serde(rename = "e")]
    pub epoch: u64,
    /// What the sign-in proved.
    #[serde(rename = "s")]
    pub strength: Strength,
    /// When the token was issued, exactly; `iat` is backdated.
    #[serde(rename = "i")]
    pub issued_at: Timestamp,
    /// The address at which this server saw the user.
    #[serde(rename = "a")]
    pub address: IpAddr,
    /// The address that an API had reported (`xms_rp_ipaddr`).
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub reported: Option<IpAddr>,
    /// Whether the token is under continuous access evaluation.
    #[serde(rename = "c")]
    pub evaluated: bool,
}

impl Proof {
    /// What an API may know of it.
    #[must_use]
    pub fn issued(&self) -> Issued {
        let Self { strength, issued_at, address, reported, evaluated, .. } = *self;
        Issued { at: issued_at, strength: Some(strength), address: Some(address), reported, evaluated }
    }
}

/// The claims of a token that one of the tenant's listed `keys` signed: the one that its header names. Time and audience are
/// for the caller to judge, on the tenant's clock.
#[must_use]
pub fn verify<T: DeserializeOwned>(token: &str, keys: &KeyRing) -> Option<T> {
    let key = keys.find(&jsonwebtoken::decode_header(token).ok()?.kid?)?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<T>(token, &key.decoding_key().ok()?, &validation).ok().map(|data| data.claims)
}

/// The tenant that a token names, before its signature is checked.
#[must_use]
pub fn claimed_tenant(token: &str) -> Option<Uuid> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Value>(&payload).ok()?.get("tid")?.as_str()?.parse().ok()
}

/// When a token whose `iat` this is was issued, to the second.
#[must_use]
pub fn issue_time(iat: i64) -> Timestamp {
    Timestamp::from_second(iat).map_or(Timestamp::MIN, |iat| iat.saturating_add(super::BACKDATING).unwrap_or(iat))
}
