//! From an incident to a scenario: an error from somebody's log, a client's transcript or this server's own log is written as a
//! script that reproduces it.
//!
//! ```text
//! Incident ── token_error / redirect / challenge ──┐
//! a client's transcript ── transcript ── replay ───┼──> Draft ── Display ──> a commented script
//! this server's log ────── log ───────── replay ───┘
//! ```
//!
//! Pure: text in, text out. Nothing here runs a scenario or knows how one is run. How a number is brought about is data: the
//! catalogue's own row where settings suffice, a row of `by_hand` where requests of one's own are needed; what is in neither
//! is ordered as a fault that answers with the very fields.

mod by_hand;
mod challenge;
mod draft;
mod elsewhere;
mod given;
mod log;
mod redirect;
mod replay;
mod token_error;
mod transcript;

use jiff::Timestamp;
use serde_json::{Map, Value};

pub use draft::scalar;
pub use log::from_log;
pub use transcript::{BadTranscript, from_transcript};

/// What was found in a text: an error of the authority, or a challenge of an API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incident {
    /// Where it was met.
    pub seen: Seen,
    /// HTTP status, if the text says it.
    pub status: Option<u16>,
    /// OAuth error.
    pub error: Option<String>,
    /// AADSTS number.
    pub code: Option<u32>,
    /// `suberror`.
    pub suberror: Option<String>,
    /// The claims that came with it, as JSON text.
    pub claims: Option<String>,
    /// `error_description`.
    pub description: Option<String>,
    /// Whether `error_uri` is there.
    pub error_uri: bool,
    /// `error_subcode` of a redirect.
    pub subcode: Option<String>,
    /// When it happened, by the text's own word.
    pub at: Option<Timestamp>,
}

/// Where an incident was met.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Seen {
    /// In the body of an answer of the token endpoint: all its members.
    Body(Map<String, Value>),
    /// At the redirect address.
    #[default]
    Redirect,
    /// In the header `WWW-Authenticate` of an API.
    Challenge(Written),
}

/// How an API wrote its challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The dialect of the mock APIs that comes nearest, as a script writes it.
    pub dialect: &'static str,
    /// How many challenges there are.
    pub schemes: usize,
    /// How many header lines they came in.
    pub lines: usize,
    /// Whether it has claims that nobody can read.
    pub unreadable: bool,
    /// The other parameters of the Bearer challenge.
    pub parameters: Vec<(String, String)>,
}

impl Incident {
    /// A scenario that reproduces it against the mock, with comments that say what the text did not tell and what was taken
    /// instead.
    #[must_use]
    pub fn script(&self) -> String {
        match &self.seen {
            Seen::Body(body) => token_error::draft(self, body),
            Seen::Redirect => redirect::draft(self),
            Seen::Challenge(written) => challenge::draft(self, written),
        }
        .to_string()
    }

    /// In a line: `invalid_grant, AADSTS50076, basic_action, with claims`.
    #[must_use]
    pub fn described(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.error.clone());
        words.extend(self.code.map(|code| format!("AADSTS{code}")));
        words.extend(self.suberror.clone());
        words.extend(self.subcode.as_ref().map(|subcode| format!("subcode {subcode}")));
        words.push(if self.claims.is_some() { "with claims" } else { "without claims" }.to_owned());
        words.join(", ")
    }
}

/// What a claims document asks for, as far as the mock can be made to ask for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    /// Policies, by id (`capolids`).
    policies: Vec<String>,
    /// Authentication contexts (`acrs`).
    contexts: Vec<String>,
    /// `nbf`, in seconds since 1970.
    not_before: Option<i64>,
    /// `xms_rp_ipaddr`.
    address: Option<String>,
    /// Everything else, by name.
    others: Vec<String>,
}

impl Asked {
    fn of(claims: Option<&str>) -> Self {
        let document: Value = claims.and_then(|claims| serde_json::from_str(claims).ok()).unwrap_or_default();
        let mut asked = Self::default();
        for (name, wanted) in document["access_token"].as_object().into_iter().flatten() {
            let texts = texts(wanted);
            match name.as_str() {
                "capolids" => asked.policies = distinct(texts),
                "acrs" => asked.contexts = texts,
                "nbf" => asked.not_before = texts.first().and_then(|text| text.parse().ok()),
                "xms_rp_ipaddr" => asked.address = texts.into_iter().next(),
                _ => asked.others.push(name.clone()),
            }
        }
        asked
    }

    /// Whether it asks for anything that a mock can be made to ask for.
    fn names_something(&self) -> bool {
        !self.policies.is_empty() || !self.contexts.is_empty() || self.not_before.is_some() || self.address.is_some()
    }
}

fn distinct(mut texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(text.to_lowercase()));
    texts
}

/// The `value` or `values` of a claim.
fn texts(wanted: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match (&wanted["value"], &wanted["values"]) {
        (Value::Null, Value::Array(values)) => values.iter().map(text).collect(),
        (Value::Null, _) => Vec::new(),
        (value, _) => vec![text(value)],
    }
}
