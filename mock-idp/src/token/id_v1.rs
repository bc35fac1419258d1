//! ID tokens, version 1: those of the v1 endpoints (escalation reference 6.2).

use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::ids::Ids;

use super::{Parties, expiry, issued_at, issuer_v1, opaque};

/// The claims of a version 1 ID token. Unlike version 2 it tells the methods of the sign-in (`amr`), and it has `upn` and
/// `unique_name` in place of `preferred_username`.
#[derive(Debug, Serialize)]
pub struct IdTokenV1 {
    aud: Uuid,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    amr: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp: Option<String>,
    ipaddr: IpAddr,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    oid: Uuid,
    rh: String,
    sid: Uuid,
    sub: String,
    tid: Uuid,
    unique_name: String,
    upn: String,
    uti: String,
    ver: &'static str,
}

/// Makes a version 1 ID token, good for an hour. `nonce` is present exactly if the request had one; `auth_time` if it was
/// asked for; `email` and `idp` for guests.
#[must_use]
pub fn id_token_v1(
    parties: &Parties<'_>,
    nonce: Option<&str>,
    wants_auth_time: bool,
    now: Timestamp,
    ids: &Ids,
) -> IdTokenV1 {
    let (directory, user) = (parties.directory, parties.user);
    let guest = parties.home.utid != directory.id;
    let username = directory.username(user);
    let iat = issued_at(now);
    IdTokenV1 {
        aud: parties.client.client_id,
        iss: issuer_v1(parties.base, directory.id),
        iat,
        nbf: iat,
        exp: expiry(now, 3600),
        amr: parties.strength.amr(),
        auth_time: wants_auth_time.then_some(parties.strength.signed_in_at.as_second()),
        email: guest.then(|| username.clone()),
        family_name: user.family_name.clone(),
        given_name: user.given_name.clone(),
        idp: guest.then(|| issuer_v1(parties.base, parties.home.utid)),
        ipaddr: user.facts.network.address,
        name: user.name.clone(),
        nonce: nonce.map(str::to_owned),
        oid: user.id,
        rh: parties.routing_hint(),
        sid: parties.sid,
        sub: parties.pairwise(parties.client.client_id),
        tid: directory.id,
        unique_name: username.clone(),
        upn: username,
        uti: opaque(ids),
        ver: "1.0",
    }
}
