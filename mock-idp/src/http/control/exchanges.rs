//! `/exchanges` and the assertions about them.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use crate::expectation::{Expectations, Log};

use super::{
    extract::{Body, Controls},
    respond,
};

pub(super) async fn list(Controls(tenant): Controls) -> Response {
    let exchanges = tenant.exchanges();
    let exchanges: Vec<_> = exchanges.iter().map(AsRef::as_ref).collect();
    respond::plain_json(200, &json!({ "exchanges": exchanges, "dropped": tenant.dropped_exchanges() }))
}

pub(super) async fn clear(Controls(tenant): Controls) -> StatusCode {
    tenant.clear_exchanges();
    StatusCode::NO_CONTENT
}

/// Judges the log: `{"prompts": 1, "claims_forwarded_unmodified": true}`.
pub(super) async fn verify(Controls(tenant): Controls, Body(expectations): Body<Expectations>) -> Response {
    let (exchanges, policies) = (tenant.exchanges(), tenant.policies());
    let failures = expectations.check(&Log::new(&exchanges).with_policies(&policies));
    respond::plain_json(200, &json!({ "passed": failures.is_empty(), "failures": failures }))
}
