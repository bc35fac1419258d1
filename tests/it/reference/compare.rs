//! What is complete: every member of a body in its order, the placeholders of its sentence, the headers.

use desktop_client::challenge::{self, ChallengeClaims};
use mock_idp::virtual_user::Outcome;
use serde_json::Value;
use tests::{Answer, policy_claims};

use super::stage::{CORRELATION, GUARD, Seen};

/// What must be answered.
#[derive(Debug)]
pub(super) enum Expected {
    /// Entra's error body at an endpoint (escalation reference 2.1).
    Token(TokenError),
    /// An error at the redirect address (2.8).
    Redirect(RedirectError),
    /// An error page, without a redirect.
    Page(u32),
    /// A challenge or refusal of an API.
    Challenge(Challenge),
    /// An outage: a status and a body that is not Entra's.
    Outage(u16, Option<&'static str>),
    /// No error at all: status 200.
    Success,
}

/// An error body.
#[derive(Debug)]
pub(super) struct TokenError {
    status: u16,
    error: &'static str,
    number: u32,
    suberror: Option<&'static str>,
    claims: Claims,
    error_uri: bool,
    says: &'static [&'static str],
    members: &'static [&'static str],
}

/// An error at the redirect address.
#[derive(Debug)]
pub(super) struct RedirectError {
    error: &'static str,
    number: Option<u32>,
    cancelled: bool,
    error_uri: bool,
    says: &'static [&'static str],
}

/// What an API says.
#[derive(Debug)]
pub(super) struct Challenge {
    pub(super) status: u16,
    pub(super) error: Option<&'static str>,
    /// What must stand in `WWW-Authenticate`.
    pub(super) header: &'static [&'static str],
    /// What must stand in the claims once decoded; empty: there are none.
    pub(super) claims: &'static [&'static str],
    /// What must stand in the body.
    pub(super) says: &'static [&'static str],
}

/// The `claims` of an error.
#[derive(Debug)]
pub(super) enum Claims {
    Absent,
    /// The guard of payroll.
    Guard,
    /// This text.
    Text(&'static str),
}

impl Expected {
    /// 400, `invalid_grant`, without suberror and claims, with `error_uri`.
    pub(super) const fn grant(number: u32) -> Self {
        Self::Token(TokenError {
            status: 400,
            error: "invalid_grant",
            number,
            suberror: None,
            claims: Claims::Absent,
            error_uri: true,
            says: &[],
            members: &[],
        })
    }

    /// Another error than `invalid_grant`.
    pub(super) const fn token(status: u16, error: &'static str, number: u32) -> Self {
        match Self::grant(number) {
            Self::Token(expected) => Self::Token(TokenError { status, error, ..expected }),
            other => other,
        }
    }

    pub(super) const fn suberror(self, suberror: &'static str) -> Self {
        match self {
            Self::Token(expected) => Self::Token(TokenError { suberror: Some(suberror), ..expected }),
            other => other,
        }
    }

    pub(super) const fn claims(self, claims: Claims) -> Self {
        match self {
            Self::Token(expected) => Self::Token(TokenError { claims, ..expected }),
            other => other,
        }
    }

    /// Without `error_uri` (finding 7).
    pub(super) const fn no_uri(self) -> Self {
        match self {
            Self::Token(expected) => Self::Token(TokenError { error_uri: false, ..expected }),
            Self::Redirect(expected) => Self::Redirect(RedirectError { error_uri: false, ..expected }),
            other => other,
        }
    }

    /// What the sentence must name.
    pub(super) const fn says(self, says: &'static [&'static str]) -> Self {
        match self {
            Self::Token(expected) => Self::Token(TokenError { says, ..expected }),
            Self::Redirect(expected) => Self::Redirect(RedirectError { says, ..expected }),
            other => other,
        }
    }

