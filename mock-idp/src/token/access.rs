//! Access tokens, in the version that the API accepts.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    claims_request::ClaimsRequest,
    directory::{Api, ChallengeDialect, TokenVersion, User},
    ids::Ids,
};

use super::{Parties, audience, expiry, issued_at, issuer_v1, issuer_v2, opaque};

/// The claims of an access token and what the answer says of it.
#[derive(Debug)]
pub struct AccessToken {
    /// The claims, in the shape of the API's version.
    pub claims: AccessClaims,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// Seconds until a client should refresh it; only for long-lived tokens.
    pub refresh_in: Option<i64>,
}

/// Either shape.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum AccessClaims {
    /// `ver` 1.0.
    V1(Box<ClaimsV1>),
    /// `ver` 2.0.
    V2(Box<ClaimsV2>),
}

/// Version 1 claims.
#[derive(Debug, Serialize)]
pub struct ClaimsV1 {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    acr: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acrs: Vec<String>,
    aio: String,
    amr: &'static [&'static str],
    app_displayname: String,
    appid: Uuid,
    appidacr: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deviceid: Option<Uuid>,
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
    oid: Uuid,
    rh: String,
    scp: String,
    sid: Uuid,
    sub: String,
    tid: Uuid,
    unique_name: String,
    upn: String,
    uti: String,
    ver: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    xms_cc: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xms_ssm: Option<&'static str>,
}

/// Version 2 claims.
#[derive(Debug, Serialize)]
pub struct ClaimsV2 {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acrs: Vec<String>,
    aio: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    azp: Uuid,
    azpacr: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deviceid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp: Option<String>,
    name: String,
    oid: Uuid,
    preferred_username: String,
    rh: String,
    scp: String,
    sid: Uuid,
    sub: String,
    tid: Uuid,
    uti: String,
    ver: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    xms_cc: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xms_ssm: Option<&'static str>,
}

/// How long a token lives, and whether an API can send it back before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// 60 to 90 minutes, and good until it expires.
    Ordinary,
    /// An hour, in place of a token that an API would refuse for the place at which it sees the user.
    Hour,
    /// 20 to 28 hours, under continuous access evaluation.
    Evaluated,
}

impl Life {
    /// The life of a token for `api`. `ordinary`: a policy wants no continuous access evaluation.
    #[must_use]
    pub fn of(claims: &ClaimsRequest, api: &Api, ordinary: bool) -> Self {
        if !claims.is_capable() || !api.continuous_access_evaluation {
            Self::Ordinary
        } else if !ordinary {
            Self::Evaluated
        } else if claims.reported_address.is_some() {
            Self::Hour
        } else {
            Self::Ordinary
        }
    }

    fn seconds(self, ids: &Ids) -> i64 {
        match self {
            Self::Ordinary => ids.between(3600, 5400),
            Self::Hour => 3600,
            Self::Evaluated => ids.between(20 * 3600, 28 * 3600),
        }
    }
}

/// What an access token is for.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// The API.
    pub api: &'a Api,
    /// The resource part of the scopes as it was asked.
    pub resource: Option<&'a str>,
    /// `scp`.
    pub scopes: &'a [String],
    /// `acrs`: the authentication contexts that are met.
    pub contexts: &'a [String],
    /// Whether the client said that it can answer claims challenges (`cp1`).
    pub capable: bool,
    /// How long it lives.
    pub life: Life,
    /// Whether a device was signed in by its code: such a token never names the device.
    pub by_device_code: bool,
    /// `aio`: the sealed [`super::Proof`].
    pub proof: &'a str,
}

/// Makes an access token.
///
/// Lifetimes: 60 to 90 minutes; 20 to 28 hours with a refresh hint at half of it where both client (`cp1`) and API take
/// part in continuous access evaluation (escalation reference 6.3 and rulings).
#[must_use]
pub fn access_token(parties: &Parties<'_>, access: &Access<'_>, now: Timestamp, ids: &Ids) -> AccessToken {
    let Access { api, resource, scopes, contexts, capable, life, by_device_code, proof } = *access;
    let evaluated = life == Life::Evaluated;
    let expires_in = life.seconds(ids);
    // An API that challenges only capable clients has to know them, whatever their tokens' life.
    let xms_cc = (evaluated || (capable && api.challenge_capable_clients_only)).then_some(["cp1"]);
    let xms_ssm = api.continuous_access_evaluation.then_some("1");
    let (iat, exp) = (issued_at(now), expiry(now, expires_in));
    let user = parties.user;
    let directory = parties.directory;
    let idp = (parties.home.utid != directory.id).then(|| issuer_v1(parties.base, parties.home.utid));
    let username = directory.username(user);
    let email = idp.is_some().then(|| username.clone());
    let deviceid = (user.facts.device.authenticated && !by_device_code).then(|| device_id(user));
    // RFC 9470, 5: which context the sign-in meets, and when it was.
    let steps_up = api.challenge == ChallengeDialect::Rfc9470;
    let acr = contexts.first().filter(|_| steps_up).map_or("1", String::as_str).to_owned();
    let auth_time = steps_up.then(|| parties.strength.signed_in_at.as_second());
    let claims = match api.token_version {
        TokenVersion::V1 => AccessClaims::V1(Box::new(ClaimsV1 {
            aud: audience(api, resource),
            iss: issuer_v1(parties.base, directory.id),
            iat,
            nbf: iat,
            exp,
            acr,
            acrs: contexts.to_vec(),
            aio: proof.to_owned(),
            amr: parties.strength.amr(),
            app_displayname: parties.client.display_name().to_owned(),
            appid: parties.client.client_id,
            appidacr: parties.credential.acr(),
            auth_time,
            deviceid,
            email,
            family_name: user.family_name.clone(),
            given_name: user.given_name.clone(),
            idp,
            ipaddr: user.facts.network.address,
            name: user.name.clone(),
            oid: user.id,
            rh: parties.routing_hint(),
            scp: scopes.join(" "),
            sid: parties.sid,
            sub: parties.pairwise(api.id),
            tid: directory.id,
            unique_name: username.clone(),
            upn: username,
            uti: opaque(ids),
            ver: "1.0",
            xms_cc,
            xms_ssm,
        })),
        TokenVersion::V2 => AccessClaims::V2(Box::new(ClaimsV2 {
            aud: audience(api, resource),
            iss: issuer_v2(parties.base, directory.id),
            iat,
            nbf: iat,
            exp,
            acr: steps_up.then_some(acr),
            acrs: contexts.to_vec(),
            aio: proof.to_owned(),
            auth_time,
            azp: parties.client.client_id,
            azpacr: parties.credential.acr(),
            deviceid,
            email,
            idp,
            name: user.name.clone(),
            oid: user.id,
            preferred_username: username,
            rh: parties.routing_hint(),
            scp: scopes.join(" "),
            sid: parties.sid,
            sub: parties.pairwise(api.id),
            tid: directory.id,
            uti: opaque(ids),
            ver: "2.0",
            xms_cc,
            xms_ssm,
        })),
    };
    AccessToken { claims, expires_in, refresh_in: evaluated.then_some(expires_in / 2) }
}

/// The id of the device in front of `user`: always the same one.
fn device_id(user: &User) -> Uuid {
    Uuid::new_v5(&user.id, b"device")
}
