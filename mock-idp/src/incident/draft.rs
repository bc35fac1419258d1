//! A script that is being written: its parts, and how they stand on the page. Knows YAML and no errors.

use std::{collections::BTreeMap, fmt};

use crate::{
    directory::{OAuthError, Suberror, Switches},
    yaml,
};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A script in parts.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) title: String,
    pub(super) source: String,
    /// Comments at the top.
    pub(super) comments: Vec<String>,
    /// What was not told, and what stands in for it.
    pub(super) defaults: Vec<String>,
    /// When the incident happened, at the end of the last step that moves the clock.
    pub(super) at: Option<Timestamp>,
    pub(super) user: Option<String>,
    pub(super) capabilities: Vec<&'static str>,
    pub(super) signed_in: Option<String>,
    pub(super) consents: Vec<String>,
    /// Policies that the directory has not: see [`Policy`].
    pub(super) policies: Vec<Policy>,
    /// Policies in force from the start, by name.
    pub(super) in_force: Vec<String>,
    /// Other keys of `given`, each on its line.
    pub(super) given: Vec<String>,
    /// Keys of `switches`.
    pub(super) switches: Vec<String>,
    /// `switches.errors`.
    pub(super) changed_errors: BTreeMap<u32, ErrorChanged>,
    /// Steps, each from its verb on; further lines are indented by two.
    pub(super) steps: Vec<String>,
    /// Keys of `expect`.
    pub(super) expect: Vec<String>,
}

/// A policy that is defined in the script.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) id: String,
    /// The other keys, each on a line.
    pub(super) keys: String,
}

/// What an error's row in the catalogue says otherwise than the incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ErrorChanged {
    /// The number that is told in place of the row's own.
    pub(super) number: Option<u32>,
    pub(super) error: Option<String>,
    pub(super) suberror: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) no_claims: bool,
    pub(super) error_uri: Option<bool>,
}

impl ErrorChanged {
    /// Whether the switch knows all these words.
    pub(super) fn can_be_told(&self) -> bool {
        is_word_of::<OAuthError>(self.error.as_ref()) && is_word_of::<Suberror>(self.suberror.as_ref())
    }
}

fn is_word_of<T: DeserializeOwned>(word: Option<&String>) -> bool {
    word.is_none_or(|word| serde_json::from_value::<T>(Value::from(word.as_str())).is_ok())
}

impl fmt::Display for ErrorChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut members = Vec::new();
        members.extend(self.number.map(|number| format!("number: {number}")));
        members.extend(self.error.as_ref().map(|error| format!("error: {error}")));
        members.extend(self.suberror.as_ref().map(|suberror| format!("suberror: {suberror}")));
        members.extend(self.status.map(|status| format!("status: {status}")));
        members.extend(self.no_claims.then(|| "claims: false".to_owned()));
        members.extend(self.error_uri.map(|is_there| format!("error_uri: {is_there}")));
        write!(f, "{{ {} }}", members.join(", "))
    }
}

impl Draft {
    /// Adds a step that ends in `expected`, member by member.
    pub(super) fn step_ending_in(&mut self, step: &str, expected: &[String]) {
        self.steps.push(ending_in(step, expected));
    }

    /// Adds keys of `switches` from the catalogue. Numbers that it changes are put together with what else is changed in the
    /// same errors, as a key may stand in a script only once.
    pub(super) fn switches(&mut self, keys: &str) {
        let errors = yaml::parse::<Switches>("catalogue", keys).map(|switches| switches.errors).unwrap_or_default();
        if errors.is_empty() {
            self.switches.push(keys.to_owned());
        }
        for (row, change) in errors {
            if let Ok(row) = row.parse() {
                self.changed_errors.entry(row).or_default().number = change.number;
            }
        }
    }

    /// The change of the row that is told as `number`, to be filled in: of its own row, or of another that was given its
    /// number.
    pub(super) fn changed(&mut self, number: u32) -> &mut ErrorChanged {
        let told = self.changed_errors.iter().find(|(_, changed)| changed.number == Some(number));
        let row = told.map_or(number, |(row, _)| *row);
        self.changed_errors.entry(row).or_default()
    }

    /// Adds a line to `given`; of a key that is there already, the first line stays.
    pub(super) fn gives(&mut self, line: String) {
        let key = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
        if !self.given.iter().any(|known| key(known) == key(&line)) {
            self.given.push(line);
        }
    }

