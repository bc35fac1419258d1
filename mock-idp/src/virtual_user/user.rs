//! Who the virtual user is and how she answers: the document of the control API's `/virtual_user`.
//! It must not know pages' HTML.

use std::fmt;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PageKind;
use crate::yaml::{Path, Problem};

/// The scripted person: who signs in and what she does on each page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VirtualUser {
    /// The user name she types or picks.
    pub username: String,
    /// The password she types.
    pub password: String,
    /// The one-time code she types when she passes multifactor authentication.
    pub one_time_code: String,
    /// What she does on the consent page.
    pub consent: Answer,
    /// Whether she consents for the whole organization where the page offers that, as it does to administrators.
    pub consents_for_everybody: bool,
    /// The password she chooses when a new one is due.
    pub new_password: String,
    /// What she does about the terms of use.
    pub terms_of_use: Answer,
    /// What she does about the challenge of another provider.
    pub external_challenge: Answer,
    /// Whether she asks an administrator for an approval that she needs, where the page offers it.
    pub requests_approval: bool,
    /// What she does when asked for a second factor.
    pub mfa: MfaAnswer,
    /// The page on which she presses cancel or, where there is no cancel, closes the window.
    pub cancel_at: Option<PageKind>,
    /// Whether she says yes on the "stay signed in" page.
    pub stay_signed_in: bool,
    /// The page at which she closes the window, although she could press cancel.
    pub closes_at: Option<PageKind>,
    /// Whether she opens the address in two windows: she signs in in the second, and then goes on in the first.
    pub two_windows: bool,
    /// How long she thinks before she answers a page, such as `250ms`; at most ten minutes. In real time; where she skips
    /// the pages and the tenant's clock stands still, the clock is moved instead.
    #[serde(skip_serializing_if = "SignedDuration::is_zero")]
    #[schemars(with = "String", extend("format" = "time-span"))]
    pub think_time: SignedDuration,
    /// Whether the server answers the pages in her stead, so that a browser sees none: `/authorize` leads to the redirect
    /// address at once. What she does is the same, and the log has the pages.
    pub skips_pages: bool,
    /// What she does otherwise at her first visit, at her second, and so on; from then on she does as above.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitAnswers>,
}

/// What the person does otherwise during one visit; what is left out she does as always.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VisitAnswers {
    /// The user name she types or picks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The password she types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The one-time code she types.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_time_code: Option<String>,
    /// What she does on the consent page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Answer>,
    /// What she does about the terms of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_of_use: Option<Answer>,
    /// What she does about the challenge of another provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_challenge: Option<Answer>,
    /// What she does when asked for a second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa: Option<MfaAnswer>,
    /// The page on which she presses cancel or, where there is no cancel, closes the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel_at: Option<PageKind>,
    /// The page at which she closes the window, although she could press cancel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<PageKind>,
    /// Whether she opens the address in two windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub two_windows: Option<bool>,
}

const LONGEST_THOUGHT: SignedDuration = SignedDuration::from_mins(10);

impl VirtualUser {
    /// What is wrong with her, if anything.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        let is_short = !self.think_time.is_negative() && self.think_time <= LONGEST_THOUGHT;
        let sentence = "the think time is between 0s and 10m, such as `250ms`";
        (!is_short).then(|| Problem::new(Path::root().key("think_time"), sentence))
    }

    /// How long she thinks.
    pub(crate) fn thinks(&self) -> std::time::Duration {
        self.think_time.clamp(SignedDuration::ZERO, LONGEST_THOUGHT).unsigned_abs()
    }

    /// A user of that name who knows the built-in password and code and agrees to everything.
    #[must_use]
    pub fn new(username: impl Into<String>) -> Self {
        Self { username: username.into(), ..Self::default() }
    }

    /// What she does at the visit that so many others went before.
    #[must_use]
    pub fn at_visit(&self, visits_before: usize) -> Self {
        let mut person = Self { visits: Vec::new(), ..self.clone() };
        let Some(otherwise) = self.visits.get(visits_before).cloned() else { return person };
        set(&mut person.username, otherwise.username);
        set(&mut person.password, otherwise.password);
        set(&mut person.one_time_code, otherwise.one_time_code);
        set(&mut person.consent, otherwise.consent);
        set(&mut person.terms_of_use, otherwise.terms_of_use);
        set(&mut person.external_challenge, otherwise.external_challenge);
        set(&mut person.mfa, otherwise.mfa);
        set(&mut person.two_windows, otherwise.two_windows);
        person.cancel_at = otherwise.cancel_at.or(person.cancel_at);
        person.closes_at = otherwise.closes_at.or(person.closes_at);
        person
    }
}

fn set<T>(usual: &mut T, otherwise: Option<T>) {
    if let Some(otherwise) = otherwise {
        *usual = otherwise;
    }
}

impl Default for VirtualUser {
    fn default() -> Self {
        Self {
            username: "ada@contoso.test".to_owned(),
            password: "Passw0rd!".to_owned(),
            one_time_code: "123456".to_owned(),
            consent: Answer::Accept,
            consents_for_everybody: false,
            new_password: "N3w-Passw0rd!".to_owned(),
            terms_of_use: Answer::Accept,
            external_challenge: Answer::Accept,
            requests_approval: true,
            mfa: MfaAnswer::Pass,
            cancel_at: None,
            stay_signed_in: false,
            think_time: SignedDuration::ZERO,
            skips_pages: false,
            closes_at: None,
            two_windows: false,
            visits: Vec::new(),
        }
    }
}

impl fmt::Debug for VirtualUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualUser")
            .field("username", &self.username)
            .field("password", &"[redacted]")
            .field("one_time_code", &"[redacted]")
            .field("consent", &self.consent)
            .field("consents_for_everybody", &self.consents_for_everybody)
            .field("new_password", &"[redacted]")
            .field("terms_of_use", &self.terms_of_use)
            .field("external_challenge", &self.external_challenge)
            .field("requests_approval", &self.requests_approval)
            .field("mfa", &self.mfa)
            .field("cancel_at", &self.cancel_at)
            .field("stay_signed_in", &self.stay_signed_in)
            .field("think_time", &self.think_time)
            .field("skips_pages", &self.skips_pages)
            .field("closes_at", &self.closes_at)
            .field("two_windows", &self.two_windows)
            .field("visits", &self.visits)
            .finish()
    }
}

impl fmt::Debug for VisitAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |secret: &Option<String>| secret.as_ref().map(|_| "[redacted]");
        f.debug_struct("VisitAnswers")
            .field("username", &self.username)
            .field("password", &hidden(&self.password))
            .field("one_time_code", &hidden(&self.one_time_code))
            .field("consent", &self.consent)
            .field("terms_of_use", &self.terms_of_use)
            .field("external_challenge", &self.external_challenge)
            .field("mfa", &self.mfa)
            .field("cancel_at", &self.cancel_at)
            .field("closes_at", &self.closes_at)
            .field("two_windows", &self.two_windows)
            .finish()
    }
}

/// What the person does on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Presses accept.
    #[default]
    Accept,
    /// Presses cancel.
    Decline,
}

/// What the person does when asked for a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MfaAnswer {
    /// Types the right code, or chooses the right number on the phone; registers a method where none is registered.
    #[default]
    Pass,
    /// Types wrong codes or denies on the phone, up to three times, then cancels; has no method to register.
    Fail,
    /// Types nothing until it is too late, and then presses cancel.
    Timeout,
    /// Leaves the page.
    Ignore,
}
