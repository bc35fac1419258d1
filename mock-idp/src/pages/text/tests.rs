//! Each text in each language.

use super::*;

/// The placeholders of a text, sorted.
fn placeholders(text: Text) -> Vec<&'static str> {
    let mut found: Vec<_> =
        text.0.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
    found.sort_unstable();
    found
}

#[test]
fn every_language_fills_the_same_placeholders() {
    let english = of(Language::English).all();
    for language in Language::ALL {
        for ((name, text), (_, english)) in of(*language).all().into_iter().zip(&english) {
            assert_eq!(placeholders(text), placeholders(*english), "{name} in {language:?}");
            assert_eq!(text.0.matches('{').count(), placeholders(text).len(), "{name} in {language:?}");
        }
    }
}

#[test]
fn texts_are_in_their_language() {
    for language in Language::ALL {
        assert_eq!(of(*language).language, *language);
    }
    let french = of(Language::French).all();
    let same: Vec<_> = of(Language::English)
        .all()
        .into_iter()
        .zip(&french)
        .filter(|(english, french)| english.1 == french.1)
        .collect();
    let names: Vec<_> = same.iter().map(|((name, _), _)| *name).collect();
    assert_eq!(names, ["code"], "texts that were not translated");
}

#[test]
fn french_has_a_no_break_space_before_high_punctuation() {
    for (name, text) in of(Language::French).all() {
        for mark in [':', ';', '?', '!'] {
            for (at, _) in text.0.match_indices(mark) {
                assert!(text.0[..at].ends_with('\u{a0}'), "{name}: {text}");
            }
        }
        assert!(!text.0.contains('\''), "{name} has a typewriter's apostrophe: {text}");
    }
}

#[test]
fn values_are_escaped_and_isolated() {
    let text = Text("a < {one} & {two} {three}");
    let filled = text.with("one", "<script>{two}").and("two", "\"'");
    assert_eq!(filled.to_string(), "a &#60; <bdi>&#60;script&#62;{two}</bdi> &#38; <bdi>&#34;&#39;</bdi> ");
    assert_eq!(Text("try {it}").with_code("it", "a&b").to_string(), "try <code>a&#38;b</code>");
}

#[test]
fn whatever_the_braces_nothing_is_lost_and_nothing_panics() {
    assert_eq!(Text("a {b").with("b", 1).to_string(), "a <bdi>1</bdi>");
    assert_eq!(Text("a } {} b").plain().to_string(), "a }  b");
}

#[test]
fn what_stands_between_backticks_is_code() {
    let html = |sentence: &str| Ticked::new(sentence).to_string();
    assert_eq!(html("ask for `<a>` & `b`."), "ask for <code>&#60;a&#62;</code> &#38; <code>b</code>.");
    assert_eq!(html("one ` alone <"), "one ` alone &#60;");
}
