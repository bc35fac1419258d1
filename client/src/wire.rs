//! The wire: requests sent with `reqwest`, and answers read in full, so that
//! `suberror`, `claims`, `error_codes` and the ids survive. Decides nothing but which of the three
//! error families an answer belongs to (escalation reference 5.2).

mod body;
mod http;

use std::time::Duration;

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

use body::ErrorBody;
pub(crate) use body::{DeviceBody, TokenBody};
pub(crate) use http::Network;
use http::{Answer, AnswerHead, HttpFailure};

use crate::error::{Classification, ClientErrorKind, Error, ServiceError, UiRequired};
use crate::escalation::LOOP_DETECTED;
use crate::observer::{Event, Observer, Received, Watched};
use crate::result::Secret;
use crate::scopes::Scopes;
use crate::transport::HttpTransport;

/// What is handed in for tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Grant<'a> {
    Code {
        code: &'a Secret,
        verifier: &'a Secret,
        redirect_uri: &'a str,
    },
    RefreshToken(&'a Secret),
    /// RFC 8628, 3.4.
    DeviceCode(&'a Secret),
    /// RFC 6749, 4.3.
    Password {
        username: &'a str,
        password: &'a Secret,
    },
    /// RFC 6749, 4.4.
    ClientCredentials,
    /// RFC 7523, 2.1, with Entra's `requested_token_use`.
    OnBehalfOf(&'a Secret),
}

impl<'a> Grant<'a> {
    /// The parameters that are this grant's own (wire reference 3.2).
    fn parameters(self) -> Vec<(&'static str, &'a str)> {
        match self {
            Self::Code { code, verifier, redirect_uri } => vec![
                ("grant_type", "authorization_code"),
                ("code", code.expose()),
                ("code_verifier", verifier.expose()),
                ("redirect_uri", redirect_uri),
            ],
            Self::RefreshToken(token) => vec![("grant_type", "refresh_token"), ("refresh_token", token.expose())],
            Self::DeviceCode(code) => {
                vec![("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code.expose())]
            }
            Self::Password { username, password } => {
                vec![("grant_type", "password"), ("username", username), ("password", password.expose())]
            }
            Self::ClientCredentials => vec![("grant_type", "client_credentials")],
            Self::OnBehalfOf(assertion) => vec![
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", assertion.expose()),
                ("requested_token_use", "on_behalf_of"),
            ],
        }
    }

    /// An app by itself is nobody: there is no user to ask about.
    fn is_about_a_user(self) -> bool {
        !matches!(self, Self::ClientCredentials)
    }

    /// A person was asked for this very grant already.
    fn follows_a_prompt(self) -> bool {
        matches!(self, Self::Code { .. } | Self::DeviceCode(_))
    }
}

/// One request to the token endpoint.
#[derive(Debug)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) endpoint: &'a Url,
    pub(crate) client_id: &'a str,
    /// Parameters by which the app proves itself; a public client has none.
    pub(crate) authentication: &'a [(&'static str, Secret)],
    pub(crate) grant: Grant<'a>,
    pub(crate) scopes: &'a Scopes,
    pub(crate) claims: Option<&'a str>,
    pub(crate) decoration: &'a Decoration,
}

/// The headers by which the server's log tells requests apart (escalation reference 5.4).
#[derive(Debug, Clone)]
pub(crate) struct Decoration {
    pub(crate) correlation_id: String,
    pub(crate) api: ApiId,
    pub(crate) cache_info: CacheInfo,
    /// `oid:<oid>@<tid>` or `upn:<upn>`: routes the request near the user's data.
    pub(crate) anchor_mailbox: Option<String>,
}

/// Which call of the library made the request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ApiId {
    UsernamePassword = 1003,
    ForClient = 1004,
    Interactive = 1005,
    OnBehalfOf = 1006,
    Silent = 1007,
    DeviceCode = 1008,
}

/// Why the cache did not serve.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CacheInfo {
    NotApplicable = 0,
    ForceRefreshOrClaims = 1,
    NoCachedToken = 2,
    Expired = 3,
    Proactive = 4,
}

/// Asks the token endpoint. One form for every grant: `oauth2` knows neither the on-behalf-of grant nor a device-code
/// poll that keeps Entra's members.
pub(crate) async fn request_token(network: Network<'_>, request: TokenRequest<'_>) -> Result<TokenBody, Error> {
    let scope = request.scopes.to_string();
    let mut form = request.grant.parameters();
    form.extend([("client_id", request.client_id), ("scope", &scope)]);
    form.extend(request.authentication.iter().map(|(name, value)| (*name, value.expose())));
    if request.grant.is_about_a_user() {
        form.push(("client_info", "1"));
    }
    if let Some(claims) = request.claims {
        form.push(("claims", claims));
    }
    let answer = http::post(network, request.endpoint, request.decoration.headers(), &form).await?;
    let body: TokenBody = read(&answer, request.grant.follows_a_prompt())?;
    if body.is_bearer() { Ok(body) } else { Err(unreadable("its token_type is not Bearer")) }
}

