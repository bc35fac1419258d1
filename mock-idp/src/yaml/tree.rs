//! Where each value of a document stands. Built only when there is a mistake to show.
//!
//! Knows YAML's events and no types. Without recursion, so no depth of nesting can exhaust the stack.

use std::ops::Range;

use serde_saphyr::granit_parser::{Event, Parser, ScanError, Span};

use super::path::{Path, Segment};

/// A place in a source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// The bytes of the source that it covers.
    pub span: Range<usize>,
}

impl Location {
    fn of(span: &Span) -> Self {
        Self { line: span.start.line(), column: span.start.col() + 1, span: span.byte_range().unwrap_or_default() }
    }
}

impl Default for Location {
    fn default() -> Self {
        Self { line: 1, column: 1, span: 0..0 }
    }
}

/// The first document of a source. A node's children come behind it; the top is node 0.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: Location,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// Text, number, boolean, null.
    Scalar(String),
    /// `*name`. What is wrong behind it is shown here.
    Alias,
    List(Vec<usize>),
    Mapping(Vec<Entry>),
}

#[derive(Debug)]
pub(super) struct Entry {
    key: usize,
    value: usize,
}

impl Tree {
    /// Reads the positions of `source`.
    pub(super) fn of(source: &str) -> Result<Self, Box<ScanError>> {
        let mut builder = Builder::default();
        for event in Parser::new_from_str(source) {
            let (event, span) = event.map_err(Box::new)?;
            let at = Location::of(&span);
            match event {
                Event::Scalar(text, ..) => builder.leaf(at, Content::Scalar(text.into_owned())),
                Event::Alias(_) => builder.leaf(at, Content::Alias),
                Event::SequenceStart(..) => builder.open(at, Content::List(Vec::new())),
                Event::MappingStart(..) => builder.open(at, Content::Mapping(Vec::new())),
                Event::SequenceEnd | Event::MappingEnd => builder.close(),
                Event::DocumentEnd => break,
                _ => {}
            }
        }
        Ok(builder.tree)
    }

    /// The place of the value at `path`, or of what is nearest around it.
    pub(super) fn locate(&self, path: &Path) -> Location {
        let mut index = 0;
        let mut place = self.nodes.first().map_or_else(Location::default, |_| self.start(0));
        for segment in path.segments() {
            let Some(node) = self.nodes.get(index) else { break };
            match (&node.content, segment) {
                (Content::List(items), Segment::Index(wanted)) => {
                    let Some(&item) = items.get(*wanted) else { break };
                    index = item;
                    place = self.start(item);
                }
                (Content::Mapping(entries), Segment::Key(wanted)) => {
                    let Some(entry) = entries.iter().find(|entry| self.text(entry.key) == Some(wanted)) else { break };
                    index = entry.value;
                    let shown = if self.is_single(entry.value) { entry.value } else { entry.key };
                    place = self.start(shown);
                }
                (Content::Mapping(entries), Segment::Name(wanted)) => {
                    let Some(entry) = entries.iter().find(|entry| self.text(entry.key) == Some(wanted)) else { break };
                    index = entry.value;
                    place = self.start(entry.key);
                }
                _ => break,
            }
        }
        place
    }

    /// The node that starts at byte `offset`; of several, the outermost.
    pub(super) fn starting_at(&self, offset: usize) -> Option<&Node> {
        self.nodes.iter().find(|node| node.at.span.start == offset)
    }

    /// The start of the mapping one of whose keys starts at byte `offset`.
    pub(super) fn mapping_with_key_at(&self, offset: usize) -> Option<Location> {
        let mapping = self.nodes.iter().position(|node| match &node.content {
            Content::Mapping(entries) => entries.iter().any(|entry| self.offset(entry.key) == Some(offset)),
            _ => false,
        })?;
        Some(self.start(mapping))
    }

    /// Whether a key of a mapping starts at byte `offset`.
    pub(super) fn is_key(&self, offset: usize) -> bool {
        self.mapping_with_key_at(offset).is_some()
    }

    /// What to underline for a node: of a mapping, its first key.
    fn start(&self, index: usize) -> Location {
        let Some(node) = self.nodes.get(index) else { return Location::default() };
        match &node.content {
            Content::Mapping(entries) => entries
                .first()
                .and_then(|entry| self.nodes.get(entry.key))
                .map_or_else(|| node.at.clone(), |key| key.at.clone()),
            _ => node.at.clone(),
        }
    }

    fn offset(&self, index: usize) -> Option<usize> {
        self.nodes.get(index).map(|node| node.at.span.start)
    }

    fn text(&self, index: usize) -> Option<&String> {
        match &self.nodes.get(index)?.content {
            Content::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// A value that can be underlined itself: not a list, not a mapping, not left out.
    fn is_single(&self, index: usize) -> bool {
        self.nodes.get(index).is_some_and(|node| match &node.content {
            Content::Scalar(_) => !node.at.span.is_empty(),
            Content::Alias => true,
            Content::List(_) | Content::Mapping(_) => false,
        })
    }
}

/// The tree so far and the collections that are still open, the innermost last, each with a key that waits for its value.
#[derive(Default)]
struct Builder {
    tree: Tree,
    open: Vec<(usize, Option<usize>)>,
}

impl Builder {
    fn open(&mut self, at: Location, content: Content) {
        self.open.push((self.tree.nodes.len(), None));
        self.tree.nodes.push(Node { at, content });
    }

    fn close(&mut self) {
        if let Some((collection, _)) = self.open.pop() {
            self.attach(collection);
        }
    }

    fn leaf(&mut self, at: Location, content: Content) {
        self.tree.nodes.push(Node { at, content });
        self.attach(self.tree.nodes.len() - 1);
    }

    /// Puts a finished node into the collection around it.
    fn attach(&mut self, child: usize) {
        let Some((parent, waiting)) = self.open.last_mut() else { return };
        let Some(parent) = self.tree.nodes.get_mut(*parent) else { return };
        match &mut parent.content {
            Content::List(items) => items.push(child),
            Content::Mapping(entries) => match waiting.take() {
                Some(key) => entries.push(Entry { key, value: child }),
                None => *waiting = Some(child),
            },
            Content::Scalar(_) | Content::Alias => {}
        }
    }
}
