//! `/consents`: the consent ledger.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use crate::directory::Consent;

use super::{
    Incoming, Trouble,
    extract::{Body, Controls},
    respond,
};

pub(super) async fn list(Controls(tenant): Controls) -> Response {
    respond::plain_json(200, &json!({ "consents": tenant.consents() }))
}

/// Takes a consent as configuration documents write it.
pub(super) async fn grant(Controls(tenant): Controls, Body(consent): Body<Consent>) -> Result<Response, Trouble> {
    let scopes: Vec<&str> = consent.scopes.iter().map(String::as_str).collect();
    tenant.grant_consent(consent.user.as_deref(), &consent.client, &consent.api, &scopes)?;
    Ok(respond::plain_json(201, &consent))
}

/// Takes a consent off the record: `?client=…&api=…`, with `&user=…` for a user's own. Without any of them, all are.
pub(super) async fn revoke(Controls(tenant): Controls, incoming: Incoming) -> Result<StatusCode, Trouble> {
    let query = incoming.query().map_err(|refusal| Trouble::new(400, "invalid_query", refusal.sentence()))?;
    let user = query.get("user");
    match (query.get("client"), query.get("api")) {
        (Some(client), Some(api)) if tenant.revoke_consent(user, client, api)? => Ok(StatusCode::NO_CONTENT),
        (Some(_), Some(api)) => {
            Err(Trouble::new(404, "no_consent", format!("No consent to {api} is on record there.")))
        }
        (None, None) if user.is_none() => {
            tenant.revoke_all_consents();
            Ok(StatusCode::NO_CONTENT)
        }
        (None, _) => Err(Trouble::new(400, "invalid_query", "The client is missing: ?client=…&api=….").at("client")),
        (_, None) => Err(Trouble::new(400, "invalid_query", "The API is missing: ?client=…&api=….").at("api")),
    }
}
