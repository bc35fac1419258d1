//! What handlers take in: the tenant of the path, a name below it, a JSON body, parameters of the query.

use std::{collections::HashMap, sync::Arc};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request, State},
    http::request::Parts,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    controls::TenantControls,
    yaml::{self, Path as Place},
};

use super::{
    super::body::{self, LARGEST_BODY},
    Idp, Trouble,
    operation::{Operation, Takes},
};

/// The controls of the tenant in the path.
pub(super) struct Controls(pub(super) TenantControls);

impl FromRequestParts<Arc<Idp>> for Controls {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, idp: &Arc<Idp>) -> Result<Self, Trouble> {
        let names = names(parts, idp).await?;
        let name = names.get("tenant").map(String::as_str).unwrap_or_default();
        let tenant = idp.tenant(name).ok_or_else(|| Trouble::unknown_tenant(name))?;
        Ok(Self(TenantControls::new(idp.clone(), tenant)))
    }
}

impl Takes for Controls {
    fn describe(operation: &mut Operation<'_>) {
        operation.refuses(400, "invalid_path");
        operation.refuses(404, "unknown_tenant");
    }
}

/// The name behind the tenant in the path.
pub(super) struct Name(pub(super) String);

impl FromRequestParts<Arc<Idp>> for Name {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, idp: &Arc<Idp>) -> Result<Self, Trouble> {
        let mut names = names(parts, idp).await?;
        names.remove("tenant");
        Ok(Self(names.into_values().next().unwrap_or_default()))
    }
}

impl Takes for Name {
    fn describe(operation: &mut Operation<'_>) {
        operation.refuses(404, "unknown_name");
    }
}

async fn names(parts: &mut Parts, idp: &Arc<Idp>) -> Result<HashMap<String, String>, Trouble> {
    let names: Result<Path<HashMap<String, String>>, _> = Path::from_request_parts(parts, idp).await;
    names
        .map(|Path(names)| names)
        .map_err(|_| Trouble::new(400, "invalid_path", "The path holds bytes that are no text."))
}

/// A JSON body. Its type need not be declared, so that `curl -d` will do.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Idp>> for Body<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, idp: &Arc<Idp>) -> Result<Self, Trouble> {
        let bytes = whole(request, LARGEST_BODY, idp).await?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|mistake| Trouble::no_json(&mistake))?;
        yaml::from_value(&value, &Place::root()).map(Self).map_err(|problem| Trouble::misshapen(&problem))
    }
}

impl<T: JsonSchema> Takes for Body<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.body::<T>(&["application/json"]);
    }
}

/// The whole body of a request.
pub(super) async fn whole(request: Request, limit: usize, idp: &Idp) -> Result<Bytes, Trouble> {
    Ok(body::read(request.into_body(), limit, idp.limits.body).await?)
}

/// Parameters of the query.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Idp>> for Query<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Idp>) -> Result<Self, Trouble> {
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        read.map(|query| Self(query.0)).map_err(|mistake| {
            let sentence = mistake.body_text();
            let what = sentence.trim_start_matches("Failed to deserialize query string: ");
            Trouble::new(400, "invalid_query", format!("The query is not what this endpoint takes: {what}."))
        })
    }
}

impl<T: JsonSchema> Takes for Query<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.query::<T>();
    }
}

/// The id of the last event that a reader of a stream has seen (HTML, 9.2.4).
pub(super) struct LastEventId(pub(super) Option<u64>);

impl FromRequestParts<Arc<Idp>> for LastEventId {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Idp>) -> Result<Self, Trouble> {
        let Some(sent) = parts.headers.get("last-event-id") else { return Ok(Self(None)) };
        let number = sent.to_str().ok().and_then(|text| text.trim().parse().ok());
        let message = "Last-Event-ID is the number of an exchange, such as 12.";
        number.map(|number| Self(Some(number))).ok_or_else(|| Trouble::new(400, "invalid_header", message))
    }
}

impl Takes for LastEventId {
    fn describe(operation: &mut Operation<'_>) {
        operation.parameters.push(json!({
            "name": "Last-Event-ID",
            "in": "header",
            "description": "The number of the last exchange that was read: the stream goes on behind it.",
            "schema": { "type": "integer", "minimum": 0 },
        }));
        operation.refuses(400, "invalid_header");
    }
}

impl Takes for State<Arc<Idp>> {
    fn describe(_: &mut Operation<'_>) {}
}
