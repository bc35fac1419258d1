//! What can be missing, as data, with the error that says so.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    directory::{GRAPH, Method},
    error::{Aadsts, Refusal, precise_time},
};

use super::Situation;

/// One thing that stands between a request and its token.
#[derive(Clone, Debug, PartialEq)]
pub enum Demand {
    /// Nobody is signed in, or credentials must be typed again.
    SignIn(SignInReason),
    /// The user must say which account to use.
    ChooseAccount,
    /// Something with an error of its own: a state of the account, a block, a device, terms of use.
    Remedy(Remedy),
    /// A second factor.
    SecondFactor(SecondFactor),
    /// Consent to these scopes.
    Consent(Vec<MissingConsent>),
    /// Consent that only an administrator can give.
    AdminConsent(Vec<MissingConsent>, AdminReason),
}

/// Why credentials are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInReason {
    /// There is no session.
    NoSession,
    /// `prompt=login`.
    Prompt,
    /// A policy's sign-in frequency.
    TooOld {
        /// When the user signed in.
        issued: Timestamp,
        /// How long that is good.
        lifetime: SignedDuration,
    },
}

/// Something with an error of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// The error that says so.
    pub code: Aadsts,
    /// When it is asked.
    pub stage: Stage,
    /// The page on which the user can do it; `None` if no page can help.
    pub page: Option<RemedyPage>,
    /// What fills the placeholders of the error's sentence, beside `{resource}`, `{client}`, `{client_name}`, `{user}` and
    /// `{tenant}`, which every sentence can have.
    pub values: Vec<(&'static str, String)>,
}

impl Remedy {
    /// What no page can help with.
    #[must_use]
    pub fn new(code: Aadsts, stage: Stage) -> Self {
        Self { code, stage, page: None, values: Vec::new() }
    }

    /// What the user can do on this page.
    #[must_use]
    pub fn on(mut self, page: RemedyPage) -> Self {
        self.page = Some(page);
        self
    }

    /// Fills a placeholder.
    #[must_use]
    pub fn with(mut self, placeholder: &'static str, value: impl Into<String>) -> Self {
        self.values.push((placeholder, value.into()));
        self
    }
}

/// When a [`Remedy`] is asked, in the order of evaluation (escalation reference 2.14, steps 7 to 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The state of the account.
    Account,
    /// Whether the user may use the application at all.
    Assignment,
    /// What no consent can allow.
    Consent,
    /// A block.
    Block,
    /// The device and the application.
    Device,
    /// What stands in the way of registering a second factor.
    Enrolment,
    /// What comes after a second factor: external challenges.
    External,
    /// What no token can be.
    RequestedClaims,
}

/// A page that helps with a [`Remedy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemedyPage {
    /// A new password.
    PasswordChange,
    /// The terms of use.
    TermsOfUse,
    /// The challenge of another provider.
    ExternalChallenge,
}

/// A second factor, and what is wrong with the one that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// What is asked of the user.
    pub need: Need,
    /// The one method that will do; any if absent.
    pub method: Option<Method>,
}

/// What is asked of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A proof.
    Prove,
    /// Another proof: the last is too long ago.
    ProveAgain,
    /// A proof, after a method was registered.
    Enrol,
}

/// Why only an administrator can consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminReason {
    /// One of the scopes is for administrators.
    Scope,
    /// Users may not consent in this tenant.
    UsersMayNot,
    /// The application is judged risky.
    Risky,
    /// Consent for the whole tenant was asked for.
    WholeTenant,
}

impl AdminReason {
    /// The reason in words, for the log.
    #[must_use]
    pub fn because(self) -> &'static str {
        match self {
            Self::Scope => "only an administrator can consent to some of these",
            Self::UsersMayNot => "only administrators can consent in this tenant",
            Self::Risky => "the application is judged risky, so only an administrator can consent",
            Self::WholeTenant => "consent for the whole tenant is an administrator's to give",
        }
    }

    /// The error of the page; `requestable` if the user can send a request from it (escalation reference C5 and C6).
    #[must_use]
    pub fn code(self, requestable: bool) -> Aadsts {
        match (self, requestable) {
            (Self::Risky, false) => Aadsts::RiskyApplication,
            (Self::Risky, true) => Aadsts::RiskyApplicationRequested,
            (Self::UsersMayNot, false) => Aadsts::UserConsentOff,
            (Self::Scope | Self::UsersMayNot, true) => Aadsts::AdminConsentRequested,
            (Self::Scope, false) | (Self::WholeTenant, _) => Aadsts::AdminConsentRequired,
        }
    }
}

/// Scopes of one API that wait for consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingConsent {
    /// The application that the consent is for: the client, or with combined consent the API that it asks for.
    pub client: Uuid,
    /// Short name of the API.
    pub api: String,
    /// Every scope asked for.
    pub asked: Vec<String>,
    /// Those of them that are not on record.
    pub missing: Vec<String>,
}

