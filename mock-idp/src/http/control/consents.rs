//! `/consents`: the consent ledger.

use crate::{
    control::{ConsentKey, Consents},
    directory::Consent,
};

use super::{
    Created, Done, Json, Trouble,
    extract::{Body, Controls, Query},
};

pub(super) async fn list(Controls(tenant): Controls) -> Json<Consents> {
    Json(Consents { consents: tenant.consents() })
}

/// Takes a consent as configuration documents write it.
pub(super) async fn grant(
    Controls(tenant): Controls,
    Body(consent): Body<Consent>,
) -> Result<Created<Consent>, Trouble> {
    let scopes: Vec<&str> = consent.scopes.iter().map(String::as_str).collect();
    tenant.grant_consent(consent.user.as_deref(), &consent.client, &consent.api, &scopes)?;
    Ok(Created(consent))
}

pub(super) async fn revoke(Controls(tenant): Controls, Query(key): Query<ConsentKey>) -> Result<Done, Trouble> {
    let missing = |what: &str, field: &str| {
        Trouble::new(422, "invalid_query", format!("The {what} is missing: ?client=…&api=….")).at(field)
    };
    match (key.client, key.api) {
        (Some(client), Some(api)) if tenant.revoke_consent(key.user.as_deref(), &client, &api)? => Ok(Done),
        (Some(_), Some(api)) => {
            Err(Trouble::new(404, "no_consent", format!("No consent to {api} is on record there.")))
        }
        (None, None) if key.user.is_none() => {
            tenant.revoke_all_consents();
            Ok(Done)
        }
        (None, _) => Err(missing("client", "client")),
        (_, None) => Err(missing("API", "api")),
    }
}
