//! The wire of a mutant: other forms than the client made, other answers than the token endpoint gave, or the same request
//! once more.

use desktop_client::{BoxFuture, HttpTransport, TransportError};
use http::{
    HeaderValue,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use reqwest::{Request, Response, ResponseBuilderExt as _};
use serde_json::Value;
use url::Url;

use super::Parameters;

/// A form for the token endpoint.
pub(crate) type Form = Parameters;

type OnForm = dyn Fn(&mut Form) + Send + Sync;
type OnReply = dyn Fn(&Form, &mut Reply) + Send + Sync;

/// An answer of the token endpoint.
pub(crate) struct Reply {
    /// 0 if the connection broke.
    pub(crate) status: u16,
    /// Null if it was no JSON.
    pub(crate) body: Value,
    pub(crate) retry_after: Option<HeaderValue>,
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
        (self.status, self.body, self.retry_after) = (400, body, None);
    }

    fn into_response(self, url: Url) -> Result<Response, TransportError> {
        if self.status == BROKEN {
            return Err("the connection broke".into());
        }
        let mut head = http::Response::builder().status(self.status).url(url).header(CONTENT_TYPE, "application/json");
        if let Some(value) = self.retry_after {
            head = head.header(RETRY_AFTER, value);
        }
        let body = if self.body.is_null() { String::new() } else { self.body.to_string() };
        Ok(head.body(body)?.into())
    }
}

/// In the place of a status.
const BROKEN: u16 = 0;

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
        let mut sent = 1;
        let mut reply = loop {
            let reply = self.exchange(request.try_clone().ok_or("the form is bytes")?).await;
            if !(self.again)(sent, &reply) {
                break reply;
            }
            sent += 1;
        };
        (self.reply)(&form, &mut reply);
        reply.into_response(request.url().clone())
    }

    async fn exchange(&self, request: Request) -> Reply {
        let Ok(response) = self.http.execute(request).await else {
            return Reply { status: BROKEN, body: Value::Null, retry_after: None };
        };
        Reply {
            status: response.status().as_u16(),
            retry_after: response.headers().get(RETRY_AFTER).cloned(),
            body: response.json().await.unwrap_or_default(),
        }
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
