//! Places in a document by name, such as `tenants[0].policies[1].targets.apis[0]`, and problems found there.

use std::fmt;

/// A place in a document, from its top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The whole document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The value of `key` in this mapping.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Segment::Key(key.into()))
    }

    /// The key `key` of this mapping itself, not its value.
    #[must_use]
    pub fn name(&self, key: impl Into<String>) -> Self {
        self.with(Segment::Name(key.into()))
    }

    /// Item `index` of this list, from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// The steps from the top.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The place `rest` below this one.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// The rest of this place below `outer`; `None` if it is not below.
    #[must_use]
    pub fn below(&self, outer: &Self) -> Option<Self> {
        self.0.strip_prefix(outer.0.as_slice()).map(|rest| Self(rest.to_vec()))
    }

    fn with(&self, segment: Segment) -> Self {
        Self(self.0.iter().cloned().chain([segment]).collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) | Segment::Name(key) if position == 0 => write!(f, "{key}")?,
                Segment::Key(key) | Segment::Name(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Into a mapping.
    Key(String),
    /// To a key of a mapping, in order to show it and not what it stands for.
    Name(String),
    /// Into a list, from 0.
    Index(usize),
}

/// A mistake that the types of a document cannot see, such as a name that nothing bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub path: Path,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Place, sentence and hint in one line.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.0.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl Problem {
    /// A problem without a hint.
    #[must_use]
    pub fn new(path: Path, message: impl Into<String>) -> Self {
        Self { path, message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
