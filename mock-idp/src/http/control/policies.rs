//! `/policies`: Conditional Access policies, written as in configuration documents; an id is made where none is given.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    control::{Policies, PolicyDraft},
    directory::Policy,
    yaml::{self, Path},
};

use super::{
    Created, Done, Json, Trouble,
    extract::{Body, Controls, Name},
};

pub(super) async fn list(Controls(tenant): Controls) -> Json<Policies> {
    Json(Policies { policies: tenant.policies() })
}

pub(super) async fn create(
    Controls(tenant): Controls,
    Body(draft): Body<PolicyDraft>,
) -> Result<Created<Policy>, Trouble> {
    let policy = read(draft, tenant.new_guid())?;
    tenant.add_policy(policy.clone())?;
    Ok(Created(policy))
}

pub(super) async fn replace_all(
    Controls(tenant): Controls,
    Body(Policies { policies }): Body<Policies>,
) -> Result<Json<Policies>, Trouble> {
    tenant.replace_policies(policies)?;
    Ok(list(Controls(tenant)).await)
}

pub(super) async fn replace(
    Controls(tenant): Controls,
    Name(name): Name,
    Body(draft): Body<PolicyDraft>,
) -> Result<Json<Policy>, Trouble> {
    let policy = read(draft, tenant.policy_id(&name)?)?;
    tenant.replace_policy(&name, policy.clone())?;
    Ok(Json(policy))
}

pub(super) async fn remove(Controls(tenant): Controls, Name(name): Name) -> Result<Done, Trouble> {
    tenant.remove_policy(&name)?;
    Ok(Done)
}

fn read(PolicyDraft(mut members): PolicyDraft, id: Uuid) -> Result<Policy, Trouble> {
    members.entry("id").or_insert_with(|| json!(id));
    yaml::from_value(&Value::Object(members), &Path::root()).map_err(|problem| Trouble::misshapen(&problem))
}
