//! A call that is a `reqwest` request, sent by the app's transport.

use std::future::IntoFuture;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Request, Response};

use super::{CallApi, call, invalid_request};
use crate::BoxFuture;
use crate::error::Error;
use crate::result::AccessToken;
use crate::token_for::TokenFor;
use crate::wire;

/// Sends a `reqwest` request.
#[derive(Debug)]
pub struct ByRequest(reqwest::RequestBuilder);

impl CallApi<ByRequest> {
    pub(crate) fn new(token: TokenFor, request: reqwest::RequestBuilder) -> Self {
        Self { token, sender: ByRequest(request) }
    }

    /// Calls the API. Every answer but a 401 is the app's to judge.
    ///
    /// # Errors
    /// When no token can be had, or the API goes on refusing.
    pub async fn send(self) -> Result<Response, Error> {
        let (http, request) = self.sender.0.build_split();
        let request = request.map_err(|error| {
            invalid_request(&format!("the API request cannot be built ({error}); check its address"))
        })?;
        let app = self.token.app.clone();
        let (transport, observer) = (app.transport_or(&http), app.observer());
        call(self.token, |token| {
            let request = with_token(&request, &token);
            async move { wire::call_api(transport, observer, request?).await }
        })
        .await
    }
}

impl IntoFuture for CallApi<ByRequest> {
    type Output = Result<Response, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A copy of the request that carries the token.
pub(super) fn with_token(request: &Request, token: &AccessToken) -> Result<Request, Error> {
    let mut request = request
        .try_clone()
        .ok_or_else(|| invalid_request("the API request has a body that cannot be sent twice; give it as bytes"))?;
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.secret()))
        .map_err(|_| invalid_request("the access token cannot stand in a header; it is not a token"))?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(request)
}
