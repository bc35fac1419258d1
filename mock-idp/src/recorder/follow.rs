//! Following a log as it grows. A follower holds a place and hardly an exchange of its own: the log is its buffer, so one who
//! is slow costs nothing, and is told how many it missed once the log had to let them go.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::watch;

use super::{Exchange, Log, Recorder, filter::size};

/// Somebody who reads a log as it grows.
#[derive(Debug)]
pub struct Follower {
    /// The place of the next exchange to be read, counted from the log's beginning.
    place: u64,
    /// What stands at that place and behind it, as far as it was unpacked together with what was read.
    ahead: VecDeque<Arc<Exchange>>,
    /// Exchanges that were gone before the follower came.
    missed: u64,
    closed: watch::Receiver<bool>,
}

/// What a follower learns.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// So many exchanges are gone unread.
    Lagged(u64),
    /// The next exchange.
    Exchange(Arc<Exchange>),
    /// Nothing will come any more.
    Ended,
}

impl Recorder {
    /// Follows the log: from its next exchange on, or from the one after number `last`.
    #[must_use]
    pub fn follow(&self, last: Option<u64>) -> Follower {
        // First the signal, then the place: what comes in between is seen twice and not missed.
        let closed = self.closed.subscribe();
        let log = self.log();
        let (place, missed) = match last {
            None => (log.end(), 0),
            Some(last) => log.behind(last),
        };
        Follower { place, ahead: VecDeque::new(), missed, closed }
    }

    fn news(&self, follower: &mut Follower) -> Option<News> {
        if let Some(next) = follower.ahead.pop_front() {
            follower.place += 1;
            return Some(News::Exchange(next));
        }
        let log = self.log();
        let lost = log.gone.saturating_sub(follower.place) + std::mem::take(&mut follower.missed);
        follower.place = follower.place.max(log.gone);
        if lost > 0 {
            return Some(News::Lagged(lost));
        }
        follower.ahead = log.exchanges.next(size(follower.place - log.gone));
        let next = follower.ahead.pop_front();
        follower.place += u64::from(next.is_some());
        next.map(News::Exchange)
    }
}

impl Log {
    /// The place behind the last exchange.
    pub(super) fn end(&self) -> u64 {
        self.gone + self.exchanges.len() as u64
    }

    /// The place behind exchange number `last`, and how many of those that followed it are gone.
    fn behind(&self, last: u64) -> (u64, u64) {
        // Numbers are given out before an exchange is answered, so they need not be in order.
        if let Some(index) = self.exchanges.numbers().position(|number| number == last) {
            return (self.gone + index as u64 + 1, 0);
        }
        let later = self.exchanges.numbers().enumerate().find(|(_, number)| *number > last);
        let first = later.map_or(self.next + 1, |(_, number)| number);
        let place = later.map_or(self.end(), |(index, _)| self.gone + index as u64);
        (place, first.saturating_sub(last.saturating_add(1)))
    }
}

impl Follower {
    /// What is next in `log`; waits for it.
    pub async fn next(&mut self, log: &Recorder) -> News {
        loop {
            self.closed.mark_unchanged();
            if let Some(news) = log.news(self) {
                return news;
            }
            if *self.closed.borrow() || self.closed.changed().await.is_err() {
                return News::Ended;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::recorder::tests::exchange;

    use super::*;

    fn recorder(exchanges: u64) -> Recorder {
        let recorder = Recorder::default();
        (0..exchanges).for_each(|_| recorder.add(exchange()));
        recorder
    }

    fn numbers(recorder: &Recorder, follower: &mut Follower) -> Vec<(u64, u64)> {
        std::iter::from_fn(|| recorder.news(follower))
            .map(|news| match news {
                News::Exchange(exchange) => (exchange.number, 0),
                News::Lagged(lost) => (0, lost),
                News::Ended => (0, 0),
            })
            .collect()
    }

    #[test]
    fn a_follower_starts_now_or_behind_what_it_has_seen() {
        let recorder = recorder(3);
        let (mut now, mut resumed) = (recorder.follow(None), recorder.follow(Some(2)));
        recorder.add(exchange());
        assert_eq!(numbers(&recorder, &mut now), [(4, 0)]);
        assert_eq!(numbers(&recorder, &mut resumed), [(3, 0), (4, 0)]);
        assert_eq!(numbers(&recorder, &mut recorder.follow(Some(u64::MAX))), []);
    }

    #[test]
    fn who_is_slow_is_told_how_many_are_gone() {
        let recorder = recorder(1);
        let mut slow = recorder.follow(Some(1));
        (0..super::super::LIMIT as u64 + 2).for_each(|_| recorder.add(exchange()));
        assert_eq!(numbers(&recorder, &mut slow)[..2], [(0, 2), (4, 0)]);
        assert_eq!(numbers(&recorder, &mut recorder.follow(Some(1)))[..2], [(0, 2), (4, 0)]);
        recorder.clear();
        assert_eq!(numbers(&recorder, &mut recorder.follow(Some(1))), [(0, super::super::LIMIT as u64 + 2)]);
    }

    #[test]
    fn numbers_need_not_be_in_order() {
        let recorder = recorder(0);
        let reserved = recorder.reserve();
        recorder.add(exchange());
        let mut resumed = recorder.follow(Some(2));
        recorder.add(Exchange { number: reserved, ..exchange() });
        assert_eq!(numbers(&recorder, &mut resumed), [(1, 0)]);
    }

    #[tokio::test]
    async fn the_end_of_a_log_is_told_after_its_last_exchange() {
        let recorder = recorder(1);
        let mut follower = recorder.follow(Some(0));
        recorder.close();
        assert!(matches!(follower.next(&recorder).await, News::Exchange(_)));
        assert_eq!(follower.next(&recorder).await, News::Ended);
    }
}
