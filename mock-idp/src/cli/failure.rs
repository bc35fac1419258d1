//! Why a command ends badly: one sentence, perhaps a hint, and the exit status that goes with them.

use std::fmt::Display;

use mock_idp::{StartError, tls::TlsError, yaml::Diagnostics};

use super::output;

/// A command's bad end.
#[derive(Debug)]
pub(super) struct Failure {
    status: i32,
    what: What,
    hint: Option<String>,
}

#[derive(Debug)]
enum What {
    Sentence(String),
    Mistakes(Diagnostics),
}

impl Failure {
    /// Wrong usage, or something around us that the user has to put right: status 2.
    pub(super) fn usage(sentence: impl Display) -> Self {
        Self { status: 2, what: What::Sentence(sentence.to_string()), hint: None }
    }

    /// What was asked for was tried and did not happen: status 1.
    pub(super) fn failed(sentence: impl Display) -> Self {
        Self { status: 1, ..Self::usage(sentence) }
    }

    /// Adds what to do about it.
    pub(super) fn hint(self, hint: impl Display) -> Self {
        Self { hint: Some(hint.to_string()), ..self }
    }

    /// Tells the user, and returns the exit status.
    pub(super) fn report(&self) -> i32 {
        match &self.what {
            What::Sentence(sentence) => output::say(&format!("{ERROR} {sentence}")),
            What::Mistakes(mistakes) => output::say(&mistakes.styled()),
        }
        if let Some(hint) = &self.hint {
            output::say(&format!("{HINT} {hint}"));
        }
        self.status
    }
}

impl From<Diagnostics> for Failure {
    fn from(mistakes: Diagnostics) -> Self {
        Self { status: 2, what: What::Mistakes(mistakes), hint: None }
    }
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        Self::usage(error)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let hint = match &error {
            StartError::Bind { address, source } => match source.kind() {
                std::io::ErrorKind::PermissionDenied if address.port() < 1024 => {
                    Some("ports below 1024 are for administrators; choose another with --port")
                }
                std::io::ErrorKind::AddrNotAvailable => {
                    Some("--host takes an address of this machine: 127.0.0.1, ::1, or 0.0.0.0 for all of them")
                }
                _ => None,
            },
            StartError::PublishedKey { .. } => Some(
                "make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out signing-key.pem` and add \
                 --signing-key signing-key.pem; among test containers alone, set MOCK_IDP_ALLOW_PUBLISHED_KEY=1",
            ),
            _ => None,
        };
        Self { hint: hint.map(str::to_owned), ..Self::usage(error) }
    }
}

const ERROR: &str = "\x1b[1;31merror:\x1b[0m";
const HINT: &str = "\x1b[1;32mhint:\x1b[0m";
