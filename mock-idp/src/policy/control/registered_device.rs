//! `registered_device`: the device is registered.

use crate::{
    error::Aadsts,
    policy::{Remedy, Stage},
};

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |ask| ask.subject.user.facts.device.registered, demand };

fn demand(_: &Ask<'_>) -> Demand {
    let values = Vec::new();
    Demand::Remedy(Remedy { code: Aadsts::DeviceNotRegistered, stage: Stage::Device, values })
}
