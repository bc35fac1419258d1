//! What a request is about, as far as it tells before anybody has served it: which tenant, client, user and API.

use std::sync::Arc;

use axum::http::Method;
use uuid::Uuid;

use super::super::{Idp, api, incoming::Incoming, token::issuing_tenant};
use crate::{
    clock::Clock as _,
    directory::Dialect,
    error::Trace,
    fault::{Endpoint, Sought},
    params::Params,
    policy::api_access::Presented,
    recorder,
    state::{Authority, Code, Progress, RefreshToken, Tenant},
    token::claimed_tenant,
};

/// A request that has arrived.
pub(super) struct Arrival {
    pub(super) tenant: Arc<Tenant>,
    pub(super) sought: Sought,
    pub(super) params: Params,
    pub(super) dialect: Dialect,
    pub(super) trace: Trace,
    /// Whether an administrator is to consent: an authorization request with parameters of its own.
    pub(super) admin_consent: bool,
    /// The sign-in that a page belongs to.
    interaction: Option<u64>,
}

/// Whether the request has to be read to know whether it meets a fault. It has not if its path names a tenant without any.
pub(super) fn may_be_faulty(idp: &Idp, matched: &str, path: &str) -> bool {
    let named = path.split('/').nth(1).filter(|_| matched.starts_with("/{tenant}/"));
    match named.and_then(|segment| idp.registry.authority(segment)) {
        Some(Authority::Tenant(tenant)) => !tenant.state().faults.is_empty(),
        Some(Authority::Any { .. }) | None => true,
    }
}

/// Which endpoint serves the route `matched`.
fn endpoint(matched: &str) -> Endpoint {
    let last = matched.rsplit('/').next().unwrap_or_default();
    match last {
        _ if ["/api/", "/v1.0/", "/oidc/"].iter().any(|start| matched.starts_with(start)) => Endpoint::Api,
        "token" => Endpoint::Token,
        "authorize" | "adminconsent" => Endpoint::Authorize,
        "devicecode" => Endpoint::DeviceCode,
        "keys" => Endpoint::Keys,
        "logout" => Endpoint::Logout,
        "openid-configuration" | "instance" | "{user}" => Endpoint::Discovery,
        // What is left is looked at by a person: `login`, `deviceauth`.
        _ => Endpoint::Page,
    }
}

impl Arrival {
    /// `None` if no tenant is meant, or one that has no faults.
    pub(super) fn of(idp: &Idp, matched: &str, incoming: &Incoming) -> Option<Self> {
        let endpoint = endpoint(matched);
        let sent = if incoming.method == Method::POST { incoming.form() } else { incoming.query() };
        let params = if endpoint == Endpoint::Api { Params::default() } else { sent.unwrap_or_default() };
        let tenant = tenant(idp, endpoint, matched, incoming, &params)?;
        if tenant.state().faults.is_empty() {
            return None;
        }
        let trace = incoming.trace(Some(&params), &tenant.ids, idp.clock.now());
        let client_id = params.get("client_id").map(str::to_owned).or_else(|| incoming.basic().map(|(id, _)| id));
        let client = client_id.as_deref().and_then(|id| Uuid::parse_str(id).ok());
        let grant_type = params.get("grant_type").map(str::to_owned).filter(|_| endpoint == Endpoint::Token);
        let user = user(idp, &tenant, &params);
        let mut arrival = Self {
            sought: Sought { client, user, grant_type, ..Sought::at(endpoint) },
            tenant,
            params,
            dialect: incoming.dialect(),
            trace,
            admin_consent: matched.ends_with("/adminconsent"),
            interaction: None,
        };
        match endpoint {
            Endpoint::Api => arrival.is_call(idp, incoming),
            Endpoint::Page => arrival.is_page(),
            _ => {}
        }
        Some(arrival)
    }

    /// Names the API that is called, and who calls it.
    fn is_call(&mut self, idp: &Idp, incoming: &Incoming) {
        let mut segments = incoming.path.split('/').skip(1);
        self.sought.api = match (segments.next(), segments.next()) {
            (Some("api"), name) => name.map(str::to_owned),
            // Microsoft Graph's paths.
            _ => graph(&self.tenant),
        };
        if let Some((_, Presented { oid, azp, appid, .. })) =
            incoming.bearer().and_then(|token| api::verify(idp, token))
        {
            self.sought.user = Some(oid);
            self.sought.client = azp.or(appid);
        }
    }

    /// Names the sign-in that a page belongs to.
    fn is_page(&mut self) {
        let tenant = self.tenant.clone();
        let state = tenant.state();
        let Some(flow) = self.params.get("ctx").and_then(|ctx| state.flows.get(ctx)) else { return };
        self.sought.client = Some(flow.request.client);
        self.sought.user = self.sought.user.or(flow.account);
        self.interaction = Some(flow.number);
        self.trace.correlation_id = flow.correlation_id;
    }

