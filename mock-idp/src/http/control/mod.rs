//! The control API under `/_mock`: JSON, snake_case, every error `{"error":{"code","message","field"?}}`.
//!
//! It is for the machine it runs on: a request under a foreign `Host` or with a foreign `Origin` is refused, so that no web
//! page can reach it (DNS rebinding). Each handler is a thin shell around a method of [`TenantControls`]; its types say what
//! it takes and answers (`operation`), and one list of routes (`table`) makes both the router and the OpenAPI document. The
//! documents themselves are in [`crate::control`].
//!
//! [`TenantControls`]: crate::TenantControls

mod answer;
mod changes;
mod clock;
mod consents;
mod directory;
mod exchanges;
mod export;
mod extract;
mod faults;
mod openapi;
mod operation;
mod people;
mod policies;
mod signing_keys;
mod stream;
mod table;
mod tenants;
mod timeline;
mod tokens;
mod trouble;
mod virtual_user;
mod what_if;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};

use super::{Idp, incoming::Incoming, origin::split_port, respond};
use answer::{Created, Done, Json};
use trouble::Trouble;

/// The routes, guarded.
pub(super) fn routes(idp: &Arc<Idp>) -> Router<Arc<Idp>> {
    table::router().method_not_allowed_fallback(other_method).layer(middleware::from_fn_with_state(idp.clone(), guard))
}

/// Lets only this machine's own programs and pages in.
pub(super) async fn guard(State(idp): State<Arc<Idp>>, request: Request, next: Next) -> Response {
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

/// Tells what a path takes: axum adds the header `Allow` to either answer.
pub(super) async fn other_method(incoming: Incoming) -> Response {
    if incoming.method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    Trouble::new(405, "wrong_method", format!("{} does not take {}.", incoming.path, incoming.method)).into_response()
}

/// More header fields than anybody reads.
pub(super) fn fields_too_large(limit: usize) -> Response {
    let message = format!("All header fields together have at most {} KiB here.", limit / 1024);
    Trouble::new(431, "too_large", message).into_response()
}

/// Whether `path` is the control API's. A tenant whose name begins like it is a tenant.
pub(super) fn is_under(path: &str) -> bool {
    path.strip_prefix("/_mock").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Anything else under `/_mock`.
pub(super) fn not_found(path: &str) -> Response {
    Trouble::new(404, "not_found", format!("The control API has nothing at {path}.")).into_response()
}
