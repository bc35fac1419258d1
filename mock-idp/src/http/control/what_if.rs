//! `/what_if`: the decision for a request that nobody makes.

use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    TenantControls,
    controls::Question,
    error::{ErrorBody, Refusal, Trace},
};

use super::{
    Trouble,
    extract::{Body, Controls},
    respond,
};

pub(super) async fn decide(Controls(tenant): Controls, Body(question): Body<Question>) -> Result<Response, Trouble> {
    let answer = match tenant.what_if(&question)? {
        Ok(answer) => {
            let policies = answer.policies.iter().map(|(id, name)| json!({ "id": id, "name": name }));
            let mut document = json!({
                "granted": answer.refusals.is_empty(),
                "demands": answer.refusals.iter().map(|refusal| demand(&tenant, refusal)).collect::<Vec<_>>(),
                "unmet_policies": answer.decision.unmet_policies,
                "policies": policies.collect::<Vec<_>>(),
                "reasons": answer.decision.reasons,
            });
            if question.interactive {
                document["pages"] = json!(answer.pages);
            }
            document
        }
        Err(refusal) => json!({
            "granted": false,
            "demands": [demand(&tenant, &refusal)],
            "unmet_policies": [],
            "policies": [],
            "reasons": [],
        }),
    };
    Ok(respond::plain_json(200, &answer))
}

/// What a silent request would get, what would satisfy it, and where more is said.
fn demand(tenant: &TenantControls, refusal: &Refusal) -> Value {
    let row = refusal.code.row();
    // Nothing is answered, so there is nothing to trace.
    let trace = Trace { trace_id: Uuid::nil(), correlation_id: Uuid::nil(), at: tenant.now() };
    json!({
        "error": refusal.error(),
        "code": refusal.number(),
        "suberror": refusal.suberror(),
        "claims": refusal.claims,
        "description": refusal.sentence(),
        "status": refusal.status(),
        "body": ErrorBody::new(refusal, &trace, tenant.directory().switches.trailer),
        "satisfied_by": row.cure,
        "see": format!("mock-idp errors {}", row.number),
    })
}
