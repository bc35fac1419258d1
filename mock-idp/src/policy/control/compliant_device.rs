//! `compliant_device`: the device is marked as compliant.

use crate::{
    error::Aadsts,
    policy::{Remedy, Stage},
};

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |ask| ask.subject.user.facts.device.compliant, demand };

fn demand(ask: &Ask<'_>) -> Demand {
    let values = vec![("state", super::state(ask.subject.user.facts.device).to_owned())];
    Demand::Remedy(Remedy { code: Aadsts::DeviceNotCompliant, stage: Stage::Device, values })
}
