//! The error of the control API: `{"error":{"code","message","field"?}}`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Every error of the control API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorDocument {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorDetail {
    /// A word for programs, such as `unknown_tenant`.
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// Which member of the body, or which name, it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// In which line of the body, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// In which column of that line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}
