//! The control API: its own form of error, and a server that still serves whatever it was made into.

#![no_main]

use fuzz::converse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| converse(data, |path| path.starts_with("/_mock")));
