//! What people paste from a log: an incident that is found can be written down as a scenario, and that is a good one.

#![no_main]

use fuzz::{at_pace, timed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    at_pace(
        || (),
        |()| {
            let Ok(incident) = timed(|| scenarios::incident::read(text)) else { return };
            let script = timed(|| incident.script());
            let read = scenarios::check("incident.yaml", &script);
            assert!(read.is_ok(), "{}\n{script}", read.map(drop).unwrap_err());
        },
    );
});
