//! A part of a log, picked by whoever asks, and how the log stood at that moment.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Endpoint, Exchange, Recorder};

/// Which exchanges are meant: all that agree with each of those that are set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeFilter {
    /// Only those with a higher number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// Only those that were added behind the first so many: the `added` of an earlier answer. Exchanges are added when they
    /// are answered, which need not be in the order of their numbers; who reads on by this misses none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<u64>,
    /// Only those that were sent under this client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Only those that went there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// At most so many: the last ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What the tenant was asked and answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exchanges {
    /// Oldest first.
    pub exchanges: Vec<Arc<Exchange>>,
    /// How many were added ever, whether they are meant, kept, or neither.
    pub added: u64,
    /// How many are gone because there were too many.
    pub dropped: u64,
}

impl ExchangeFilter {
    /// Every exchange behind number `since`.
    #[must_use]
    pub fn since(since: u64) -> Self {
        Self { since: Some(since), ..Self::default() }
    }

    /// Every exchange that was added behind the first `skip`.
    #[must_use]
    pub fn skip(skip: u64) -> Self {
        Self { skip: Some(skip), ..Self::default() }
    }

    fn is_met_by(&self, exchange: &Exchange) -> bool {
        let sender = exchange.client_id.as_deref().unwrap_or_default();
        self.since.is_none_or(|since| exchange.number > since)
            && self.client_id.as_ref().is_none_or(|client| client.eq_ignore_ascii_case(sender))
            && self.endpoint.is_none_or(|endpoint| endpoint == exchange.endpoint)
    }
}

impl Recorder {
    /// The exchanges that `filter` means, in their order.
    #[must_use]
    pub fn excerpt(&self, filter: &ExchangeFilter) -> Exchanges {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let log = self.log();
        let behind = log.exchanges.iter().skip(size(filter.skip.unwrap_or_default().saturating_sub(log.gone)));
        let mut exchanges: Vec<_> = behind.filter(|exchange| filter.is_met_by(exchange)).cloned().collect();
        let limit = filter.limit.map_or(usize::MAX, |limit| size(limit.into()));
        exchanges.drain(..exchanges.len().saturating_sub(limit));
        Exchanges { exchanges, added: log.end(), dropped: log.dropped }
    }
}

#[cfg(test)]
mod tests {
    use crate::recorder::tests::exchange;

    use super::*;

    fn recorder() -> Recorder {
        let recorder = Recorder::default();
        for (client, endpoint) in
            [("one", Endpoint::Token), ("two", Endpoint::Token), ("one", Endpoint::Authorize), ("ONE", Endpoint::Token)]
        {
            recorder.add(Exchange { client_id: Some(client.to_owned()), endpoint, ..exchange() });
        }
        recorder
    }

    fn numbers(recorder: &Recorder, filter: &ExchangeFilter) -> Vec<u64> {
        recorder.excerpt(filter).exchanges.iter().map(|exchange| exchange.number).collect()
    }

    #[test]
    fn a_filter_takes_what_agrees_with_all_of_it() {
        let log = recorder();
        let filter = ExchangeFilter::default();
        assert_eq!(numbers(&log, &filter), [1, 2, 3, 4]);
        assert_eq!(numbers(&log, &ExchangeFilter { limit: Some(2), ..filter.clone() }), [3, 4]);
        assert_eq!(numbers(&log, &ExchangeFilter { client_id: Some("one".to_owned()), ..filter.clone() }), [1, 3, 4]);
        let token = ExchangeFilter { endpoint: Some(Endpoint::Token), ..filter };
        assert_eq!(numbers(&log, &ExchangeFilter { since: Some(1), limit: Some(1), ..token }), [4]);
    }

    /// A number that is given out before its exchange is answered comes late, and is not missed.
    #[test]
    fn who_reads_on_where_the_last_answer_ended_sees_each_exchange_once() {
        let log = Recorder::default();
        let reserved = log.reserve();
        log.add(exchange());
        let first = log.excerpt(&ExchangeFilter::default());
        assert_eq!((first.exchanges.len(), first.added), (1, 1));
        log.add(Exchange { number: reserved, ..exchange() });
        assert_eq!(numbers(&log, &ExchangeFilter::since(2)), [0; 0]);
        assert_eq!(numbers(&log, &ExchangeFilter::skip(first.added)), [1]);
        log.clear();
        log.add(exchange());
        assert_eq!(numbers(&log, &ExchangeFilter::skip(1)), [3], "what was forgotten counts");
        assert_eq!(log.excerpt(&ExchangeFilter::skip(9)), Exchanges { exchanges: Vec::new(), added: 3, dropped: 0 });
    }
}
