//! `/exchanges` and the assertions about them.

use crate::{
    control::{Exchanges, Judged, Verdict},
    expectation::Expectations,
    recorder::ExchangeFilter,
};

use super::{
    Done, Json,
    extract::{Body, Controls, Query},
};

pub(super) async fn list(Controls(tenant): Controls, Query(filter): Query<ExchangeFilter>) -> Json<Exchanges> {
    Json(Exchanges { exchanges: tenant.exchanges_like(&filter), dropped: tenant.dropped_exchanges() })
}

pub(super) async fn clear(Controls(tenant): Controls) -> Done {
    tenant.clear_exchanges();
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
