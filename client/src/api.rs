//! An API call that handles the API's challenge (escalation reference 4.4): token, call; on a 401
//! with claims silently with these, then interactively with these; then the call again, once per
//! challenge, and never two prompts.

use std::future::IntoFuture;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Request, Response, StatusCode};

use crate::BoxFuture;
use crate::cache::Change;
use crate::cancellation::Cancellation;
use crate::challenge::{self, ChallengeClaims};
use crate::claims;
use crate::error::{ClientErrorKind, Error};
use crate::escalation::{Action, Outcome, Situation, next_action};
use crate::result::{AccessToken, Account};
use crate::token_for::TokenFor;
use crate::wire;

/// An API call by the right steps; await it or call [`send`](Self::send).
#[derive(Debug)]
#[must_use = "nothing is sent until the call is awaited"]
pub struct CallApi {
    token: TokenFor,
    request: reqwest::RequestBuilder,
}

impl CallApi {
    pub(crate) fn new(token: TokenFor, request: reqwest::RequestBuilder) -> Self {
        Self { token, request }
    }

    /// On whose behalf; by default the signed-in account's, if there is just one.
    pub fn with_account(mut self, account: &Account) -> Self {
        self.token = self.token.with_account(account);
        self
    }

    /// A handle that calls the sign-in off.
    pub fn with_cancellation(mut self, cancellation: &Cancellation) -> Self {
        self.token = self.token.with_cancellation(cancellation);
        self
    }

    /// See [`TokenFor::ui_allowed`].
    pub fn ui_allowed(mut self, allowed: bool) -> Self {
        self.token = self.token.ui_allowed(allowed);
        self
    }

    /// See [`TokenFor::user_gesture`].
    pub fn user_gesture(mut self, gesture: bool) -> Self {
        self.token = self.token.user_gesture(gesture);
        self
    }

    /// Calls the API. Every answer but a 401 is the app's to judge.
    ///
    /// # Errors
    /// When no token can be had, or the API goes on refusing.
    pub async fn send(mut self) -> Result<Response, Error> {
        let (http, request) = self.request.build_split();
        let request = request.map_err(|error| {
            invalid_request(&format!("the API request cannot be built ({error}); check its address"))
        })?;
        let app = self.token.app.clone();
        let mut token = self.token.token(None).await?.access_token;
        let mut demanded: Vec<String> = Vec::new();
        let mut renewed = false;
        loop {
            let response =
                wire::call_api(app.transport_or(&http), app.observer(), with_token(&request, &token)?).await?;
            if response.status() != StatusCode::UNAUTHORIZED {
                return Ok(response);
            }
            let claims = demanded_claims(response.headers());
            // A token that lacks strength for this call stays for the others: were it gone, a plain
            // request could meet the remembered failure of the stronger one.
            if claims.as_deref().is_none_or(claims::revoke_earlier_tokens) {
                self.token.app.cache().change(Change::DropAccessToken(token.0.clone())).await;
            }
            let result = match claims {
                Some(claims) => {
                    let again = demanded.contains(&claims) || demanded.len() == MOST_CHALLENGES;
                    let outcome = Outcome::Challenged { again };
                    if next_action(outcome, Situation::default()) != Action::SilentWithClaims {
                        return Err(repeated());
                    }
                    let result = self.token.token(Some(&claims)).await?;
                    demanded.push(claims);
                    result
                }
                None if renewed || !demanded.is_empty() => return Err(refused(response.headers())),
                None => {
                    renewed = true;
                    self.token.new_token().await?
                }
            };
            token = result.access_token;
        }
    }
}

impl IntoFuture for CallApi {
    type Output = Result<Response, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Revocation challenges name the time and so are never the same twice; different demands in one
/// call end here.
const MOST_CHALLENGES: usize = 3;

fn with_token(request: &Request, token: &AccessToken) -> Result<Request, Error> {
    let mut request = request
        .try_clone()
        .ok_or_else(|| invalid_request("the API request has a body that cannot be sent twice; give it as bytes"))?;
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.secret()))
        .map_err(|_| invalid_request("the access token cannot stand in a header; it is not a token"))?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(request)
}

/// The claims of the first Bearer challenge that has some.
fn demanded_claims(headers: &HeaderMap) -> Option<String> {
    challenge::from_headers(headers).iter().filter(|challenge| challenge.is_bearer()).find_map(|challenge| {
        match challenge.claims() {
            ChallengeClaims::Json(claims) => Some(claims),
            ChallengeClaims::Absent => None,
            ChallengeClaims::Unreadable(_) => {
                tracing::warn!("the API's challenge carries claims that are not JSON; ignored");
                None
            }
        }
    })
}

fn refused(headers: &HeaderMap) -> Error {
    let challenges = challenge::from_headers(headers);
    let why = challenges
        .iter()
        .find_map(|challenge| challenge.parameter("error_description").or_else(|| challenge.parameter("error")))
        .unwrap_or("no reason given");
    Error::client(
        ClientErrorKind::ApiUnauthorized,
        format!(
            "the API refuses a fresh token ({why}) and demands nothing the user could do; check the scopes and the API's settings"
        ),
    )
}

fn repeated() -> Error {
    Error::client(
        ClientErrorKind::ChallengeRepeated,
        "the API repeats its challenge although a token for it was obtained; stopped before this becomes a loop, report it to the API's owner",
    )
}

fn invalid_request(message: &str) -> Error {
    Error::client(ClientErrorKind::InvalidRequest, message)
}
