//! `/clock`: the tenant's time.

use crate::control::{Clock, ClockSetting};

use super::{
    Json,
    extract::{Body, Controls},
};

pub(super) async fn show(Controls(tenant): Controls) -> Json<Clock> {
    Json(Clock { now: tenant.now(), frozen: tenant.clock_is_frozen() })
}

pub(super) async fn set(Controls(tenant): Controls, Body(setting): Body<ClockSetting>) -> Json<Clock> {
    match setting {
        ClockSetting::Advance(by) => tenant.advance_clock(by),
        ClockSetting::Freeze(at) => tenant.freeze_clock(at),
    }
    show(Controls(tenant)).await
}

pub(super) async fn reset(Controls(tenant): Controls) -> Json<Clock> {
    tenant.reset_clock();
    show(Controls(tenant)).await
}