impl Demand {
    /// Place in the order of pages. It differs from the order of evaluation: MFA comes before consent.
    #[must_use]
    pub fn page_order(&self) -> u8 {
        match self {
            Self::ChooseAccount => 0,
            Self::SignIn(_) => 1,
            Self::Remedy(Remedy { stage, .. }) => match stage {
                Stage::Account => 2,
                Stage::Assignment => 3,
                Stage::Consent => 4,
                Stage::Block => 5,
                Stage::Device => 6,
                Stage::Enrolment => 7,
                Stage::External => 11,
                Stage::RequestedClaims => 14,
            },
            Self::SecondFactor(SecondFactor { need: Need::Enrol, .. }) => 8,
            // A proof that resists phishing is a second factor, too, so it is asked first.
            Self::SecondFactor(SecondFactor { method: Some(_), .. }) => 9,
            Self::SecondFactor(_) => 10,
            Self::AdminConsent(..) => 12,
            Self::Consent(_) => 13,
        }
    }

    /// Whether the pages help the user to meet it.
    #[must_use]
    pub fn has_page(&self) -> bool {
        match self {
            Self::SignIn(_) | Self::ChooseAccount | Self::SecondFactor(_) | Self::Consent(_) => true,
            Self::Remedy(remedy) => remedy.page.is_some(),
            Self::AdminConsent(..) => false,
        }
    }

    /// Whether it is about consent.
    #[must_use]
    pub fn is_consent(&self) -> bool {
        matches!(self, Self::Consent(_) | Self::AdminConsent(..))
    }

    /// Whether the refusal of a silent request names the unmet policies. Dead grants and accounts don't (2.14), nor does
    /// the device challenge (finding 14).
    #[must_use]
    pub fn carries_claims(&self) -> bool {
        match self {
            Self::SignIn(_) | Self::ChooseAccount => false,
            Self::Remedy(Remedy { code, stage, .. }) => {
                *stage != Stage::Account && *code != Aadsts::DeviceAuthenticationRequired
            }
            _ => true,
        }
    }

    /// The number of the refusal.
    #[must_use]
    pub fn code(&self, situation: &Situation<'_>) -> Aadsts {
        match self {
            Self::SignIn(SignInReason::TooOld { .. }) => Aadsts::SignInTooOld,
            Self::SignIn(_) => Aadsts::NoSession,
            Self::ChooseAccount => Aadsts::SeveralSessions,
            Self::Remedy(remedy) => remedy.code,
            Self::SecondFactor(SecondFactor { need: Need::Prove, .. }) => Aadsts::MfaRequired,
            Self::SecondFactor(SecondFactor { need: Need::ProveAgain, .. }) => Aadsts::MfaTooOld,
            Self::SecondFactor(SecondFactor { need: Need::Enrol, .. }) => Aadsts::MfaEnrolmentRequired,
            // There is no silent signal that says "administrator" (escalation reference C7), and for personal accounts none
            // that says "consent" (C2).
            Self::Consent(_) | Self::AdminConsent(..)
                if situation.subject().is_some_and(|subject| subject.user.personal_account) =>
            {
                Aadsts::GrantInvalid
            }
            Self::Consent(_) | Self::AdminConsent(..) => Aadsts::ConsentRequired,
        }
    }

    /// What would satisfy it, in a sentence.
    #[must_use]
    pub fn cure(&self, situation: &Situation<'_>) -> &'static str {
        self.code(situation).row().cure
    }

    /// The error of a silent request that this demand stops. `claims` is added by who knows the whole decision.
    #[must_use]
    pub fn refusal(&self, situation: &Situation<'_>) -> Refusal {
        let refusal = Refusal::new(self.code(situation));
        let refusal = match self {
            Self::SignIn(SignInReason::TooOld { issued, lifetime }) => {
                refusal.with("issued", precise_time(*issued)).with("lifetime", lifetime.as_secs())
            }
            Self::Remedy(remedy) => {
                remedy.values.iter().fold(refusal, |refusal, (name, value)| refusal.with(name, value))
            }
            Self::Consent(_) | Self::AdminConsent(..) => {
                refusal.with("what", "the user must consent to the scopes, which are unauthorized or expired")
            }
            _ => refusal,
        };
        situated(refusal, situation)
    }
}

/// Fills the placeholders that a situation knows.
#[must_use]
pub fn situated(refusal: Refusal, situation: &Situation<'_>) -> Refusal {
    let refusal = refusal
        .with("resource", resource(situation))
        .with("client", situation.client.client_id)
        .with("client_name", situation.client.display_name())
        .with("tenant", situation.directory.id);
    match situation.subject() {
        Some(subject) => refusal.with("user", situation.directory.username(subject.user)),
        None => refusal,
    }
}

/// The application id of the resource that a request is about: the first API asked for, else Graph.
fn resource(situation: &Situation<'_>) -> Uuid {
    situation.scopes.apis.first().and_then(|asked| situation.directory.api(&asked.api)).map_or(GRAPH, |api| api.id)
}
