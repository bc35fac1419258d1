//! `/_mock/tenants` and `/_mock/directory`.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::state::Tenant;

use super::{
    Idp, Trouble,
    extract::{Body, unknown_tenant},
    respond,
};

/// The configuration document.
pub(super) async fn directory(State(idp): State<Arc<Idp>>) -> Response {
    respond::plain_json(200, &*idp.registry.document())
}

/// What `POST /_mock/tenants` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateTenant {
    /// Id, domain or short name of the tenant to start like.
    like: String,
}

pub(super) async fn create(State(idp): State<Arc<Idp>>, Body(asked): Body<CreateTenant>) -> Result<Response, Trouble> {
    let tenant = idp.registry.create_like(&asked.like).ok_or_else(|| {
        Trouble::new(404, "unknown_tenant", format!("No configured tenant is called '{}'.", asked.like)).at("like")
    })?;
    Ok(respond::plain_json(201, &describe(&idp, &tenant)))
}

pub(super) async fn remove(State(idp): State<Arc<Idp>>, Path(name): Path<String>) -> Result<StatusCode, Trouble> {
    let tenant = idp.tenant(&name).ok_or_else(|| unknown_tenant(&name))?;
    if idp.registry.remove(tenant.id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let message = "A tenant of the configuration stays; only isolated copies can be deleted.";
    Err(Trouble::new(409, "configured_tenant", message))
}

fn describe(idp: &Idp, tenant: &Tenant) -> Value {
    let state = tenant.state();
    let directory = &state.directory;
    let users: Vec<_> = directory
        .users
        .iter()
        .map(|user| json!({ "id": user.id, "username": directory.username(user), "name": user.name }))
        .collect();
    let applications: Vec<_> = directory
        .applications
        .iter()
        .map(|application| json!({ "name": application.name, "client_id": application.client_id }))
        .collect();
    json!({
        "tenant_id": tenant.id,
        "domain": tenant.domain,
        "authority": format!("{}/{}", idp.base, tenant.id),
        "users": users,
        "applications": applications,
    })
}
