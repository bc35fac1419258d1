//! Mistakes in a file that a person wrote: each with a place in it.

use mock_idp::yaml::Diagnostics;

/// # Panics
///
/// If there is no mistake, or one has no place in `text` or no words.
pub fn places(text: &str, mistakes: &Diagnostics) {
    assert!(!mistakes.0.is_empty(), "refused, and nobody knows why");
    // A place may be behind the last line.
    let lines = text.split(['\n', '\r']).count() + 1;
    for mistake in &mistakes.0 {
        assert!((1..=lines).contains(&mistake.line) && mistake.column >= 1, "{mistake:?}");
        assert!(!mistake.message.is_empty() && mistake.to_string().contains(&mistake.message), "{mistake:?}");
    }
}
