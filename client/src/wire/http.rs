//! One HTTP exchange over the app's transport: no redirect followed, no endless body read, one
//! more try where a server stumbled (escalation reference 5.5).

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use url::Url;

use crate::clock::Clock;
use crate::error::{ClientErrorKind, Error, printable};
use crate::observer::{Event, Observer, Received, Watched};
use crate::transport::{HttpTransport, TransportError};

/// More than any real answer of an authorization server.
const LARGEST_BODY: usize = 1024 * 1024;

/// Before the one more try.
const PAUSE: Duration = Duration::from_secs(1);

/// What an exchange needs: a transport to send with, a clock to read dates and to pause by.
#[derive(Clone, Copy)]
pub(crate) struct Network<'a> {
    pub(crate) transport: &'a dyn HttpTransport,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) observer: Option<&'a dyn Observer>,
}

/// Status and what else matters of the head.
#[derive(Debug, Clone)]
pub(super) struct AnswerHead {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
}

pub(super) struct Answer {
    pub(super) head: AnswerHead,
    content_type: Option<HeaderValue>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A server that names no content type is taken at its word.
    pub(super) fn is_json(&self) -> bool {
        let Some(content_type) = &self.content_type else {
            return true;
        };
        let media_type = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("application/json")
    }
}

pub(super) async fn post(
    network: Network<'_>,
    url: &Url,
    headers: HeaderMap,
    form: &[(&str, &str)],
) -> Result<Answer, HttpFailure> {
    let mut request = reqwest::Request::new(Method::POST, url.clone());
    request.headers_mut().extend(headers);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    *request.body_mut() = Some(form.into());
    execute(network, request).await
}

pub(super) async fn get(network: Network<'_>, url: Url) -> Result<Answer, HttpFailure> {
    execute(network, document_request(url)).await
}

/// The same without the one more try.
pub(super) async fn get_once(network: Network<'_>, url: Url) -> Result<Answer, HttpFailure> {
    exchange(network, document_request(url)).await
}

fn document_request(url: Url) -> reqwest::Request {
    let mut request = reqwest::Request::new(Method::GET, url);
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    request
}

async fn execute(network: Network<'_>, request: reqwest::Request) -> Result<Answer, HttpFailure> {
    let again = request.try_clone();
    let outcome = exchange(network, request).await;
    match again {
        Some(again) if deserves_another_try(&outcome) => {
            tracing::debug!("the server stumbled, asking once more");
            network.clock.sleep(PAUSE).await;
            exchange(network, again).await
        }
        _ => outcome,
    }
}

/// 5xx without a wish to be left alone, or no answer in time; never 429.
fn deserves_another_try(outcome: &Result<Answer, HttpFailure>) -> bool {
    match outcome {
        Ok(answer) => answer.head.status.is_server_error() && answer.head.retry_after.is_none(),
        Err(failure) => matches!(failure, HttpFailure::Timeout),
    }
}

async fn exchange(network: Network<'_>, request: reqwest::Request) -> Result<Answer, HttpFailure> {
    let asked = request.url().clone();
    let watched = Watched::new(network.observer, &request);
    let mut response = network.transport.execute(request).await;
    let body = match &mut response {
        Ok(response) => read(response, &asked).await,
        Err(_) => Ok(Vec::new()),
    };
    if let Some(watched) = watched {
        let body = body.as_deref().unwrap_or_default();
        watched.tell(Event::Authority, response.as_ref().ok().map(|response| Received::new(response, body)));
    }
    let (response, body) = (response?, body?);
    let head =
        AnswerHead { status: response.status(), retry_after: retry_after(response.headers(), network.clock.now()) };
    let content_type = response.headers().get(CONTENT_TYPE).cloned();
    Ok(Answer { head, content_type, body })
}

/// The body of an answer that is nobody else's.
async fn read(response: &mut reqwest::Response, asked: &Url) -> Result<Vec<u8>, HttpFailure> {
    if response.status().is_redirection() || response.url() != asked {
        return Err(HttpFailure::Redirected);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(HttpFailure::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Seconds or a date (RFC 9110, 10.2.3); a past date is no time at all.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// No usable answer.
#[derive(Debug)]
pub(super) enum HttpFailure {
    Redirected,
    TooLarge,
    Timeout,
    Untrusted(String),
    Broken(String),
}

impl From<TransportError> for HttpFailure {
    fn from(error: TransportError) -> Self {
        match error.downcast::<reqwest::Error>() {
            Ok(error) => (*error).into(),
            Err(error) => Self::Broken(printable(&error.to_string())),
        }
    }
}

impl From<reqwest::Error> for HttpFailure {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let origin = error.url().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let why = format!("{origin}: {cause}");
        if why.contains("certificate") { Self::Untrusted(why) } else { Self::Broken(why) }
    }
}

impl fmt::Display for HttpFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirected => {
                f.write_str("the server redirected a request that must not travel on; check the authority's address")
            }
            Self::TooLarge => {
                f.write_str("the answer is larger than 1 MiB; check that the authority is what it should be")
            }
            Self::Timeout => f.write_str("the server did not answer in time; try again later"),
            Self::Untrusted(why) => {
                write!(f, "the server's certificate is not trusted ({why}); give the certificate authority's PEM file")
            }
            Self::Broken(why) => write!(f, "the server cannot be reached ({why}); check the address and the network"),
        }
    }
}

impl std::error::Error for HttpFailure {}

impl From<HttpFailure> for Error {
    fn from(failure: HttpFailure) -> Self {
        let kind = match failure {
            HttpFailure::Redirected => ClientErrorKind::Redirected,
            HttpFailure::TooLarge => ClientErrorKind::ResponseTooLarge,
            HttpFailure::Timeout => ClientErrorKind::RequestTimeout,
            HttpFailure::Untrusted(_) => ClientErrorKind::CertificateNotTrusted,
            HttpFailure::Broken(_) => ClientErrorKind::Transport,
        };
        Self::client(kind, failure.to_string())
    }
}
