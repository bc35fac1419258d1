//! Text of strangers on a terminal: names in a directory and what clients send may hold control characters that move the cursor
//! and marks that turn the order of letters around.
//!
//! Knows nothing of who wrote the text, nor of colours, which are ours and are written around it.

/// `text` with every control character and every mark of direction written out as `\u{202e}`, so that what is read is what is
/// there. Line breaks are written out, too: one text stays on one line.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if misleads(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The same for a text of several lines, which stay lines.
#[must_use]
pub fn shown_lines(text: &str) -> String {
    let mut lines = text.split('\n').map(|line| shown(line.strip_suffix('\r').unwrap_or(line)));
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |text, line| text + "\n" + &line)
}

/// Whether `c` is a control character, a line break of Unicode's or a mark of direction (Unicode Standard Annex 9).
#[must_use]
pub fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Grüße, Ωμέγα, שלום 👩‍👧", "Grüße, Ωμέγα, שלום 👩‍👧")]
    #[case("a\u{1b}[2Jb", "a\\u{1b}[2Jb")]
    #[case("a\r\nb\0", "a\\r\\nb\\u{0}")]
    #[case("\u{202e}cba\u{2066}", "\\u{202e}cba\\u{2066}")]
    fn what_misleads_is_written_out(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(shown_lines("a\r\n\u{7}b\n"), "a\n\\u{7}b\n");
    }
}
