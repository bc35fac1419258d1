//! Which answers a page of another origin may read (the Fetch standard's CORS protocol). In front of every
//! endpoint, so that faults and refusals follow the same rule as the answers they stand for.
//!
//! Public documents and the mock APIs are open to every origin. The token endpoint is open to the origins that the client has
//! registered as a single-page application, and to those alone. Everything else is for navigation, and closed.

use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::{Idp, incoming::Incoming, respond, token::issuing_tenant};
use crate::{
    directory::{Application, Directory},
    error::{Aadsts, Refusal},
    grant::admits_origin,
    params::Params,
};

/// What of an answer's headers a page may read beside the safelisted ones: what MSAL Browser looks for at the token endpoint
/// and at an API.
const EXPOSED: &str = "Content-Length, Retry-After, WWW-Authenticate, client-request-id, x-ms-clitelem, x-ms-ests-server, x-ms-request-id";

/// Who may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    /// Every origin, a public document.
    OfDocuments,
    /// Every origin, an API's answer with its challenges.
    OfApis,
    /// The origins of the client's single-page redirect addresses.
    Registered,
    /// Pages of this server.
    Ours,
}

impl Readers {
    /// `matched`: the route, as the router writes it.
    fn of(matched: &str) -> Self {
        match matched {
            "/oidc/userinfo" => Self::OfApis,
            _ if matched.starts_with("/api/") || matched.starts_with("/v1.0/") => Self::OfApis,
            "/common/discovery/instance" => Self::OfDocuments,
            _ if matched.ends_with("/openid-configuration") || matched.ends_with("/keys") => Self::OfDocuments,
            _ if matched.to_ascii_lowercase().starts_with("/common/userrealm/") => Self::OfDocuments,
            _ if matched.ends_with("/token") => Self::Registered,
            _ => Self::Ours,
        }
    }
}

/// Marks the refusal that says that an origin is not registered. Its page may read it: that is how developers learn of it.
#[derive(Clone, Copy, Debug)]
struct Telling;

/// Lets the page whose origin was refused read why.
pub(super) fn tell(response: &mut Response, refusal: &Refusal) {
    if refusal.code == Aadsts::CrossOriginNotSinglePage {
        response.extensions_mut().insert(Telling);
    }
}

/// Answers preflights, and says of every other answer who may read it.
pub(super) async fn allow<Answer>(idp: &Idp, request: Request, next: impl FnOnce(Request) -> Answer) -> Response
where
    Answer: Future<Output = Response>,
{
    let readers = request.extensions().get::<MatchedPath>().map_or(Readers::Ours, |path| Readers::of(path.as_str()));
    let Some(origin) = text(request.headers(), header::ORIGIN.as_str()) else {
        let mut response = next(request).await;
        open(&mut response, readers);
        return response;
    };
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    match (readers, preflight) {
        (Readers::Ours, _) => next(request).await,
        (Readers::OfDocuments | Readers::OfApis, true) => {
            let mut response = permission(request.headers());
            open(&mut response, readers);
            response
        }
        (Readers::OfDocuments | Readers::OfApis, false) => {
            let mut response = next(request).await;
            open(&mut response, readers);
            response
        }
        (Readers::Registered, true) => {
            // The client is named in the body, which is not there yet.
            let known = is_registered_by_any(idp, request.uri().path(), &origin);
            let mut response = if known { permission(request.headers()) } else { empty() };
            admit(&mut response, &origin, known);
            response
        }
        (Readers::Registered, false) => {
            let (mut parts, body) = request.into_parts();
            let incoming = Incoming::read(&parts, body, idp).await;
            let known = is_registered(idp, &incoming, &origin);
            parts.extensions.insert(incoming);
            let mut response = next(Request::from_parts(parts, Body::empty())).await;
            let readable = known || response.extensions().get::<Telling>().is_some();
            admit(&mut response, &origin, readable);
            response
        }
    }
}

/// Says what every origin may read. There are no credentials but those that the page itself sends.
fn open(response: &mut Response, readers: Readers) {
    let methods = match readers {
        Readers::OfDocuments => "GET, OPTIONS",
        Readers::OfApis => "GET, POST, OPTIONS",
        Readers::Registered | Readers::Ours => return,
    };
    respond::set(response, "access-control-allow-origin", "*");
    respond::set_text(response, "access-control-allow-methods", methods);
    if readers == Readers::OfApis {
        respond::set(response, "access-control-expose-headers", EXPOSED);
    }
}

/// `origin` may read, if it is `readable` for it; caches keep it apart from others in either case.
fn admit(response: &mut Response, origin: &str, readable: bool) {
    respond::add(response, "vary", "Origin");
    if readable {
        respond::set_text(response, "access-control-allow-origin", origin);
        respond::set(response, "access-control-allow-methods", "POST, OPTIONS");
        respond::set(response, "access-control-expose-headers", EXPOSED);
    }
}

/// A preflight's answer: whatever headers the page asked for.
fn permission(asked: &HeaderMap) -> Response {
    let mut response = empty();
    if let Some(names) = text(asked, header::ACCESS_CONTROL_REQUEST_HEADERS.as_str()) {
        respond::set_text(&mut response, "access-control-allow-headers", &names);
        respond::add(&mut response, "vary", "Access-Control-Request-Headers");
    }
    response
}

fn empty() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Whether the client of a token request has registered `origin`.
fn is_registered(idp: &Idp, incoming: &Incoming, origin: &str) -> bool {
    let params = incoming.form().unwrap_or_else(|_| Params::default());
    let basic = incoming.basic().map(|(id, _)| id);
    let id = params.get("client_id").map(str::to_owned).or(basic);
    with_directory(idp, &incoming.path, Some(&params), |directory| {
        let names = |client: &&Application| id.as_ref().is_some_and(|id| *id == client.client_id.to_string());
        directory.applications.iter().find(names).is_some_and(|client| admits_origin(client, origin))
    })
}

/// Whether any client of the tenant has registered `origin`.
fn is_registered_by_any(idp: &Idp, path: &str, origin: &str) -> bool {
    with_directory(idp, path, None, |directory| {
        directory.applications.iter().any(|client| admits_origin(client, origin))
    })
}

fn with_directory(idp: &Idp, path: &str, params: Option<&Params>, ask: impl FnOnce(&Directory) -> bool) -> bool {
    let segment = path.split('/').nth(1).unwrap_or_default();
    let Ok(authority) = idp.authority(segment) else { return false };
    let tenant = issuing_tenant(idp, &authority, params);
    let state = tenant.state();
    ask(&state.directory)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
