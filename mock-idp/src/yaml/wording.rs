//! From an error of the YAML library to a sentence for people, its place and a hint.

use serde_saphyr::{Error, MessageFormatter, UserMessageFormatter, granit_parser::ScanError};

use super::{
    diagnostic::{Diagnostic, quote},
    nearest::suggest,
    one_key::SECOND_KEY,
    tree::{Content, Location, Tree},
};

/// The diagnostic for `error`, which reading `source` gave.
pub(super) fn explain(name: &str, source: &str, error: &Error) -> Diagnostic {
    let mut error = error;
    while let Error::AliasError { error: inner, .. } | Error::WithSnippet { error: inner, .. } = error {
        error = inner;
    }
    // A syntax error comes first even if a value before it has the wrong type: the one is often the cause of the other.
    let tree = match Tree::of(source) {
        Ok(tree) => tree,
        Err(error) => return syntax(name, source, &error),
    };
    let mut location = place(source, error);
    let Sentence { message, hint } = Words { tree: &tree, at: location.span.start }.sentence(error);
    if let Error::SerdeMissingField { .. } = error
        && let Some(mapping) = tree.mapping_with_key_at(location.span.start)
    {
        location = mapping;
    }
    Diagnostic::new(name, source, location, message, hint)
}

fn syntax(name: &str, source: &str, error: &ScanError) -> Diagnostic {
    let marker = error.marker();
    let start = marker.byte_offset().unwrap_or_else(|| offset(source, marker.line(), marker.col()));
    let mut location = Location { line: marker.line(), column: marker.col() + 1, span: start..start };
    let text = error.info();
    let tab = if text.contains("tab") { indenting_tab(source, &location) } else { None };
    let (message, hint) = if let Some(tab) = tab {
        location = tab;
        ("a tab cannot indent YAML".to_owned(), Some("indent with spaces".to_owned()))
    } else if text.contains("recursion limit") {
        ("nested too deeply".to_owned(), None)
    } else {
        (text.replace('\'', "`"), None)
    };
    Diagnostic::new(name, source, location, message, hint)
}

/// The scanner notes a tab at the start of the value that it spoils; people want the tab.
fn indenting_tab(source: &str, location: &Location) -> Option<Location> {
    let mut line_start = source.get(..location.span.start)?.rfind('\n').map_or(0, |found| found + 1);
    for (line, text) in source.get(line_start..)?.split_inclusive('\n').enumerate() {
        let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = text[..indent].find('\t') {
            let start = line_start + tab;
            return Some(Location { line: location.line + line, column: tab + 1, span: start..start + 1 });
        }
        line_start += text.len();
    }
    None
}

fn place(source: &str, error: &Error) -> Location {
    let Some(location) = error.location() else { return Location::default() };
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let (line, column) = (number(location.line()), number(location.column()));
    let start = match location.span().byte_offset() {
        Some(start) => number(start),
        None => offset(source, line, column.saturating_sub(1)),
    };
    let length = location.span().byte_len().map_or(0, number);
    Location { line, column, span: start..start.saturating_add(length) }
}

/// The byte at which character `column` (from 0) of line `line` (from 1) starts.
fn offset(source: &str, line: usize, column: usize) -> usize {
    let start: usize = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let text = source.get(start..).unwrap_or_default();
    start + text.char_indices().nth(column).map_or(text.len(), |(at, _)| at)
}

pub(super) struct Sentence {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

struct Words<'a> {
    tree: &'a Tree,
    at: usize,
}

