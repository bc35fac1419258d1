//! What goes out: JSON with Entra's headers, redirects, pages. The one place that turns a refusal into a response.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde::Serialize;

use crate::{
    directory::Trailer,
    error::{ErrorBody, Refusal, Trace},
    flow::{Answer, Reply, ResponseMode, location},
    language::Language,
    pages::{self, Frame, text},
};

/// JSON that must not be stored, with the headers of the token endpoint (escalation reference 2.1).
///
/// There is no `Strict-Transport-Security`: on localhost it would turn every other local program's `http` into `https`.
pub(super) fn json(status: u16, body: &impl Serialize, trace: &Trace) -> Response {
    let mut response = plain_json(status, body);
    // Room for all of them, and for those that others add.
    response.headers_mut().reserve(24);
    no_store(&mut response);
    set(&mut response, "expires", "-1");
    set(&mut response, "x-content-type-options", "nosniff");
    set(&mut response, "p3p", "CP=\"DSP CUR OTPi IND OTRi ONL FIN\"");
    set_text(&mut response, "x-ms-request-id", &trace.trace_id.to_string());
    set(&mut response, "x-ms-ests-server", "mock-idp");
    set_text(&mut response, "client-request-id", &trace.correlation_id.to_string());
    cookies(&mut response, trace);
    response
}

/// The cookies that the service's front ends set on every answer. None is read here; a client has to get along with them.
fn cookies(response: &mut Response, trace: &Trace) {
    // A browser's identity there, and opaque; a month is what it lives.
    let fpc = URL_SAFE_NO_PAD.encode(trace.trace_id);
    let expires = trace.at.saturating_add(SignedDuration::from_hours(24 * 30)).unwrap_or(trace.at);
    let expires = expires.strftime("%a, %d-%b-%Y %H:%M:%S GMT");
    let fpc = format!("fpc={fpc}; expires={expires}; path=/; secure; HttpOnly; SameSite=None");
    add_text(response, "set-cookie", &fpc);
    add(response, "set-cookie", "x-ms-gateway-slice=mock-idp; path=/; secure; samesite=none; httponly");
    add(response, "set-cookie", "stsservicecookie=mock-idp; path=/; secure; samesite=none; httponly");
}

/// JSON without Entra's headers.
pub(super) fn plain_json(status: u16, body: &impl Serialize) -> Response {
    let mut response = Response::new(serde_json::to_string(body).unwrap_or_default().into());
    *response.status_mut() = status_of(status);
    set(&mut response, "content-type", JSON);
    response
}

/// A public document that may be stored for a day (wire reference 4.3).
pub(super) fn document(json: impl Into<Body>) -> Response {
    let mut response = Response::new(json.into());
    set(&mut response, "content-type", JSON);
    set(&mut response, "cache-control", "max-age=86400, private");
    set(&mut response, "x-content-type-options", "nosniff");
    response
}

/// The same, of what is no text yet.
pub(super) fn json_document(body: &impl Serialize) -> Response {
    document(serde_json::to_string(body).unwrap_or_default())
}

const JSON: &str = "application/json; charset=utf-8";

/// Entra's error body.
pub(super) fn refusal(refusal: &Refusal, trace: &Trace, trailer: Trailer) -> Response {
    let mut response = json(refusal.status(), &ErrorBody::new(refusal, trace, trailer), trace);
    set_text(&mut response, "x-ms-clitelem", &format!("1,{},0,,", refusal.number()));
    response
}

/// A page, with the headers that keep it from being framed, scripted or stored.
pub(super) fn page(status: u16, html: String) -> Response {
    let mut response = Response::new(html.into());
    *response.status_mut() = status_of(status);
    set(&mut response, "content-type", "text/html; charset=utf-8");
    for &(name, value) in pages::HEADERS {
        set(&mut response, name, value);
    }
    response
}

/// The end of a sign-in at the client's redirect address, in the mode it asked for.
pub(super) fn reply(reply: &Reply, answer: &Answer, trace: &Trace, trailer: Trailer, language: Language) -> Response {
    let mut parameters = match answer {
        Answer::Code(parameters) => parameters.clone(),
        Answer::Error { refusal, cancelled } => error_parameters(refusal, *cancelled, trace, trailer),
        Answer::AdminConsent(parameters) => parameters.clone(),
        Answer::AdminConsentRefused(refusal) => {
            let mut parameters = error_parameters(refusal, false, trace, trailer);
            // Even so (escalation reference C9).
            parameters.push(("admin_consent", "True".to_owned()));
            parameters
        }
    };
    if let Some(state) = &reply.state {
        parameters.push(("state", state.clone()));
    }
    deliver(reply, &parameters, language)
}

/// Brings `parameters` to the client's redirect address, in the mode it asked for; `language`: of the page that does.
pub(super) fn deliver(reply: &Reply, parameters: &[(&'static str, String)], language: Language) -> Response {
    if reply.mode == ResponseMode::FormPost {
        let fields: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let frame = Frame::of(text::of(language), "");
        return page(200, pages::form_post(&frame, &reply.address, &fields));
    }
    let mut response = StatusCode::FOUND.into_response();
    set_text(&mut response, "location", &location(&reply.address, reply.mode, parameters));
    no_store(&mut response);
    set(&mut response, "referrer-policy", "no-referrer");
    response
}

/// The parameters of a redirect error (escalation reference 2.8).
fn error_parameters(
    refusal: &Refusal,
    cancelled: bool,
    trace: &Trace,
    trailer: Trailer,
) -> Vec<(&'static str, String)> {
    let body = ErrorBody::new(refusal, trace, trailer);
    let mut parameters = vec![("error", body.error.to_owned())];
    if cancelled {
        parameters.push(("error_subcode", "cancel".to_owned()));
    }
    parameters.push(("error_description", body.error_description));
    let optional =
        [("error_uri", body.error_uri), ("suberror", body.suberror.map(str::to_owned)), ("claims", body.claims)];
    parameters.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
    parameters
}

/// Sets a header to a value of ours. A constant costs no memory.
pub(super) fn set(response: &mut Response, name: &'static str, value: &'static str) {
    response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
}

/// Adds a header line of ours beside those of the same name.
pub(super) fn add(response: &mut Response, name: &'static str, value: &'static str) {
    response.headers_mut().append(HeaderName::from_static(name), HeaderValue::from_static(value));
}

/// Sets a header. A value that cannot be written is left out.
pub(super) fn set_text(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// Adds a header line beside those of the same name. A value that cannot be written is left out.
pub(super) fn add_text(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().append(HeaderName::from_static(name), value);
    }
}

fn no_store(response: &mut Response) {
    set(response, "cache-control", "no-store, no-cache");
    set(response, "pragma", "no-cache");
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
