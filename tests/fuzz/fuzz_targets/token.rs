//! The token and device authorization endpoints, body and headers, with grants that are good: tokens, or Entra's error.

#![no_main]

use fuzz::converse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| converse(data, |path| path.ends_with("/token") || path.ends_with("/devicecode")));