impl Words<'_> {
    fn sentence(&self, error: &Error) -> Sentence {
        match error {
            Error::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected),
            Error::SerdeUnknownVariant { variant, expected, .. } => {
                unknown(if self.tree.is_key(self.at) { "key" } else { "value" }, variant, expected)
            }
            Error::SerdeMissingField { field, .. } => missing(field),
            Error::DuplicateMappingKey { key: Some(key), .. } => plain(format!("key {} stands here twice", quote(key))),
            Error::DuplicateMappingKey { key: None, .. } => plain("a key stands here twice"),
            Error::Unexpected { expected, .. } => self.expected(collection(expected)),
            Error::InvalidScalar { ty, .. } => self.expected(scalar(ty)),
            Error::NullIntoString { .. } => self.expected("a text"),
            Error::InvalidBooleanStrict { .. } => self.boolean(),
            Error::SerdeInvalidType { unexpected, .. } if unexpected == "unit variant" => {
                plain(format!("{} needs a value", quote(self.text())))
            }
            Error::SerdeInvalidType { expected, .. } => self.expected(visited(expected)),
            Error::SerdeInvalidValue { expected, .. } => self.expected(visited(expected)),
            Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
            | Error::ExpectedStringKeyForExternallyTaggedEnum { .. } => {
                self.expected("a name or a mapping with one key")
            }
            Error::ExpectedMappingEndAfterEnumVariantValue { .. } => custom(SECOND_KEY, self.text()),
            Error::UnexpectedValueForUnitEnumVariant { .. } | Error::UnexpectedValueForUnit { .. } => {
                plain("this takes no value")
            }
            Error::MergeKeyNotAllowed { .. } => Sentence {
                message: "merge keys (`<<`) are not part of YAML 1.2".into(),
                hint: Some("write the keys out, or use an alias for the whole value".into()),
            },
            Error::Eof { .. } => plain("the document is empty"),
            Error::MultipleDocuments { .. } => plain("a second document starts here; a file holds one"),
            Error::UnsupportedTag { tag, .. } => plain(format!("tag {} is not known here", quote(tag))),
            Error::AliasReplayLimitExceeded { .. } | Error::AliasReplayStackDepthExceeded { .. } => {
                plain("aliases unfold to too much")
            }
            Error::Budget { .. } => plain("the document is too large or nested too deeply"),
            Error::Message { msg, .. } => custom(msg, self.text()),
            other => plain(UserMessageFormatter.format_message(other)),
        }
    }

    fn expected(&self, expected: &str) -> Sentence {
        match self.found() {
            Some(found) => mistyped(expected, &found),
            None => plain(format!("expected {expected}")),
        }
    }

    fn boolean(&self) -> Sentence {
        let hint = match self.text().to_lowercase().as_str() {
            "yes" | "y" | "on" | "1" => Some("write `true`".into()),
            "no" | "n" | "off" | "0" => Some("write `false`".into()),
            _ => None,
        };
        Sentence { hint, ..self.expected("`true` or `false`") }
    }

    fn found(&self) -> Option<String> {
        Some(match &self.tree.starting_at(self.at)?.content {
            Content::Mapping(_) => "a mapping".into(),
            Content::List(_) => "a list".into(),
            Content::Alias => "an alias".into(),
            Content::Scalar(text) if text.is_empty() || text == "~" || text == "null" => "nothing".into(),
            Content::Scalar(text) => quote(text),
        })
    }

    fn text(&self) -> &str {
        match self.tree.starting_at(self.at).map(|node| &node.content) {
            Some(Content::Scalar(text)) => text,
            _ => "",
        }
    }
}

/// Messages of types that read a text, in words that fit all of them.
pub(super) fn custom(message: &str, text: &str) -> Sentence {
    if message.starts_with("UUID parsing failed") {
        return Sentence {
            message: format!("{} is not a UUID", quote(text)),
            hint: Some("write it as `11111111-1111-4111-8111-111111111111`".into()),
        };
    }
    if message.contains("duration") {
        return Sentence {
            message: format!("{} is not a duration", quote(text)),
            hint: Some("write it as `5s`, `10m` or `1h 30m`".into()),
        };
    }
    if message == SECOND_KEY {
        return Sentence {
            message: message.into(),
            hint: Some("start a new item of the list with `- `, or indent what belongs to the first key".into()),
        };
    }
    plain(message)
}

/// A `what` ("key", "value") that is none of those expected.
pub(super) fn unknown(what: &str, word: &str, expected: &[&'static str]) -> Sentence {
    Sentence {
        message: format!("unknown {what} {}", quote(word)),
        hint: suggest(word, &format!("valid {what}s"), expected.iter().copied()),
    }
}

/// A key that has to be there.
pub(super) fn missing(key: &str) -> Sentence {
    plain(format!("missing key {}", quote(key)))
}

/// A value of another type.
pub(super) fn mistyped(expected: &str, found: &str) -> Sentence {
    plain(format!("expected {expected}, found {found}"))
}

fn plain(message: impl Into<String>) -> Sentence {
    Sentence { message: message.into(), hint: None }
}

/// What the library expected, as it says it, in a word of this format.
fn collection(expected: &str) -> &str {
    match expected {
        "sequence start" => "a list",
        "mapping start" => "a mapping",
        "scalar" | "string scalar" => "a single value",
        other => other,
    }
}

pub(super) fn scalar(ty: &str) -> &str {
    match ty {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "u128" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "boolean" => "`true` or `false`",
        "floating point" => "a number",
        other => other,
    }
}

pub(super) fn visited(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list",
        "a map" => "a mapping",
        "a string" => "a text",
        other if other.starts_with("struct ") => "a mapping",
        other => other,
    }
}
