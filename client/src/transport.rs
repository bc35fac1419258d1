//! How requests leave the app. Everything the client itself sends (discovery, token endpoint, API calls) goes through one
//! [`HttpTransport`]; what a request means and whether it is sent again is decided elsewhere.

use std::error::Error;

use crate::BoxFuture;

/// Why a request got no answer.
pub type TransportError = Box<dyn Error + Send + Sync>;

/// Sends one request and gives its answer: the place for a proxy with rules of its own, for metrics, or for recording, as
/// MSAL.NET's `IMsalHttpClientFactory` and MSAL Node's `INetworkModule` are. A [`reqwest::Client`] is one.
///
/// To follow no redirect is its duty: a refresh token must not travel on. The client refuses an answer of the token endpoint
/// whose [`url`](reqwest::Response::url) is not the one that was asked; who makes up a response gives it that address with
/// [`ResponseBuilderExt::url`](reqwest::ResponseBuilderExt::url).
///
/// An error with a [`reqwest::Error`] in it is told as one of that kind, such as a timeout; any other is a broken connection.
pub trait HttpTransport: Send + Sync {
    /// Sends `request` once. Requests hold tokens: log neither bodies nor the `Authorization` header.
    fn execute(&self, request: reqwest::Request) -> BoxFuture<'_, Result<reqwest::Response, TransportError>>;
}

impl HttpTransport for reqwest::Client {
    fn execute(&self, request: reqwest::Request) -> BoxFuture<'_, Result<reqwest::Response, TransportError>> {
        Box::pin(async move { Ok(Self::execute(self, request).await?) })
    }
}
