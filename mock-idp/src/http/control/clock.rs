//! `/clock`: the tenant's time.

use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use crate::TenantControls;

use super::{
    Trouble,
    extract::{Body, Controls},
    respond,
};

/// What `POST /clock` takes; one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    /// Moves the time, such as `2h` or `-5m`.
    advance: Option<SignedDuration>,
    /// Stops the time there, such as `2026-01-01T00:00:00Z`.
    freeze: Option<Timestamp>,
}

pub(super) async fn show(Controls(tenant): Controls) -> Response {
    shown(&tenant)
}

pub(super) async fn set(Controls(tenant): Controls, Body(setting): Body<Setting>) -> Result<Response, Trouble> {
    match (setting.advance, setting.freeze) {
        (Some(by), None) => tenant.advance_clock(by),
        (None, Some(at)) => tenant.freeze_clock(at),
        _ => return Err(Trouble::new(400, "invalid_body", "The body holds either `advance` or `freeze`.")),
    }
    Ok(shown(&tenant))
}

pub(super) async fn reset(Controls(tenant): Controls) -> Response {
    tenant.reset_clock();
    shown(&tenant)
}

fn shown(tenant: &TenantControls) -> Response {
    respond::plain_json(200, &json!({ "now": tenant.now(), "frozen": tenant.clock_is_frozen() }))
}
