//! The language of the pages: which ones there are, and which one a person gets. It knows neither HTTP nor words; those are in
//! `pages::text`, one file a language.
//!
//! A language is chosen once, when a sign-in begins, and goes with it from then on.

/// A language that the pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, also for whoever wishes for none of these.
    #[default]
    English,
    /// French.
    French,
}

impl Language {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::English, Self::French];

    /// Its tag (BCP 47).
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The first language that is wished for and that there is: `ui_locales` (OpenID Connect Core 3.1.2.1) goes before
    /// `Accept-Language` (RFC 9110, 12.5.4).
    #[must_use]
    pub fn wished(ui_locales: Option<&str>, accept_language: Option<&str>) -> Self {
        let asked = ui_locales.and_then(|tags| tags.split_ascii_whitespace().find_map(Self::of_tag));
        asked.or_else(|| accept_language.and_then(accepted)).unwrap_or_default()
    }

    /// The language of a tag, whatever its region or script: `fr-CA` is French.
    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.iter().copied().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

/// The language with the highest weight; of equals the first. `*` is any language, and `q=0` means not that one.
fn accepted(header: &str) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    for range in header.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.map_or(1000, thousandths);
        let language = if tag == "*" { Some(Language::default()) } else { Language::of_tag(tag) };
        if let Some(language) = language
            && weight > best.map_or(0, |(weight, _)| weight)
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// A weight from 0 to 1; what is none counts as 0.
fn thousandths(text: &str) -> u16 {
    let weight: f32 = text.parse().unwrap_or(0.0);
    if (0.0..=1.0).contains(&weight) { (weight * 1000.0).round() as u16 } else { 0 }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing(None, None, "en")]
    #[case::asked(Some("fr"), None, "fr")]
    #[case::asked_before_the_browsers(Some("en"), Some("fr"), "en")]
    #[case::first_that_there_is(Some("de nl fr-CA en"), Some("en"), "fr")]
    #[case::none_of_those_asked(Some("de nl"), Some("fr"), "fr")]
    #[case::empty(Some(""), Some(""), "en")]
    #[case::region(None, Some("fr-CH"), "fr")]
    #[case::any_case(Some("FR_be"), None, "fr")]
    #[case::another_word(Some("frisian fry"), None, "en")]
    #[case::browser(None, Some("fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3"), "fr")]
    #[case::by_weight(None, Some("en;q=0.3, fr;q=0.8"), "fr")]
    #[case::of_equals_the_first(None, Some("de, fr;q=0.7, en;q=0.7"), "fr")]
    #[case::any(None, Some("*, fr;q=0.5"), "en")]
    #[case::not_that_one(None, Some("fr;q=0, de"), "en")]
    #[case::spaces(None, Some(" de , fr ; q=0.9 "), "fr")]
    #[case::rubbish_weights(None, Some("fr;q=x, fr;q=7, fr;q=-1, fr;q=NaN, fr;q="), "en")]
    #[case::rubbish(None, Some(";;,,=;q=1,-"), "en")]
    fn the_first_wish_that_can_be_met_counts(
        #[case] ui_locales: Option<&str>,
        #[case] accept_language: Option<&str>,
        #[case] tag: &str,
    ) {
        assert_eq!(Language::wished(ui_locales, accept_language).tag(), tag);
    }
}
