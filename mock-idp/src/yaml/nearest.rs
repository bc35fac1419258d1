//! "Did you mean …?"

use strsim::damerau_levenshtein;

use super::diagnostic::quote;

/// The candidate that a person who wrote `word` most likely meant, if any is near.
///
/// Case, `_` and `-` do not count.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    if length > LONGEST_WORD {
        return None;
    }
    let written = plain(word);
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= length)
        .map(|candidate| (damerau_levenshtein(&written, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= (length.max(candidate.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A hint for the unknown `word`: the nearest candidate, or else all of them (`what` says what they are, in the plural).
pub fn suggest<'a>(word: &str, what: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let candidates: Vec<_> = candidates.into_iter().collect();
    if let Some(near) = nearest(word, candidates.iter().copied()) {
        return Some(format!("did you mean {}?", quote(near)));
    }
    if candidates.is_empty() {
        return None;
    }
    let shown: Vec<_> = candidates.iter().take(MOST_NAMES).copied().map(quote).collect();
    let more = if candidates.len() > MOST_NAMES { ", …" } else { "" };
    Some(format!("{what}: {}{more}", shown.join(", ")))
}

fn plain(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// Nobody mistypes a longer one; and comparing takes time in proportion to the square.
const LONGEST_WORD: usize = 100;
const MOST_NAMES: usize = 16;
