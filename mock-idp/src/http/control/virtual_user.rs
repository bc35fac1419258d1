//! `/virtual_user`: what the scripted person does. Her secrets are taken in and not given out, but to the browser that she
//! is about to use: `/virtual_user/visits`.

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

/// Who visits next, with all that she types: for a browser outside of the server (`mock-idp browse`).
pub(super) async fn visit(Controls(tenant): Controls) -> Response {
    respond::plain_json(200, &json!(tenant.next_visit()))
}

fn described(user: &VirtualUser) -> Value {
    let mut document = json!(user);
    hide(&mut document);
    for visit in document["visits"].as_array_mut().into_iter().flatten() {
        hide(visit);
    }
    document
}

fn hide(document: &mut Value) {
    if let Some(members) = document.as_object_mut() {
        for secret in ["password", "new_password", "one_time_code"] {
            members.remove(secret);
        }
    }
}
