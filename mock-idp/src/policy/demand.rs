//! What can be missing, as data, with the error that says so.

use uuid::Uuid;

use crate::{
    directory::GRAPH,
    error::{Aadsts, Refusal},
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
    /// A second factor.
    Mfa,
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
            Self::MfaEnrolment => 4,
            Self::Mfa => 5,
            Self::AdminConsent(_) => 6,
            Self::Consent(_) => 7,
        }
    }

    /// The error of a silent request that this demand stops. `claims` is added by who knows the whole decision.
    #[must_use]
    pub fn refusal(&self, situation: &Situation<'_>) -> Refusal {
        let client = situation.client;
        match self {
            Self::SignIn(_) => Refusal::new(Aadsts::NoSession),
            Self::ChooseAccount => Refusal::new(Aadsts::SeveralSessions),
            Self::AccountDisabled => Refusal::new(Aadsts::AccountDisabled),
            Self::Blocked => Refusal::new(Aadsts::Blocked),
            Self::Mfa => Refusal::new(Aadsts::MfaRequired).with("resource", resource(situation)),
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
