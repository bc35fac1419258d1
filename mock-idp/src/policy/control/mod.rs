//! Grant controls: what a policy can ask, when it is met, and what is demanded if it is not.
//!
//! A control is one file here, with a [`Control`], and its line in [`of`]; the compiler asks for the line as soon as
//! `GrantControl` has the variant.

mod app_protection;
mod approved_application;
mod block;
mod compliant_device;
mod device_authentication;
mod domain_joined_device;
mod external_challenge;
mod mfa;
mod password_change;
mod registered_device;
mod terms_of_use;

use crate::directory::{Device, GrantControl, Policy, SessionControls};

use super::{Demand, Situation, Subject};

/// A grant control.
pub(super) struct Control {
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

fn of(control: GrantControl) -> &'static Control {
    match control {
        GrantControl::Block => &block::CONTROL,
        GrantControl::Mfa => &mfa::CONTROL,
        GrantControl::CompliantDevice => &compliant_device::CONTROL,
        GrantControl::DomainJoinedDevice => &domain_joined_device::CONTROL,
        GrantControl::RegisteredDevice => &registered_device::CONTROL,
        GrantControl::DeviceAuthentication => &device_authentication::CONTROL,
        GrantControl::ApprovedApplication => &approved_application::CONTROL,
        GrantControl::AppProtection => &app_protection::CONTROL,
        GrantControl::PasswordChange => &password_change::CONTROL,
        GrantControl::TermsOfUse => &terms_of_use::CONTROL,
        GrantControl::ExternalChallenge => &external_challenge::CONTROL,
    }
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

/// The state of a device in a word.
fn state(device: Device) -> &'static str {
    match device {
        Device { compliant: true, .. } => "compliant",
        Device { domain_joined: true, .. } => "domain_joined",
        Device { registered: true, .. } => "registered",
        _ => "unregistered",
    }
}
