//! The token answer (escalation reference 6.1, wire 3.3).

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    claims_request::ClaimsRequest,
    directory::{Api, Dialect, Directory, GRAPH, TokenVersion, User},
    flow::Tenants,
    policy::{self, Situation, Subject},
    recorder::{TokenRole, TokenSeen},
    scopes::Scopes,
    state::{RefreshToken, Tenant},
    token::{self, Access, Home, Life, Parties, Proof},
};

use super::{Caller, Cleared, Means, TokenCall, UserGrant, device_code, refresh_token};

/// A successful answer, member by member in Entra's order.
#[derive(Serialize)]
pub struct TokenAnswer {
    pub(super) token_type: &'static str,
    /// The granted scopes of the token's own API. Any other word here would empty an MSAL cache (finding 15). A token that
    /// an application gets for itself is answered without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Life of the access token in seconds.
    pub expires_in: i64,
    pub(super) ext_expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_in: Option<i64>,
    pub(super) access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
    /// `1`, the number of the family, for clients that share their refresh tokens (wire 3.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) foci: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_info: Option<String>,
    /// Short name of the API, for the log.
    #[serde(skip)]
    pub api: String,
    /// The API as it was asked for; like the next two for the v1 dialect.
    #[serde(skip)]
    pub(super) resource: String,
    /// `exp` of the access token.
    #[serde(skip)]
    pub(super) expires_on: i64,
    /// `nbf` of the access token.
    #[serde(skip)]
    pub(super) not_before: i64,
}

impl TokenAnswer {
    /// The tokens as the log keeps them.
    #[must_use]
    pub fn seen(&self) -> Vec<TokenSeen> {
        let access = TokenSeen::decoded(TokenRole::AccessToken, &self.access_token);
        let id = self.id_token.as_deref().and_then(|token| TokenSeen::decoded(TokenRole::IdToken, token));
        access.into_iter().chain(id).collect()
    }

    /// The access token, for a mock API that calls another one.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access_token
    }
}

/// The scopes of the token's API that are on record for the user: what `scp` will hold.
pub(super) fn granted(situation: &Situation<'_>, subject: Subject<'_>, api: &Api) -> Vec<String> {
    let granted = policy::granted(situation, subject, &api.name);
    let asked = situation.scopes.apis.first().filter(|asked| situation.directory.switches.narrow_scp && !asked.default);
    let wanted = |name: &String| asked.is_none_or(|asked| asked.names.contains(name));
    // In the order of the API's definition, so that the same grants give the same token.
    let defined = api.scopes.iter().map(|scope| scope.name.clone());
    defined.filter(|name| granted.contains(&name.as_str()) && wanted(name)).collect()
}

/// Everything that the pipeline found: what the tokens are made of.
pub(super) struct Order<'a> {
    pub(super) directory: &'a Directory,
    pub(super) caller: Caller<'a>,
    pub(super) user: &'a User,
    pub(super) api: &'a Api,
    pub(super) grant: &'a UserGrant,
    pub(super) scopes: &'a Scopes,
    pub(super) claims: &'a ClaimsRequest,
    pub(super) cleared: &'a Cleared,
}

