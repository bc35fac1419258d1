//! A request as it came in: read once, whole, with a limit.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, Method, Uri, header, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    directory::{Dialect, Platform},
    error::{Refusal, Trace},
    fault::{Effect, Hit},
    ids::Ids,
    language::Language,
    params::Params,
    recorder::{Answer, Endpoint, Exchange, fingerprints, redact},
};

use super::{
    Idp,
    body::{self, LARGEST_BODY, LARGEST_QUERY, Unread},
};

/// The cookie that tells browsers apart.
pub(super) const COOKIE: &str = "ESTSAUTH";

/// A request, read to its end.
#[derive(Clone)]
pub(super) struct Incoming {
    pub(super) method: Method,
    pub(super) path: String,
    query: String,
    pub(super) headers: HeaderMap,
    body: Result<Bytes, Unread>,
    fault: Option<Hit>,
}

impl FromRequest<Arc<Idp>> for Incoming {
    type Rejection = Infallible;

    async fn from_request(request: Request, idp: &Arc<Idp>) -> Result<Self, Infallible> {
        let (mut parts, body) = request.into_parts();
        Ok(Self::taken(&mut parts, body, idp).await)
    }
}

impl Incoming {
    /// The dialect of the protocol endpoint that was asked.
    pub(super) fn dialect(&self) -> Dialect {
        Dialect::of_path(&self.path)
    }

    /// The request as a layer before has read it and left it in `parts`; reads it otherwise.
    pub(super) async fn taken(parts: &mut Parts, body: Body, idp: &Idp) -> Self {
        match parts.extensions.remove::<Self>() {
            Some(read) => read,
            None => Self::read(parts, body, idp).await,
        }
    }

    /// Reads a request.
    pub(super) async fn read(parts: &Parts, body: Body, idp: &Idp) -> Self {
        let body = body::read(body, LARGEST_BODY, idp.limits.body).await;
        Self { body, ..Self::head(&parts.method, &parts.uri, &parts.headers) }
    }

    /// A request without its body.
    pub(super) fn head(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        Self {
            method: method.clone(),
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            headers: headers.clone(),
            body: Ok(Bytes::new()),
            fault: None,
        }
    }

    /// The same request, which a fault concerns and which is served all the same.
    pub(super) fn concerned_by(self, fault: Hit) -> Self {
        Self { fault: Some(fault), ..self }
    }

    /// Whether its answer is to carry another `state` than it sent.
    pub(super) fn is_to_be_tampered_with(&self) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.effect == Effect::TamperState)
    }

    /// The parameters of the query.
    pub(super) fn query(&self) -> Result<Params, Refusal> {
        if self.query.len() > LARGEST_QUERY {
            return Err(body::too_large("query", LARGEST_QUERY, 414));
        }
        Params::parse(self.query.as_bytes())
    }

    /// The parameters of a form.
    pub(super) fn form(&self) -> Result<Params, Refusal> {
        Params::parse(self.body.as_ref().map_err(|unread| *unread)?)
    }

    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The token of an `Authorization: Bearer` header. Bytes that can be in no token still count as one that was sent.
    pub(super) fn bearer(&self) -> Option<&str> {
        let value = self.headers.get(header::AUTHORIZATION)?;
        let (scheme, token) = value.to_str().unwrap_or("Bearer unreadable").split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// Client id and secret of an `Authorization: Basic` header (RFC 6749, 2.3.1).
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let (scheme, credentials) = self.header(header::AUTHORIZATION.as_str())?.split_once(' ')?;
        let decoded = STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let text = String::from_utf8(decoded).ok()?;
        let (id, secret) = text.split_once(':')?;
        let decode = |word: &str| form_urlencoded::parse(word.as_bytes()).next().map(|(word, _)| word.into_owned());
        Some((decode(id)?, decode(secret).unwrap_or_default()))
    }

    /// The browser's cookie.
    pub(super) fn browser(&self) -> Option<&str> {
        self.headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, value)| *name == COOKIE && (20..=64).contains(&value.len()))
            .map(|(_, value)| value)
    }

    /// Ids for the answer. The client's correlation id is echoed from wherever it sent it.
    pub(super) fn trace(&self, params: Option<&Params>, ids: &Ids, now: Timestamp) -> Trace {
        let correlation_id = self.correlation_id(params).unwrap_or_else(|| ids.guid());
        Trace { trace_id: ids.guid(), correlation_id, at: now }
    }

    /// The correlation id that the client sent.
    pub(super) fn correlation_id(&self, params: Option<&Params>) -> Option<Uuid> {
        const NAME: &str = "client-request-id";
        let sent = self.header(NAME).or_else(|| params.and_then(|params| params.get(NAME)));
        match sent {
            Some(id) => Uuid::parse_str(id).ok(),
            None => Uuid::parse_str(self.query().ok()?.get(NAME)?).ok(),
        }
    }

    /// The operating system that the request names: an MSAL's own word, else the browser's.
    pub(super) fn platform(&self, params: Option<&Params>) -> Option<Platform> {
        let words = params.and_then(|params| params.get("x-client-OS")).or_else(|| self.header("x-client-os"));
        words.and_then(Platform::named_in).or_else(|| self.header("user-agent").and_then(Platform::named_in))
    }

    /// The language that the person wishes for, in `params` or by the browser.
    pub(super) fn language(&self, params: Option<&Params>) -> Language {
        let ui_locales = params.and_then(|params| params.get("ui_locales"));
        Language::wished(ui_locales, self.header(header::ACCEPT_LANGUAGE.as_str()))
    }

    /// The log's entry for this request, to be completed with the answer.
    pub(super) fn exchange(&self, endpoint: Endpoint, params: &Params, trace: &Trace) -> Exchange {
        let text = |name: &str| params.get(name).map(str::to_owned);
        Exchange {
            number: 0,
            at: trace.at,
            endpoint,
            method: self.method.to_string(),
            path: self.path.clone(),
            client_id: text("client_id"),
            user: None,
            grant_type: text("grant_type"),
            claims: text("claims"),
            parameters: redact(params.pairs()),
            fingerprints: fingerprints(params.pairs()),
            interaction: None,
            reasons: self.fault.iter().map(|fault| fault.reason.clone()).collect(),
            answer: Answer::default(),
            tokens: Vec::new(),
            correlation_id: trace.correlation_id,
            trace_id: trace.trace_id,
        }
    }
}
