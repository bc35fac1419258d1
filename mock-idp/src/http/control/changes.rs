//! What a tenant knows, thing by thing: users, applications, APIs, switches, who may consent, places. Each is shown as the
//! configuration has it, without secrets, and changed by a merge patch or as a whole.

use std::sync::Arc;

use crate::{
    control::{NamedLocations, Patch, told_application, told_user},
    controls,
    directory::{Api, Application, ConsentSettings, Switches, User},
};

use super::{
    Done, Json, Trouble,
    extract::{Body, Controls, Name},
};

pub(super) async fn user(Controls(tenant): Controls, Name(name): Name) -> Result<Json<User>, Trouble> {
    let directory = tenant.directory();
    Ok(Json(told_user(&directory, controls::user(&directory, &name)?)))
}

pub(super) async fn change_user(
    Controls(tenant): Controls,
    Name(name): Name,
    Body(patch): Body<Patch<User>>,
) -> Result<Json<User>, Trouble> {
    tenant.patch_user(&name, &patch.members)?;
    user(Controls(tenant), Name(name)).await
}

pub(super) async fn revoke_sessions(Controls(tenant): Controls, Name(name): Name) -> Result<Done, Trouble> {
    tenant.revoke_sessions(&name)?;
    Ok(Done)
}

pub(super) async fn application(Controls(tenant): Controls, Name(name): Name) -> Result<Json<Application>, Trouble> {
    Ok(Json(told_application(controls::application(&tenant.directory(), &name)?)))
}

pub(super) async fn change_application(
    Controls(tenant): Controls,
    Name(name): Name,
    Body(patch): Body<Patch<Application>>,
) -> Result<Json<Application>, Trouble> {
    tenant.patch_application(&name, &patch.members)?;
    application(Controls(tenant), Name(name)).await
}

pub(super) async fn api(Controls(tenant): Controls, Name(name): Name) -> Result<Json<Api>, Trouble> {
    Ok(Json(controls::api(&tenant.directory(), &name)?.clone()))
}

pub(super) async fn change_api(
    Controls(tenant): Controls,
    Name(name): Name,
    Body(patch): Body<Patch<Api>>,
) -> Result<Json<Api>, Trouble> {
    tenant.patch_api(&name, &patch.members)?;
    api(Controls(tenant), Name(name)).await
}

pub(super) async fn switches(Controls(tenant): Controls) -> Json<Arc<Switches>> {
    Json(tenant.directory().switches)
}

pub(super) async fn change_switches(
    Controls(tenant): Controls,
    Body(patch): Body<Patch<Switches>>,
) -> Result<Json<Arc<Switches>>, Trouble> {
    tenant.patch_switches(&patch.members)?;
    Ok(switches(Controls(tenant)).await)
}

pub(super) async fn consent_settings(Controls(tenant): Controls) -> Json<ConsentSettings> {
    Json(tenant.directory().consent_settings)
}

pub(super) async fn set_consent_settings(
    Controls(tenant): Controls,
    Body(settings): Body<ConsentSettings>,
) -> Json<ConsentSettings> {
    tenant.set_consent_settings(settings);
    consent_settings(Controls(tenant)).await
}

pub(super) async fn named_locations(Controls(tenant): Controls) -> Json<NamedLocations> {
    Json(NamedLocations { named_locations: tenant.directory().named_locations.to_vec() })
}

pub(super) async fn set_named_locations(
    Controls(tenant): Controls,
    Body(NamedLocations { named_locations: places }): Body<NamedLocations>,
) -> Result<Json<NamedLocations>, Trouble> {
    tenant.replace_named_locations(places)?;
    Ok(named_locations(Controls(tenant)).await)
}
