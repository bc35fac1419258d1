//! For benchmarks and load tests: the server in a process of its own, what the operating system says of it, and a client that
//! asks as fast as it can.

#![expect(clippy::expect_used, reason = "a load that cannot start has nothing to show")]
#![expect(clippy::disallowed_methods, reason = "the one thing that is measured here is time")]

mod cpu;
mod process;
mod wire;

pub use cpu::cpu;
pub use process::{Memory, Process, built};
pub use wire::{Answer, Connection, Load, Pace, Prepared, Same, Work, host, load};