/// One request to the device authorization endpoint (RFC 8628, 3.1).
#[derive(Debug)]
pub(crate) struct DeviceRequest<'a> {
    pub(crate) endpoint: &'a Url,
    pub(crate) client_id: &'a str,
    pub(crate) scopes: &'a Scopes,
    pub(crate) claims: Option<&'a str>,
    pub(crate) decoration: &'a Decoration,
}

/// Asks for a device code. An error counts as one whatever its status (escalation reference 2.10).
pub(crate) async fn request_device_code(network: Network<'_>, request: DeviceRequest<'_>) -> Result<DeviceBody, Error> {
    let scope = request.scopes.to_string();
    let mut form = vec![("client_id", request.client_id), ("scope", &scope)];
    if let Some(claims) = request.claims {
        form.push(("claims", claims));
    }
    let answer = http::post(network, request.endpoint, request.decoration.headers(), &form).await?;
    read(&answer, false)
}

/// What the authority says about a user name before the password is sent, or none if it says nothing
/// (wire reference 1.4).
pub(crate) async fn get_user_realm<T: DeserializeOwned>(network: Network<'_>, url: Url) -> Result<Option<T>, Error> {
    let answer = http::get(network, url).await?;
    Ok((answer.head.status == StatusCode::OK).then(|| serde_json::from_slice(&answer.body).ok()).flatten())
}

/// The address to send the browser to.
#[derive(Debug)]
pub(crate) struct AuthorizeRequest<'a> {
    pub(crate) endpoint: &'a Url,
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) scopes: &'a Scopes,
    pub(crate) state: &'a str,
    pub(crate) verifier: &'a Secret,
    pub(crate) parameters: Vec<(String, String)>,
}

impl AuthorizeRequest<'_> {
    pub(crate) fn url(self) -> Result<Url, Error> {
        let client = BasicClient::new(ClientId::new(self.client_id.to_owned()))
            .set_auth_uri(AuthUrl::from_url(self.endpoint.clone()))
            .set_redirect_uri(redirect(self.redirect_uri)?);
        let verifier = PkceCodeVerifier::new(self.verifier.expose().to_owned());
        let mut request = client
            .authorize_url(|| CsrfToken::new(self.state.to_owned()))
            .add_scopes(self.scopes.to_vec().into_iter().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for (name, value) in self.parameters {
            request = request.add_extra_param(name, value);
        }
        Ok(request.url().0)
    }
}

/// Fetches a discovery document.
pub(crate) async fn get_metadata<T: DeserializeOwned>(network: Network<'_>, url: Url) -> Result<T, Error> {
    let address = url.clone();
    document(http::get(network, url).await?, &address)
}

/// Asks the instance discovery endpoint: once, because it can be done without.
pub(crate) async fn get_instance<T: DeserializeOwned>(network: Network<'_>, url: Url) -> Result<T, Error> {
    let address = url.clone();
    document(http::get_once(network, url).await?, &address)
}

fn document<T: DeserializeOwned>(answer: http::Answer, address: &Url) -> Result<T, Error> {
    if answer.head.status != StatusCode::OK {
        return Err(match serde_json::from_slice::<ErrorBody>(&answer.body) {
            Ok(body) if body.is_error() => from_body(body, Some(answer.head), false),
            _ => no_oauth_answer(&answer.head),
        });
    }
    serde_json::from_slice(&answer.body).map_err(|_| {
        Error::client(
            ClientErrorKind::InvalidMetadata,
            format!("{address} did not answer with the metadata expected there; check the authority's address"),
        )
    })
}

/// Sends a request to an API.
pub(crate) async fn call_api(
    transport: &dyn HttpTransport,
    observer: Option<&dyn Observer>,
    request: reqwest::Request,
) -> Result<reqwest::Response, Error> {
    let watched = Watched::new(observer, &request);
    let response = transport.execute(request).await;
    if let Some(watched) = watched {
        watched.tell(Event::Api, response.as_ref().ok().map(|response| Received::new(response, &[])));
    }
    response.map_err(|error| HttpFailure::from(error).into())
}

