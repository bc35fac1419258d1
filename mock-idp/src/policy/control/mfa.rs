//! `mfa`: a second factor was passed in this session, and no longer ago than the policy's sign-in frequency.

use crate::{
    directory::{Method, RiskLevel, UserAction},
    policy::coverage::covering_action,
};

use super::{Aadsts, Ask, Control, Demand, Need, SecondFactor, Stage, elsewhere};

pub(super) const CONTROL: Control = Control { is_met: |ask| is_met(ask, None), demand: |ask| demand(ask, None) };

/// Whether a second factor, by `method` if one is named, was passed recently enough.
pub(super) fn is_met(ask: &Ask<'_>, method: Option<Method>) -> bool {
    let Some(passed_at) = ask.subject.strength.proved_at(method) else { return false };
    let age = ask.situation.now.duration_since(passed_at);
    ask.session.sign_in_frequency.is_none_or(|frequency| age <= frequency.lifetime())
}

/// What the user has to do for a second factor.
pub(super) fn demand(ask: &Ask<'_>, method: Option<Method>) -> Demand {
    let registered = &ask.subject.user.methods;
    let can_prove = method.map_or(!registered.is_empty(), |method| registered.contains(&method));
    if !can_prove {
        return obstacle(ask).unwrap_or(Demand::SecondFactor(SecondFactor { need: Need::Enrol, method }));
    }
    let need = if ask.subject.strength.proved_at(method).is_some() { Need::ProveAgain } else { Need::Prove };
    Demand::SecondFactor(SecondFactor { need, method })
}

/// Why the user cannot register a method now (escalation reference D12 and D13).
fn obstacle(ask: &Ask<'_>) -> Option<Demand> {
    if ask.subject.user.facts.risk.sign_in != RiskLevel::None {
        return Some(elsewhere(Aadsts::EnrolmentBlockedByRisk, Stage::Enrolment));
    }
    // Whatever else than a block such a policy asks, a user without a method has no way to meet it here.
    covering_action(ask.situation, ask.subject, UserAction::RegisterSecurityInfo)
        .any(|policy| !policy.grant.is_empty())
        .then(|| elsewhere(Aadsts::EnrolmentFromUntrustedPlace, Stage::Enrolment))
}
