//! Memory that deleted tenants had goes back to the system.
//!
//! The GNU C library keeps what was freed for the process, which after a thousand tenants is several times what the server
//! needs. Other systems' allocators return it by themselves.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

/// So few tenants are not worth the walk through the heap, which every other thread would wait for.
const FEW: usize = 64;

/// After so many it is walked through even if there are tenants left.
const MANY: usize = 1_000;

/// What answers and connections of the deleted tenants hold is free by then, too.
const PEACE: Duration = Duration::from_millis(500);

/// Counts deleted tenants, and has the memory returned now and then.
#[derive(Debug, Default)]
pub(crate) struct Freed(AtomicUsize);

impl Freed {
    /// One more was deleted, and `left` isolated ones are there still.
    pub(crate) fn deleted(&self, left: usize) {
        let deleted = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        if is_due(deleted, left) {
            self.0.store(0, Ordering::Relaxed);
            // Whoever deleted the tenant need not wait; where there is no thread to be had, memory is the least of it.
            let _ = thread::Builder::new().name("memory".to_owned()).spawn(in_peace);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own waits, in nobody's time")]
fn in_peace() {
    thread::sleep(PEACE);
    trim();
}

fn is_due(deleted: usize, left: usize) -> bool {
    deleted >= MANY || (left == 0 && deleted >= FEW)
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the C library has no other door to it")]
fn trim() {
    // SAFETY: malloc_trim(3) may be called at any time from any thread, and takes nothing that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_test_at_a_time(1, 0, false)]
    #[case::the_last_of_a_crowd(64, 0, true)]
    #[case::in_the_middle_of_it(64, 936, false)]
    #[case::a_crowd_that_never_ends(1_000, 936, true)]
    fn it_is_due_when_it_is_worth_it(#[case] deleted: usize, #[case] left: usize, #[case] due: bool) {
        assert_eq!(is_due(deleted, left), due);
    }
}
