//! `terms_of_use`: the user accepted the terms of use; the page offers it.

use super::{Aadsts, Control, Demand, Remedy, RemedyPage, Stage};

pub(super) const CONTROL: Control = Control {
    is_met: |ask| ask.subject.user.facts.terms_accepted,
    demand: |_| {
        let remedy = Remedy::new(Aadsts::ExternalChallenge, Stage::External).on(RemedyPage::TermsOfUse);
        Demand::Remedy(remedy.with("what", "the terms of use are not accepted"))
    },
};
