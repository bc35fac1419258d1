//! `/_mock/openapi.json`: OpenAPI 3.1, made of the table of routes.

use std::sync::{Arc, OnceLock};

use axum::{extract::State, http::Method};
use schemars::{generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value, json};

use crate::{directory, expectation::Grant};

use super::{
    Idp, Json,
    operation::{Operation, bounded},
    table::{Route, routes},
};

pub(super) async fn show(State(idp): State<Arc<Idp>>) -> Json<Map<String, Value>> {
    let mut document = document().clone();
    document.insert("servers".to_owned(), json!([{ "url": idp.base }]));
    Json(document)
}

/// Maps whose keys are one of an enumeration, which schemars does not tell: definition, member, enumeration.
const ENUMERATED: &[(&str, &str, &str)] = &[("Expectations", "token_requests", "Grant")];

/// The document but for the server.
fn document() -> &'static Map<String, Value> {
    static DOCUMENT: OnceLock<Map<String, Value>> = OnceLock::new();
    DOCUMENT.get_or_init(made)
}

fn made() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
        settings.transforms.push(Box::new(RecursiveTransform(bounded)));
    });
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    for route in routes() {
        let mut operation = Operation::new(&mut schemas);
        (route.describe)(&mut operation);
        for (status, code) in &route.refuses {
            operation.refuses(*status, code);
        }
        operation.refuses(403, "foreign_host");
        operation.refuses(403, "foreign_origin");
        let described = described(&route, operation);
        let path = paths.entry(route.path).or_insert_with(|| json!({ "parameters": names(route.path) }));
        path[route.method.as_str().to_lowercase()] = described;
    }
    schemas.subschema_for::<Grant>();
    let mut definitions = schemas.take_definitions(true);
    for (name, property, keys) in ENUMERATED {
        if let Some(map) = definitions.get_mut(*name).map(|schema| &mut schema["properties"][*property]) {
            map["propertyNames"] = json!({ "$ref": format!("#/components/schemas/{keys}") });
        }
    }
    if let Some(time) = definitions.get_mut("Repetition") {
        time["format"] = "time-span".into();
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Control API of mock-idp",
            "description": "For test suites in any language, on this machine only. Every error is \
                `{\"error\":{\"code\",\"message\",\"field\"?}}`: 400 where a body or query is not as its schema says, 422 where \
                it is and cannot be accepted all the same, such as for a name that nothing bears.",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": paths,
        "components": { "schemas": definitions },
    });
    document.as_object().cloned().unwrap_or_default()
}

fn described(route: &Route, operation: Operation<'_>) -> Value {
    let (parameters, body, responses) = operation.into_responses();
    let responses: Map<_, _> = responses.into_iter().map(|(status, told)| (status.to_string(), told)).collect();
    let mut described = json!({ "operationId": operation_id(route), "summary": route.says, "responses": responses });
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(mut body) = body {
        let example = match (route.example, &route.method) {
            (Some(example), _) => serde_json::from_str(example).unwrap_or_default(),
            // The whole built-in directory; import is the only one without an example of its own.
            (None, _) => serde_json::to_value(&*crate::config::built_in()).unwrap_or_default(),
        };
        body["content"]["application/json"]["example"] = example;
        described["requestBody"] = body;
    }
    described
}

/// A name for generators of clients, such as `post_tenant_consents`.
fn operation_id(route: &Route) -> String {
    let words = route
        .path
        .trim_start_matches("/_mock/")
        .replace("openapi.json", "openapi")
        .replace("tenants/{tenant}", "tenant");
    let words: Vec<&str> = words.split('/').filter(|word| !word.starts_with('{')).collect();
    let item = if route.path.ends_with('}') && words.len() > 1 { "_item" } else { "" };
    let method =
        if route.method == Method::DELETE { "delete".to_owned() } else { route.method.as_str().to_lowercase() };
    format!("{method}_{}{item}", words.join("_"))
}

/// The names in a path, with one of the built-in directory for each.
fn names(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let policy = directory_policy();
            let (says, example) = match name {
                "tenant" => ("Tenant id, domain or short name.", "contoso"),
                "user" => ("User name, object id, or the part in front of the @.", "ada"),
                "application" => ("Short name or client id.", "desktop"),
                "api" => ("Short name.", "calendar"),
                "exchange" => ("The number of an exchange.", "1"),
                "policy" => ("Id or name.", policy.as_str()),
                _ => ("Id, as it was given when it was injected.", "00000000-0000-4000-8000-000000000000"),
            };
            json!({
                "name": name, "in": "path", "required": true, "description": says, "example": example,
                "schema": { "type": "string", "minLength": 1 },
            })
        })
        .collect()
}

fn directory_policy() -> String {
    let document: Arc<directory::Document> = crate::config::built_in();
    let policies = document.tenants.iter().flat_map(|tenant| &tenant.policies);
    policies.map(|policy| policy.name.clone()).next().unwrap_or_default()
}
