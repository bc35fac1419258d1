//! ID tokens, version 2.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use crate::{ids::Ids, scopes::OidcScopes};

use super::{Parties, issued_at, issuer_v1, issuer_v2, opaque};

/// The claims of an ID token.
#[derive(Debug, Serialize)]
pub struct IdToken {
    aud: Uuid,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    aio: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    oid: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    rh: String,
    sid: Uuid,
    sub: String,
    tid: Uuid,
    uti: String,
    ver: &'static str,
}

/// Makes an ID token. `nonce` is present exactly if the request had one (wire 3.4); `auth_time` if it was asked for.
#[must_use]
pub fn id_token(
    parties: &Parties<'_>,
    oidc: OidcScopes,
    nonce: Option<&str>,
    wants_auth_time: bool,
    now: Timestamp,
    ids: &Ids,
) -> IdToken {
    let directory = parties.directory;
    let guest = parties.home.utid != directory.id;
    let username = directory.username(parties.user);
    let iat = issued_at(now);
    IdToken {
        aud: parties.client.client_id,
        iss: issuer_v2(parties.base, directory.id),
        iat,
        nbf: iat,
        exp: (now + SignedDuration::from_hours(1)).as_second(),
        aio: opaque(ids),
        auth_time: wants_auth_time.then_some(parties.strength.signed_in_at.as_second()),
        email: (oidc.email || guest).then(|| username.clone()),
        idp: guest.then(|| issuer_v1(parties.base, parties.home.utid)),
        name: oidc.profile.then(|| parties.user.name.clone()),
        nonce: nonce.map(str::to_owned),
        oid: parties.user.id,
        preferred_username: oidc.profile.then_some(username),
        rh: parties.routing_hint(),
        sid: parties.sid,
        sub: parties.pairwise(parties.client.client_id),
        tid: directory.id,
        uti: opaque(ids),
        ver: "2.0",
    }
}
