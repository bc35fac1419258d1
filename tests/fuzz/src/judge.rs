//! What must be true of every answer, whatever was asked: it is in the form of its endpoint, never the framework's, and says
//! what is wrong. A panic ends the run before anybody could catch it.

use axum::http::Uri;
use serde_json::Value;

use crate::{Answer, Ask, World};

/// # Panics
///
/// If the answer is none of ours.
pub fn judge(world: &World, ask: &Ask, answer: &Answer) {
    let path = ask.path();
    // The dashboard at the root is the control API's.
    let is_control = path.is_empty() || path == "/_mock" || path.starts_with("/_mock/");
    // Faults are ordered over the control API.
    assert!(answer.status < 500 || (world.is_changed && !is_control), "{} {}: {answer:#?}", ask.method, ask.target);
    if is_control {
        control(ask, answer);
    } else if !world.is_changed && ask.method != "HEAD" {
        protocol(&path, answer);
    }
}

fn control(ask: &Ask, answer: &Answer) {
    if answer.status < 400 || ask.method == "HEAD" {
        return;
    }
    let body = answer.json();
    // A protocol endpoint of a tenant `_mock` that nobody has.
    if body["error"].is_string() {
        return entra(answer);
    }
    if answer.header("content-type").starts_with("text/html") {
        return page(answer);
    }
    let text = |member: &str| body["error"][member].as_str().unwrap_or_default();
    assert!(!text("code").is_empty() && !text("message").is_empty(), "no error of the control API: {answer:#?}");
    assert!(text("message").ends_with(['.', '?', '!']), "no sentence: {answer:#?}");
}

fn protocol(path: &str, answer: &Answer) {
    let kind = answer.header("content-type");
    match answer.status {
        300..400 => {
            let to = answer.header("location");
            let uri: Uri = to.parse().expect("an address");
            // The built-in applications are all on this machine.
            let is_there = uri.host().is_none_or(|host| host.eq_ignore_ascii_case("localhost"));
            assert!(is_there && !to.starts_with("//"), "sent elsewhere: {answer:#?}");
        }
        _ if kind.starts_with("text/html") => page(answer),
        401 | 403 if is_api(path) => assert!(!answer.header("www-authenticate").is_empty() || !answer.text.is_empty()),
        400.. if answer.text.is_empty() => assert!(is_api(path), "nothing is said: {answer:#?}"),
        400.. if !is_api(path) => entra(answer),
        _ => {}
    }
}

fn page(answer: &Answer) {
    assert!(answer.text.to_ascii_lowercase().starts_with("<!doctype html>"), "no page: {answer:#?}");
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path == "/oidc/userinfo" || path == "/v1.0/me"
}

/// Entra's error body (escalation reference 2.1).
fn entra(answer: &Answer) {
    let body = answer.json();
    let number = body["error_codes"][0].as_u64();
    let description = body["error_description"].as_str().unwrap_or_default();
    let is_told = number.is_some_and(|number| description.starts_with(&format!("AADSTS{number}: ")));
    let named = ["error", "timestamp", "trace_id", "correlation_id"].iter().all(|name| body[*name].is_string());
    let claims = body.get("claims").and_then(Value::as_str);
    let is_readable = claims.is_none_or(|claims| serde_json::from_str::<serde_json::Map<_, Value>>(claims).is_ok());
    assert!(is_told && named && is_readable, "no error of Entra's: {answer:#?}");
}
