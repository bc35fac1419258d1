//! `/what_if`: the decision for a request that nobody makes.

use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use crate::TenantControls;

use super::{
    Trouble,
    extract::{Body, Controls},
    respond,
};

/// The request to be judged.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// User name.
    user: String,
    /// Application short name or client id.
    client: String,
    /// As in a token request.
    scope: String,
    /// The `claims` parameter, as text.
    #[serde(default)]
    claims: Option<String>,
    /// Whether a second factor was passed.
    #[serde(default)]
    mfa: bool,
}

pub(super) async fn decide(Controls(tenant): Controls, Body(question): Body<Question>) -> Result<Response, Trouble> {
    let answer = ask(&tenant, &question)?;
    Ok(respond::plain_json(200, &answer))
}

fn ask(tenant: &TenantControls, question: &Question) -> Result<serde_json::Value, Trouble> {
    let claims = question.claims.as_deref();
    let answer = tenant.what_if(&question.user, &question.client, &question.scope, claims, question.mfa)?;
    let refused = |refusal: &crate::error::Refusal| {
        json!({
            "error": refusal.error(),
            "code": refusal.number(),
            "suberror": refusal.suberror(),
            "claims": refusal.claims,
            "description": refusal.sentence(),
        })
    };
    Ok(match answer {
        Ok(answer) => json!({
            "granted": answer.refusals.is_empty(),
            "demands": answer.refusals.iter().map(refused).collect::<Vec<_>>(),
            "unmet_policies": answer.decision.unmet_policies,
            "reasons": answer.decision.reasons,
        }),
        Err(refusal) => json!({
            "granted": false,
            "demands": [refused(&refusal)],
            "unmet_policies": [],
            "reasons": [],
        }),
    })
}
