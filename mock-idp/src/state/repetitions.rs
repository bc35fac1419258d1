//! When equal requests came: what the loop detector goes by. It counts; `grant::loop_detector` says what is equal.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::Bounded;

/// More equal requests than these are not told apart from one another.
const MOST: u32 = 1_000;

/// The times of equal requests, for so many kinds of request; the kind that began first is forgotten first.
#[derive(Debug)]
pub struct Repetitions(Bounded<VecDeque<Timestamp>>);

impl Repetitions {
    pub(super) fn new(limit: usize) -> Self {
        Self(Bounded::new(limit))
    }

    /// Notes that the request `kind` came at `now`; says whether it is number `requests`, or a later one, within `within`.
    pub fn is_one_too_many(&mut self, kind: &str, now: Timestamp, requests: u32, within: SignedDuration) -> bool {
        let others = usize::try_from(requests.clamp(1, MOST) - 1).unwrap_or_default();
        let times = self.0.get_or_default(kind.to_owned());
        // A clock that was set back leaves times of the future behind.
        times.retain(|time| *time <= now && now.duration_since(*time) < within);
        let too_many = times.len() >= others;
        times.push_back(now);
        while times.len() > others {
            times.pop_front();
        }
        too_many
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn the_nth_request_is_one_too_many_until_the_time_is_over() {
        let mut seen = Repetitions::new(2);
        let mut came =
            |kind: &str, second: i64| seen.is_one_too_many(kind, at(second), 3, SignedDuration::from_secs(60));
        assert_eq!([came("a", 0), came("a", 1), came("a", 2)], [false, false, true]);
        assert!(!came("b", 2), "another request");
        assert!(came("a", 50), "what was refused counts, too");
        assert!(!came("a", 110), "of the last minute there is one");
        assert!(!came("a", 5), "the clock was set back");
    }

    #[test]
    fn memory_is_bounded_in_both_directions() {
        let mut seen = Repetitions::new(2);
        let hour = SignedDuration::from_hours(1);
        for second in 0..10 {
            seen.is_one_too_many("a", at(second), 3, hour);
        }
        assert_eq!(seen.0.get("a").map(VecDeque::len), Some(2));
        seen.is_one_too_many("b", at(10), 3, hour);
        seen.is_one_too_many("c", at(10), 3, hour);
        assert!(seen.0.get("a").is_none());
    }
}
