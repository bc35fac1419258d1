//! §7, what is the server's and no tenant's: no scenario can do it to the server it runs on, so each operation is asked over
//! HTTP, once so that it answers and once so that it refuses.

use mock_idp::MockIdp;
use reqwest::{Method, Response};
use serde_json::Value;

/// An operation of the control API, asked twice.
pub(crate) struct Exchange {
    /// `POST /_mock/tenants`.
    pub(crate) operation: &'static str,
    /// What it is for, here or in the runner.
    pub(crate) about: &'static str,
    passes: Asked,
    /// What the answer has, as text.
    answer: &'static str,
    fails: Asked,
    /// The refusal: status and code.
    pub(crate) refusal: (u16, &'static str),
}

/// How it is asked: the tenant in the path, a header, a body. `{new}` is an isolated tenant made for it,
/// `{directory}` what the server has exported.
struct Asked {
    tenant: &'static str,
    header: Option<(&'static str, &'static str)>,
    body: &'static str,
}

const fn asked(tenant: &'static str, body: &'static str) -> Asked {
    Asked { tenant, header: None, body }
}

/// From a page of another site, whose requests are refused whatever they ask.
const STRANGER: Asked = Asked { tenant: "{new}", header: Some(("origin", "https://evil.test")), body: "" };
/// By a name that somebody leads here.
const REBOUND: Asked = Asked { tenant: "{new}", header: Some(("host", "evil.test")), body: "" };

#[rustfmt::skip]
pub(crate) const EXCHANGES: &[Exchange] = &[
    Exchange { operation: "GET /_mock/health", about: "a suite waits until the server is up",
        passes: asked("", ""), answer: "\"ok\"", fails: REBOUND, refusal: (403, "foreign_host") },
    Exchange { operation: "POST /_mock/reset", about: "all as at the start",
        passes: asked("", ""), answer: "", fails: STRANGER, refusal: (403, "foreign_origin") },
    Exchange { operation: "GET /_mock/directory", about: "the configuration document",
        passes: asked("", ""), answer: "mfa-for-payroll", fails: REBOUND, refusal: (403, "foreign_host") },
    Exchange { operation: "PUT /_mock/directory", about: "… another one",
        passes: asked("", "{directory}"),
        answer: "", fails: asked("", "{\"version\":1,\"tenant\":[]}"), refusal: (400, "invalid_body") },
    Exchange { operation: "POST /_mock/tenants", about: "the tenant of each scenario",
        passes: asked("", "{\"like\":\"contoso\"}"), answer: "\"authority\"",
        fails: asked("", "{\"like\":\"contosso\"}"), refusal: (404, "unknown_tenant") },
    Exchange { operation: "GET /_mock/tenants/{tenant}", about: "where it is, who is in it",
        passes: asked("{new}", ""), answer: "\"authority\"", fails: asked("nowhere.test", ""), refusal: (404, "unknown_tenant") },
    Exchange { operation: "DELETE /_mock/tenants/{tenant}", about: "the end of each scenario",
        passes: asked("{new}", ""), answer: "", fails: asked("contoso.test", ""), refusal: (409, "configured_tenant") },
    Exchange { operation: "GET /_mock/tenants/{tenant}/exchanges/stream", about: "what `wait_for` waits for, as it comes",
        passes: asked("{new}", ""), answer: "text/event-stream", fails: asked("nowhere.test", ""), refusal: (404, "unknown_tenant") },
];

impl Exchange {
    /// Method and path as the OpenAPI document has them.
    pub(crate) fn route(&self) -> (&'static str, String) {
        let (method, path) = self.operation.split_once(' ').unwrap();
        (method, path.to_owned())
    }

    pub(crate) async fn passes(&self) {
        let (status, text) = self.ask(&self.passes).await;
        assert!(status < 300 && text.contains(self.answer), "{}: {status} {text}", self.operation);
    }

    pub(crate) async fn fails(&self) {
        let (status, text) = self.ask(&self.fails).await;
        let (wanted, code) = self.refusal;
        assert!(status == wanted && text.contains(code), "{}: {status} {text}", self.operation);
        let document: Value = serde_json::from_str(&text).unwrap();
        assert!(document["error"]["message"].as_str().is_some_and(|sentence| !sentence.is_empty()), "{text}");
    }

    /// Status, and the body; of a stream, which does not end, its media type.
    async fn ask(&self, asked: &Asked) -> (u16, String) {
        let server = MockIdp::start().await;
        let made = server.new_tenant("contoso").unwrap();
        let (method, path) = self.route();
        let tenant = asked.tenant.replace("{new}", &made.id().to_string());
        let url = format!("{}{}", server.base(), path.replace("{tenant}", &tenant));
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client.request(method.parse::<Method>().unwrap(), url);
        if let Some((name, value)) = asked.header {
            request = request.header(name, value);
        }
        if !asked.body.is_empty() {
            let exported = client.get(format!("{}/_mock/directory", server.base())).send().await.unwrap();
            let body = asked.body.replace("{directory}", &exported.text().await.unwrap());
            request = request.header("content-type", "application/json").body(body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), text(answer).await)
    }
}

async fn text(answer: Response) -> String {
    let media_type = answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    match media_type {
        Some(stream) if stream.starts_with("text/event-stream") => stream,
        _ => answer.text().await.unwrap(),
    }
}
