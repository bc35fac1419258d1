//! What holds of every page in every language.

use super::*;

#[test]
fn every_page_is_whole_in_every_language_and_says_that_it_is_a_mock() {
    for language in Language::ALL {
        for (name, source) in pages_in(*language, "ada") {
            let html = Html::parse_document(&source);
            assert!(source.starts_with("<!doctype html>"), "{name}");
            one(&html, &format!("html[lang={}]", language.tag()));
            one(&html, "main h1");
            one(&html, "meta[name=viewport]");
            assert!(!text_of(one(&html, "title")).starts_with(' '), "{name}");
            assert_eq!(text_of(one(&html, "footer")), text::of(*language).footer.to_string());
            assert!(all(&html, "[style], [onclick], [onload], link:not([href^='data:'])").is_empty());
            assert!(all(&html, "[autofocus]").len() <= 1, "{name}");
            for labelled in all(&html, "label[for]") {
                one(&html, &format!("[id='{}']", labelled.attr("for").unwrap()));
            }
            let mut ids: Vec<_> = all(&html, "[id]").iter().filter_map(|e| e.attr("id")).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{name} repeats an id");
            let reference = |name: &str| {
                all(&html, &format!("[{name}]")).into_iter().filter_map(|e| e.attr(name)).collect::<Vec<_>>()
            };
            for target in [reference("aria-labelledby"), reference("aria-describedby")].concat() {
                assert!(ids.contains(&target), "{name} refers to {target}, which is not there");
            }
        }
    }
}

/// The same elements, whatever the words: UI scripts and the virtual user go by them.
#[test]
fn languages_differ_in_words_alone() {
    let shape = |source: &str| {
        let html = Html::parse_document(source);
        let elements = html.root_element().descendent_elements().map(|element| {
            let kept = element.value().attrs().filter(|(name, _)| !["lang", "aria-label", "title"].contains(name));
            // The words of buttons that are inputs.
            let kept = kept.filter(|(name, _)| !(element.attr("type") == Some("submit") && *name == "value"));
            let kept = kept.filter(|_| element.attr("name") != Some("ui_locales"));
            let mut attributes: Vec<_> = kept.map(|(name, value)| format!("{name}={value}")).collect();
            attributes.sort_unstable();
            format!("{} {attributes:?}", element.value().name())
        });
        elements.collect::<Vec<_>>()
    };
    let english = pages_in(Language::English, "ada");
    let french = pages_in(Language::French, "ada");
    for ((name, english), (_, french)) in english.iter().zip(&french) {
        assert_eq!(shape(english), shape(french), "{name}");
        let words = |source: &str| text_of(one(&Html::parse_document(source), "main"));
        assert_ne!(words(english), words(french), "{name}");
    }
}

/// What the log, the catalogue and the wire say stays English, and says so to screen readers.
#[test]
fn sentences_that_are_not_translated_are_marked_as_english() {
    for (name, source) in pages_in(Language::French, "ENGLISH SENTENCE") {
        let html = Html::parse_document(&source);
        for css in ["#decision li > p > bdi", "#errorDescription", ".advice > p > bdi"] {
            for element in all(&html, css) {
                let marked = element.ancestors().filter_map(ElementRef::wrap).find_map(|parent| parent.attr("lang"));
                assert_eq!(element.attr("lang").or(marked), Some("en"), "{name}: {css}");
            }
        }
    }
}
