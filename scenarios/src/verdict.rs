//! What a run of one scenario showed. Data only; the reports draw it.

use std::{fmt, sync::Arc, time::Duration};

use mock_idp::recorder::Exchange;
use serde::{Serialize, Serializer};

use crate::foreign::CommandEnded;

/// What a run of one scenario showed.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Short name of the scenario.
    pub id: String,
    /// What happens, in one line.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// Where the expectation comes from.
    pub source: String,
    /// The file.
    pub file: String,
    /// Whether all was as expected.
    pub passed: bool,
    /// What was not as expected, what explains most first; one clear sentence each.
    pub missed: Vec<Missed>,
    /// Sign-in windows opened in the run.
    pub prompts: usize,
    /// How long it took.
    #[serde(rename = "milliseconds", serialize_with = "milliseconds")]
    pub took: Duration,
    /// How things stood at the start, in words.
    pub given: Vec<String>,
    /// The steps that were taken.
    pub steps: Vec<StepTaken>,
    /// What had to hold for the run, and whether it did.
    pub expectations: Vec<Expected>,
    /// The number of the last exchange before the run.
    pub since: u64,
    /// The log of the tenant.
    pub exchanges: Vec<Arc<Exchange>>,
    /// How somebody else's client ended, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandEnded>,
}

impl Verdict {
    /// The sentence that explains most; `None` if all was as expected.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.missed.first().map(|missed| missed.sentence.as_str())
    }
}

/// Something that was not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// Name of the assertion that was missed: an expectation of the run such as `claims_forwarded_unmodified`,
    /// [`OUTCOME`](Self::OUTCOME) for what a step must end in, or [`GIVEN`](Self::GIVEN).
    pub assertion: &'static str,
    /// One sentence: what was expected, what was seen.
    pub sentence: String,
    /// Where the expectation stands.
    pub place: Place,
}

impl Missed {
    /// What a step must end in: its `expect`.
    pub const OUTCOME: &'static str = "outcome";
    /// That the scenario can be set up and run at all.
    pub const GIVEN: &'static str = "given";
    /// That the scenario comes to its end.
    pub const END: &'static str = "end";
    /// That somebody else's client ends with status 0.
    pub const COMMAND: &'static str = "command";
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A step that was taken.
#[derive(Clone, Debug, Serialize)]
pub struct StepTaken {
    /// The verb.
    pub verb: &'static str,
    /// In words: `asks silently for payroll/Salary.Read`.
    pub story: String,
    /// The same as a sentence with its subject.
    pub told: String,
    /// What was expected.
    pub expected: Option<String>,
    /// What it ended in.
    pub seen: String,
    /// Whether that was as expected.
    pub passed: bool,
    /// The numbers of its exchanges lie behind this one …
    pub after: u64,
    /// … and up to this one.
    pub until: u64,
    /// Where it stands.
    pub place: Place,
}

/// An expectation of the run as a whole.
#[derive(Clone, Debug, Serialize)]
pub struct Expected {
    /// Its name.
    pub name: &'static str,
    /// What was wanted.
    pub wanted: String,
    /// Whether it held; `None` if the run was broken off before that could be said.
    pub held: Option<bool>,
}

fn milliseconds<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(took.as_millis())
}
