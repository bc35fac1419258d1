//! `/authorize`, `/adminconsent`, `/logout` and the pages that follow: a page, or a redirect to an address that is registered.

#![no_main]

use fuzz::converse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    converse(data, |path| ["/authorize", "/adminconsent", "/logout"].iter().any(|end| path.ends_with(end)));
});