impl Decoration {
    fn headers(&self) -> HeaderMap {
        let telemetry = format!("5|{},{},,,|", self.api as u16, self.cache_info as u8);
        let mut headers = HeaderMap::new();
        let mut add = |name: &'static str, value: &str| {
            // What cannot stand in a header (a user name beyond Latin letters) is only a hint: left out.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        add("client-request-id", &self.correlation_id);
        add("return-client-request-id", "true");
        add("x-client-current-telemetry", &telemetry);
        add("x-ms-lib-capability", "retry-after, h429");
        for (name, value) in LIBRARY {
            add(name, value);
        }
        if let Some(anchor) = &self.anchor_mailbox {
            add("x-anchormailbox", anchor);
        }
        headers
    }
}

/// How the client introduces itself, as headers and as query parameters.
pub(crate) const LIBRARY: [(&str, &str); 4] = [
    ("x-client-sku", "desktop-client.rust"),
    ("x-client-ver", env!("CARGO_PKG_VERSION")),
    ("x-client-os", std::env::consts::OS),
    ("x-client-cpu", std::env::consts::ARCH),
];

fn redirect(uri: &str) -> Result<RedirectUrl, Error> {
    RedirectUrl::new(uri.to_owned()).map_err(|_| {
        Error::client(ClientErrorKind::InvalidRedirectUri, format!("{uri:?} is not an address; use http://localhost"))
    })
}

/// A success body, or the error in its place.
fn read<T: DeserializeOwned>(answer: &Answer, after_prompt: bool) -> Result<T, Error> {
    match serde_json::from_slice::<ErrorBody>(&answer.body) {
        Ok(body) if body.is_error() => return Err(from_body(body, Some(answer.head.clone()), after_prompt)),
        _ if answer.head.status != StatusCode::OK => return Err(no_oauth_answer(&answer.head)),
        _ if answer.body.is_empty() || !answer.is_json() => {
            return Err(unreadable("it is empty or its content type is not application/json"));
        }
        _ => {}
    }
    // The parser's own words are kept out: they may quote a token.
    serde_json::from_slice(&answer.body).map_err(|error| {
        unreadable(&format!("it is not the expected JSON (line {}, column {})", error.line(), error.column()))
    })
}

/// The error family of a server's answer, by error, suberror and status alone.
fn from_body(body: ErrorBody, head: Option<AnswerHead>, after_prompt: bool) -> Error {
    let ui_required = match body.error.as_str() {
        "interaction_required" => true,
        "invalid_grant" => !matches!(body.suberror.as_deref(), Some("client_mismatch" | "protection_policy_required")),
        _ => false,
    };
    let status = head.as_ref().map(|head| head.status.as_u16());
    let retry_after = head.and_then(|head| head.retry_after);
    if ui_required && !body.error_codes.contains(&LOOP_DETECTED) {
        return Error::ui_required(UiRequired {
            classification: Classification::of_suberror(body.suberror.as_deref()),
            error: body.error,
            error_description: body.error_description,
            suberror: body.suberror,
            error_codes: body.error_codes,
            claims: body.claims,
            correlation_id: body.correlation_id,
            trace_id: body.trace_id,
            timestamp: body.timestamp,
            status,
            retry_after,
            after_prompt,
            ..UiRequired::default()
        });
    }
    Error::service(ServiceError {
        error: body.error,
        error_description: body.error_description,
        suberror: body.suberror,
        error_codes: body.error_codes,
        claims: body.claims,
        correlation_id: body.correlation_id,
        trace_id: body.trace_id,
        timestamp: body.timestamp,
        status,
        retry_after,
        ..ServiceError::default()
    })
}

/// An error status without an OAuth error in it: a proxy, an outage, or no such thing there.
fn no_oauth_answer(head: &AnswerHead) -> Error {
    let error = match head.status.as_u16() {
        429 => "request_throttled",
        500..=599 => "service_not_available",
        _ => "http_status_not_200",
    };
    Error::service(ServiceError {
        error: error.to_owned(),
        error_description: "the answer holds no OAuth error".to_owned(),
        status: Some(head.status.as_u16()),
        retry_after: head.retry_after,
        ..ServiceError::default()
    })
}

fn unreadable(why: &str) -> Error {
    Error::client(
        ClientErrorKind::InvalidResponse,
        format!("the authority's answer cannot be used: {why}; check that the authority is what it should be"),
    )
}

/// Ten years: longer lifetimes are a server's slip.
const LONGEST_LIFETIME: Duration = Duration::from_secs(10 * 365 * 86_400);

#[cfg(test)]
mod tests;
