//! `block`: no access, whatever the user does.

use super::{Aadsts, Control, Stage, elsewhere};

pub(super) const CONTROL: Control = Control { is_met: |_| false, demand: |_| elsewhere(Aadsts::Blocked, Stage::Block) };
