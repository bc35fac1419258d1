//! Why the control API does not do what it is asked.

use crate::control::ErrorDetail;

/// Why a call of the control API failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The server says no, and why.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There is no answer.
    #[error("{what} cannot be reached: {source}; is `mock-idp serve` running there, and is its CA the one given?")]
    Unreachable {
        /// The server.
        what: String,
        /// Why not.
        source: reqwest::Error,
    },
    /// The answer is none of the control API's: another server, or another version.
    #[error(
        "the answer (status {status}) is none of this control API's: {source}; is another program listening there?"
    )]
    Unreadable {
        /// HTTP status.
        status: u16,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// A refusal of the control API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .detail.message)]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// Code, sentence, field and place.
    pub detail: ErrorDetail,
}

impl ControlError {
    /// The refusal, if the server said no.
    #[must_use]
    pub fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Refused(refused) => Some(refused),
            _ => None,
        }
    }
}
