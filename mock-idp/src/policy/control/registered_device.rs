//! `registered_device`: the device is registered.

use super::{Aadsts, Control, device};

pub(super) const CONTROL: Control = Control {
    is_met: |ask| ask.subject.user.facts.device.registered,
    demand: |ask| device(Aadsts::DeviceNotRegistered, ask),
};
