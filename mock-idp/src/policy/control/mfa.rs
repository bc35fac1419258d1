//! `mfa`: a second factor was passed in this session, and no longer ago than the policy's sign-in frequency.

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met, demand };

fn is_met(ask: &Ask<'_>) -> bool {
    let Some(passed_at) = ask.subject.strength.mfa_at else { return false };
    let age = ask.situation.now.duration_since(passed_at);
    ask.session.sign_in_frequency.is_none_or(|frequency| age <= frequency.lifetime())
}

fn demand(ask: &Ask<'_>) -> Demand {
    if ask.subject.user.methods.is_empty() {
        Demand::MfaEnrolment
    } else if ask.subject.strength.mfa_at.is_some() {
        Demand::MfaTooOld
    } else {
        Demand::Mfa
    }
}
