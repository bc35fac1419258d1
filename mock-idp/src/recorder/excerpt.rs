//! A part of a log, picked by whoever asks, and how the log stood at that moment.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Exchange, ExchangeFilter, Recorder, filter::size};

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

impl Recorder {
    /// The exchanges that `filter` means, in their order.
    #[must_use]
    pub fn excerpt(&self, filter: &ExchangeFilter) -> Exchanges {
        let log = self.log();
        let (kept, gone, added, dropped) = (log.exchanges.clone(), log.gone, log.end(), log.dropped);
        // Reading takes a while, and the tenant goes on.
        drop(log);
        let behind = kept.behind(size(filter.skip.unwrap_or_default().saturating_sub(gone)));
        Exchanges { exchanges: filter.apply(behind), added, dropped }
    }
}

#[cfg(test)]
mod tests {
    use crate::recorder::tests::exchange;

    use super::*;

    fn numbers(recorder: &Recorder, filter: &ExchangeFilter) -> Vec<u64> {
        recorder.excerpt(filter).exchanges.iter().map(|exchange| exchange.number).collect()
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
