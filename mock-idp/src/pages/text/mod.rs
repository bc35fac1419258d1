//! What the pages say, in every language: `english.rs` and `french.rs` hold the same texts under the same names, and a text that
//! is missing does not compile.
//!
//! Placeholders in braces are filled by [`Text::with`], which escapes the value and isolates its direction of writing. Names from
//! the directory, sentences of the decision and of the error catalogue are not translated: they stand in the log and on the wire
//! as they do here.
//!
//! To add a language: its variant in [`Language`], its file here, and its line in [`of`].

mod english;
mod french;
#[cfg(test)]
mod tests;

use std::fmt;

use askama::filters::{Escaper as _, Html, HtmlSafe};

pub use english::Texts;

use crate::{directory::Method, language::Language};

/// The texts in `language`.
#[must_use]
pub fn of(language: Language) -> &'static Texts {
    match language {
        Language::English => &english::TEXTS,
        Language::French => &french::TEXTS,
    }
}

impl Texts {
    /// The way of proving oneself by `method`, to choose from.
    pub(super) fn proving_by(&self, method: Method) -> Text {
        match method {
            Method::OneTimeCode => self.way_code,
            Method::NumberMatching => self.way_number,
            Method::Passkey => self.way_passkey,
        }
    }

    /// What there is to register for `method`.
    pub(super) fn registering(&self, method: Method) -> Text {
        match method {
            Method::OneTimeCode => self.register_code,
            Method::NumberMatching => self.register_number,
            Method::Passkey => self.register_passkey,
        }
    }
}

/// One text, which may have placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text(&'static str);

impl Text {
    /// The text with `value` in the place of `{placeholder}`, as HTML: a name, whose direction of writing is its own.
    #[must_use]
    pub fn with(self, placeholder: &'static str, value: impl fmt::Display) -> Filled {
        self.plain().and(placeholder, value)
    }

    /// The same for something to type or to copy.
    #[must_use]
    pub fn with_code(self, placeholder: &'static str, value: impl fmt::Display) -> Filled {
        Filled { text: self.0, values: vec![(placeholder, value.to_string(), "code")] }
    }

    /// The text, which has no placeholders.
    #[must_use]
    pub fn plain(self) -> Filled {
        Filled { text: self.0, values: Vec::new() }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A text with values in its placeholders. It prints itself as HTML.
#[derive(Clone, Debug)]
pub struct Filled {
    text: &'static str,
    /// Placeholder, value, and the element around it.
    values: Vec<(&'static str, String, &'static str)>,
}

impl Filled {
    /// Fills another placeholder with a name.
    #[must_use]
    pub fn and(mut self, placeholder: &'static str, value: impl fmt::Display) -> Self {
        self.values.push((placeholder, value.to_string(), "bdi"));
        self
    }
}

impl fmt::Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.text;
        while let Some((before, after)) = rest.split_once('{') {
            Html.write_escaped_str(&mut *f, before)?;
            let (placeholder, after) = after.split_once('}').unwrap_or((after, ""));
            if let Some((_, value, element)) = self.values.iter().find(|(name, ..)| *name == placeholder) {
                write!(f, "<{element}>")?;
                Html.write_escaped_str(&mut *f, value)?;
                write!(f, "</{element}>")?;
            }
            rest = after;
        }
        Html.write_escaped_str(f, rest)
    }
}

/// Text and values were escaped, and the elements are ours.
impl HtmlSafe for Filled {}

/// A sentence of the catalogue as HTML: what stands between backticks is something to type or to copy.
#[derive(Clone, Debug)]
pub struct Ticked(String);

impl Ticked {
    /// Of such a sentence.
    #[must_use]
    pub fn new(sentence: impl fmt::Display) -> Self {
        Self(sentence.to_string())
    }
}

impl fmt::Display for Ticked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_str();
        while let Some((before, (code, after))) =
            rest.split_once('`').and_then(|(before, after)| Some((before, after.split_once('`')?)))
        {
            Html.write_escaped_str(&mut *f, before)?;
            f.write_str("<code>")?;
            Html.write_escaped_str(&mut *f, code)?;
            f.write_str("</code>")?;
            rest = after;
        }
        Html.write_escaped_str(f, rest)
    }
}

/// As for [`Filled`].
impl HtmlSafe for Ticked {}
