//! `/exchanges`, how fast clients make more of them, and the assertions about them.

use crate::{
    control::{Judged, Pace, Verdict},
    expectation::Expectations,
    recorder::{ExchangeFilter, Exchanges},
};

use super::{
    Done, Json,
    extract::{Body, Controls, Query},
};

pub(super) async fn list(Controls(tenant): Controls, Query(filter): Query<ExchangeFilter>) -> Json<Exchanges> {
    Json(tenant.exchanges_like(&filter))
}

pub(super) async fn clear(Controls(tenant): Controls) -> Done {
    tenant.clear_exchanges();
    Done
}

pub(super) async fn pace(Controls(tenant): Controls, Body(pace): Body<Pace>) -> Json<Pace> {
    tenant.pace(Some(pace.looked_at));
    Json(pace)
}

pub(super) async fn end_pace(Controls(tenant): Controls) -> Done {
    tenant.pace(None);
    Done
}

/// Judges the log: `{"prompts": 1, "claims_forwarded_unmodified": true}`.
pub(super) async fn verify(
    Controls(tenant): Controls,
    Query(judged): Query<Judged>,
    Body(expectations): Body<Expectations>,
) -> Json<Verdict> {
    Json(tenant.verify(&expectations, judged.since.unwrap_or_default(), judged.client_id.as_deref()))
}
