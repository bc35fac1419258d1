//! `password_change`: a user at risk has changed the password, which ends the risk.

use crate::{
    directory::RiskLevel,
    error::Aadsts,
    policy::{Remedy, Stage},
};

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control =
    Control { is_met: |ask| ask.subject.user.facts.risk.user == RiskLevel::None, demand };

fn demand(ask: &Ask<'_>) -> Demand {
    let risk = match ask.subject.user.facts.risk.user {
        RiskLevel::None => "none",
        RiskLevel::Low => "low",
        RiskLevel::Medium => "medium",
        RiskLevel::High => "high",
    };
    let values = vec![("risk", risk.to_owned())];
    Demand::Remedy(Remedy { code: Aadsts::PasswordChangeRequired, stage: Stage::External, values })
}
