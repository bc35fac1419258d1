//! `external_challenge`: the user passed the challenge of another provider; the page leads there and back.

use super::{Aadsts, Control, Demand, Remedy, RemedyPage, Stage};

pub(super) const CONTROL: Control = Control {
    is_met: |ask| ask.subject.user.facts.external_challenge_passed,
    demand: |_| {
        let remedy = Remedy::new(Aadsts::ExternalChallenge, Stage::External).on(RemedyPage::ExternalChallenge);
        Demand::Remedy(remedy.with("what", "the challenge of another provider is not passed"))
    },
};
