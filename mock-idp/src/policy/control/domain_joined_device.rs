//! `domain_joined_device`: the device is joined to the domain.

use super::{Aadsts, Control, device};

pub(super) const CONTROL: Control = Control {
    is_met: |ask| ask.subject.user.facts.device.domain_joined,
    demand: |ask| device(Aadsts::DeviceNotDomainJoined, ask),
};