impl Order<'_> {
    /// Makes the tokens.
    pub(super) fn fill(&self, call: &TokenCall<'_>, now: Timestamp) -> TokenAnswer {
        let Self { directory, caller, user, api, grant, scopes, .. } = *self;
        let Caller { client, credential } = caller;
        let ids = &call.tenant.ids;
        let home = home(call.tenant, call.tenants, user);
        let strength = grant.strength;
        let parties = Parties { base: call.base, directory, user, home, client, credential, strength, sid: grant.sid };
        let resource = scopes.apis.first().and_then(|asked| asked.resource.as_deref());
        let life = Life::of(self.claims, api, self.cleared.ordinary);
        let proof = Proof {
            epoch: call.tenant.epoch,
            strength: grant.strength,
            issued_at: now,
            address: user.facts.network.address,
            reported: self.claims.reported_address,
            evaluated: life == Life::Evaluated,
        };
        let access = Access {
            api,
            resource,
            scopes: &self.scp(),
            contexts: &self.cleared.contexts,
            capable: self.claims.is_capable(),
            life,
            by_device_code: device_code::code(call.params).is_some(),
            proof: &call.sealer.seal(&proof, ids),
        };
        let access = token::access_token(&parties, &access, now, ids);
        TokenAnswer {
            token_type: "Bearer",
            scope: Some(self.scope()),
            expires_in: access.expires_in,
            ext_expires_in: access.expires_in,
            refresh_in: access.refresh_in,
            access_token: call.tenant.keys.current().sign(&access.claims, api.token_version == TokenVersion::V1),
            refresh_token: self.gives_refresh_token().then(|| self.refresh_token(call, now)),
            foci: client.family.then_some("1"),
            id_token: scopes.oidc.openid.then(|| self.id_token(&parties, call, now)),
            client_info: (call.params.get("client_info") == Some("1")).then(|| home.client_info()),
            api: api.name.clone(),
            resource: resource.unwrap_or(&api.app_id_uri).to_owned(),
            expires_on: token::expiry(now, access.expires_in),
            not_before: token::issued_at(now),
        }
    }

    /// The ID token, in the version of the endpoint (escalation reference 6.2).
    fn id_token(&self, parties: &Parties<'_>, call: &TokenCall<'_>, now: Timestamp) -> String {
        let (nonce, with_auth_time, ids) = (self.grant.nonce.as_deref(), self.grant.wants_auth_time, &call.tenant.ids);
        match call.dialect {
            Dialect::V2 => {
                let claims = token::id_token(parties, self.scopes.oidc, nonce, with_auth_time, now, ids);
                call.tenant.keys.current().sign(&claims, false)
            }
            Dialect::V1 => {
                call.tenant.keys.current().sign(&token::id_token_v1(parties, nonce, with_auth_time, now, ids), true)
            }
        }
    }

    /// `scp`: what is granted; OpenID Connect's scopes live on Graph.
    fn scp(&self) -> Vec<String> {
        let oidc = if self.api.id == GRAPH { self.oidc() } else { Vec::new() };
        oidc.into_iter().map(str::to_owned).chain(self.cleared.granted.iter().cloned()).collect()
    }

    /// The `scope` member: what is granted on this API, first in the form in which it was asked, then the rest in the same
    /// manner; `.default` is echoed (wire 3.3).
    fn scope(&self) -> String {
        let asked = self.scopes.apis.first();
        let name_of = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
        let mut words: Vec<String> = Vec::new();
        for word in asked.iter().flat_map(|asked| &asked.asked) {
            let name = name_of(word);
            let held = self.cleared.granted.iter().any(|scope| scope.eq_ignore_ascii_case(&name));
            if (held || name == ".default") && !words.contains(word) {
                words.push(word.clone());
            }
        }
        let resource = asked.and_then(|asked| asked.resource.as_deref());
        for scope in &self.cleared.granted {
            if !words.iter().any(|word| name_of(word).eq_ignore_ascii_case(scope)) {
                words.push(resource.map_or_else(|| scope.clone(), |resource| format!("{resource}/{scope}")));
            }
        }
        if self.api.id == GRAPH || self.directory.switches.echo_oidc_scopes {
            words.extend(self.oidc().into_iter().map(str::to_owned));
        }
        words.join(" ")
    }

    /// The OpenID Connect scopes that were asked; `offline_access` is never listed (wire 3.3).
    fn oidc(&self) -> Vec<&'static str> {
        let oidc = self.scopes.oidc;
        [("profile", oidc.profile), ("openid", oidc.openid), ("email", oidc.email)]
            .into_iter()
            .filter_map(|(word, asked)| asked.then_some(word))
            .collect()
    }

    /// Where each refresh token is good once, the next one comes with every use, asked for or not (RFC 9700, 4.14.2).
    fn gives_refresh_token(&self) -> bool {
        let rotates = refresh_token::is_strict(self.directory) && matches!(self.grant.means, Means::RefreshToken(_));
        self.scopes.oidc.offline_access || rotates
    }

    fn refresh_token(&self, call: &TokenCall<'_>, now: Timestamp) -> String {
        let token = RefreshToken {
            tenant: call.tenant.id,
            epoch: call.tenant.epoch,
            user: self.user.id,
            client: self.caller.client.client_id,
            strength: self.grant.strength,
            sid: self.grant.sid,
            issued_at: now,
            lineage: self.grant.lineage,
            scope: self.grant.refreshed_scope.clone().unwrap_or_else(|| self.scopes.as_asked()),
        };
        call.sealer.seal(&token, &call.tenant.ids)
    }
}

/// The answer for an application that asks for itself. It has these members only: `client_info`, even if it was asked for,
/// would file the token under a user and empty the cache of the MSAL that asked (wire 3.3).
pub(super) fn for_application(
    call: &TokenCall<'_>,
    directory: &Directory,
    caller: Caller<'_>,
    api: &Api,
    resource: Option<&str>,
    cleared: &Cleared,
    now: Timestamp,
) -> TokenAnswer {
    let Caller { client, credential } = caller;
    let app_only = token::AppOnly {
        base: call.base,
        tenant: directory.id,
        client,
        credential,
        api,
        resource,
        roles: &cleared.granted,
    };
    let (claims, expires_in) = app_only.claims(now, &call.tenant.ids);
    TokenAnswer {
        token_type: "Bearer",
        scope: None,
        expires_in,
        ext_expires_in: expires_in,
        refresh_in: None,
        access_token: call.tenant.keys.current().sign(&claims, api.token_version == TokenVersion::V1),
        refresh_token: None,
        foci: None,
        id_token: None,
        client_info: None,
        api: api.name.clone(),
        resource: resource.unwrap_or(&api.app_id_uri).to_owned(),
        expires_on: token::expiry(now, expires_in),
        not_before: token::issued_at(now),
    }
}

/// A guest's home account is another tenant's.
pub(crate) fn home(tenant: &Tenant, tenants: Tenants<'_>, user: &User) -> Home {
    let guest = user.home_tenant.as_deref().and_then(tenants).and_then(|home| {
        let uid = home.state().directory.user(&user.username)?.id;
        Some(Home { uid, utid: home.id })
    });
    guest.unwrap_or(Home { uid: user.id, utid: tenant.id })
}
