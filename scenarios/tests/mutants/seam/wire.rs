//! The wire of a mutant: other forms than the client made, other answers than the token endpoint gave, or the same request
//! once more.

use desktop_client::{BoxFuture, HttpTransport, TransportError};
use http::response::Builder;
use reqwest::{Request, Response, ResponseBuilderExt as _};
use serde_json::Value;

use super::Parameters;

/// A form for the token endpoint.
pub(crate) type Form = Parameters;

type OnForm = dyn Fn(&mut Form) + Send + Sync;
type OnReply = dyn Fn(&Form, &mut Reply) + Send + Sync;

/// An answer of the token endpoint.
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Null if it was no JSON, or the connection broke.
    pub(crate) body: Value,
    /// Whether a header says when to come again.
    pub(crate) retry_after: bool,
}

impl Reply {
    pub(crate) fn is_error(&self) -> bool {
        self.status != 200
    }

    pub(crate) fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_default()
    }

    /// The AADSTS number.
    pub(crate) fn code(&self) -> u64 {
        self.body["error_codes"][0].as_u64().unwrap_or_default()
    }

    /// What a client that takes it for "UI required" believes to have got.
    pub(crate) fn read_as_ui_required(&mut self) {
        let mut body = serde_json::json!({"error": "invalid_grant", "suberror": "basic_action"});
        if let Some(claims) = self.body.get("claims") {
            body["claims"] = claims.clone();
        }
        body["error_description"] = self.body["error_description"].clone();
        (self.status, self.body, self.retry_after) = (400, body, false);
    }
}

/// Sends what the client sends, and changes what concerns the token endpoint.
pub(crate) struct Wire {
    pub(crate) http: reqwest::Client,
    /// Before it goes out.
    pub(crate) form: Box<OnForm>,
    /// Before the client reads it.
    pub(crate) reply: Box<OnReply>,
    /// Whether the same form is sent once more, given how often it was and what came.
    pub(crate) again: fn(usize, &Reply) -> bool,
}

impl Wire {
    pub(crate) fn of(http: &reqwest::Client) -> Self {
        Self { http: http.clone(), form: Box::new(|_| {}), reply: Box::new(|_, _| {}), again: |_, _| false }
    }

    async fn ask_for_token(&self, mut request: Request) -> Result<Response, TransportError> {
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let mut form: Form = url::form_urlencoded::parse(body).into_owned().collect();
        (self.form)(&mut form);
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
        *request.body_mut() = Some(text.into());
        for sent in 1.. {
            let once = request.try_clone().ok_or("the form is bytes")?;
            let (mut reply, head) = self.exchange(once).await;
            if (self.again)(sent, &reply) {
                continue;
            }
            (self.reply)(&form, &mut reply);
            let mut head = head.status(reply.status).url(request.url().clone());
            if let Some(headers) = head.headers_mut().filter(|_| !reply.retry_after) {
                headers.remove(http::header::RETRY_AFTER);
            }
            if reply.body.is_null() && reply.status == 0 {
                return Err("the connection broke".into());
            }
            let body = if reply.body.is_null() { String::new() } else { reply.body.to_string() };
            return Ok(head.header("content-type", "application/json").body(body)?.into());
        }
        Err("unreachable".into())
    }

    /// Status 0 stands for a connection that broke.
    async fn exchange(&self, request: Request) -> (Reply, Builder) {
        let head = http::Response::builder();
        let Ok(response) = self.http.execute(request).await else {
            return (Reply { status: 0, body: Value::Null, retry_after: false }, head);
        };
        let retry_after = response.headers().get(http::header::RETRY_AFTER).cloned();
        let status = response.status().as_u16();
        let body = response.json().await.unwrap_or_default();
        let reply = Reply { status, body, retry_after: retry_after.is_some() };
        let head = match retry_after {
            Some(value) => head.header(http::header::RETRY_AFTER, value),
            None => head,
        };
        (reply, head)
    }
}

impl HttpTransport for Wire {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            if request.url().path().ends_with("/token") {
                self.ask_for_token(request).await
            } else {
                Ok(self.http.execute(request).await?)
            }
        })
    }
}
