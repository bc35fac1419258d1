//! `/_mock/tenants`, and what concerns the whole server.

use std::sync::Arc;

use axum::extract::State;

use crate::{
    TenantControls,
    control::{CreateTenant, Status, TenantDescription, TenantListed, Tenants},
};

use super::{
    Created, Done, Idp, Json, Trouble,
    extract::{Body, Controls},
};

pub(super) async fn health() -> Json<Status> {
    Json(Status::ok())
}

pub(super) async fn reset(State(idp): State<Arc<Idp>>) -> Json<Status> {
    idp.reset();
    Json(Status::ok())
}

pub(super) async fn list(State(idp): State<Arc<Idp>>) -> Json<Tenants> {
    Json(Tenants { tenants: TenantListed::all(&idp), dropped: idp.registry.dropped() })
}

pub(super) async fn create(
    State(idp): State<Arc<Idp>>,
    Body(asked): Body<CreateTenant>,
) -> Result<Created<TenantDescription>, Trouble> {
    let tenant = idp.create_tenant(&asked.like).ok_or_else(|| {
        Trouble::new(404, "unknown_tenant", format!("No configured tenant is called '{}'.", asked.like)).at("like")
    })?;
    Ok(Created(TenantControls::new(idp, tenant).described()))
}

pub(super) async fn show(Controls(tenant): Controls) -> Json<TenantDescription> {
    Json(tenant.described())
}

pub(super) async fn remove(State(idp): State<Arc<Idp>>, Controls(tenant): Controls) -> Result<Done, Trouble> {
    if tenant.delete() {
        return Ok(Done);
    }
    let id = tenant.id();
    if idp.tenant_by_id(id).is_none() {
        // Somebody else was faster.
        return Err(Trouble::unknown_tenant(&id.to_string()));
    }
    let message = "A tenant of the configuration stays; only isolated copies can be deleted.";
    Err(Trouble::new(409, "configured_tenant", message))
}
