//! `app_protection`: an app protection policy manages the client.

use crate::{
    error::Aadsts,
    policy::{Remedy, Stage},
};

use super::{Ask, Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |ask| ask.situation.client.app_protection, demand };

fn demand(ask: &Ask<'_>) -> Demand {
    let values = vec![("client_name", ask.situation.client.display_name().to_owned())];
    Demand::Remedy(Remedy { code: Aadsts::AppProtectionRequired, stage: Stage::Device, values })
}
