//! The wire: requests built with `oauth2`, sent with `reqwest`, and answers read in full, so that
//! `suberror`, `claims`, `error_codes` and the ids survive. Decides nothing but which of the three
//! error families an answer belongs to (escalation reference 5.2).

mod body;
mod http;

use std::time::Duration;

use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, CsrfToken, EndpointNotSet, EndpointSet, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken, TokenUrl,
};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

use body::ErrorBody;
pub(crate) use body::TokenBody;
pub(crate) use http::Network;
use http::{AnswerHead, Exchange, HttpFailure};

use crate::error::{Classification, ClientErrorKind, Error, ServiceError, UiRequired};
use crate::escalation::LOOP_DETECTED;
use crate::observer::{Event, Observer, Received, Watched};
use crate::result::Secret;
use crate::scopes::Scopes;
use crate::transport::HttpTransport;

type EntraClient<HasAuth, HasToken> = Client<
    ErrorBody,
    TokenBody,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    HasAuth,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    HasToken,
>;

/// What is handed in for tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Grant<'a> {
    Code { code: &'a Secret, verifier: &'a Secret, redirect_uri: &'a str },
    RefreshToken(&'a Secret),
}

/// One request to the token endpoint.
#[derive(Debug)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) endpoint: &'a Url,
    pub(crate) client_id: &'a str,
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
    Interactive = 1005,
    Silent = 1007,
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

/// Asks the token endpoint.
pub(crate) async fn request_token(network: Network<'_>, request: TokenRequest<'_>) -> Result<TokenBody, Error> {
    let after_prompt = matches!(request.grant, Grant::Code { .. });
    let client: EntraClient<EndpointNotSet, EndpointSet> = Client::new(ClientId::new(request.client_id.to_owned()))
        .set_token_uri(TokenUrl::from_url(request.endpoint.clone()));
    let exchange = Exchange::new(network, request.decoration.headers());
    let answer = match request.grant {
        Grant::RefreshToken(secret) => {
            let token = RefreshToken::new(secret.expose().to_owned());
            let mut refresh = client
                .exchange_refresh_token(&token)
                .add_scopes(request.scopes.to_vec().into_iter().map(Scope::new))
                .add_extra_param("client_info", "1");
            if let Some(claims) = request.claims {
                refresh = refresh.add_extra_param("claims", claims);
            }
            refresh.request_async(&exchange).await
        }
        Grant::Code { code, verifier, redirect_uri } => {
            let client = client.set_redirect_uri(redirect(redirect_uri)?);
            let mut redemption = client
                .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
                .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()))
                .add_extra_param("scope", request.scopes.to_string())
                .add_extra_param("client_info", "1");
            if let Some(claims) = request.claims {
                redemption = redemption.add_extra_param("claims", claims);
            }
            redemption.request_async(&exchange).await
        }
    };
    let body = answer.map_err(|error| failure(error, exchange.head(), after_prompt))?;
    if body.is_bearer() { Ok(body) } else { Err(unreadable("its token_type is not Bearer")) }
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
    pub(crate) parameters: Vec<(&'static str, String)>,
}

impl AuthorizeRequest<'_> {
    pub(crate) fn url(self) -> Result<Url, Error> {
        let client: EntraClient<EndpointSet, EndpointNotSet> = Client::new(ClientId::new(self.client_id.to_owned()))
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
    let answer = http::get(network, url).await.map_err(Error::from)?;
    if answer.head.status != StatusCode::OK {
        return Err(match serde_json::from_slice::<ErrorBody>(&answer.body) {
            Ok(body) if body.is_error() => from_body(body, Some(answer.head), false),
            _ => no_oauth_answer(&answer.head),
        });
    }
    serde_json::from_slice(&answer.body).map_err(|_| {
        Error::client(
            ClientErrorKind::InvalidMetadata,
            format!("{address} did not answer with openid-configuration; check the authority's address"),
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

fn failure(error: RequestTokenError<HttpFailure, ErrorBody>, head: Option<AnswerHead>, after_prompt: bool) -> Error {
    let succeeded = head.as_ref().is_none_or(|head| head.status == StatusCode::OK);
    match error {
        RequestTokenError::Request(failure) => failure.into(),
        RequestTokenError::ServerResponse(body) if body.is_error() => from_body(body, head, after_prompt),
        RequestTokenError::Parse(why, bytes) if succeeded => {
            match serde_json::from_slice::<ErrorBody>(&bytes) {
                Ok(body) if body.is_error() => from_body(body, head, after_prompt),
                // Only the place is named: the error's text may quote a token.
                _ => unreadable(&format!("it is not the expected JSON (at {:?})", why.path().to_string())),
            }
        }
        RequestTokenError::Other(_) if succeeded => {
            unreadable("it is empty or its content type is not application/json")
        }
        _ => head.map_or_else(|| unreadable("it is not JSON"), |head| no_oauth_answer(&head)),
    }
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
            throttled: false,
            after_prompt,
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
        throttled: false,
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
        format!("the token endpoint's answer cannot be used: {why}; check that the authority is what it should be"),
    )
}

/// Ten years: longer lifetimes are a server's slip.
const LONGEST_LIFETIME: Duration = Duration::from_secs(10 * 365 * 86_400);

#[cfg(test)]
mod tests;
