//! The scenarios that are part of the program. A new one is a file in `scripts/` and a line here.

use crate::{Loaded, load};

macro_rules! script {
    ($name:literal) => {
        (concat!("scenarios/scripts/", $name, ".yaml"), include_str!(concat!("../scripts/", $name, ".yaml")))
    };
}

/// File name and text of each.
pub const SCRIPTS: &[(&str, &str)] = &[
    script!("main-01"),
    script!("main-02"),
    script!("main-03"),
    script!("main-04"),
    script!("main-05"),
    script!("main-06"),
    script!("main-07"),
    script!("main-08"),
    script!("main-09"),
    script!("main-10"),
    script!("main-11"),
    script!("main-12"),
    script!("api/cae-policy-change"),
    script!("administrator"),
    script!("authentication-context"),
    script!("blocked"),
    script!("declined"),
    script!("enrolment"),
    script!("loop-detected"),
    script!("on-behalf-of"),
    script!("outage"),
    script!("revocation"),
    script!("sign-in-frequency"),
    script!("throttled"),
    script!("unmanaged-device"),
];

/// All of them, read.
///
/// # Panics
///
/// If one is not well written, which a test prevents.
#[must_use]
pub fn scripts() -> Vec<Loaded> {
    #[expect(clippy::panic, reason = "the texts are part of the program, and a test reads and checks them")]
    let read = |(name, source): &(&str, &str)| load(name, source).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    SCRIPTS.iter().map(read).collect()
}
