//! Which page shows what is missing, and what is said where no page may be shown.

use crate::{
    directory::{Method, PromptNoneConsent, PromptNoneSeveral},
    error::Refusal,
    policy::{
        AdminReason, Demand, MissingConsent, Need, RemedyPage, SecondFactor, SignInReason, Situation, Stage, situated,
    },
};

use super::{Flow, Way};

/// A page to show.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    /// Who are you?
    Username,
    /// Prove it.
    Password,
    /// Which of the accounts that are signed in?
    PickAccount,
    /// The second factor, by `method`; the account has `others`, too, that would do.
    SecondFactor {
        /// The method that is asked for.
        method: Method,
        /// What can be chosen instead.
        others: Vec<Method>,
    },
    /// By which of these methods?
    ChooseWay(Vec<Method>),
    /// Register a second factor first: one of these.
    RegisterMethod(Vec<Method>),
    /// A new password.
    PasswordChange(Refusal),
    /// The terms of use.
    TermsOfUse,
    /// The challenge of another provider.
    ExternalChallenge,
    /// Is it really you who signs in on that device?
    ConfirmDevice,
    /// May the browser remember the session?
    StaySignedIn,
    /// May the application do this?
    Consent(Vec<MissingConsent>),
    /// An administrator has to say yes; the user can ask for it.
    RequestApproval(Refusal),
    /// The administrator was asked.
    RequestSent(Refusal),
    /// No; the user can only go back.
    Blocked(Refusal),
}

impl Page {
    /// The word for it in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Password => "password",
            Self::PickAccount => "pick account",
            Self::SecondFactor { method: Method::OneTimeCode, .. } => "one-time code",
            Self::SecondFactor { method: Method::NumberMatching, .. } => "number matching",
            Self::SecondFactor { method: Method::Passkey, .. } => "passkey",
            Self::ChooseWay(_) => "choose way",
            Self::RegisterMethod(_) => "register method",
            Self::PasswordChange(_) => "password change",
            Self::TermsOfUse => "terms of use",
            Self::ExternalChallenge => "external challenge",
            Self::ConfirmDevice => "confirm device",
            Self::StaySignedIn => "stay signed in",
            Self::Consent(_) => "consent",
            Self::RequestApproval(_) => "request approval",
            Self::RequestSent(_) => "request sent",
            Self::Blocked(_) => "blocked",
        }
    }

    /// The refusal that the user takes back to the application, where the page tells one.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Blocked(refusal) | Self::RequestApproval(refusal) | Self::RequestSent(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// The page for what is missing.
pub(super) fn of(demand: &Demand, flow: &Flow, situation: &Situation<'_>) -> Page {
    let changed = |refusal: Refusal| refusal.changed_by(&situation.directory.switches);
    match demand {
        Demand::ChooseAccount => Page::PickAccount,
        Demand::SignIn(_) if flow.account.is_none() => Page::Username,
        Demand::SignIn(_) => Page::Password,
        Demand::SecondFactor(SecondFactor { need: Need::Enrol, method }) => Page::RegisterMethod(registrable(*method)),
        Demand::SecondFactor(SecondFactor { method, .. }) => second_factor(*method, flow.way, situation),
        Demand::Consent(missing) => Page::Consent(missing.clone()),
        Demand::AdminConsent(_, reason) => {
            // Whoever was to consent for the tenant has nobody to ask.
            let requestable =
                situation.directory.consent_settings.request_workflow && *reason != AdminReason::WholeTenant;
            let refusal = changed(situated(Refusal::new(reason.code(requestable)), situation));
            match requestable {
                true if flow.requested_approval => Page::RequestSent(refusal),
                true => Page::RequestApproval(refusal),
                false => Page::Blocked(refusal),
            }
        }
        Demand::Remedy(remedy) => match remedy.page {
            Some(RemedyPage::PasswordChange) => Page::PasswordChange(changed(demand.refusal(situation))),
            Some(RemedyPage::TermsOfUse) => Page::TermsOfUse,
            Some(RemedyPage::ExternalChallenge) => Page::ExternalChallenge,
            None => Page::Blocked(changed(demand.refusal(situation))),
        },
    }
}

/// The methods of which one is to be registered; the first is the usual one.
pub(super) fn registrable(only: Option<Method>) -> Vec<Method> {
    only.map_or(vec![Method::OneTimeCode, Method::NumberMatching], |only| vec![only])
}

/// The method that the pages ask for, of those that a user has: a passkey only where there is nothing else.
#[must_use]
pub fn usual_method(methods: &[Method]) -> Method {
    let usual = methods.iter().find(|method| **method != Method::Passkey);
    usual.or(methods.first()).copied().unwrap_or(Method::OneTimeCode)
}

/// The page for a second factor by the `only` method that will do, else by any that the user has.
fn second_factor(only: Option<Method>, way: Way, situation: &Situation<'_>) -> Page {
    let registered = situation.subject().map(|subject| subject.user.methods.as_slice()).unwrap_or_default();
    let methods = only.map_or(registered.to_vec(), |only| vec![only]);
    let method = match way {
        Way::ToBeChosen if methods.len() > 1 => return Page::ChooseWay(methods),
        Way::By(method) if methods.contains(&method) => method,
        _ => usual_method(&methods),
    };
    Page::SecondFactor { method, others: methods.into_iter().filter(|other| *other != method).collect() }
}

/// The redirect error where no page may be shown (escalation reference 2.8, G2 to G5).
pub(super) fn without(demand: &Demand, situation: &Situation<'_>) -> Refusal {
    let refusal = demand.refusal(situation);
    let switches = &situation.directory.switches;
    match demand {
        Demand::SignIn(SignInReason::TooOld { .. }) => refusal.with_error("login_required"),
        Demand::SignIn(_) => refusal,
        Demand::ChooseAccount => match switches.prompt_none_several {
            PromptNoneSeveral::InteractionRequired => refusal,
            PromptNoneSeveral::LoginRequired => refusal.with_error("login_required"),
        },
        Demand::Consent(_) | Demand::AdminConsent(..) => refusal.with_error(match switches.prompt_none_consent {
            PromptNoneConsent::ConsentRequired => "consent_required",
            PromptNoneConsent::InteractionRequired => "interaction_required",
        }),
        Demand::Remedy(remedy) => match remedy.stage {
            Stage::Account if remedy.page.is_none() => refusal.with_error("access_denied"),
            Stage::Assignment => refusal.with_error("access_denied"),
            Stage::Consent => refusal,
            _ => refusal.with_error("interaction_required"),
        },
        Demand::SecondFactor(_) => refusal.with_error("interaction_required"),
    }
}
