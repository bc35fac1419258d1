//! `/exchanges/stream`: the log as it grows, as server-sent events (HTML, 9.2).
//!
//! The id of an event is the number of its exchange, so a reader that comes back goes on where it was. Nothing is kept for
//! readers: who is too slow learns by `lagged` how many exchanges are gone. The stream ends with the tenant.

use std::{convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use futures_util::stream;
use serde_json::json;

use crate::{
    TenantControls,
    control::{StreamForm, StreamStart, TimelineRow},
    recorder::{Exchange, ExchangeFilter, News},
};

use super::{
    extract::{Controls, LastEventId, Query},
    operation::{Answers, Operation},
};

/// How often a stream on which nothing happens says that it is there: proxies and clients give up after a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) async fn follow(
    Controls(tenant): Controls,
    LastEventId(last): LastEventId,
    Query(start): Query<StreamStart>,
) -> Events {
    Events { last: last.or(start.since), form: start.form, filter: start.into(), tenant }
}

/// The exchanges of a tenant behind number `last`, or from now on.
pub(super) struct Events {
    tenant: TenantControls,
    last: Option<u64>,
    form: StreamForm,
    filter: ExchangeFilter,
}

impl IntoResponse for Events {
    fn into_response(self) -> Response {
        let follower = self.tenant.follow(self.last);
        let events = stream::unfold((self, follower), |(events, mut follower)| async move {
            let news = loop {
                match follower.next(events.tenant.log()).await {
                    News::Exchange(exchange) if !events.filter.is_met_by(&exchange) => {}
                    news => break news,
                }
            };
            event(&news, events.form).map(|event| (Ok::<_, Infallible>(event), (events, follower)))
        });
        Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("")).into_response()
    }
}

/// `None` at the end.
fn event(news: &News, form: StreamForm) -> Option<Event> {
    let (event, data) = match news {
        News::Exchange(exchange) => {
            (Event::default().event("exchange").id(exchange.number.to_string()), written(exchange, form))
        }
        News::Lagged(lost) => (Event::default().event("lagged"), json!({ "lost": lost }).to_string()),
        News::Ended => return None,
    };
    Some(event.data(data))
}

fn written(exchange: &Exchange, form: StreamForm) -> String {
    let written = match form {
        StreamForm::Exchange => serde_json::to_string(exchange),
        StreamForm::Timeline => serde_json::to_string(&TimelineRow::of(exchange)),
    };
    written.unwrap_or_default()
}

impl Answers for Events {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_with(200, json!({ "text/event-stream": { "schema": { "type": "string" } } }));
    }
}
