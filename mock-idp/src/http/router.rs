//! Every path this server answers, in one list.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    middleware,
    response::Response,
    routing::{get, post},
};

use crate::{
    clock::Clock as _,
    error::{Aadsts, Refusal},
};

use super::{
    Idp, api, authorize, control, dashboard, device, discovery, front, incoming::Incoming, login, logout, respond,
    token,
};

/// All paths, with what goes before their endpoints.
pub(super) fn paths(idp: &Arc<Idp>) -> Router {
    Router::new()
        .route("/common/discovery/instance", get(discovery::instance))
        .route("/common/userrealm/{user}", get(discovery::user_realm))
        .route("/common/UserRealm/{user}", get(discovery::user_realm))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery::metadata_v2))
        .route("/{tenant}/.well-known/openid-configuration", get(discovery::metadata_v1))
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/{tenant}/discovery/keys", get(discovery::keys))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::authorize).post(authorize::authorize))
        .route("/{tenant}/oauth2/authorize", get(authorize::authorize).post(authorize::authorize))
        .route("/{tenant}/v2.0/adminconsent", get(authorize::admin_consent))
        .route("/{tenant}/adminconsent", get(authorize::admin_consent))
        .route("/{tenant}/oauth2/v2.0/token", post(token::token))
        .route("/{tenant}/oauth2/token", post(token::token))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device::start))
        .route("/{tenant}/oauth2/devicecode", post(device::start))
        .route("/deviceauth", get(device::page).post(device::entered))
        .route("/{tenant}/oauth2/v2.0/logout", get(logout::logout).post(logout::logout))
        .route("/{tenant}/oauth2/logout", get(logout::logout).post(logout::logout))
        .route("/{tenant}/login", post(login::login))
        .route("/oidc/userinfo", get(api::userinfo).post(api::userinfo))
        .route("/v1.0/me", get(api::me))
        .route("/api/{name}", get(api::root).post(api::root))
        .route("/api/{name}/{*rest}", get(api::below).post(api::below))
        .method_not_allowed_fallback(wrong_method)
        // All above, and so each endpoint that is added there.
        .route_layer(middleware::from_fn_with_state(idp.clone(), front::endpoint))
        .merge(control::routes(idp))
        .merge(dashboard::routes(idp))
        .fallback(not_found)
        .with_state(idp.clone())
}

async fn not_found(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    if control::is_under(&incoming.path) {
        return control::not_found(&incoming.path);
    }
    let trace = incoming.trace(None, &idp.ids, idp.clock.now());
    let what = format!("there is no endpoint at '{}'", incoming.path);
    let refusal = Refusal::new(Aadsts::Malformed).with("what", what).with_status(404);
    respond::refusal(&refusal, &trace, idp.registry.document().switches.trailer)
}

async fn wrong_method(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    let trace = incoming.trace(None, &idp.ids, idp.clock.now());
    let refusal = Refusal::new(Aadsts::WrongMethod).with("method", incoming.method.as_str());
    respond::refusal(&refusal, &trace, idp.registry.document().switches.trailer)
}
