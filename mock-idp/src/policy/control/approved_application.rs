//! `approved_application`: the client is on the list of approved applications.

use crate::{
    error::Aadsts,
    policy::{Remedy, Stage},
};

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |ask| ask.situation.client.approved, demand };

fn demand(ask: &Ask<'_>) -> Demand {
    let values = vec![("client_name", ask.situation.client.display_name().to_owned())];
    Demand::Remedy(Remedy { code: Aadsts::ApplicationNotApproved, stage: Stage::Device, values })
}
