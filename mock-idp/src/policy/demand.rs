//! What can be missing, as data, with the error that says so.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    directory::GRAPH,
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
    /// The account is disabled.
    AccountDisabled,
    /// A policy allows no access.
    Blocked,
    /// Something that no page here can give: a device, an application, another provider's yes.
    Remedy(Remedy),
    /// A second factor.
    Mfa,
    /// A second factor once more: the last is too long ago.
    MfaTooOld,
    /// A second factor, after a method was registered.
    MfaEnrolment,
    /// Consent to these scopes.
    Consent(Vec<MissingConsent>),
    /// Consent that only an administrator can give.
    AdminConsent(Vec<MissingConsent>),
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

/// What the user has to do elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// The error that says so.
    pub code: Aadsts,
    /// When it is asked.
    pub stage: Stage,
    /// What fills the placeholders of the error's sentence, beside `{resource}`.
    pub values: Vec<(&'static str, String)>,
}

/// When a [`Remedy`] is asked (escalation reference 2.14, step 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Before a second factor: the device and the application.
    Device,
    /// After a second factor: external challenges.
    External,
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
            Self::AccountDisabled => 2,
            Self::Blocked => 3,
            Self::Remedy(Remedy { stage: Stage::Device, .. }) => 4,
            Self::MfaEnrolment => 5,
            Self::Mfa | Self::MfaTooOld => 6,
            Self::Remedy(Remedy { stage: Stage::External, .. }) => 7,
            Self::AdminConsent(_) => 8,
            Self::Consent(_) => 9,
        }
    }

    /// Whether the pages help the user to meet it.
    #[must_use]
    pub fn has_page(&self) -> bool {
        !matches!(self, Self::AccountDisabled | Self::Blocked | Self::Remedy(_) | Self::AdminConsent(_))
    }

    /// Whether the refusal of a silent request names the unmet policies. Dead grants and accounts don't (2.14), nor does
    /// the device challenge (finding 14).
    #[must_use]
    pub fn carries_claims(&self) -> bool {
        match self {
            Self::SignIn(_) | Self::ChooseAccount | Self::AccountDisabled => false,
            Self::Remedy(Remedy { code, .. }) => *code != Aadsts::DeviceAuthenticationRequired,
            _ => true,
        }
    }

    /// The error of a silent request that this demand stops. `claims` is added by who knows the whole decision.
    #[must_use]
    pub fn refusal(&self, situation: &Situation<'_>) -> Refusal {
        let client = situation.client;
        match self {
            Self::SignIn(SignInReason::TooOld { issued, lifetime }) => Refusal::new(Aadsts::SignInTooOld)
                .with("issued", precise_time(*issued))
                .with("lifetime", lifetime.as_secs()),
            Self::SignIn(_) => Refusal::new(Aadsts::NoSession),
            Self::ChooseAccount => Refusal::new(Aadsts::SeveralSessions),
            Self::AccountDisabled => Refusal::new(Aadsts::AccountDisabled),
            Self::Blocked => Refusal::new(Aadsts::Blocked),
            Self::Remedy(remedy) => remedy
                .values
                .iter()
                .fold(Refusal::new(remedy.code), |refusal, (name, value)| refusal.with(name, value))
                .with("resource", resource(situation)),
            Self::Mfa => Refusal::new(Aadsts::MfaRequired).with("resource", resource(situation)),
            Self::MfaTooOld => Refusal::new(Aadsts::MfaTooOld).with("resource", resource(situation)),
            Self::MfaEnrolment => Refusal::new(Aadsts::MfaEnrolmentRequired).with("resource", resource(situation)),
            // There is no silent signal that says "administrator" (escalation reference C7).
            Self::Consent(_) | Self::AdminConsent(_) => Refusal::new(Aadsts::ConsentRequired)
                .with("client", client.client_id)
                .with("client_name", client.display_name()),
        }
    }
}

/// The application id of the resource that a request is about: the first API asked for, else Graph.
fn resource(situation: &Situation<'_>) -> Uuid {
    situation.scopes.apis.first().and_then(|asked| situation.directory.api(&asked.api)).map_or(GRAPH, |api| api.id)
}
