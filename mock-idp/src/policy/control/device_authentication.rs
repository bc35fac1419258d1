//! `device_authentication`: the device proves itself by its certificate; a client that cannot gets 401.

use crate::{
    error::Aadsts,
    policy::{Remedy, Stage},
};

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |ask| ask.subject.user.facts.device.authenticated, demand };

fn demand(_: &Ask<'_>) -> Demand {
    let values = Vec::new();
    Demand::Remedy(Remedy { code: Aadsts::DeviceAuthenticationRequired, stage: Stage::Device, values })
}
