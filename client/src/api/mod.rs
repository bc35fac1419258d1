//! An API call that handles the API's challenge (escalation reference 4.4): token, call; on a 401
//! with claims silently with these, then interactively with these; then the call again, once per
//! challenge, and never two prompts.
//!
//! The steps are here and the same for all; who sends is one of three: a `reqwest` request
//! ([`request`]), a closure of the app ([`closure`]), a `tower` service under a layer ([`layer`]).

mod closure;
mod layer;
mod request;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

pub use closure::ByClosure;
pub use layer::{BoxError, TokenLayer, TokenService};
pub use request::ByRequest;

use crate::cache::Change;
use crate::challenge;
use crate::claims;
use crate::error::{ClientErrorKind, Error};
use crate::escalation::{Action, Outcome, Situation, next_action};
use crate::result::AccessToken;
use crate::token_for::{TokenFor, token_setters};

/// What the steps need to know of an API's answer, whichever HTTP library it comes from.
pub trait ApiAnswer {
    /// The status; only 401 leads to another attempt.
    fn status(&self) -> StatusCode;

    /// The headers, for `WWW-Authenticate`.
    fn headers(&self) -> &HeaderMap;
}

impl ApiAnswer for reqwest::Response {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn headers(&self) -> &HeaderMap {
        self.headers()
    }
}

impl<B> ApiAnswer for http::Response<B> {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn headers(&self) -> &HeaderMap {
        self.headers()
    }
}

/// An API call by the right steps; await it or call `send`. `S` is what sends.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until the call is awaited"]
pub struct CallApi<S> {
    token: TokenFor,
    sender: S,
}

impl<S> CallApi<S> {
    token_setters!(token.options);

    /// Claims from an earlier failure: the first attempt is made with a token for them.
    pub fn with_claims(mut self, claims: impl Into<String>) -> Self {
        self.token = self.token.with_claims(claims);
        self
    }
}

/// The steps. `send` makes one attempt with the token it is given; its error ends the call.
async fn call<R, E, Fut>(mut token: TokenFor, mut send: impl FnMut(AccessToken) -> Fut) -> Result<R, E>
where
    R: ApiAnswer,
    E: From<Error>,
    Fut: Future<Output = Result<R, E>>,
{
    let claims = token.options.claims.take();
    let mut access_token = token.token(claims.as_deref()).await?.access_token;
    let mut attempts = Attempts { demanded: claims.into_iter().collect(), renewed: false };
    loop {
        let answer = send(access_token.clone()).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let demanded = challenge::demanded_claims(answer.headers(), token.app.challenge_reading())?;
        // Duty 1, read so: dead tokens go. One that only lacks strength for this call stays for the
        // calls that it satisfies: were it gone, a plain request could meet the remembered failure of
        // the stronger one.
        if demanded.as_deref().is_none_or(claims::revoke_earlier_tokens) {
            token.app.cache().change(Change::DropAccessToken(access_token.0.clone())).await;
        }
        let result = match attempts.next(demanded) {
            Next::WithClaims(claims) => token.token(Some(&claims)).await?,
            Next::WithNewToken => token.new_token().await?,
            Next::StopLoop => return Err(repeated().into()),
            Next::GiveUp => return Err(refused(answer.headers()).into()),
        };
        access_token = result.access_token;
    }
}

/// What a call has met so far.
#[derive(Debug, Default)]
struct Attempts {
    demanded: Vec<String>,
    renewed: bool,
}

/// What follows a 401.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    WithClaims(String),
    WithNewToken,
    StopLoop,
    GiveUp,
}

impl Attempts {
    /// Each challenge is met once; a 401 that demands nothing is worth one new token.
    fn next(&mut self, demanded: Option<String>) -> Next {
        match demanded {
            Some(claims) => {
                let again = self.demanded.contains(&claims) || self.demanded.len() == MOST_CHALLENGES;
                if next_action(Outcome::Challenged { again }, Situation::default()) != Action::SilentWithClaims {
                    return Next::StopLoop;
                }
                self.demanded.push(claims.clone());
                Next::WithClaims(claims)
            }
            None if self.renewed || !self.demanded.is_empty() => Next::GiveUp,
            None => {
                self.renewed = true;
                Next::WithNewToken
            }
        }
    }
}

/// Revocation challenges name the time and so are never the same twice; different demands in one
/// call end here.
const MOST_CHALLENGES: usize = 3;

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

#[cfg(test)]
mod tests {
    use super::{Attempts, Next};

    fn after(answers: &[Option<&str>]) -> Next {
        let mut attempts = Attempts::default();
        let mut last = Next::GiveUp;
        for answer in answers {
            last = attempts.next(answer.map(str::to_owned));
        }
        last
    }

    #[test]
    fn each_challenge_is_met_once_and_a_bare_401_once() {
        assert_eq!(after(&[Some("a")]), Next::WithClaims("a".to_owned()));
        assert_eq!(after(&[Some("a"), Some("a")]), Next::StopLoop);
        assert_eq!(after(&[Some("a"), Some("b")]), Next::WithClaims("b".to_owned()));
        assert_eq!(after(&[Some("a"), Some("b"), Some("a")]), Next::StopLoop);
        assert_eq!(after(&[Some("1"), Some("2"), Some("3"), Some("4")]), Next::StopLoop);
        assert_eq!(after(&[None]), Next::WithNewToken);
        assert_eq!(after(&[None, None]), Next::GiveUp);
        assert_eq!(after(&[None, Some("a")]), Next::WithClaims("a".to_owned()));
        assert_eq!(after(&[Some("a"), None]), Next::GiveUp);
    }
}
