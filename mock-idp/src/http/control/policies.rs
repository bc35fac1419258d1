//! `/policies`: Conditional Access policies, written as in configuration documents; an id is made where none is given.

use axum::{extract::Path, http::StatusCode, response::Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{config, directory::Policy};

use super::{
    Trouble,
    extract::{Body, Controls},
    respond,
};

pub(super) async fn list(Controls(tenant): Controls) -> Response {
    respond::plain_json(200, &json!({ "policies": tenant.policies() }))
}

pub(super) async fn create(Controls(tenant): Controls, Body(text): Body<Value>) -> Result<Response, Trouble> {
    let policy = read(text, tenant.new_guid())?;
    let mut policies = tenant.policies();
    policies.push(policy.clone());
    check(&tenant, &policies)?;
    tenant.set_policies(policies);
    Ok(respond::plain_json(201, &policy))
}

pub(super) async fn replace(
    Controls(tenant): Controls,
    Path((_, id)): Path<(String, String)>,
    Body(text): Body<Value>,
) -> Result<Response, Trouble> {
    let mut policies = tenant.policies();
    let place = position(&policies, &id)?;
    let known = policies[place].id;
    let policy = read(text, known)?;
    if policy.id != known {
        return Err(Trouble::new(400, "invalid_body", "The id of a policy does not change.").at("id"));
    }
    policies[place] = policy.clone();
    check(&tenant, &policies)?;
    tenant.set_policies(policies);
    Ok(respond::plain_json(200, &policy))
}

pub(super) async fn remove(
    Controls(tenant): Controls,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, Trouble> {
    let mut policies = tenant.policies();
    let place = position(&policies, &id)?;
    policies.remove(place);
    tenant.set_policies(policies);
    Ok(StatusCode::NO_CONTENT)
}

fn read(mut text: Value, id: Uuid) -> Result<Policy, Trouble> {
    if let Some(members) = text.as_object_mut() {
        members.entry("id").or_insert_with(|| json!(id));
    }
    serde_json::from_value(text).map_err(|mistake| Trouble::body(&mistake))
}

/// A policy by id or name.
fn position(policies: &[Policy], name: &str) -> Result<usize, Trouble> {
    let id = Uuid::parse_str(name).ok();
    policies
        .iter()
        .position(|policy| id == Some(policy.id) || policy.name == name)
        .ok_or_else(|| Trouble::new(404, "unknown_policy", format!("There is no policy '{name}'.")).at("id"))
}

/// The same checks as for a configuration document.
fn check(tenant: &crate::TenantControls, policies: &[Policy]) -> Result<(), Trouble> {
    let problems = config::check(&tenant.document_with(policies));
    let Some(problem) = problems.first() else { return Ok(()) };
    // The body was one policy, so the field is named within it.
    let path = problem.path.to_string();
    let field =
        path.split_once("].").and_then(|(_, rest)| rest.split_once("].")).map_or(path.as_str(), |(_, rest)| rest);
    Err(Trouble::from(problem).at(field))
}
