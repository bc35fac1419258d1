//! `block`: no access, whatever the user does.

use super::{Control, Demand};

pub(super) const CONTROL: Control = Control { is_met: |_| false, demand: |_| Demand::Blocked };
