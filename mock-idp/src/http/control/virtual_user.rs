//! `/virtual_user`: what the scripted person does. Her secrets are taken in and not given out.

use axum::response::{IntoResponse, Response};

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

/// The person without her secrets.
pub(super) struct Told(VirtualUser);

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let mut document = serde_json::to_value(self.0).unwrap_or_default();
        if let Some(members) = document.as_object_mut() {
            for secret in ["password", "new_password", "one_time_code"] {
                members.shift_remove(secret);
            }
        }
        respond::plain_json(200, &document)
    }
}

impl Answers for Told {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<VirtualUser>(200);
    }
}
