//! Where the time comes from. Owns the only reading of the system clock in this crate; knows nothing of tenants or HTTP.
//!
//! Everything that needs to know the time is handed a [`Timestamp`]. A tenant's own clock ([`TenantClock`]) runs on top
//! of the server's and can be moved or frozen without touching any other tenant.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until it is told otherwise, for tests.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Arc<Self> {
        Arc::new(Self(Mutex::new(start)))
    }

    /// Moves the clock forward (or back, if negative).
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.saturating_add(by).unwrap_or(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// One tenant's view of the time: the server's clock, shifted or frozen.
pub struct TenantClock {
    base: Arc<dyn Clock>,
    setting: Mutex<Setting>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Setting {
    Shifted(SignedDuration),
    Frozen(Timestamp),
}

impl TenantClock {
    /// A clock that agrees with `base` until it is moved.
    #[must_use]
    pub fn new(base: Arc<dyn Clock>) -> Self {
        Self { base, setting: Mutex::new(Setting::Shifted(SignedDuration::ZERO)) }
    }

    /// Moves this tenant's time by `by`, whether it is running or frozen. It stays between the years 1970 and 9000.
    pub fn advance(&self, by: SignedDuration) {
        let mut setting = self.setting();
        *setting = match *setting {
            Setting::Shifted(shift) => Setting::Shifted(shift.saturating_add(by)),
            Setting::Frozen(at) => Setting::Frozen(at.saturating_add(by).unwrap_or(at).clamp(EARLIEST, LATEST)),
        };
    }

    /// Stops this tenant's time at `at`, or at the nearest year between 1970 and 9000.
    pub fn freeze(&self, at: Timestamp) {
        *self.setting() = Setting::Frozen(at.clamp(EARLIEST, LATEST));
    }

    /// Agrees with the server's clock again.
    pub fn reset(&self) {
        *self.setting() = Setting::Shifted(SignedDuration::ZERO);
    }

    /// Whether the time stands still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        matches!(*self.setting(), Setting::Frozen(_))
    }

    fn setting(&self) -> std::sync::MutexGuard<'_, Setting> {
        self.setting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for TenantClock {
    fn now(&self) -> Timestamp {
        match *self.setting() {
            Setting::Shifted(shift) => self.base.now().saturating_add(shift).unwrap_or(LATEST).clamp(EARLIEST, LATEST),
            Setting::Frozen(at) => at,
        }
    }
}

/// A tenant's time stays far enough from the ends of what can be told that any lifetime can be added to it or taken away.
const EARLIEST: Timestamp = Timestamp::UNIX_EPOCH;
/// 9000-01-01 00:00:00Z.
const LATEST: Timestamp = Timestamp::constant(221_845_392_000, 0);

impl std::fmt::Debug for TenantClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantClock").field("now", &self.now()).field("setting", &*self.setting()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenants_clock_is_shifted_frozen_and_released_alone() {
        let server = ManualClock::new(Timestamp::UNIX_EPOCH);
        let (one, other) = (TenantClock::new(server.clone()), TenantClock::new(server.clone()));
        one.advance(SignedDuration::from_secs(60));
        assert_eq!(one.now().as_second(), 60);
        assert_eq!(other.now().as_second(), 0);
        one.freeze(Timestamp::from_second(7).expect("in range"));
        server.advance(SignedDuration::from_secs(5));
        assert_eq!((one.now().as_second(), other.now().as_second()), (7, 5));
        one.advance(SignedDuration::from_secs(3));
        assert_eq!(one.now().as_second(), 10);
        one.reset();
        assert_eq!(one.now(), other.now());
    }

    #[test]
    fn a_tenants_time_never_comes_near_the_ends() {
        let clock = TenantClock::new(ManualClock::new(Timestamp::UNIX_EPOCH));
        for (at, then) in [(Timestamp::MIN, EARLIEST), (Timestamp::MAX, LATEST)] {
            clock.freeze(at);
            let towards = if then == EARLIEST { 24 } else { -24 };
            clock.advance(SignedDuration::from_hours(towards));
            assert_eq!(clock.now(), then + SignedDuration::from_hours(towards), "it moves at once");
            assert!(clock.now().checked_sub(SignedDuration::from_hours(1000)).is_ok());
            assert!(clock.now().checked_add(SignedDuration::from_hours(24 * 1000)).is_ok());
        }
        assert_eq!(LATEST.to_string(), "9000-01-01T00:00:00Z");
    }
}
