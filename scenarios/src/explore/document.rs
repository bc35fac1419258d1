//! A scenario as a document, and as the page of YAML that a person reads.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value};

use super::Found;

/// What a scenario file says, key by key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Document(pub(super) Value);

impl Document {
    /// How many steps there are.
    pub(super) fn steps(&self) -> usize {
        self.0["steps"].as_array().map_or(0, Vec::len)
    }

    /// The page, with comments that say where it comes from.
    pub(super) fn told(&self, seed: u64, found: &Found) -> String {
        let mut page = String::new();
        let again = if found.repeats { "" } else { "# It does not fail each time: callers race in it.\n" };
        // Writing to a string cannot fail.
        let _ = write!(
            page,
            "# Found by `scenarios explore --seed {seed}`, case {}. The rule {} is broken:\n# {}\n{again}{self}",
            found.case,
            found.rule,
            found.sentence.replace(char::is_control, " ")
        );
        page
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.0.as_object().into_iter().flatten() {
            match value {
                Value::Object(members) if members.is_empty() => {}
                Value::Object(members) => {
                    writeln!(f, "\n{name}:")?;
                    members.iter().try_for_each(|(name, value)| member(f, name, value))?;
                }
                Value::Array(steps) => {
                    writeln!(f, "\n{name}:")?;
                    steps.iter().try_for_each(|step| item(f, "  ", step))?;
                }
                scalar => writeln!(f, "{name}: {}", Flow(scalar))?,
            }
        }
        Ok(())
    }
}

/// A member of `given` or `expect`: lists of mappings item by item, everything else on its line.
fn member(f: &mut fmt::Formatter<'_>, name: &str, value: &Value) -> fmt::Result {
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => {
            writeln!(f, "  {name}:")?;
            items.iter().try_for_each(|value| item(f, "    ", value))
        }
        value => writeln!(f, "  {name}: {}", Flow(value)),
    }
}

/// An item of a list; a step begins with its verb.
fn item(f: &mut fmt::Formatter<'_>, indent: &str, value: &Value) -> fmt::Result {
    match value.as_object().map(|members| members.iter().collect::<Vec<_>>()).as_deref() {
        Some([(verb, Value::Array(callers))]) if callers.iter().any(Value::is_object) => {
            writeln!(f, "{indent}- {verb}:")?;
            callers.iter().try_for_each(|caller| writeln!(f, "{indent}    - {}", Flow(caller)))
        }
        Some([(verb, told)]) => writeln!(f, "{indent}- {verb}: {}", Flow(told)),
        _ => writeln!(f, "{indent}- {}", Flow(value)),
    }
}

/// A value on one line.
struct Flow<'a>(&'a Value);

impl fmt::Display for Flow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Object(members) if members.is_empty() => f.write_str("{}"),
            Value::Object(members) => {
                f.write_str("{ ")?;
                separated(f, members)?;
                f.write_str(" }")
            }
            Value::Array(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    write!(f, "{}", Flow(item))?;
                }
                f.write_char(']')
            }
            Value::String(text) if is_plain(text) => f.write_str(text),
            // JSON is YAML.
            other => other.fmt(f),
        }
    }
}

fn separated(f: &mut fmt::Formatter<'_>, members: &Map<String, Value>) -> fmt::Result {
    for (index, (name, value)) in members.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { ", " })?;
        write!(f, "{}: {}", Flow(&Value::from(name.as_str())), Flow(value))?;
    }
    Ok(())
}

/// Whether a text reads as itself where no quotes stand around it: a word, a scope, a title, or a time such as `2m`.
fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_time = text.strip_suffix(['s', 'm', 'h', 'd']).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " _-./".contains(c))
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    is_time || is_word
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Document;

    #[test]
    fn a_document_reads_as_a_person_would_write_it() {
        let document = Document(json!({
            "version": 1,
            "title": "It is so",
            "given": {
                "signed_in": { "scopes": ["calendar/Events.Read"] },
                "faults": [{ "endpoint": "token", "status": 429 }],
            },
            "steps": [
                { "advance_clock": "2m" },
                { "concurrently": [{ "scopes": ["User.Read"] }, { "scopes": ["User.Read"], "background": true }] },
                { "change_user": { "user": "ada", "set": { "password": "No: 1", "groups": [], "name": "yes" } } },
            ],
            "expect": { "no_prompt_before_silent": true },
        }));
        let page = r#"version: 1
title: It is so

given:
  signed_in: { scopes: [calendar/Events.Read] }
  faults:
    - { endpoint: token, status: 429 }

steps:
  - advance_clock: 2m
  - concurrently:
      - { scopes: [User.Read] }
      - { scopes: [User.Read], background: true }
  - change_user: { user: ada, set: { password: "No: 1", groups: [], name: "yes" } }

expect:
  no_prompt_before_silent: true
"#;
        assert_eq!(document.to_string(), page);
    }
}
