//! `/virtual_user`: what the scripted person does. Her secrets are taken in and not given out, but to the browser that she
//! is about to use: `/virtual_user/visits`.

use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::virtual_user::VirtualUser;

use super::{
    extract::{Body, Controls},
    operation::{Answers, Operation},
    respond,
    trouble::Trouble,
};

pub(super) async fn show(Controls(tenant): Controls) -> Told {
    Told(tenant.virtual_user())
}

pub(super) async fn replace(Controls(tenant): Controls, Body(user): Body<VirtualUser>) -> Result<Told, Trouble> {
    if let Some(problem) = user.problem() {
        return Err(Trouble::unacceptable(&[problem]));
    }
    tenant.set_virtual_user(user.clone());
    Ok(Told(user))
}

/// Who visits next, with all that she types: for a browser outside of the server (`mock-idp browse`).
pub(super) async fn visit(Controls(tenant): Controls) -> Visitor {
    Visitor(tenant.next_visit())
}

/// The person without her secrets.
pub(super) struct Told(VirtualUser);

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let mut document = serde_json::to_value(self.0).unwrap_or_default();
        hide(&mut document);
        for visit in document.get_mut("visits").and_then(Value::as_array_mut).into_iter().flatten() {
            hide(visit);
        }
        respond::plain_json(200, &document)
    }
}

impl Answers for Told {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<VirtualUser>(200);
    }
}

/// The person with her secrets.
pub(super) struct Visitor(VirtualUser);

impl IntoResponse for Visitor {
    fn into_response(self) -> Response {
        respond::plain_json(200, &serde_json::to_value(self.0).unwrap_or_default())
    }
}

impl Answers for Visitor {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<VirtualUser>(200);
    }
}

fn hide(document: &mut Value) {
    if let Some(members) = document.as_object_mut() {
        for secret in ["password", "new_password", "one_time_code"] {
            members.shift_remove(secret);
        }
    }
}
