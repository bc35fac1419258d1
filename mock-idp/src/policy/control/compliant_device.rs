//! `compliant_device`: the device is marked as compliant.

use super::{Aadsts, Control, device};

pub(super) const CONTROL: Control = Control {
    is_met: |ask| ask.subject.user.facts.device.compliant,
    demand: |ask| device(Aadsts::DeviceNotCompliant, ask),
};
