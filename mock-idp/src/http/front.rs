//! What every request goes through, in one order and in one place: first [`Front`], which looks at the request alone; then, once
//! the path has been found, [`endpoint`]. What an endpoint says of itself is in its own file.

use std::{
    any::Any,
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    BoxError, Router,
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::Uri,
    middleware::Next,
    response::Response,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use percent_encoding::percent_decode_str;
use tower::Service;

use crate::error::{Aadsts, Refusal};

use super::{Idp, body, cors, fault, respond, router::paths, skip, turn};

/// The whole server, as a service.
#[derive(Clone)]
pub struct Front {
    idp: Arc<Idp>,
    paths: Paths,
}

impl Front {
    /// What answers for `idp`.
    #[must_use]
    pub fn new(idp: Arc<Idp>) -> Self {
        Self { paths: Paths(paths(&idp)), idp }
    }

    async fn answer(self, request: Request) -> Response {
        if let Some(refused) = body::refused(&self.idp, &request) {
            return refused;
        }
        let request = single_slashes(request);
        match skip::tenant(&self.idp, &request) {
            Some(tenant) => skip::pages(&self.idp, &tenant, request, &self.paths).await,
            None => self.paths.answer(request).await,
        }
    }
}

impl<B> Service<axum::http::Request<B>> for Front
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: axum::http::Request<B>) -> Self::Future {
        Box::pin(self.clone().answer(request.map(Body::new)).map(Ok))
    }
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Front").field("idp", &self.idp).finish_non_exhaustive()
    }
}

/// Every path, and an answer for what none of them takes.
#[derive(Clone)]
pub(super) struct Paths(Router);

impl Paths {
    /// The answer to a request; to one that makes us panic, that of an outage.
    pub(super) async fn answer(&self, request: Request) -> Response {
        let mut router = self.0.clone();
        let answered = AssertUnwindSafe(async move { router.call(request).await }).catch_unwind().await;
        match answered {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(panic) => panicked(&panic),
        }
    }
}

/// In front of each endpoint of the protocol and of the APIs. A page may read faults as well as what they stand for, so that
/// rule is outermost; a request that waits for its turn meets the faults of then.
pub(super) async fn endpoint(State(idp): State<Arc<Idp>>, request: Request, next: Next) -> Response {
    let idp = &*idp;
    let serve = |request: Request| async move {
        if let Some(refused) = unreadable(idp, &request) {
            return refused;
        }
        next.run(request).await
    };
    cors::allow(idp, request, |request| async move {
        turn::wait(idp, &request).await;
        fault::intercept(idp, request, serve).await
    })
    .await
}

/// A doubled slash is a slash, as MSAL Python needs (wire reference 1.2).
fn single_slashes(mut request: Request) -> Request {
    let uri = request.uri();
    if uri.path().contains("//") {
        let mut path = String::with_capacity(uri.path().len());
        for segment in uri.path().split('/').filter(|segment| !segment.is_empty()) {
            path.push('/');
            path.push_str(segment);
        }
        if let Some(query) = uri.query() {
            path.push('?');
            path.push_str(query);
        }
        if let Ok(uri) = path.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// The refusal of a path whose escapes are no text, before an endpoint looks at its parts.
fn unreadable(idp: &Idp, request: &Request) -> Option<Response> {
    if percent_decode_str(request.uri().path()).decode_utf8().is_ok() {
        return None;
    }
    let refusal = Refusal::new(Aadsts::Malformed).with("what", "the path has escapes that are no text");
    Some(body::refuse(idp, request, &refusal))
}

/// A defect of ours: Entra's words for an outage, and no details.
fn panicked(_: &(dyn Any + Send)) -> Response {
    let row = Aadsts::DirectoryUnavailable.row();
    let body = serde_json::json!({
        "error": "temporarily_unavailable",
        "error_description": format!("AADSTS{}: {}", row.number, row.text),
        "error_codes": [row.number],
    });
    respond::plain_json(503, &body)
}
