//! The server without a socket: a request goes in as a value, its answer comes out. For what would only be slowed down by
//! connections: fuzzers, benchmarks of the server itself. Routes, limits and guards are those of the server that listens;
//! what is about a connection (TLS, one that is dropped in mid-answer) is not here.

use std::{convert::Infallible, sync::Arc};

use axum::{body::Body, extract::Request, response::Response};
use tower::ServiceExt as _;

use crate::http::{Front, Idp};

/// A server that nobody can connect to; made by [`Builder::in_process`](crate::Builder::in_process). Cheap to clone: the
/// copies are one server.
///
/// ```
/// # async fn asked() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{body::Body, http::Request};
///
/// let idp = mock_idp::MockIdp::builder().port(8443).in_process()?;
/// let request = Request::get("/contoso.test/discovery/v2.0/keys").body(Body::empty())?;
/// assert_eq!(idp.answer(request).await.status(), 200);
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(asked()).unwrap();
/// ```
#[derive(Clone)]
pub struct InProcess {
    idp: Arc<Idp>,
    front: Front,
}

impl InProcess {
    pub(crate) fn new(idp: Arc<Idp>) -> Self {
        Self { front: Front::new(idp.clone()), idp }
    }

    /// Origin in the addresses that it gives, such as `http://localhost:8443`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.idp.base
    }

    /// The answer to a request. There is no connection to hang up: a fault that drops it is answered with 204.
    pub async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let answered: Result<Response, Infallible> = self.front.clone().oneshot(request).await;
        answered.unwrap_or_else(|never| match never {})
    }
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InProcess").field("idp", &self.idp).finish_non_exhaustive()
    }
}
