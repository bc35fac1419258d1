//! Metadata, keys, instance discovery and user realm (OpenID Connect Discovery; wire reference 1).

use std::{collections::HashSet, sync::Arc};

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde_json::{Value, json};

use crate::{
    clock::Clock as _,
    error::{Aadsts, Refusal},
    state::Authority,
    token::{issuer_v1, issuer_v2},
};

use super::{Idp, incoming::Incoming, origin::split_port, respond};

/// `/{t}/v2.0/.well-known/openid-configuration`
pub(super) async fn metadata_v2(
    State(idp): State<Arc<Idp>>,
    Path(tenant): Path<String>,
    incoming: Incoming,
) -> Response {
    metadata(&idp, &tenant, &incoming, true)
}

/// `/{t}/.well-known/openid-configuration`
pub(super) async fn metadata_v1(
    State(idp): State<Arc<Idp>>,
    Path(tenant): Path<String>,
    incoming: Incoming,
) -> Response {
    metadata(&idp, &tenant, &incoming, false)
}

/// `/{t}/discovery/v2.0/keys`
pub(super) async fn keys(State(idp): State<Arc<Idp>>, Path(tenant): Path<String>, incoming: Incoming) -> Response {
    match idp.authority(&tenant) {
        Ok(authority) => {
            let issuer = issuer(&idp.base_of(&incoming), &authority, true);
            let keys = idp.registry.signing_keys(&authority);
            let mut name = format!("keys of {issuer}");
            for key in &keys {
                name.push(' ');
                name.push_str(key.kid());
            }
            respond::document(authority.tenant().documents.written(name, || {
                let listed: Vec<_> = keys.iter().map(|key| key.jwk(&issuer)).collect();
                json!({ "keys": listed })
            }))
        }
        Err(refusal) => refuse(&idp, &incoming, &refusal.with_error("invalid_tenant")),
    }
}

/// `/common/discovery/instance`
///
/// This server is its own cloud, and one more for each name that it answers to besides. What is described is the host of the
/// authorization endpoint, wherever the question was asked: an MSAL that does not know an authority asks the public cloud's
/// host about it. An authorization endpoint on another host is refused as Entra refuses an unknown one.
pub(super) async fn instance(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    let params = match incoming.query() {
        Ok(params) => params,
        Err(refusal) => return refuse(&idp, &incoming, &refusal),
    };
    let endpoint = match params.require("authorization_endpoint") {
        Ok(endpoint) => endpoint,
        Err(refusal) => return refuse(&idp, &incoming, &refusal),
    };
    let endpoint = url::Url::parse(endpoint).ok();
    let Some(base) = endpoint.as_ref().and_then(|url| idp.origins.of_host(&host_and_port(url)?)) else {
        return refuse(&idp, &incoming, &Refusal::new(Aadsts::UnknownInstance));
    };
    let tenant = endpoint
        .as_ref()
        .and_then(|url| url.path_segments()?.find(|segment| !segment.is_empty()).map(str::to_owned))
        .unwrap_or_else(|| "common".to_owned());
    let mut clouds = vec![host_of(&idp.base), host_of(&base)];
    clouds.extend(idp.origins.also_as().iter().map(String::as_str));
    let mut described = HashSet::new();
    clouds.retain(|host| described.insert(split_port(host).0));
    respond::json_document(&json!({
        "tenant_discovery_endpoint": format!("{base}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": params.get("api-version").unwrap_or("1.1"),
        "metadata": clouds.into_iter().map(cloud).collect::<Vec<_>>(),
    }))
}

/// A cloud of one host. MSAL Python asks without the port, MSAL Node with it: both are aliases. A cache knows
/// it without the port, which is how MSAL Python writes it in any case, so that cache files go from one to the other.
fn cloud(host: &str) -> Value {
    let (name, port) = split_port(host);
    let aliases = if port.is_some() { json!([host, name]) } else { json!([host]) };
    json!({ "preferred_network": host, "preferred_cache": name, "aliases": aliases })
}

fn host_of(base: &str) -> &str {
    base.split_once("://").map_or(base, |(_, host)| host)
}

fn host_and_port(url: &url::Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// `/common/userrealm/{user}`: every user is managed here, none federated (wire reference 1.4).
pub(super) async fn user_realm(State(idp): State<Arc<Idp>>, Path(user): Path<String>) -> Response {
    let domain = user.rsplit_once('@').map_or("", |(_, domain)| domain);
    let known = idp.tenant(domain).is_some();
    respond::json_document(&json!({
        "ver": "1.0",
        "account_type": if known { "Managed" } else { "Unknown" },
        "domain_name": domain,
        "cloud_instance_name": "localhost",
        "cloud_audience_urn": "urn:federation:MicrosoftOnline",
    }))
}

fn metadata(idp: &Idp, tenant: &str, incoming: &Incoming, v2: bool) -> Response {
    match idp.authority(tenant) {
        Ok(authority) => {
            let base = idp.base_of(incoming);
            let name = format!("metadata of {} at {base}, v2: {v2}", authority.segment());
            respond::document(authority.tenant().documents.written(name, || describe(&base, &authority, v2)))
        }
        Err(refusal) => refuse(idp, incoming, &refusal.with_error("invalid_tenant")),
    }
}

/// The metadata document, member by member in Entra's order.
fn describe(base: &str, authority: &Authority, v2: bool) -> Value {
    let segment = authority.segment();
    let host = host_of(base);
    let region = match authority {
        Authority::Tenant(_) => json!("WW"),
        Authority::Any { .. } => Value::Null,
    };
    let protocol = if v2 { "oauth2/v2.0" } else { "oauth2" };
    let keys = if v2 { "discovery/v2.0/keys" } else { "discovery/keys" };
    json!({
        "token_endpoint": format!("{base}/{segment}/{protocol}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{segment}/{keys}"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer(base, authority, v2),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{base}/oidc/userinfo"),
        "authorization_endpoint": format!("{base}/{segment}/{protocol}/authorize"),
        "device_authorization_endpoint": format!("{base}/{segment}/{protocol}/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/{segment}/{protocol}/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
            "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver",
            "at_hash", "c_hash", "email"],
        "kerberos_endpoint": format!("{base}/{segment}/kerberos"),
        "tenant_region_scope": region,
        "cloud_instance_name": host,
        "cloud_graph_host_name": host,
        "msgraph_host": host,
        "rbac_url": format!("{base}/rbac"),
    })
}

/// The issuer; with Entra's literal placeholder where the tenant is not known.
fn issuer(base: &str, authority: &Authority, v2: bool) -> String {
    match authority {
        Authority::Tenant(tenant) if v2 => issuer_v2(base, tenant.id),
        Authority::Tenant(tenant) => issuer_v1(base, tenant.id),
        Authority::Any { .. } => format!("{base}/{{tenantid}}/{}", if v2 { "v2.0" } else { "" }),
    }
}

fn refuse(idp: &Idp, incoming: &Incoming, refusal: &Refusal) -> Response {
    let trace = incoming.trace(None, &idp.ids, idp.clock.now());
    respond::refusal(refusal, &trace, idp.registry.document().switches.trailer)
}
