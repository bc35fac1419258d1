//! `/signing_keys`: which keys the JWKS lists, and the rotation.

use axum::response::Response;
use serde_json::json;

use crate::TenantControls;

use super::{extract::Controls, respond};

pub(super) async fn list(Controls(tenant): Controls) -> Response {
    listed(&tenant)
}

/// The key before stays listed; the one before that goes.
pub(super) async fn rotate(Controls(tenant): Controls) -> Response {
    tenant.rotate_signing_keys();
    listed(&tenant)
}

fn listed(tenant: &TenantControls) -> Response {
    let listed = tenant.signing_keys();
    respond::plain_json(200, &json!({ "current": listed.first(), "listed": listed }))
}
