//! The control API under `/_mock`: JSON, snake_case, every error `{"error":{"code","message"}}`.
//!
//! It is for the machine it runs on: a request under a foreign `Host` or with a foreign `Origin` is refused, so that no web
//! page can reach it (DNS rebinding).

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post},
};
use serde::Deserialize;
use serde_json::json;

use crate::state::Tenant;

use super::{Idp, incoming::Incoming, respond};

/// The routes, guarded.
pub(super) fn routes(idp: &Arc<Idp>) -> Router<Arc<Idp>> {
    Router::new()
        .route("/_mock/health", get(health))
        .route("/_mock/reset", post(reset))
        .route("/_mock/tenants", post(create_tenant))
        .route("/_mock/tenants/{tenant}", delete(delete_tenant))
        .route("/_mock/tenants/{tenant}/exchanges", get(exchanges).delete(clear_exchanges))
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(idp.clone(), guard))
}

async fn health() -> Response {
    respond::plain_json(200, &json!({ "status": "ok" }))
}

async fn reset(State(idp): State<Arc<Idp>>) -> Response {
    idp.registry.reset();
    respond::plain_json(200, &json!({ "status": "ok" }))
}

/// The body of `POST /_mock/tenants`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateTenant {
    /// Id, domain or short name of the tenant to start like.
    like: String,
}

async fn create_tenant(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    let body = match incoming.body() {
        Ok(body) => body,
        Err(refusal) => return error(413, "too_large", &refusal.sentence()),
    };
    let asked: CreateTenant = match serde_json::from_slice(body) {
        Ok(asked) => asked,
        Err(mistake) => {
            return error(400, "invalid_body", &format!("The body must be like {{\"like\":\"contoso\"}}: {mistake}."));
        }
    };
    match idp.registry.create_like(&asked.like) {
        Some(tenant) => respond::plain_json(201, &describe(&idp, &tenant)),
        None => error(404, "unknown_tenant", &format!("No configured tenant is called '{}'.", asked.like)),
    }
}

async fn delete_tenant(State(idp): State<Arc<Idp>>, Path(name): Path<String>) -> Response {
    match idp.tenant(&name) {
        Some(tenant) if idp.registry.remove(tenant.id) => axum::http::StatusCode::NO_CONTENT.into_response(),
        Some(_) => {
            error(409, "configured_tenant", "A tenant of the configuration stays; only isolated copies can be deleted.")
        }
        None => unknown_tenant(&name),
    }
}

async fn exchanges(State(idp): State<Arc<Idp>>, Path(name): Path<String>) -> Response {
    match idp.tenant(&name) {
        Some(tenant) => {
            let exchanges = tenant.log.exchanges();
            let exchanges: Vec<_> = exchanges.iter().map(AsRef::as_ref).collect();
            respond::plain_json(200, &json!({ "exchanges": exchanges, "dropped": tenant.log.dropped() }))
        }
        None => unknown_tenant(&name),
    }
}

async fn clear_exchanges(State(idp): State<Arc<Idp>>, Path(name): Path<String>) -> Response {
    match idp.tenant(&name) {
        Some(tenant) => {
            tenant.log.clear();
            axum::http::StatusCode::NO_CONTENT.into_response()
        }
        None => unknown_tenant(&name),
    }
}

fn describe(idp: &Idp, tenant: &Tenant) -> serde_json::Value {
    let state = tenant.state();
    let directory = &state.directory;
    let users: Vec<_> = directory
        .users
        .iter()
        .map(|user| json!({ "id": user.id, "username": directory.username(user), "name": user.name }))
        .collect();
    let applications: Vec<_> = directory
        .applications
        .iter()
        .map(|application| json!({ "name": application.name, "client_id": application.client_id }))
        .collect();
    json!({
        "tenant_id": tenant.id,
        "domain": tenant.domain,
        "authority": format!("{}/{}", idp.base, tenant.id),
        "users": users,
        "applications": applications,
    })
}

/// Lets only this machine's own programs and pages in.
async fn guard(State(idp): State<Arc<Idp>>, request: Request, next: Next) -> Response {
    match foreign(&idp, &request) {
        Some(refused) => refused,
        None => next.run(request).await,
    }
}

fn foreign(idp: &Idp, request: &Request) -> Option<Response> {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_ours = |host: &str| {
        let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
        ["localhost", "127.0.0.1", "[::1]"].contains(&name) || idp.control_hosts.iter().any(|host| host == name)
    };
    let host = text("host").or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    if !host.is_some_and(is_ours) {
        let message = "The control API answers under a loopback name or the configured host only.";
        return Some(error(403, "foreign_host", message));
    }
    // `null` is what a sandboxed page or a file sends: foreign, too.
    let foreign = text("origin").is_some_and(|origin| origin != idp.base);
    foreign.then(|| error(403, "foreign_origin", "The control API answers to pages of this server only."))
}

async fn wrong_method(incoming: Incoming) -> Response {
    error(405, "wrong_method", &format!("{} does not take {}.", incoming.path, incoming.method))
}

/// Anything else under `/_mock`.
pub(super) fn not_found(path: &str) -> Response {
    error(404, "not_found", &format!("The control API has nothing at {path}."))
}

fn unknown_tenant(name: &str) -> Response {
    error(404, "unknown_tenant", &format!("There is no tenant '{name}'."))
}

fn error(status: u16, code: &str, message: &str) -> Response {
    respond::plain_json(status, &json!({ "error": { "code": code, "message": message } }))
}
