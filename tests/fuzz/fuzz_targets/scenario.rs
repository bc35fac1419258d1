//! Scenario files: a mistake is told with its place, and what is read is whole.

#![no_main]

use fuzz::{at_pace, places, timed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    at_pace(
        || (),
        |()| {
            let nothing = |file: &str| Err(std::io::Error::other(format!("no {file} here")));
            match timed(|| scenarios::load_all("scenario.yaml", text, &nothing)) {
                Ok(cases) => assert!(!cases.is_empty() && cases.iter().all(|case| !case.script.steps.is_empty())),
                Err(mistakes) => places(text, &mistakes),
            }
        },
    );
});