    /// Puts the exchange in the tenant's log; the incoming request knows the fault.
    pub(super) fn log(&self, incoming: &Incoming, answer: recorder::Answer) {
        let trace = Trace { at: self.tenant.now(), ..self.trace };
        let mut exchange = incoming.exchange(logged(self.sought.endpoint), &self.params, &trace);
        exchange.user = self.username();
        exchange.client_id = self.sought.client.map(|id| id.to_string()).or(exchange.client_id);
        exchange.interaction = self.interaction;
        if self.sought.endpoint == Endpoint::Authorize {
            exchange.number = self.tenant.log.reserve();
            exchange.interaction = Some(exchange.number);
        }
        exchange.answer = recorder::Answer { api: self.sought.api.clone().or(answer.api.clone()), ..answer };
        self.tenant.log.add(exchange);
    }

    fn username(&self) -> Option<String> {
        let state = self.tenant.state();
        let user = state.directory.user_by_id(self.sought.user?)?;
        Some(state.directory.username(user))
    }
}

fn graph(tenant: &Tenant) -> Option<String> {
    let state = tenant.state();
    state.directory.apis.iter().find(|api| api.id == crate::directory::GRAPH).map(|api| api.name.clone())
}

/// The word of the log for where a request went.
fn logged(endpoint: Endpoint) -> recorder::Endpoint {
    match endpoint {
        Endpoint::Token => recorder::Endpoint::Token,
        Endpoint::Authorize => recorder::Endpoint::Authorize,
        Endpoint::Page => recorder::Endpoint::Page,
        Endpoint::DeviceCode => recorder::Endpoint::DeviceCode,
        Endpoint::Discovery | Endpoint::Keys => recorder::Endpoint::Discovery,
        Endpoint::Logout => recorder::Endpoint::Logout,
        Endpoint::Api => recorder::Endpoint::Api,
    }
}

/// The tenant whose faults count: the one that would serve the request and log it.
fn tenant(idp: &Idp, endpoint: Endpoint, matched: &str, incoming: &Incoming, params: &Params) -> Option<Arc<Tenant>> {
    let of_authority = |segment: &str| idp.registry.authority(segment);
    if matched.starts_with("/{tenant}/") {
        let authority = of_authority(incoming.path.split('/').nth(1)?)?;
        return Some(match endpoint {
            Endpoint::Token => issuing_tenant(idp, &authority, Some(params)),
            _ => authority.tenant().clone(),
        });
    }
    let named = match endpoint {
        Endpoint::Api => incoming.bearer().and_then(claimed_tenant).and_then(|id| idp.tenant_by_id(id)),
        Endpoint::Page => {
            let waiting = params.get("otc").and_then(|typed| idp.user_codes.find(typed));
            waiting.and_then(|(id, _)| idp.tenant_by_id(id))
        }
        // Instance discovery names an authority, the user realm a user.
        _ => match params.get("authorization_endpoint").and_then(|address| url::Url::parse(address).ok()) {
            Some(address) => {
                let segment = address.path_segments().and_then(|mut segments| segments.find(|word| !word.is_empty()));
                segment.and_then(of_authority).map(|authority| authority.tenant().clone())
            }
            None => incoming.path.rsplit_once('@').and_then(|(_, domain)| idp.tenant(domain)),
        },
    };
    named.or_else(|| idp.registry.first())
}

/// The user that the request hints at, types, or carries something of.
fn user(idp: &Idp, tenant: &Tenant, params: &Params) -> Option<Uuid> {
    let refresh_token = params.get("refresh_token").and_then(|token| idp.sealer.open::<RefreshToken>(token));
    if let Some(token) = refresh_token.filter(|token| token.tenant == tenant.id) {
        return Some(token.user);
    }
    if let Some((_, token)) = params.get("assertion").and_then(|token| api::verify(idp, token)) {
        return Some(token.oid);
    }
    let state = tenant.state();
    let name = ["username", "login_hint", "loginfmt"].into_iter().find_map(|name| params.get(name));
    if let Some(name) = name {
        return state.directory.user(name).map(|user| user.id);
    }
    let code = params.get("code").or_else(|| params.get("device_code"))?;
    if let Some(Code::Fresh(grant)) = state.codes.get(code) {
        return Some(grant.user);
    }
    match &state.device_codes.get(code)?.progress {
        Progress::Approved(approval) if approval.tenant == tenant.id => Some(approval.user),
        _ => None,
    }
}
