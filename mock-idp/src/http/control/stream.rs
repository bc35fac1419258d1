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

use crate::{TenantControls, control::StreamStart, recorder::News};

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
    Events { last: last.or(start.since), tenant }
}

/// The exchanges of a tenant behind number `last`, or from now on.
pub(super) struct Events {
    tenant: TenantControls,
    last: Option<u64>,
}

impl IntoResponse for Events {
    fn into_response(self) -> Response {
        let follower = self.tenant.follow(self.last);
        let events = stream::unfold((self.tenant, follower), |(tenant, mut follower)| async move {
            let news = follower.next(tenant.log()).await;
            event(&news).map(|event| (Ok::<_, Infallible>(event), (tenant, follower)))
        });
        Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("")).into_response()
    }
}

/// `None` at the end.
fn event(news: &News) -> Option<Event> {
    let (event, data) = match news {
        News::Exchange(exchange) => {
            let data = serde_json::to_string(&**exchange).unwrap_or_default();
            (Event::default().event("exchange").id(exchange.number.to_string()), data)
        }
        News::Lagged(lost) => (Event::default().event("lagged"), json!({ "lost": lost }).to_string()),
        News::Ended => return None,
    };
    Some(event.data(data))
}

impl Answers for Events {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_with(200, json!({ "text/event-stream": { "schema": { "type": "string" } } }));
    }
}