    /// Members beyond the usual ones, at the end.
    pub(super) const fn members(self, members: &'static [&'static str]) -> Self {
        match self {
            Self::Token(expected) => Self::Token(TokenError { members, ..expected }),
            other => other,
        }
    }

    /// A redirect with an error, without a cancel, with `error_uri`.
    pub(super) const fn redirect(error: &'static str, number: u32) -> Self {
        Self::Redirect(RedirectError { error, number: Some(number), cancelled: false, error_uri: true, says: &[] })
    }

    /// A redirect with an error and no description.
    pub(super) const fn bare_redirect(error: &'static str) -> Self {
        Self::Redirect(RedirectError { error, number: None, cancelled: false, error_uri: false, says: &[] })
    }

    /// The user left by a button.
    pub(super) const fn cancelled(number: u32) -> Self {
        Self::Redirect(RedirectError {
            error: "access_denied",
            number: Some(number),
            cancelled: true,
            error_uri: true,
            says: &[],
        })
    }

    /// The AADSTS number.
    pub(super) fn number(&self) -> Option<u32> {
        match self {
            Self::Token(expected) => Some(expected.number),
            Self::Redirect(expected) => expected.number,
            Self::Page(number) => Some(*number),
            Self::Challenge(_) | Self::Outage(..) | Self::Success => None,
        }
    }

    /// What differs, if anything does.
    pub(super) fn compare(&self, seen: &Seen) -> Result<(), String> {
        match (self, seen) {
            (Self::Token(expected), Seen::Answer(answer)) => expected.compare(answer),
            (Self::Redirect(expected), Seen::Visit(visit)) => expected.compare(&visit.outcome),
            (Self::Page(number), Seen::Answer(answer)) => page(*number, answer),
            (Self::Page(number), Seen::Visit(visit)) => match &visit.outcome {
                Outcome::ErrorPage { code, .. } => same("the page's number", code, &Some(*number)),
                _ => Err("no error page".to_owned()),
            },
            (Self::Challenge(expected), Seen::Answer(answer)) => expected.compare(answer),
            (Self::Outage(status, retry_after), Seen::Answer(answer)) => {
                same("the status", &answer.status, status)?;
                let seen = answer.headers.get("retry-after").and_then(|value| value.to_str().ok());
                same("Retry-After", &seen, retry_after)
            }
            (Self::Success, Seen::Answer(answer)) => same("the status", &answer.status, &200),
            _ => Err("another kind of answer".to_owned()),
        }
    }
}

impl TokenError {
    fn compare(&self, answer: &Answer) -> Result<(), String> {
        same("the status", &answer.status, &self.status)?;
        let mut members = vec!["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id"];
        members.extend(self.error_uri.then_some("error_uri"));
        members.extend(self.suberror.map(|_| "suberror"));
        members.extend((!matches!(self.claims, Claims::Absent)).then_some("claims"));
        members.extend(self.members);
        let seen: Vec<&str> = answer.body.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        same("the members", &seen, &members)?;
        same("error", &answer.text_of("error"), &self.error)?;
        same("error_codes", &answer.body["error_codes"], &serde_json::json!([self.number]))?;
        same("suberror", &answer.body["suberror"].as_str(), &self.suberror)?;
        let claims = match self.claims {
            Claims::Absent => None,
            Claims::Guard => Some(policy_claims(&GUARD.to_string())),
            Claims::Text(text) => Some(text.to_owned()),
        };
        same("claims", &answer.body["claims"].as_str(), &claims.as_deref())?;
        same("correlation_id", &answer.text_of("correlation_id"), &CORRELATION)?;
        self.description(answer)?;
        if self.error_uri {
            let address = format!("https://login.microsoftonline.com/error?code={}", self.number);
            same("error_uri", &answer.text_of("error_uri"), &address.as_str())?;
        }
        self.headers(answer)
    }

    /// Prefix, what the sentence names, trailer.
    fn description(&self, answer: &Answer) -> Result<(), String> {
        let description = answer.text_of("error_description");
        let trailer = format!(
            " Trace ID: {} Correlation ID: {CORRELATION} Timestamp: {}",
            answer.text_of("trace_id"),
            answer.text_of("timestamp")
        );
        let sentence = description
            .strip_prefix(&format!("AADSTS{}: ", self.number))
            .and_then(|text| text.strip_suffix(trailer.as_str()))
            .ok_or_else(|| format!("the description has another frame: {description}"))?;
        if sentence.contains(['{', '}']) {
            return Err(format!("a placeholder is not filled: {sentence}"));
        }
        match self.says.iter().find(|word| !sentence.contains(**word)) {
            Some(word) => Err(format!("the sentence does not name {word:?}: {sentence}")),
            None => Ok(()),
        }
    }

