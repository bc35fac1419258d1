//! `/users/{user}`: disable, register a method, demand multifactor authentication, revoke sessions.

use axum::{extract::Path, http::StatusCode, response::Response};
use serde_json::{Value, json};

use crate::{TenantControls, directory::User};

use super::{
    Trouble,
    extract::{Body, Controls},
    respond,
};

pub(super) async fn show(
    Controls(tenant): Controls,
    Path((_, name)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    Ok(respond::plain_json(200, &described(&tenant, &name)?))
}

/// Merges the body into the user (RFC 7396). What identifies a user stays.
pub(super) async fn change(
    Controls(tenant): Controls,
    Path((_, name)): Path<(String, String)>,
    Body(patch): Body<serde_json::Map<String, Value>>,
) -> Result<Response, Trouble> {
    for fixed in ["id", "username", "home_tenant"] {
        if patch.contains_key(fixed) {
            return Err(Trouble::new(400, "invalid_body", format!("The {fixed} of a user does not change.")).at(fixed));
        }
    }
    let mut outcome = Ok(());
    tenant.change_user(&name, |user| outcome = merge(user, patch))?;
    outcome?;
    Ok(respond::plain_json(200, &described(&tenant, &name)?))
}

pub(super) async fn revoke_sessions(
    Controls(tenant): Controls,
    Path((_, name)): Path<(String, String)>,
) -> Result<StatusCode, Trouble> {
    tenant.revoke_sessions(&name)?;
    Ok(StatusCode::NO_CONTENT)
}

fn merge(user: &mut User, patch: serde_json::Map<String, Value>) -> Result<(), Trouble> {
    let mut document = serde_json::to_value(&*user).map_err(|mistake| Trouble::body(&mistake))?;
    if let Some(members) = document.as_object_mut() {
        for (name, value) in patch {
            if value.is_null() {
                members.remove(&name);
            } else {
                members.insert(name, value);
            }
        }
    }
    *user = serde_json::from_value(document).map_err(|mistake| Trouble::body(&mistake))?;
    Ok(())
}

/// The user as configured, under the name of this tenant and without secrets.
fn described(tenant: &TenantControls, name: &str) -> Result<Value, Trouble> {
    let username = tenant.username(name)?;
    let directory = tenant.directory();
    let mut document = json!(directory.user(name));
    if let Some(members) = document.as_object_mut() {
        members.insert("username".to_owned(), username.into());
        members.remove("password");
        members.remove("one_time_code");
    }
    Ok(document)
}
