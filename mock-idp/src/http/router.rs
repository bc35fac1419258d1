//! Every path this server answers, in one list.

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::Uri,
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use percent_encoding::percent_decode_str;
use tower::util::MapRequest;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    clock::Clock as _,
    error::{Aadsts, Refusal},
};

use super::{
    Idp, api, authorize, body, control, cors, dashboard, device, discovery, fault, incoming::Incoming, login, logout,
    respond, skip, token, turn,
};

/// The whole server. A doubled slash is a slash, as MSAL Python needs (wire reference 1.2).
pub fn router(idp: Arc<Idp>) -> Router {
    let paths = Router::new()
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
        .route_layer(middleware::from_fn_with_state(idp.clone(), readable))
        // All above, and so each endpoint that is added there.
        .route_layer(middleware::from_fn_with_state(idp.clone(), fault::intercept))
        // A request that waits for its turn meets the faults of then.
        .route_layer(middleware::from_fn_with_state(idp.clone(), turn::wait))
        // Outside of the faults: a page may read those as well as what they stand for.
        .route_layer(middleware::from_fn_with_state(idp.clone(), cors::allow))
        .merge(control::routes(&idp))
        .merge(dashboard::routes(&idp))
        .fallback(not_found)
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(idp.clone());
    // Paths are matched by the inner router, so they are mended outside of it.
    Router::new()
        .fallback_service(MapRequest::new(paths, single_slashes))
        .layer(middleware::from_fn_with_state(idp.clone(), skip::pages))
        .layer(middleware::from_fn_with_state(idp, body::readable))
}

fn single_slashes(mut request: Request) -> Request {
    let uri = request.uri();
    if uri.path().contains("//") {
        let mut path = String::with_capacity(uri.path().len());
        for segment in uri.path().split('/').filter(|segment| !segment.is_empty()) {
            path.push('/');
            path.push_str(segment);
        }
        if let Some(query) = uri.query() {
            path.push('?');
            path.push_str(query);
        }
        if let Ok(uri) = path.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Refuses paths whose escapes are no text, before an endpoint looks at their parts.
async fn readable(State(idp): State<Arc<Idp>>, request: Request, next: Next) -> Response {
    if percent_decode_str(request.uri().path()).decode_utf8().is_ok() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let trace = Incoming::taken(&mut parts, body, &idp).await.trace(None, &idp.ids, idp.clock.now());
    let refusal = Refusal::new(Aadsts::Malformed).with("what", "the path has escapes that are no text");
    respond::refusal(&refusal, &trace, idp.registry.document().switches.trailer)
}

async fn not_found(State(idp): State<Arc<Idp>>, incoming: Incoming) -> Response {
    if incoming.path.starts_with("/_mock") {
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

/// A defect of ours: Entra's words for an outage, and no details.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    let body = serde_json::json!({
        "error": "temporarily_unavailable",
        "error_description": format!("AADSTS{}: {}", Aadsts::DirectoryUnavailable.row().number, Aadsts::DirectoryUnavailable.row().text),
        "error_codes": [Aadsts::DirectoryUnavailable.row().number],
    });
    respond::plain_json(503, &body)
}
