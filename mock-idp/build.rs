//! How the program is linked.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name, value| env::var(name).is_ok_and(|known| known == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        // A program that can be loaded anywhere has 43,000 addresses that are set at each start: a megabyte of file, 1.6 MB of
        // memory, and half a millisecond. For a server that is started for a test, on the loopback, that is too much.
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
