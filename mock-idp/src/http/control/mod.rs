//! The control API under `/_mock`: JSON, snake_case, every error `{"error":{"code","message","field"?}}`.
//!
//! It is for the machine it runs on: a request under a foreign `Host` or with a foreign `Origin` is refused, so that no web
//! page can reach it (DNS rebinding). Each handler is a thin shell around a method of [`TenantControls`].
//!
//! [`TenantControls`]: crate::TenantControls

mod clock;
mod consents;
mod exchanges;
mod extract;
mod faults;
mod policies;
mod signing_keys;
mod tenants;
mod tokens;
mod trouble;
mod users;
mod virtual_user;
mod what_if;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post, put},
};
use serde_json::json;

use super::{Idp, incoming::Incoming, origin::split_port, respond};
use trouble::Trouble;

/// The routes, guarded.
pub(super) fn routes(idp: &Arc<Idp>) -> Router<Arc<Idp>> {
    let tenant = Router::new()
        .route("/consents", get(consents::list).post(consents::grant).delete(consents::revoke))
        .route("/policies", get(policies::list).post(policies::create))
        .route("/policies/{id}", put(policies::replace).delete(policies::remove))
        .route("/users/{user}", get(users::show).patch(users::change))
        .route("/users/{user}/revoke_sessions", post(users::revoke_sessions))
        .route("/virtual_user", get(virtual_user::show).put(virtual_user::replace))
        .route("/virtual_user/visits", post(virtual_user::visit))
        .route("/clock", get(clock::show).post(clock::set).delete(clock::reset))
        .route("/faults", get(faults::list).post(faults::inject).delete(faults::clear))
        .route("/faults/{id}", delete(faults::remove))
        .route("/exchanges", get(exchanges::list).delete(exchanges::clear))
        .route("/expectations/verify", post(exchanges::verify))
        .route("/tokens", post(tokens::mint))
        .route("/signing_keys", get(signing_keys::list))
        .route("/signing_keys/rotate", post(signing_keys::rotate))
        .route("/what_if", post(what_if::decide));
    Router::new()
        .route("/_mock/health", get(health))
        .route("/_mock/reset", post(reset))
        .route("/_mock/directory", get(tenants::directory))
        .route("/_mock/tenants", post(tenants::create))
        .route("/_mock/tenants/{tenant}", delete(tenants::remove))
        .nest("/_mock/tenants/{tenant}", tenant)
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

/// Lets only this machine's own programs and pages in.
async fn guard(State(idp): State<Arc<Idp>>, request: Request, next: Next) -> Response {
    match foreign(&idp, &request) {
        Some(refused) => refused.into_response(),
        None => next.run(request).await,
    }
}

fn foreign(idp: &Idp, request: &Request) -> Option<Trouble> {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_ours = |host: &str| {
        let (name, _) = split_port(host);
        ["localhost", "127.0.0.1", "[::1]"].contains(&name) || idp.control_hosts.iter().any(|host| host == name)
    };
    let host = text("host").or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    if !host.is_some_and(is_ours) {
        let message = "The control API answers under a loopback name or the configured host only.";
        return Some(Trouble::new(403, "foreign_host", message));
    }
    // `null` is what a sandboxed page or a file sends: foreign, too.
    let foreign = text("origin").is_some_and(|origin| origin != idp.base);
    foreign.then(|| Trouble::new(403, "foreign_origin", "The control API answers to pages of this server only."))
}

async fn wrong_method(incoming: Incoming) -> Trouble {
    Trouble::new(405, "wrong_method", format!("{} does not take {}.", incoming.path, incoming.method))
}

/// Anything else under `/_mock`.
pub(super) fn not_found(path: &str) -> Response {
    Trouble::new(404, "not_found", format!("The control API has nothing at {path}.")).into_response()
}