    /// Puts a policy in force from the start, once.
    pub(super) fn puts_in_force(&mut self, name: &str) {
        if !self.in_force.iter().any(|known| known == name) {
            self.in_force.push(name.to_owned());
        }
    }

    /// Consent on record, once.
    pub(super) fn consented(&mut self, scope: &str) {
        if !self.consents.iter().any(|known| known == scope) {
            self.consents.push(scope.to_owned());
        }
    }

    /// The time at which the scenario begins, so that its failure bears the incident's.
    fn begins(&self) -> Option<Timestamp> {
        let passes = |step: &String| step.strip_prefix("advance_clock: ")?.trim().parse::<SignedDuration>().ok();
        let passed: SignedDuration = self.steps.iter().filter_map(passes).sum();
        self.at?.checked_sub(passed).ok()
    }

    fn given_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.user.as_ref().map(|user| format!("user: {user}")));
        lines.extend(self.begins().map(|at| format!("clock: {at}")));
        if !self.capabilities.is_empty() {
            lines.push(format!("capabilities: [{}]", self.capabilities.join(", ")));
        }
        lines.extend(self.signed_in.as_ref().map(|scope| format!("signed_in: {{ scopes: [{scope}] }}")));
        if !self.consents.is_empty() {
            lines.push(format!("consents: [{}]", self.consents.join(", ")));
        }
        lines.extend(self.given.iter().cloned());
        if !self.policies.is_empty() {
            lines.push("define_policies:".to_owned());
            for Policy { name, id, keys } in &self.policies {
                lines.extend([format!("  - name: {name}"), format!("    id: {}", scalar(id))]);
                lines.extend(keys.lines().map(|line| format!("    {line}")));
            }
        }
        if !self.in_force.is_empty() {
            lines.push(format!("policies: [{}]", self.in_force.join(", ")));
        }
        let changed: Vec<_> =
            self.changed_errors.iter().filter(|(_, changed)| **changed != ErrorChanged::default()).collect();
        if !self.switches.is_empty() || !changed.is_empty() {
            lines.push("switches:".to_owned());
            lines.extend(self.switches.iter().map(|keys| format!("  {keys}")));
        }
        if !changed.is_empty() {
            lines.push("  errors:".to_owned());
            lines.extend(changed.iter().map(|(number, changed)| format!("    \"{number}\": {changed}")));
        }
        lines
    }
}

/// `step` with what it must end in.
pub(super) fn ending_in(step: &str, expected: &[String]) -> String {
    let mut text = format!("{}\n    expect:", step.trim_end());
    for member in expected {
        for line in member.lines() {
            text.push_str("\n      ");
            text.push_str(line);
        }
    }
    text
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for comment in &self.comments {
            writeln!(f, "# {}", printable(comment))?;
        }
        if !self.defaults.is_empty() {
            writeln!(f, "#\n# Not told, and taken by default:")?;
            for default in &self.defaults {
                writeln!(f, "# - {}", printable(default))?;
            }
        }
        writeln!(f, "version: 1\ntitle: {}\nsource: {}", scalar(&self.title), scalar(&self.source))?;
        let given = self.given_lines();
        if !given.is_empty() {
            writeln!(f, "\ngiven:")?;
            given.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        writeln!(f, "\nsteps:")?;
        for step in &self.steps {
            for line in step.lines() {
                let before = if line.starts_with([' ', '#']) { "  " } else { "  - " };
                writeln!(f, "{before}{line}")?;
            }
        }
        if !self.expect.is_empty() {
            writeln!(f, "\nexpect:")?;
            self.expect.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        Ok(())
    }
}

/// A text as a value in YAML.
#[must_use]
pub fn scalar(text: &str) -> String {
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " _-./,".contains(c))
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    // What is not in a flow mapping may hold commas and spaces; a number or a word of YAML may not stand alone.
    if is_plain && !text.contains(',') { text.to_owned() } else { quoted(text) }
}

/// A text on one line, between single quotes; what YAML does not take as it is (YAML 1.2, 5.1) in escapes, which needs double
/// ones.
pub(super) fn quoted(text: &str) -> String {
    if text.chars().all(is_printable) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    quoted + "\""
}

/// Whether a character may stand in a line of YAML, and is seen there.
fn is_printable(c: char) -> bool {
    let is_taken = matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..);
    is_taken && !('\u{2028}'..='\u{202e}').contains(&c)
}

/// A text on one line.
fn printable(text: &str) -> String {
    text.chars().map(|c| if is_printable(c) { c } else { ' ' }).collect()
}
