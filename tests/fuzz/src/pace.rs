//! No input may hold the server up. What counts is the work of this thread, whoever else uses the machine; a slow input is
//! tried again before it is called slow, as the first to come this way pays for what is made once.

use std::{cell::Cell, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// The most that an input, or a request of it, may take, although the targets are compiled for looking, not for speed.
const LONGEST: Duration = Duration::from_millis(50);
const TRIES: u32 = 3;

thread_local! {
    /// The slowest part of this try.
    static SLOWEST: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Runs `input` in a world made by `start`, several times if a part of it was too slow.
///
/// # Panics
///
/// If it is too slow each time.
pub fn at_pace<W>(start: impl Fn() -> W, input: impl Fn(&mut W)) {
    for _ in 0..TRIES {
        SLOWEST.set(Duration::ZERO);
        input(&mut start());
        if SLOWEST.get() <= LONGEST {
            return;
        }
    }
    panic!("takes {:?}, each time", SLOWEST.get());
}

/// Runs a part that has to be fast.
pub fn timed<T>(part: impl FnOnce() -> T) -> T {
    let before = worked();
    let done = part();
    SLOWEST.set(SLOWEST.get().max(worked().saturating_sub(before)));
    done
}

/// How long this thread has worked.
fn worked() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
}
