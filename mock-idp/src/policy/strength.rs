//! How well a sign-in proved who the user is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::Method;

/// What a sign-in proved, and when. A refresh token carries it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    /// When credentials were last typed (`auth_time`).
    pub signed_in_at: Timestamp,
    /// When a second factor was last passed.
    pub mfa_at: Option<Timestamp>,
    /// When a passkey was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey_at: Option<Timestamp>,
}

impl Strength {
    /// A sign-in with the password alone.
    #[must_use]
    pub fn password(at: Timestamp) -> Self {
        Self { signed_in_at: at, mfa_at: None, passkey_at: None }
    }

    /// The same with a second factor passed at `at`.
    #[must_use]
    pub fn and(mut self, method: Method, at: Timestamp) -> Self {
        self.mfa_at = Some(at);
        if method == Method::Passkey {
            self.passkey_at = Some(at);
        }
        self
    }

    /// When a second factor was last passed, by `method` if one is named.
    #[must_use]
    pub fn proved_at(&self, method: Option<Method>) -> Option<Timestamp> {
        match method {
            Some(Method::Passkey) => self.passkey_at,
            Some(Method::OneTimeCode | Method::NumberMatching) | None => self.mfa_at,
        }
    }

    /// `amr` of version 1 tokens (escalation reference 6.2).
    #[must_use]
    pub fn amr(&self) -> &'static [&'static str] {
        match (self.mfa_at, self.passkey_at) {
            (_, Some(_)) => &["pwd", "rsa", "mfa"],
            (Some(_), None) => &["pwd", "mfa"],
            (None, None) => &["pwd"],
        }
    }
}
