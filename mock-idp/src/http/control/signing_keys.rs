//! `/signing_keys`: which keys the JWKS lists, and the rotation.

use crate::control::SigningKeys;

use super::{Json, extract::Controls};

pub(super) async fn list(Controls(tenant): Controls) -> Json<SigningKeys> {
    let listed = tenant.signing_keys();
    Json(SigningKeys { current: listed.first().cloned(), listed })
}

/// The key before stays listed; the one before that goes.
pub(super) async fn rotate(Controls(tenant): Controls) -> Json<SigningKeys> {
    tenant.rotate_signing_keys();
    list(Controls(tenant)).await
}
