//! The answers of the person in front of the pages.

use jiff::SignedDuration;
use mock_idp::{
    virtual_user::{Answer, MfaAnswer, PageKind, VirtualUser, VisitAnswers},
    yaml::Problem,
};
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
    /// Whether she consents for the whole organization where the page offers that, as it does to administrators.
    pub consents_for_everybody: bool,
    /// What she does when asked for a second factor.
    pub mfa: MfaAnswer,
    /// The one-time code she types when she means to pass.
    pub one_time_code: Option<String>,
    /// The password she chooses when a new one is due.
    pub new_password: Option<String>,
    /// What she does about the terms of use.
    pub terms_of_use: Answer,
    /// What she does about the challenge of another provider.
    pub external_challenge: Answer,
    /// Whether she asks an administrator for an approval that she needs, where the page offers it; yes if left out.
    pub requests_approval: Option<bool>,
    /// Whether she says yes on the page that asks to stay signed in.
    pub stay_signed_in: bool,
    /// The page on which she presses cancel or, where there is no cancel, closes the window.
    pub cancel_at: Option<PageKind>,
    /// The page at which she closes the window, although she could press cancel.
    pub closes_at: Option<PageKind>,
    /// Whether she opens the address in two windows: she signs in in the second, and then goes on in the first.
    pub two_windows: bool,
    /// How long she thinks before she answers a page, such as `30s`, at most ten minutes. The clock goes on by it; nobody waits.
    #[schemars(with = "String")]
    pub think_time: SignedDuration,
    /// Whether the server answers the pages in her stead, so that the browser sees none. What she does is the same.
    pub skips_pages: bool,
    /// What she does otherwise at her first visit from now on, at her second, and so on; at all others she does as above.
    /// `username` is a short name here.
    pub visits: Vec<VisitAnswers>,
}

impl Person {
    /// What is wrong with the time that she thinks, if anything.
    pub(crate) fn thinks_too_long(&self) -> Option<Problem> {
        VirtualUser { think_time: self.think_time, ..VirtualUser::default() }.problem()
    }

    /// The scripted person. `called` gives the user name that goes with a short name.
    ///
    /// # Errors
    ///
    /// Those of `called`.
    pub(crate) fn named<E>(
        &self,
        username: String,
        called: impl Fn(&str) -> Result<String, E>,
    ) -> Result<VirtualUser, E> {
        let mut user = VirtualUser::new(username);
        user.visits.clone_from(&self.visits);
        for name in user.visits.iter_mut().filter_map(|visit| visit.username.as_mut()) {
            *name = called(name)?;
        }
        let texts = [
            (&self.password, &mut user.password),
            (&self.one_time_code, &mut user.one_time_code),
            (&self.new_password, &mut user.new_password),
        ];
        for (said, types) in texts {
            if let Some(said) = said {
                types.clone_from(said);
            }
        }
        user.consent = self.consent;
        user.consents_for_everybody = self.consents_for_everybody;
        user.mfa = self.mfa;
        user.terms_of_use = self.terms_of_use;
        user.external_challenge = self.external_challenge;
        user.requests_approval = self.requests_approval.unwrap_or(user.requests_approval);
        user.stay_signed_in = self.stay_signed_in;
        user.cancel_at = self.cancel_at;
        user.closes_at = self.closes_at;
        user.two_windows = self.two_windows;
        user.think_time = self.think_time;
        user.skips_pages = self.skips_pages;
        Ok(user)
    }
}
