//! The transport an app is given instead of the client's own.

use std::sync::{Arc, Mutex};

use desktop_client::{BoxFuture, Error, HttpTransport, TransportError};
use oauth2::http;
use reqwest::{Request, Response, ResponseBuilderExt as _};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, PAYROLL, metadata_path, token_path};

/// Notes the path of each request and sends it on.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<Vec<String>>>);

impl HttpTransport for Noting {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        self.0.lock().unwrap().push(request.url().path().to_owned());
        Box::pin(async move { Ok(reqwest::Client::new().execute(request).await?) })
    }
}

/// Answers everything itself.
struct Canned(fn(Request) -> Result<Response, TransportError>);

impl HttpTransport for Canned {
    fn execute(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(std::future::ready(self.0(request)))
    }
}

#[tokio::test]
async fn everything_the_client_sends_goes_through_it() {
    let authority = Authority::start().await;
    Mock::given(path("/api")).respond_with(ResponseTemplate::new(200)).mount(&authority.server).await;
    let noting = Noting::default();
    let (app, _) = authority.sign_in_with(authority.builder().http_transport(noting.clone())).await;
    let request = app.http_client().get(format!("{}/api", authority.server.uri()));
    app.call_api(request, [PAYROLL]).await.unwrap();
    let sent = noting.0.lock().unwrap().clone();
    let (instance, api) = ("/common/discovery/instance".to_owned(), "/api".to_owned());
    assert_eq!(sent, [instance, metadata_path(), token_path(), token_path(), api]);
}

#[tokio::test]
async fn its_failure_is_a_broken_connection() {
    let authority = Authority::start().await;
    let app = authority.builder().http_transport(Canned(|_| Err("the tunnel is\nclosed".into()))).build().unwrap();
    let error = app.acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "transport_error");
    assert!(error.to_string().contains("(the tunnel is closed)"), "{error}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_response_may_be_made_up_if_it_says_whose_it_is() {
    fn answer(request: &Request, with_address: bool) -> Result<Response, TransportError> {
        let response = http::Response::builder().status(404);
        let response = if with_address { response.url(request.url().clone()) } else { response };
        Ok(response.body("not here")?.into())
    }
    let authority = Authority::start().await;
    let code = async |transport: Canned| {
        let app = authority.builder().http_transport(transport).build().unwrap();
        app.acquire_token_interactive([CALENDAR]).await.unwrap_err().code().to_owned()
    };
    assert_eq!(code(Canned(|request| answer(&request, true))).await, "http_status_not_200");
    assert_eq!(code(Canned(|request| answer(&request, false))).await, "redirect_refused");
}

#[tokio::test]
async fn an_api_call_without_it_uses_the_client_that_built_the_request() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    let never = reqwest::Client::builder().https_only(true).build().unwrap();
    let request = never.get(format!("{}/api", authority.server.uri()));
    let error = app.call_api(request, [CALENDAR]).await.unwrap_err();
    assert!(matches!(error, Error::Client(_)), "{error}");
    assert!(authority.requests_to("/api").await.is_empty());
}
