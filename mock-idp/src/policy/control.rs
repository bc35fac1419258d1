//! Grant controls: what a policy can ask, when it is met, and what is demanded if it is not.

use crate::directory::GrantControl;

use super::{Demand, Subject};

/// Whether the sign-in meets `wanted` already.
pub(super) fn is_met(wanted: GrantControl, subject: &Subject<'_>) -> bool {
    match wanted {
        GrantControl::Block => false,
        GrantControl::Mfa => subject.strength.mfa_at.is_some(),
    }
}

/// What the user has to do to meet `wanted`.
pub(super) fn demand(wanted: GrantControl, subject: &Subject<'_>) -> Demand {
    match wanted {
        GrantControl::Block => Demand::Blocked,
        GrantControl::Mfa if subject.user.methods.is_empty() => Demand::MfaEnrolment,
        GrantControl::Mfa => Demand::Mfa,
    }
}
