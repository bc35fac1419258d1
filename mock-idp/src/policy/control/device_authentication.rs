//! `device_authentication`: the device proves itself by its certificate; a client that cannot gets 401.

use super::{Aadsts, Control, Stage, elsewhere};

pub(super) const CONTROL: Control = Control {
    is_met: |ask| ask.subject.user.facts.device.authenticated,
    demand: |_| elsewhere(Aadsts::DeviceAuthenticationRequired, Stage::Device),
};
