//! Why the control API says no, in its own shape.

use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::{controls::Unknown, yaml::Problem};

use super::respond;

/// An error of the control API.
#[derive(Debug)]
pub(super) struct Trouble {
    status: u16,
    code: &'static str,
    message: String,
    field: Option<String>,
}

impl Trouble {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), field: None }
    }

    /// A body that cannot be read.
    pub(super) fn body(mistake: &serde_json::Error) -> Self {
        Self::new(400, "invalid_body", format!("The body is not what this endpoint takes: {mistake}."))
    }

    pub(super) fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl From<Unknown> for Trouble {
    fn from(unknown: Unknown) -> Self {
        Self::new(404, "unknown_name", format!("{unknown}.")).at(unknown.kind.to_lowercase())
    }
}

impl From<&Problem> for Trouble {
    fn from(problem: &Problem) -> Self {
        let message = match &problem.hint {
            Some(hint) if hint.ends_with('?') => format!("{}; {hint}", problem.message),
            Some(hint) => format!("{}; {hint}.", problem.message),
            None => format!("{}.", problem.message),
        };
        Self::new(400, "invalid_body", message).at(problem.path.to_string())
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(field) = self.field {
            error["field"] = field.into();
        }
        respond::plain_json(self.status, &json!({ "error": error }))
    }
}
