//! Grant controls: what a policy can ask, when it is met, and what is demanded if it is not.
//!
//! A control is one file here, with a [`Control`], and its line in the list below; everything else (the word in documents,
//! its schema, its place in a decision) follows from the line. `rustfmt` does not find files that are declared in a macro's
//! list, so `.ci/run` names this folder to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    directory::{Device, Policy, SessionControls},
    error::Aadsts,
};

use super::{Demand, Need, Remedy, RemedyPage, SecondFactor, Situation, Stage, Subject};

/// Declares the modules, the words of documents and the look-up together, so that none can be forgotten.
macro_rules! controls {
    ($($module:ident: $Control:ident = $doc:literal,)+) => {
        $(mod $module;)+

        /// One thing that a policy can ask.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum GrantControl {
            $(#[doc = $doc] $Control,)+
        }

        impl GrantControl {
            /// Every control.
            pub const ALL: &'static [Self] = &[$(Self::$Control),+];
        }

        fn of(control: GrantControl) -> &'static Control {
            match control { $(GrantControl::$Control => &$module::CONTROL,)+ }
        }
    };
}

controls! {
    block: Block = "No access at all (AADSTS53003).",
    mfa: Mfa = "Multifactor authentication in this session (AADSTS50076, 50078, 50079).",
    phishing_resistant_mfa: PhishingResistantMfa = "Authentication strength: a passkey in this session (AADSTS50076, 50079).",
    compliant_device: CompliantDevice = "A device that is marked as compliant (AADSTS53000).",
    domain_joined_device: DomainJoinedDevice = "A device that is joined to the domain (AADSTS53001).",
    registered_device: RegisteredDevice = "A device that is registered at all (AADSTS50129).",
    device_authentication: DeviceAuthentication = "A device that proves itself by its certificate (AADSTS50097, status 401).",
    approved_application: ApprovedApplication = "A client application of the approved list (AADSTS53002).",
    app_protection: AppProtection = "A client application under an app protection policy (AADSTS53009).",
    password_change: PasswordChange = "A new password, from a user at risk (AADSTS50135).",
    terms_of_use: TermsOfUse = "The terms of use (AADSTS50158).",
    external_challenge: ExternalChallenge = "The challenge of another provider (AADSTS50158).",
}

/// A grant control.
struct Control {
    /// Whether it is met already.
    is_met: fn(&Ask<'_>) -> bool,
    /// What is demanded if it is not.
    demand: fn(&Ask<'_>) -> Demand,
}

/// In what situation, and of whom, something is asked.
pub(super) struct Ask<'a> {
    pub(super) situation: &'a Situation<'a>,
    pub(super) subject: Subject<'a>,
    /// The session controls of the policy that asks.
    pub(super) session: SessionControls,
}

/// What `wanted` demands where it is not met.
pub(super) fn demand(wanted: GrantControl, ask: &Ask<'_>) -> Demand {
    (of(wanted).demand)(ask)
}

/// What is missing until `policy` is met. Of alternatives, the first that the pages can help with.
pub(super) fn unmet(policy: &Policy, ask: &Ask<'_>) -> Vec<Demand> {
    let is_met = |wanted: &GrantControl| (of(*wanted).is_met)(ask);
    let all = policy.grant.all_of.iter().filter(|wanted| !is_met(wanted));
    let mut unmet: Vec<Demand> = all.map(|wanted| demand(*wanted, ask)).collect();
    let alternatives = &policy.grant.any_of;
    if !alternatives.iter().any(is_met) {
        let demands: Vec<Demand> = alternatives.iter().map(|wanted| demand(*wanted, ask)).collect();
        unmet.extend(demands.iter().find(|demand| demand.has_page()).or(demands.first()).cloned());
    }
    unmet
}

/// What no page here can give.
fn elsewhere(code: Aadsts, stage: Stage) -> Demand {
    Demand::Remedy(Remedy::new(code, stage))
}

/// A device in another state than the one that is needed.
fn device(code: Aadsts, ask: &Ask<'_>) -> Demand {
    let state = match ask.subject.user.facts.device {
        Device { compliant: true, .. } => "compliant",
        Device { domain_joined: true, .. } => "domain_joined",
        Device { registered: true, .. } => "registered",
        _ => "unregistered",
    };
    Demand::Remedy(Remedy::new(code, Stage::Device).with("state", state))
}
