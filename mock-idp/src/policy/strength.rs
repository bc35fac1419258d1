//! How well a sign-in proved who the user is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a sign-in proved, and when. A refresh token carries it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    /// When credentials were last typed (`auth_time`).
    pub signed_in_at: Timestamp,
    /// When a second factor was last passed.
    pub mfa_at: Option<Timestamp>,
}

impl Strength {
    /// A sign-in with the password alone.
    #[must_use]
    pub fn password(at: Timestamp) -> Self {
        Self { signed_in_at: at, mfa_at: None }
    }

    /// `amr` of version 1 tokens (escalation reference 6.2).
    #[must_use]
    pub fn amr(&self) -> &'static [&'static str] {
        if self.mfa_at.is_some() { &["pwd", "mfa"] } else { &["pwd"] }
    }
}
