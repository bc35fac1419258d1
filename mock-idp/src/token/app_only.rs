//! Access tokens of applications that ask for themselves: `roles` in place of `scp`, and nothing about a user
//! (escalation reference 6.2, last paragraph).

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    directory::{Api, Application, TokenVersion},
    ids::Ids,
};

use super::{Credential, audience, expiry, issued_at, issuer_v1, issuer_v2, opaque, routing_hint};

/// What an app-only token is about.
#[derive(Clone, Copy, Debug)]
pub struct AppOnly<'a> {
    /// Origin of the server.
    pub base: &'a str,
    /// Tenant id.
    pub tenant: Uuid,
    /// The application.
    pub client: &'a Application,
    /// How it proved itself.
    pub credential: Credential,
    /// The API.
    pub api: &'a Api,
    /// The resource part of the scope as it was asked.
    pub resource: Option<&'a str>,
    /// The application's roles on the API.
    pub roles: &'a [String],
}

/// Either shape.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum AppClaims<'a> {
    /// `ver` 1.0.
    V1(Box<AppClaimsV1<'a>>),
    /// `ver` 2.0.
    V2(Box<AppClaimsV2<'a>>),
}

/// Version 1 claims.
#[derive(Debug, Serialize)]
pub struct AppClaimsV1<'a> {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    aio: String,
    appid: Uuid,
    appidacr: &'static str,
    idp: String,
    oid: Uuid,
    rh: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    roles: &'a [String],
    sub: Uuid,
    tid: Uuid,
    uti: String,
    ver: &'static str,
}

/// Version 2 claims.
#[derive(Debug, Serialize)]
pub struct AppClaimsV2<'a> {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    aio: String,
    azp: Uuid,
    azpacr: &'static str,
    oid: Uuid,
    rh: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    roles: &'a [String],
    sub: Uuid,
    tid: Uuid,
    uti: String,
    ver: &'static str,
    xms_ftd: String,
}

impl<'a> AppOnly<'a> {
    /// The claims, and the seconds until the token expires.
    #[must_use]
    pub fn claims(&self, now: Timestamp, ids: &Ids) -> (AppClaims<'a>, i64) {
        let Self { base, tenant, client, credential, api, resource, roles } = *self;
        let expires_in = ids.between(3600, 5400);
        let (iat, exp) = (issued_at(now), expiry(now, expires_in));
        let principal = service_principal(tenant, client.client_id);
        let (aud, aio, rh, uti) = (audience(api, resource), opaque(ids), routing_hint(tenant), opaque(ids));
        let claims = match api.token_version {
            TokenVersion::V1 => AppClaims::V1(Box::new(AppClaimsV1 {
                aud,
                iss: issuer_v1(base, tenant),
                iat,
                nbf: iat,
                exp,
                aio,
                appid: client.client_id,
                appidacr: credential.acr(),
                idp: issuer_v1(base, tenant),
                oid: principal,
                rh,
                roles,
                sub: principal,
                tid: tenant,
                uti,
                ver: "1.0",
            })),
            TokenVersion::V2 => AppClaims::V2(Box::new(AppClaimsV2 {
                aud,
                iss: issuer_v2(base, tenant),
                iat,
                nbf: iat,
                exp,
                aio,
                azp: client.client_id,
                azpacr: credential.acr(),
                oid: principal,
                rh,
                roles,
                sub: principal,
                tid: tenant,
                uti,
                ver: "2.0",
                xms_ftd: opaque(ids),
            })),
        };
        (claims, expires_in)
    }
}

/// The object id of an application's service principal: another one in each tenant, and always the same there.
fn service_principal(tenant: Uuid, client: Uuid) -> Uuid {
    Uuid::new_v5(&tenant, client.as_bytes())
}
