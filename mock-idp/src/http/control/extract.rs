//! What handlers take in: the tenant of the path, a JSON body, parameters of the query.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::controls::TenantControls;

use super::{Idp, Incoming, Trouble};

/// The controls of the tenant in the path.
pub(super) struct Controls(pub(super) TenantControls);

impl FromRequestParts<Arc<Idp>> for Controls {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, idp: &Arc<Idp>) -> Result<Self, Trouble> {
        let path: Path<HashMap<String, String>> = Path::from_request_parts(parts, idp)
            .await
            .map_err(|_| Trouble::new(400, "invalid_path", "The path holds bytes that are no text."))?;
        let name = path.get("tenant").map(String::as_str).unwrap_or_default();
        match idp.tenant(name) {
            Some(tenant) => Ok(Self(TenantControls::new(idp.clone(), tenant))),
            None => Err(unknown_tenant(name)),
        }
    }
}

/// A JSON body.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Idp>> for Body<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, idp: &Arc<Idp>) -> Result<Self, Trouble> {
        let Ok(incoming) = Incoming::from_request(request, idp).await;
        let body = incoming.body().map_err(|refusal| Trouble::new(413, "too_large", refusal.sentence()))?;
        serde_json::from_slice(body).map(Self).map_err(|mistake| Trouble::body(&mistake))
    }
}

pub(super) fn unknown_tenant(name: &str) -> Trouble {
    Trouble::new(404, "unknown_tenant", format!("There is no tenant '{name}'.")).at("tenant")
}
