//! `/exchanges/timeline` and `/exchanges/{exchange}`: the log for people.

use crate::{
    control::{ExchangeTold, Timeline},
    recorder::ExchangeFilter,
};

use super::{
    Json, Trouble,
    extract::{Controls, Name, Query},
};

pub(super) async fn show(Controls(tenant): Controls, Query(filter): Query<ExchangeFilter>) -> Json<Timeline> {
    Json(tenant.timeline(&filter))
}

pub(super) async fn one(Controls(tenant): Controls, Name(number): Name) -> Result<Json<ExchangeTold>, Trouble> {
    let told = number.parse().ok().and_then(|number| tenant.exchange_told(number));
    let missing = || {
        let message = format!("There is no exchange {number} in the log; it may have been forgotten.");
        Trouble::new(404, "unknown_name", message).at("exchange")
    };
    told.map(Json).ok_or_else(missing)
}
