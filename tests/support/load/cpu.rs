//! Processor time (Linux).

use std::{fs, time::Duration};

/// The processor time that a process (`self` for this one) has used, to a hundredth of a second.
pub fn cpu(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("its times");
    // The name, which may hold anything, is in parentheses; user and system time are fields 14 and 15.
    let fields = stat.rsplit_once(')').expect("a name").1;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().expect("ticks")).sum();
    Duration::from_millis(ticks * 10)
}
