//! One exchange as the mock server's log writes it, seen from the client: members, names and order are that log's
//! (control API, `/exchanges`). `host` alone is more: a client talks to several.
//!
//! What only a server can know stays empty: its reasons, and the short name of an API.

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Request};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::OpenSignIn;
use super::redact::{Redactor, aadsts_number};
use crate::challenge::{self, ChallengeClaims};
use crate::identity::IdToken;
use crate::observer::{Exchanged, Received, SignInAnswer};

/// Where a request went; the server's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Endpoint {
    Discovery,
    Authorize,
    /// The answer of the sign-in pages, at the redirect address.
    Page,
    DeviceCode,
    Token,
    Api,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Exchange {
    pub(super) number: u64,
    pub(super) at: Timestamp,
    endpoint: Endpoint,
    method: String,
    host: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<String>,
    parameters: Vec<(String, String)>,
    fingerprints: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interaction: Option<u64>,
    reasons: [(); 0],
    answer: Answer,
    correlation_id: String,
    trace_id: String,
}

#[derive(Debug, Clone, Default, Serialize)]
struct Answer {
    /// 0 where none was seen.
    status: u16,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suberror: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
}

/// Stands where an id belongs and nobody named one.
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

impl Exchange {
    /// Sent by `method` to `url`, with these parameters; not answered yet.
    fn new(endpoint: Endpoint, (method, url): (&Method, &Url), sent: &[(String, String)], redactor: &Redactor) -> Self {
        let text = |name: &str| get(sent, name).map(str::to_owned);
        Self {
            number: 0,
            at: Timestamp::UNIX_EPOCH,
            endpoint,
            method: method.to_string(),
            host: host(url),
            path: redactor.path(url.path()),
            client_id: text("client_id"),
            user: None,
            grant_type: text("grant_type"),
            claims: text("claims"),
            parameters: redactor.parameters(sent),
            fingerprints: redactor.fingerprints(sent),
            interaction: None,
            reasons: [],
            answer: Answer::default(),
            correlation_id: text("client-request-id").unwrap_or_else(|| NO_ID.to_owned()),
            trace_id: NO_ID.to_owned(),
        }
    }

    pub(super) fn as_open_sign_in(&self) -> OpenSignIn {
        OpenSignIn {
            number: self.number,
            client_id: self.client_id.clone(),
            correlation_id: self.correlation_id.clone(),
        }
    }

    /// Makes this the answer to `opened`.
    pub(super) fn belongs_to(&mut self, opened: OpenSignIn) {
        self.interaction = Some(opened.number);
        self.client_id = opened.client_id;
        self.correlation_id = opened.correlation_id;
    }

    /// Sent by `method` to an API at `url`. Its query is the API's own: a name known from OAuth may mean anything there.
    fn to_api(method: &Method, url: &Url, redactor: &Redactor) -> Self {
        Self {
            path: redactor.api_path(url.path()),
            parameters: redactor.api_parameters(&query(url)),
            ..Self::new(Endpoint::Api, (method, url), &[], redactor)
        }
    }

    /// The ids of request and answer, wherever they stand.
    fn identify(&mut self, request: &HeaderMap, answer: Option<Received<'_>>) {
        let named = |headers: &HeaderMap, name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
        let heard = |name: &str| named(answer?.headers, name);
        if let Some(id) = named(request, "client-request-id").or_else(|| heard("client-request-id")) {
            self.correlation_id = id;
        }
        if let Some(id) = heard("x-ms-request-id") {
            self.trace_id = id;
        }
    }
}

/// What the pages show meanwhile the client cannot see.
pub(super) fn sign_in_opened(address: &Url, redactor: &Redactor) -> Exchange {
    let mut exchange = Exchange::new(Endpoint::Authorize, (&Method::GET, address), &query(address), redactor);
    exchange.answer.kind = "opened";
    exchange
}

