//! `password_change`: a user at risk has changed the password, which ends the risk; the page offers it.

use crate::directory::RiskLevel;

use super::{Aadsts, Ask, Control, Demand, Remedy, RemedyPage, Stage};

pub(super) const CONTROL: Control =
    Control { is_met: |ask| ask.subject.user.facts.risk.user == RiskLevel::None, demand };

fn demand(ask: &Ask<'_>) -> Demand {
    let remedy = Remedy::new(Aadsts::PasswordChangeRequired, Stage::External).on(RemedyPage::PasswordChange);
    Demand::Remedy(remedy.with("risk", ask.subject.user.facts.risk.user.word()))
}
