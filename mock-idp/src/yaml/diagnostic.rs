//! A mistake with its place, ready to be shown. Knows nothing of YAML: a source text and a span are enough.

use std::{fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use super::tree::Location;
use crate::terminal::{misleads, shown};

/// One mistake in a file. Shown as `FILE:LINE:COLUMN: message`, the line with the place underlined, and a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Name of the file, as the caller gave it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The line, cut down around the place if it is long.
    excerpt: String,
    /// The bytes of `excerpt` to underline.
    mark: Range<usize>,
}

impl Diagnostic {
    /// A mistake at `location` of `source`, the text of the file called `file`.
    #[must_use]
    pub fn new(file: &str, source: &str, location: Location, message: impl Into<String>, hint: Option<String>) -> Self {
        let (excerpt, mark) = excerpt(source, location.span);
        Self {
            file: shown(file),
            line: location.line,
            column: location.column,
            message: brief(&message.into()),
            hint: hint.map(|hint| brief(&hint)),
            excerpt,
            mark,
        }
    }

    /// The same text as `Display` gives, with terminal colours. Print it through `anstream`, which removes them where they
    /// are not wanted.
    #[must_use]
    pub fn styled(&self) -> String {
        let place = format!("{}:{}:{}:", self.file, self.line, self.column);
        format!("\x1b[1m{place}\x1b[0m {}\n{}", self.message, self.picture(Renderer::styled()))
    }

    fn picture(&self, renderer: Renderer) -> String {
        let snippet = Snippet::source(self.excerpt.as_str())
            .line_start(self.line)
            .annotation(AnnotationKind::Primary.span(self.mark.clone()));
        let mut group = Group::with_level(Level::ERROR).element(snippet);
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        renderer.decor_style(DecorStyle::Ascii).render(&[group])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        f.write_str(&self.picture(Renderer::plain()))
    }
}

impl std::error::Error for Diagnostic {}

/// All mistakes found in a file, in its order; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// All of them with terminal colours; see [`Diagnostic::styled`].
    #[must_use]
    pub fn styled(&self) -> String {
        self.0.iter().map(Diagnostic::styled).collect::<Vec<_>>().join("\n\n")
    }
}

impl From<Box<Diagnostic>> for Diagnostics {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self(vec![*diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, diagnostic) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// A word from a document in backticks: short and on one line, whatever it was.
pub(super) fn quote(word: &str) -> String {
    format!("`{}`", shorten(&shown(word), LONGEST_WORD))
}

/// The line that holds the start of `span`, and the part of the span on it; long lines are cut to a window around it.
fn excerpt(source: &str, span: Range<usize>) -> (String, Range<usize>) {
    let start = boundary(source, span.start);
    let end = boundary(source, span.end).max(start);
    let (before, rest) = source.split_at(start);
    let line_start = before.rfind(LINE_BREAKS).map_or(0, |found| found + 1);
    let after = rest.split(LINE_BREAKS).next().unwrap_or_default();
    let before = &before[line_start..];
    let marked = boundary(after, end - start);

    let skipped = before.char_indices().rev().nth(WINDOW - 1).map_or(0, |(at, _)| at);
    let kept = after.char_indices().nth(WINDOW).map_or(after.len(), |(at, _)| at);
    let left = if skipped > 0 { "…" } else { "" };
    let right = if kept < after.len() { "…" } else { "" };
    let before = in_order(before[skipped..].trim_start_matches('\u{feff}'));
    let (marked, rest) = after[..kept].split_at(marked.min(kept));
    let (marked, rest) = (in_order(marked), in_order(rest));
    let mark = left.len() + before.len();
    (format!("{left}{before}{marked}{rest}{right}"), mark..mark + marked.len())
}

/// Without marks of direction, which would turn the line around. The renderer sees to control characters.
fn in_order(text: &str) -> String {
    text.chars().map(|c| if misleads(c) && !c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// `offset`, or the nearest place before it at which `text` can be cut.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default()
}

fn shorten(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// A sentence of at most so many characters. What is wrong stands at its end, behind the word that it is about, so the middle goes.
pub(crate) fn brief(sentence: &str) -> String {
    let sentence = shown(sentence);
    let end = sentence.char_indices().rev().nth(LONGEST_MESSAGE / 2 - 1).map_or(0, |(at, _)| at);
    match sentence.char_indices().nth(LONGEST_MESSAGE) {
        Some(_) => format!("{}{}", shorten(&sentence, LONGEST_WORD), &sentence[end..]),
        None => sentence,
    }
}

const LINE_BREAKS: [char; 2] = ['\n', '\r'];
/// Characters shown on either side of the place.
const WINDOW: usize = 60;
const LONGEST_WORD: usize = 60;
const LONGEST_MESSAGE: usize = 400;