pub(super) fn sign_in_answered(answer: SignInAnswer<'_>, redactor: &Redactor) -> Exchange {
    let sent = answer.parameters;
    let mut exchange = Exchange::new(Endpoint::Page, (answer.method, answer.redirect_uri), sent, redactor);
    let error = get(sent, "error").map(str::to_owned);
    exchange.answer = Answer {
        // A form post is the body of a page, everything else a redirect.
        status: if answer.method == "POST" { 200 } else { 302 },
        kind: match error.as_deref() {
            None => "code",
            Some("access_denied") if get(sent, "error_subcode") == Some("cancel") => "cancelled",
            Some(_) => "redirect error",
        },
        error,
        code: get(sent, "error_description").and_then(aadsts_number),
        suberror: get(sent, "suberror").map(str::to_owned),
        ..Answer::default()
    };
    exchange
}

pub(super) fn with_authority(exchanged: Exchanged<'_>, redactor: &Redactor) -> Exchange {
    let Exchanged { request, answer } = exchanged;
    let mut sent = query(request.url());
    sent.extend(form(request));
    let endpoint = match get(&sent, "grant_type") {
        Some(_) => Endpoint::Token,
        None if request.method() == "POST" => Endpoint::DeviceCode,
        None => Endpoint::Discovery,
    };
    let mut exchange = Exchange::new(endpoint, (request.method(), request.url()), &sent, redactor);
    exchange.identify(request.headers(), answer);
    let Some(received) = answer else { return exchange.unanswered() };
    let body: Value = serde_json::from_slice(received.body).unwrap_or_default();
    if let Some(id) = body["trace_id"].as_str() {
        exchange.trace_id = id.to_owned();
    }
    exchange.user = body["id_token"].as_str().and_then(user_name).map(|name| redactor.user(&name));
    exchange.answer = answer_of_authority(endpoint, received, &body);
    exchange
}

pub(super) fn with_api(exchanged: Exchanged<'_>, redactor: &Redactor) -> Exchange {
    let Exchanged { request, answer } = exchanged;
    let mut exchange = Exchange::to_api(request.method(), request.url(), redactor);
    exchange.identify(request.headers(), answer);
    let Some(received) = answer else { return exchange.unanswered() };
    let challenges = challenge::from_headers(received.headers);
    let bearer = challenges.iter().find(|challenge| challenge.is_bearer());
    let claims = bearer.and_then(|challenge| match challenge.claims() {
        ChallengeClaims::Json(claims) => Some(claims),
        _ => None,
    });
    exchange.answer = Answer {
        status: received.status.as_u16(),
        kind: match (&claims, received.status.is_success()) {
            (Some(_), _) => "challenge",
            (None, true) => "api answer",
            (None, false) => "refused",
        },
        error: bearer.and_then(|challenge| challenge.parameter("error")).map(str::to_owned),
        claims,
        ..Answer::default()
    };
    exchange
}

fn answer_of_authority(endpoint: Endpoint, received: Received<'_>, body: &Value) -> Answer {
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let error = text("error");
    let kind = match endpoint {
        _ if error.is_some() || !received.status.is_success() => "error",
        Endpoint::Token => "token",
        Endpoint::DeviceCode => "device code",
        _ => "document",
    };
    let is_token = kind == "token";
    Answer {
        status: received.status.as_u16(),
        kind,
        error,
        code: body["error_codes"][0].as_u64().or_else(|| body["error_description"].as_str().and_then(aadsts_number)),
        suberror: text("suberror"),
        claims: text("claims"),
        scope: text("scope").filter(|_| is_token),
        expires_in: number(&body["expires_in"]).filter(|_| is_token),
    }
}

impl Exchange {
    fn unanswered(mut self) -> Self {
        self.answer.kind = "no answer";
        self
    }
}

fn user_name(id_token: &str) -> Option<String> {
    let claims = IdToken::parse(id_token).ok()?.0;
    ["preferred_username", "upn", "email"].iter().find_map(|name| claims.get(*name)?.as_str().map(str::to_owned))
}

fn query(url: &Url) -> Vec<(String, String)> {
    url.query_pairs().into_owned().collect()
}

fn form(request: &Request) -> Vec<(String, String)> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match request.body().and_then(|body| body.as_bytes()) {
        Some(bytes) if kind.starts_with("application/x-www-form-urlencoded") => {
            form_urlencoded::parse(bytes).into_owned().collect()
        }
        _ => Vec::new(),
    }
}

fn get<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

/// The v1 endpoint writes numbers as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
