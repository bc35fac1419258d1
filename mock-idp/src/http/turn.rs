//! A client that is paced waits here for its turn (see [`TenantControls::pace`](crate::TenantControls::pace)). It knows of a
//! request only which tenant it is for; where no tenant is named nobody waits.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request};

use super::Idp;
use crate::{
    state::{Authority, Tenant},
    token::claimed_tenant,
};

/// Waits until it is the turn of `request`.
pub(super) fn wait(idp: &Idp, request: &Request) -> impl Future<Output = ()> + use<> {
    let tenant = tenant_of(idp, request);
    async move {
        if let Some(tenant) = tenant {
            tenant.log.turn().await;
        }
    }
}

/// The tenant that the path names, or the token for an API.
fn tenant_of(idp: &Idp, request: &Request) -> Option<Arc<Tenant>> {
    let matched = request.extensions().get::<MatchedPath>()?;
    if matched.as_str().starts_with("/{tenant}/") {
        return match idp.registry.authority(request.uri().path().split('/').nth(1)?)? {
            Authority::Tenant(tenant) => Some(tenant),
            Authority::Any { .. } => None,
        };
    }
    let authorization = request.headers().get("authorization")?.to_str().ok()?;
    idp.tenant_by_id(claimed_tenant(authorization.split_once(' ')?.1)?)
}
