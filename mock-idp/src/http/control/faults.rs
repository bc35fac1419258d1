//! `/faults`: answers made to order for the next matching requests.

use uuid::Uuid;

use crate::{
    control::Faults,
    fault::{ArmedFault, Fault},
};

use super::{
    Created, Done, Json, Trouble,
    extract::{Body, Controls, Name},
};

/// Those that wait, with how many requests each concerns yet.
pub(super) async fn list(Controls(tenant): Controls) -> Json<Faults> {
    Json(Faults { faults: tenant.faults() })
}

pub(super) async fn inject(
    Controls(tenant): Controls,
    Body(fault): Body<Fault>,
) -> Result<Created<ArmedFault>, Trouble> {
    let id = tenant.inject_fault(fault.clone())?;
    let armed = tenant.faults().into_iter().find(|armed| armed.id == id);
    // A request may have met it in the meantime, and it may be spent.
    Ok(Created(armed.unwrap_or(ArmedFault { id, fault, remaining: Some(0) })))
}

pub(super) async fn remove(Controls(tenant): Controls, Name(id): Name) -> Result<Done, Trouble> {
    match Uuid::parse_str(&id) {
        Ok(id) if tenant.remove_fault(id) => Ok(Done),
        _ => Err(Trouble::new(404, "unknown_fault", format!("There is no fault '{id}', or it is spent.")).at("id")),
    }
}

pub(super) async fn clear(Controls(tenant): Controls) -> Done {
    tenant.clear_faults();
    Done
}
