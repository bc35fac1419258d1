//! `mfa`: a second factor was passed in this session.

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |ask| ask.subject.strength.mfa_at.is_some(), demand };

fn demand(ask: &Ask<'_>) -> Demand {
    if ask.subject.user.methods.is_empty() { Demand::MfaEnrolment } else { Demand::Mfa }
}
