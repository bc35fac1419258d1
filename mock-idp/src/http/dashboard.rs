//! `/` and `/_mock/assets/…`: the files of the dashboard, for pages of this server alone.

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};

use crate::dashboard::{self, Asset};

use super::{Idp, control, incoming::Incoming, respond};

/// The routes, guarded as the control API is.
pub(super) fn routes(idp: &Arc<Idp>) -> Router<Arc<Idp>> {
    Router::new()
        .route("/", get(page))
        .route("/_mock/assets/{name}", get(asset))
        .method_not_allowed_fallback(control::other_method)
        .layer(middleware::from_fn_with_state(idp.clone(), control::guard))
}

async fn page(incoming: Incoming) -> Response {
    serve(&dashboard::PAGE, &incoming)
}

async fn asset(Path(name): Path<String>, incoming: Incoming) -> Response {
    dashboard::asset(&name).map_or_else(|| control::not_found(&incoming.path), |asset| serve(asset, &incoming))
}

/// The file, or that the browser has it already (RFC 9110, 13.1.2).
fn serve(asset: &Asset, incoming: &Incoming) -> Response {
    let tag = asset.etag();
    let known = incoming.header("if-none-match").is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { (StatusCode::OK, asset.text).into_response() };
    respond::set(&mut response, "content-type", asset.media_type);
    respond::set_text(&mut response, "etag", &tag);
    for &(name, value) in dashboard::HEADERS {
        respond::set(&mut response, name, value);
    }
    response
}
