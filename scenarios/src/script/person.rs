//! The answers of the person in front of the pages.

use mock_idp::virtual_user::{Answer, MfaAnswer, PageKind, VirtualUser};
use schemars::JsonSchema;
use serde::Deserialize;

/// What the person does in front of the pages. What is left out is as usual: the right password, yes to everything.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// Short name of who signs in; the user of the scenario if left out.
    pub signs_in_as: Option<String>,
    /// The password she types.
    pub password: Option<String>,
    /// What she does on the consent page.
    pub consent: Answer,
    /// What she does when asked for a second factor.
    pub mfa: MfaAnswer,
    /// The page on which she presses cancel or, where there is no cancel, closes the window.
    pub cancel_at: Option<PageKind>,
}

impl Person {
    /// The scripted person with this user name.
    pub(crate) fn named(&self, username: String) -> VirtualUser {
        let mut user = VirtualUser::new(username);
        if let Some(password) = &self.password {
            user.password.clone_from(password);
        }
        user.consent = self.consent;
        user.mfa = self.mfa;
        user.cancel_at = self.cancel_at;
        user
    }
}
