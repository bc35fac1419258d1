//! A `tower` layer over anything that sends `reqwest` requests: `reqwest::Client` itself, or a stack with retries, time
//! limits and logging below or above.

use std::task::{Context, Poll};

use reqwest::Request;
use tower_layer::Layer;
use tower_service::Service;

use super::request::with_token;
use super::{ApiAnswer, call};
use crate::BoxFuture;
use crate::token_for::{TokenFor, token_setters};

/// Why a service under the layer gave no answer: its own error, or an [`Error`](crate::Error) of this library.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Adds a token to each request, meets the API's challenges, and sends again; see
/// [`PublicClientApplication::token_layer`](crate::PublicClientApplication::token_layer). What is set here holds for every
/// request; claims are no such thing, and each request's own challenge is met anyway.
#[derive(Debug, Clone)]
pub struct TokenLayer {
    token: TokenFor,
}

impl TokenLayer {
    pub(crate) fn new(token: TokenFor) -> Self {
        Self { token }
    }

    token_setters!(token.options);
}

impl<S> Layer<S> for TokenLayer {
    type Service = TokenService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TokenService { token: self.token.clone(), inner }
    }
}

/// A service under a [`TokenLayer`].
#[derive(Debug, Clone)]
pub struct TokenService<S> {
    token: TokenFor,
    inner: S,
}

impl<S> Service<Request> for TokenService<S>
where
    S: Service<Request> + Clone + Send + 'static,
    S::Response: ApiAnswer + Send,
    S::Error: Into<BoxError> + Send,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // What was polled ready takes the first attempt; a clone of it may have to become ready first.
        let spare = self.inner.clone();
        let mut ready = Some(std::mem::replace(&mut self.inner, spare.clone()));
        Box::pin(call(self.token.clone(), move |token| {
            let request = with_token(&request, &token);
            let mut service = ready.take().unwrap_or_else(|| spare.clone());
            async move {
                std::future::poll_fn(|context| service.poll_ready(context)).await.map_err(Into::into)?;
                service.call(request?).await.map_err(Into::into)
            }
        }))
    }
}