    fn headers(&self, answer: &Answer) -> Result<(), String> {
        let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let clitelem = format!("1,{},0,,", self.number);
        let usual = [
            ("cache-control", "no-store, no-cache"),
            ("pragma", "no-cache"),
            ("expires", "-1"),
            ("content-type", "application/json; charset=utf-8"),
            ("x-content-type-options", "nosniff"),
            ("x-ms-request-id", answer.text_of("trace_id")),
            ("client-request-id", CORRELATION),
            ("x-ms-clitelem", clitelem.as_str()),
        ];
        for (name, value) in usual {
            same(name, &header(name), &value)?;
        }
        if header("p3p").is_empty() || header("x-ms-ests-server").is_empty() {
            return Err("p3p or x-ms-ests-server is missing".to_owned());
        }
        Ok(())
    }
}

impl RedirectError {
    fn compare(&self, outcome: &Outcome) -> Result<(), String> {
        let Outcome::Delivered { parameters, .. } = outcome else { return Err("nothing was delivered".to_owned()) };
        let parameter = |name: &str| outcome.parameter(name);
        same("error", &parameter("error"), &Some(self.error))?;
        same("error_subcode", &parameter("error_subcode"), &self.cancelled.then_some("cancel"))?;
        same("state", &parameter("state"), &Some("a+b/c=|d"))?;
        if parameters.iter().any(|(name, _)| name == "code") {
            return Err("a code comes with the error".to_owned());
        }
        let Some(number) = self.number else {
            return same("error_description", &parameter("error_description"), &None);
        };
        let description = parameter("error_description").unwrap_or_default();
        if !description.starts_with(&format!("AADSTS{number}: ")) || !description.contains(" Trace ID: ") {
            return Err(format!("another description: {description}"));
        }
        if let Some(word) = self.says.iter().find(|word| !description.contains(**word)) {
            return Err(format!("the sentence does not name {word:?}: {description}"));
        }
        let address = format!("https://login.microsoftonline.com/error?code={number}");
        same("error_uri", &parameter("error_uri"), &self.error_uri.then_some(address.as_str()))
    }
}

impl Challenge {
    fn compare(&self, answer: &Answer) -> Result<(), String> {
        same("the status", &answer.status, &self.status)?;
        let header = answer.headers.get("www-authenticate").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let error = self.error.map(|error| format!("error=\"{error}\""));
        same("an error", &header.contains("error="), &error.is_some())?;
        for word in self.header.iter().copied().chain(error.as_deref()) {
            if !header.contains(word) {
                return Err(format!("the header does not hold {word:?}: {header}"));
            }
        }
        let claims = challenge::from_headers(&answer.headers).iter().find_map(|challenge| match challenge.claims() {
            ChallengeClaims::Json(text) => Some(text),
            ChallengeClaims::Absent | ChallengeClaims::Unreadable(_) => None,
        });
        let claims = claims.unwrap_or_default();
        same("claims", &claims.is_empty(), &self.claims.is_empty())?;
        if let Some(word) = self.claims.iter().find(|word| !claims.contains(**word)) {
            return Err(format!("the claims do not hold {word:?}: {claims}"));
        }
        if answer.status == 401 || answer.status == 403 {
            let message = answer.body["error"]["message"].as_str().unwrap_or_default();
            let code = answer.body["error"]["code"].as_str().unwrap_or_default();
            let text = format!("{code} {message}");
            if let Some(word) = self.says.iter().find(|word| !text.contains(**word)) {
                return Err(format!("the body does not say {word:?}: {text}"));
            }
        }
        Ok(())
    }
}

fn page(number: u32, answer: &Answer) -> Result<(), String> {
    if !answer.status.to_string().starts_with('4') && !answer.status.to_string().starts_with('5') {
        return Err(format!("status {}", answer.status));
    }
    let has = |text: &str| answer.text.contains(text);
    if !has(&format!("AADSTS{number}")) || !has("exceptionMessageContainer") || !has("errorDescription") {
        return Err(format!("no page with AADSTS{number}"));
    }
    same("a redirect", &answer.headers.get("location").is_some(), &false)?;
    match answer.body {
        Value::Null => Ok(()),
        _ => Err("JSON, and no page".to_owned()),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, seen: &T, expected: &T) -> Result<(), String> {
    if seen == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}, saw {seen:?}")) }
}
