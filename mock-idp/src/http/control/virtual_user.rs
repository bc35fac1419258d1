//! `/virtual_user`: what the scripted person does. Her secrets are taken in and not given out.

use axum::response::Response;
use serde_json::{Value, json};

use crate::virtual_user::VirtualUser;

use super::{
    extract::{Body, Controls},
    respond,
};

pub(super) async fn show(Controls(tenant): Controls) -> Response {
    respond::plain_json(200, &described(&tenant.virtual_user()))
}

pub(super) async fn replace(Controls(tenant): Controls, Body(user): Body<VirtualUser>) -> Response {
    tenant.set_virtual_user(user.clone());
    respond::plain_json(200, &described(&user))
}

fn described(user: &VirtualUser) -> Value {
    let mut document = json!(user);
    if let Some(members) = document.as_object_mut() {
        for secret in ["password", "new_password", "one_time_code"] {
            members.remove(secret);
        }
    }
    document
}
