//! What people paste from a log is read here, where the client's reader of challenges is at hand; how it is written as a script
//! is `mock_idp::incident`'s.
//!
//! ```text
//! text ── read ──> Incident ── mock_idp::incident ──> a commented script
//! ```

mod read;
mod start;

pub use read::{Unreadable, read};
pub use start::new;
