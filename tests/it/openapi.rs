//! The OpenAPI document against the server that it describes. Schemas of answers are checked by `tests/control-api`.

use std::collections::BTreeSet;

use mock_idp::MockIdp;
use reqwest::Method;
use serde_json::Value;
use tests::{Answer, RawClient};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

async fn document(client: &RawClient) -> Value {
    client.send(client.request(Method::GET, "/_mock/openapi.json")).await.body
}

/// Each path with its item; names in it are those of the examples.
fn paths(document: &Value) -> Vec<(String, &Value)> {
    let filled = |path: &str, item: &Value| {
        let names = item["parameters"].as_array().unwrap().iter();
        names.fold(path.to_owned(), |path, name| {
            path.replace(&format!("{{{}}}", name["name"].as_str().unwrap()), name["example"].as_str().unwrap())
        })
    };
    document["paths"].as_object().unwrap().iter().map(|(path, item)| (filled(path, item), item)).collect()
}

/// `Allow` is what the router itself says that a path takes.
#[tokio::test]
async fn every_route_is_in_the_document_and_the_other_way_round() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let document = document(&client).await;
    for (path, item) in paths(&document) {
        let answer = client.send(client.request(Method::OPTIONS, &path)).await;
        let allowed: BTreeSet<String> =
            answer.headers["allow"].to_str().unwrap().split(',').map(str::to_lowercase).collect();
        let mut described: BTreeSet<String> =
            METHODS.iter().filter(|method| item.get(**method).is_some()).map(|&method| method.to_owned()).collect();
        if described.contains("get") {
            described.insert("head".to_owned());
        }
        assert_eq!(described, allowed, "{path}");
    }
    assert!(document["paths"].as_object().unwrap().len() > 20);
    for required in ["/_mock/directory", "/_mock/tenants/{tenant}/exchanges/stream", "/_mock/tenants/{tenant}/what_if"]
    {
        assert!(document["paths"][required]["get"].is_object() || document["paths"][required]["post"].is_object());
    }
}

/// The examples are of the built-in directory, so the server takes them as they are.
#[tokio::test]
async fn every_example_is_good_and_every_operation_is_told() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let document = document(&client).await;
    let mut ids = BTreeSet::new();
    for (path, item) in paths(&document) {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let told = |member: &str| operation[member].as_str().unwrap_or_default().to_owned();
            assert!(ids.insert(told("operationId")), "{method} {path}: the id stands twice");
            assert!(told("summary").ends_with('.'), "{method} {path}");
            let Some(body) = operation.get("requestBody") else { continue };
            let example = &body["content"]["application/json"]["example"];
            assert!(example.is_object(), "{method} {path} has no example");
            idp.reset();
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer: Answer = client.send(client.request(method.clone(), &path).json(example)).await;
            assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.text);
            let promised = &operation["responses"][answer.status.to_string()];
            assert!(promised.is_object(), "{method} {path}: {} is not described", answer.status);
        }
    }
}

/// A reader, and a generator of clients, finds every word explained.
#[tokio::test]
async fn every_schema_and_member_is_described() {
    let idp = MockIdp::start().await;
    let document = document(&RawClient::new(&idp).await).await;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut bare = Vec::new();
    for (name, schema) in schemas {
        for (member, told) in schema["properties"].as_object().into_iter().flatten() {
            let described = |told: &Value| told["description"].is_string();
            let inside = told["anyOf"].as_array().is_some_and(|variants| variants.iter().any(described));
            if !described(told) && !inside {
                bare.push(format!("{name}.{member}"));
            }
        }
        let variants = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        if !schema["description"].is_string() && variants.is_none() {
            bare.push(name.clone());
        }
    }
    assert!(bare.is_empty(), "not described: {bare:?}");
    let text = document.to_string();
    let references = text.split("\"#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap());
    for name in references {
        assert!(schemas.contains_key(name), "{name} is nowhere");
    }
}
