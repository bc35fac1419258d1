//! A call that the app makes itself, with whatever it calls its API with: it gets a token and hands back the answer.

use std::fmt;
use std::future::IntoFuture;

use super::{ApiAnswer, CallApi, call};
use crate::BoxFuture;
use crate::error::Error;
use crate::result::AccessToken;
use crate::token_for::TokenFor;

/// Calls the app's closure.
#[derive(Clone)]
pub struct ByClosure<F>(F);

impl<F> fmt::Debug for ByClosure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByClosure")
    }
}

impl<F> CallApi<ByClosure<F>> {
    pub(crate) fn by_closure(token: TokenFor, send: F) -> Self {
        Self { token, sender: ByClosure(send) }
    }

    /// Calls the API: the closure once, and once more for each challenge that could be met. Every answer but a 401 is the
    /// app's to judge.
    ///
    /// # Errors
    /// What the closure gave, or, turned into the same type, why no token can be had or that the API goes on refusing.
    pub async fn send<R, E, Fut>(self) -> Result<R, E>
    where
        F: FnMut(AccessToken) -> Fut,
        Fut: Future<Output = Result<R, E>>,
        R: ApiAnswer,
        E: From<Error>,
    {
        call(self.token, self.sender.0).await
    }
}

impl<F, Fut, R, E> IntoFuture for CallApi<ByClosure<F>>
where
    F: FnMut(AccessToken) -> Fut + Send + 'static,
    Fut: Future<Output = Result<R, E>> + Send + 'static,
    R: ApiAnswer + Send + 'static,
    E: From<Error> + Send + 'static,
{
    type Output = Result<R, E>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
