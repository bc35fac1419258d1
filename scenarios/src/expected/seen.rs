//! What a step ended in, and its words.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desktop_client::{AuthenticationResult, Error, TokenSource, UiRequired};
use jiff::{SignedDuration, Timestamp};
use mock_idp::{directory::Directory, expectation::claims_in_brief, recorder::Exchange};
use serde_json::Value;

use super::ui_required::Classification;

/// What a request for a token ended in.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Token(Box<TokenSeen>),
    UiRequired(Box<UiRequired>),
    Failed(Error),
}

/// A token, as far as it can be told apart.
#[derive(Clone, Debug)]
pub(crate) struct TokenSeen {
    pub(crate) from_cache: bool,
    /// Short name of the API that it is for; its audience if no API has it.
    pub(crate) api: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) amr: Vec<String>,
    pub(crate) acrs: Vec<String>,
    pub(crate) roles: Vec<String>,
    /// User name.
    pub(crate) account: String,
    pub(crate) expires_in: SignedDuration,
}

impl Outcome {
    pub(crate) fn of(result: &Result<AuthenticationResult, Error>, directory: &Directory, now: Timestamp) -> Self {
        match result {
            Ok(token) => Self::Token(Box::new(TokenSeen::of(token, directory, now))),
            Err(Error::UiRequired(needed)) => Self::UiRequired(needed.clone()),
            Err(error) => Self::Failed(error.clone()),
        }
    }

    pub(crate) fn described(&self) -> String {
        match self {
            Self::Token(token) => token.described(),
            Self::UiRequired(needed) => {
                let mut words = vec![Classification::from(needed.classification).word().to_owned()];
                words.extend(needed.error_codes.iter().map(|code| format!("AADSTS{code}")));
                if needed.error_codes.is_empty() {
                    words.push(needed.error.clone());
                }
                words.push(match needed.claims.as_deref().and_then(claims_in_brief) {
                    Some(claims) => format!("claims {claims}"),
                    None => "no claims".to_owned(),
                });
                format!("UI required ({})", words.join(", "))
            }
            Self::Failed(error) => {
                let codes: String = codes(error).iter().map(|code| format!(", AADSTS{code}")).collect();
                format!("the error {}{codes}: {error}", error.code())
            }
        }
    }
}

impl TokenSeen {
    fn of(result: &AuthenticationResult, directory: &Directory, now: Timestamp) -> Self {
        Self {
            from_cache: result.source == TokenSource::Cache,
            scopes: result.scopes.clone(),
            account: result.account.username.clone(),
            expires_in: result.expires_on.duration_since(now),
            ..Self::inside(result.access_token.secret(), directory)
        }
    }

    /// The token in an answer of the token endpoint.
    pub(crate) fn answered(body: &Value, directory: &Directory) -> Option<Self> {
        let scopes = body["scope"].as_str().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        // The version 1 dialect writes the number as text.
        let seconds = &body["expires_in"];
        let seconds = seconds.as_i64().or_else(|| seconds.as_str()?.parse().ok()).unwrap_or_default();
        Some(Self {
            scopes,
            expires_in: SignedDuration::from_secs(seconds),
            ..Self::inside(body["access_token"].as_str()?, directory)
        })
    }

    /// The token that the log tells of, as far as it does.
    pub(super) fn logged(exchange: &Exchange) -> Self {
        let answer = &exchange.answer;
        Self {
            from_cache: false,
            api: answer.api.clone().unwrap_or_default(),
            scopes: answer.scope.iter().flat_map(|scope| scope.split_whitespace()).map(str::to_owned).collect(),
            amr: Vec::new(),
            acrs: Vec::new(),
            roles: Vec::new(),
            account: exchange.user.clone().unwrap_or_default(),
            expires_in: SignedDuration::from_secs(
                answer.expires_in.and_then(|it| it.try_into().ok()).unwrap_or_default(),
            ),
        }
    }

    /// The client takes a token for opaque; a test may look inside.
    fn inside(token: &str, directory: &Directory) -> Self {
        let inside = payload(token);
        let words = |claim: &str| {
            inside[claim].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let audience = inside["aud"].as_str().unwrap_or_default();
        let user = inside["oid"].as_str().and_then(|id| directory.user(id));
        Self {
            from_cache: false,
            api: directory.api_by_resource(audience).map_or_else(|| audience.to_owned(), |api| api.name.clone()),
            scopes: Vec::new(),
            amr: words("amr"),
            acrs: words("acrs"),
            roles: words("roles"),
            account: user.map(|user| directory.username(user)).unwrap_or_default(),
            expires_in: SignedDuration::ZERO,
        }
    }

    pub(crate) fn described(&self) -> String {
        let from = if self.from_cache { "the cache" } else { "the network" };
        let amr = if self.amr.is_empty() { String::new() } else { format!(", amr {}", self.amr.join("+")) };
        format!("a token for {} from {from}{amr}", self.api)
    }
}

pub(crate) fn codes(error: &Error) -> &[u64] {
    match error {
        Error::UiRequired(error) => &error.error_codes,
        Error::Service(error) => &error.error_codes,
        Error::Client(_) => &[],
    }
}

fn payload(token: &str) -> Value {
    let decode = || {
        let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        serde_json::from_slice(&bytes).ok()
    };
    decode().unwrap_or_default()
}
