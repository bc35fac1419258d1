//! Why the control API says no, in its own shape.
//!
//! 400 is for what the schema of a body or query rules out, 422 for what it cannot see: a name that nothing bears, members
//! that contradict each other.

use axum::response::{IntoResponse, Response};

use crate::{
    control::{ErrorDetail, ErrorDocument},
    controls::{ChangeError, Invalid, TokenOrderError, Unknown},
    fault::InvalidFault,
    yaml::{self, Diagnostic, Problem},
};

use super::{super::body::Unread, respond};

/// An error of the control API.
#[derive(Debug)]
pub(super) struct Trouble {
    status: u16,
    detail: ErrorDetail,
}

impl Trouble {
    pub(super) fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        let detail =
            ErrorDetail { code: code.to_owned(), message: message.into(), field: None, line: None, column: None };
        Self { status, detail }
    }

    /// There is no tenant of that id, domain or name.
    pub(super) fn unknown_tenant(name: &str) -> Self {
        Self::new(404, "unknown_tenant", format!("There is no tenant '{name}'.")).at("tenant")
    }

    /// A body that is no JSON.
    pub(super) fn no_json(mistake: &serde_json::Error) -> Self {
        Self::new(400, "invalid_body", format!("The body is no JSON: {mistake}."))
            .in_text(mistake.line(), mistake.column())
    }

    /// A body of another shape than is asked for.
    pub(super) fn misshapen(problem: &Problem) -> Self {
        Self::problem(400, problem)
    }

    /// The first problem of a body that has the right shape.
    pub(super) fn unacceptable(problems: &[Problem]) -> Self {
        match problems {
            [problem, ..] => Self::problem(422, problem),
            [] => Self::new(422, "invalid_body", "The body cannot be accepted."),
        }
    }

    pub(super) fn at(mut self, field: impl Into<String>) -> Self {
        self.detail.field = Some(field.into()).filter(|field| !field.is_empty());
        self
    }

    pub(super) fn in_text(mut self, line: usize, column: usize) -> Self {
        // A mistake in a value that was read already has no place.
        self.detail.line = Some(line).filter(|line| *line > 0);
        self.detail.column = self.detail.line.and(Some(column));
        self
    }

    fn problem(status: u16, problem: &Problem) -> Self {
        Self::new(status, "invalid_body", sentence(&problem.message, problem.hint.as_deref()))
            .at(problem.path.to_string())
    }
}

/// A whole sentence of what is wrong and what to do.
fn sentence(message: &str, hint: Option<&str>) -> String {
    let message = yaml::brief(message);
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let message = format!("{first}{}", letters.as_str());
    match hint.map(yaml::brief) {
        Some(hint) if hint.ends_with('?') => format!("{message}; {hint}"),
        Some(hint) => format!("{message}; {hint}."),
        None if message.ends_with(['.', '?']) => message,
        None => format!("{message}."),
    }
}

/// A body that is not there.
impl From<Unread> for Trouble {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge(limit) => {
                Self::new(413, "too_large", format!("A body here has at most {} KiB.", limit / 1024))
            }
            Unread::TooSlow(patience) => {
                let message = format!("The body was not there within {} seconds.", patience.as_secs_f64());
                Self::new(408, "too_slow", message)
            }
            Unread::BrokenOff => Self::new(400, "invalid_body", "The body broke off."),
        }
    }
}

/// A mistake in a text, with its place.
impl From<&Diagnostic> for Trouble {
    fn from(mistake: &Diagnostic) -> Self {
        let sentence = sentence(&mistake.message, mistake.hint.as_deref());
        Self::new(400, "invalid_body", sentence).in_text(mistake.line, mistake.column)
    }
}

impl From<Unknown> for Trouble {
    fn from(unknown: Unknown) -> Self {
        Self::new(404, "unknown_name", sentence(&unknown.to_string(), None)).at(unknown.kind.to_lowercase())
    }
}

impl From<Invalid> for Trouble {
    fn from(Invalid(problems): Invalid) -> Self {
        Self::unacceptable(&problems)
    }
}

impl From<InvalidFault> for Trouble {
    fn from(InvalidFault(problems): InvalidFault) -> Self {
        Self::unacceptable(&problems)
    }
}

impl From<ChangeError> for Trouble {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Unknown(unknown) => unknown.into(),
            ChangeError::Invalid(invalid) => invalid.into(),
        }
    }
}

impl From<TokenOrderError> for Trouble {
    fn from(error: TokenOrderError) -> Self {
        let message = sentence(&error.to_string(), None);
        match error {
            TokenOrderError::Unknown(unknown) => Self::from(unknown),
            TokenOrderError::Contradiction { member, .. } => Self::new(422, "invalid_body", message).at(member),
            TokenOrderError::NoOtherAudience => Self::new(422, "invalid_body", message).at("wrong_audience"),
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        respond::plain_json(self.status, &ErrorDocument { error: self.detail })
    }
}
