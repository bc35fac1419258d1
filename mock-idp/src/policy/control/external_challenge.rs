//! `external_challenge`: the user passed the challenge of another provider.

use crate::{
    error::Aadsts,
    policy::{Remedy, Stage},
};

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |ask| ask.subject.user.facts.external_challenge_passed, demand };

fn demand(_: &Ask<'_>) -> Demand {
    let values = vec![("what", "the challenge of another provider is not passed".to_owned())];
    Demand::Remedy(Remedy { code: Aadsts::ExternalChallenge, stage: Stage::External, values })
}
