//! `terms_of_use`: the user accepted the terms of use.

use crate::{
    error::Aadsts,
    policy::{Remedy, Stage},
};

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |ask| ask.subject.user.facts.terms_accepted, demand };

fn demand(_: &Ask<'_>) -> Demand {
    let values = vec![("what", "the terms of use are not accepted".to_owned())];
    Demand::Remedy(Remedy { code: Aadsts::ExternalChallenge, stage: Stage::External, values })
}
