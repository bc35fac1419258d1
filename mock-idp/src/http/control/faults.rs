//! `/faults`: answers made to order for the next matching requests.

use axum::{extract::Path, http::StatusCode, response::Response};
use serde_json::json;
use uuid::Uuid;

use crate::fault::{Fault, InvalidFault};

use super::{
    Trouble,
    extract::{Body, Controls},
    respond,
};

/// Those that wait, with how many requests each concerns yet.
pub(super) async fn list(Controls(tenant): Controls) -> Response {
    respond::plain_json(200, &json!({ "faults": tenant.faults() }))
}

pub(super) async fn inject(Controls(tenant): Controls, Body(fault): Body<Fault>) -> Result<Response, Trouble> {
    let id = tenant.inject_fault(fault)?;
    // A request may have met it in the meantime, and it may be spent.
    let armed = tenant.faults().into_iter().find(|armed| armed.id == id);
    Ok(respond::plain_json(201, &armed.map_or_else(|| json!({ "id": id, "remaining": 0 }), |armed| json!(armed))))
}

pub(super) async fn remove(
    Controls(tenant): Controls,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, Trouble> {
    match Uuid::parse_str(&id) {
        Ok(id) if tenant.remove_fault(id) => Ok(StatusCode::NO_CONTENT),
        _ => Err(Trouble::new(404, "unknown_fault", format!("There is no fault '{id}', or it is spent.")).at("id")),
    }
}

pub(super) async fn clear(Controls(tenant): Controls) -> StatusCode {
    tenant.clear_faults();
    StatusCode::NO_CONTENT
}

impl From<InvalidFault> for Trouble {
    fn from(InvalidFault(problems): InvalidFault) -> Self {
        match problems.first() {
            Some(problem) if problem.path.segments().is_empty() => {
                Self::new(400, "invalid_body", format!("{}.", InvalidFault(problems)))
            }
            Some(problem) => Self::from(problem),
            None => Self::new(400, "invalid_body", "This cannot be a fault."),
        }
    }
}
