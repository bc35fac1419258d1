//! Memory that deleted tenants had goes back to the system.
//!
//! The GNU C library keeps what was freed for the process, which after a thousand tenants is several times what the server
//! needs. Other systems' allocators return it by themselves.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};

use tokio::runtime::Handle;

use crate::state::{Registry, Tenant};

/// Whether the C library is the one that keeps it.
const KEEPS: bool = cfg!(all(target_os = "linux", target_env = "gnu"));

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
    /// One more was deleted from `registry`.
    pub(crate) fn deleted(&self, registry: &Registry) {
        let deleted = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        if KEEPS && is_due(deleted, registry.isolated()) {
            self.0.store(0, Ordering::Relaxed);
            let (staying, runtime) = (registry.configured(), Handle::try_current().ok());
            let in_peace = move || {
                wait(PEACE);
                give_back(&staying, runtime.as_ref());
            };
            // Whoever deleted the tenant need not wait; where there is no thread to be had, memory is the least of it.
            let _ = thread::Builder::new().name("memory".to_owned()).spawn(in_peace);
        }
    }
}

fn is_due(deleted: usize, left: usize) -> bool {
    deleted >= MANY || (left == 0 && deleted >= FEW)
}

/// Only whole pages can be returned, and any block that stays in one keeps it. So what was logged in the crowd's time by the
/// tenants that stay is packed together, and the blocks that the C library keeps at hand for each thread are exchanged.
fn give_back(staying: &[Arc<Tenant>], runtime: Option<&Handle>) {
    staying.iter().for_each(|tenant| tenant.log.pack());
    trim();
    if let Some(runtime) = runtime {
        let (done, all) = mpsc::channel();
        for _ in 0..runtime.metrics().num_workers() {
            let done: Sender<()> = done.clone();
            runtime.spawn(async move {
                exchange();
                wait(WORK);
                let _ = done.send(());
            });
        }
        drop(done);
        while all.recv_timeout(PEACE).is_ok() {}
        trim();
    }
}

/// So long one worker is busy, so that another one takes the next task.
const WORK: Duration = Duration::from_millis(2);

/// The C library keeps so many freed blocks of each size at hand for a thread.
const AT_HAND: usize = 7;

/// Takes the blocks that are at hand for this thread, which lie all over the heap, and leaves others that lie together.
fn exchange() {
    for size in (24..=1_032).step_by(16) {
        let blocks = || [(); AT_HAND].map(|()| black_box(Vec::<u8>::with_capacity(size)));
        let scattered = blocks();
        // What is freed first is kept at hand; the rest goes back to the heap.
        drop(blocks());
        drop(scattered);
    }
}

#[expect(clippy::disallowed_methods, reason = "in nobody's time")]
fn wait(time: Duration) {
    thread::sleep(time);
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
