//! `approved_application`: the client is on the list of approved applications.

use super::{Aadsts, Control, Stage, elsewhere};

pub(super) const CONTROL: Control = Control {
    is_met: |ask| ask.situation.client.approved,
    demand: |_| elsewhere(Aadsts::ApplicationNotApproved, Stage::Device),
};
