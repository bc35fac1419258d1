//! What people copy from a tenant: credentials that are fake by design, and settings for each SDK.

use crate::control::{Credentials, Snippets};

use super::{Json, extract::Controls};

pub(super) async fn credentials(Controls(tenant): Controls) -> Json<Credentials> {
    Json(tenant.credentials())
}

pub(super) async fn snippets(Controls(tenant): Controls) -> Json<Snippets> {
    Json(Snippets { snippets: tenant.snippets() })
}
