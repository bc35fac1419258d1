//! `domain_joined_device`: the device is joined to the domain.

use crate::{
    error::Aadsts,
    policy::{Remedy, Stage},
};

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |ask| ask.subject.user.facts.device.domain_joined, demand };

fn demand(ask: &Ask<'_>) -> Demand {
    let values = vec![("state", super::state(ask.subject.user.facts.device).to_owned())];
    Demand::Remedy(Remedy { code: Aadsts::DeviceNotDomainJoined, stage: Stage::Device, values })
}
