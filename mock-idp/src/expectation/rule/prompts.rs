use crate::expectation::log::Log;

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &usize) -> Option<String> {
    let seen: Vec<_> = log.prompts().map(|prompt| prompt.number.to_string()).collect();
    if seen.len() == *wanted {
        return None;
    }
    let windows = |count: usize| match count {
        0 => "no sign-in window".to_owned(),
        1 => "1 sign-in window".to_owned(),
        more => format!("{more} sign-in windows"),
    };
    let at = match seen.as_slice() {
        [] => String::new(),
        [one] => format!(" (exchange {one})"),
        more => format!(" (exchanges {})", more.join(", ")),
    };
    Some(format!("expected {}, saw {}{at}", windows(*wanted), windows(seen.len())))
}
