//! `phishing_resistant_mfa`: the authentication strength of that name, a passkey in this session. The reference has no number
//! of its own for it, so it is told as a second factor that is missing.

use crate::directory::Method;

use super::{Control, mfa};

pub(super) const CONTROL: Control = Control {
    is_met: |ask| mfa::is_met(ask, Some(Method::Passkey)),
    demand: |ask| mfa::demand(ask, Some(Method::Passkey)),
};
