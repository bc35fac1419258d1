//! `app_protection`: an app protection policy manages the client.

use super::{Aadsts, Control, Stage, elsewhere};

pub(super) const CONTROL: Control = Control {
    is_met: |ask| ask.situation.client.app_protection,
    demand: |_| elsewhere(Aadsts::AppProtectionRequired, Stage::Device),
};
