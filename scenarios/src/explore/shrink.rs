//! Makes a failing scenario small: the same without a part of it, or with a simpler value, as long as the same rule is broken.
//!
//! Knows documents and no verbs: whatever can be left out of a scenario is tried to be, so that a new member of the language
//! is shrunk without a line here. What is then no scenario any more is told by reading it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{document::Document, rules};
use crate::{Options, StageError, load, run, stopwatch::Stopwatch};

/// The smallest document that was found within so many runs and so much time: a client that hangs takes its time in each run. It
/// may be the document itself.
pub(super) async fn shrunk(
    document: &Document,
    rule: &str,
    options: &Options,
    attempts: usize,
    patience: Duration,
) -> Result<Document, StageError> {
    let watch = Stopwatch::start();
    let mut smallest = judged_by(document, rule);
    let mut left = attempts;
    loop {
        let mut is_smaller = false;
        let mut next = 0;
        // Candidates are made anew from what is left; those before the place were tried in vain.
        while let Some(candidate) = candidates(&smallest.0).get(next).cloned() {
            next += 1;
            let candidate = Document(candidate);
            if candidate == smallest
                || !rules::applies(rule, &candidate.0)
                || load("case.yaml", &candidate.to_string()).is_err()
            {
                continue;
            }
            if left == 0 || watch.elapsed() >= patience {
                return Ok(smallest);
            }
            left -= 1;
            if fails(&candidate, rule, options).await?.is_some() {
                smallest = candidate;
                is_smaller = true;
                next = next.saturating_sub(1);
            }
        }
        if !is_smaller {
            return Ok(smallest);
        }
    }
}

/// The sentence with which `rule` is broken, if it is.
pub(super) async fn fails(document: &Document, rule: &str, options: &Options) -> Result<Option<String>, StageError> {
    let Ok(script) = load("case.yaml", &document.to_string()) else { return Ok(None) };
    let verdicts = run(&[script], options.clone(), |_| {}).await?.verdicts;
    let broken = verdicts.first().and_then(rules::broken);
    Ok(broken.filter(|missed| missed.assertion == rule).map(|missed| missed.sentence.clone()))
}

/// Without the rules of the run that are not about it, and titled by it.
fn judged_by(document: &Document, rule: &str) -> Document {
    let mut whole = document.clone();
    whole.0["title"] = json!(format!("The rule {rule} is broken"));
    if let Some(rules) = whole.0["expect"].as_object_mut() {
        rules.retain(|name, _| name == rule);
    }
    whole
}

/// Smaller documents, those that lack most first.
fn candidates(document: &Value) -> Vec<Value> {
    let mut smaller = Vec::new();
    let with = |name: &str, value: Value| {
        let mut whole = document.clone();
        whole[name] = value;
        whole
    };
    let steps = document["steps"].as_array().cloned().unwrap_or_default();
    let mut size = steps.len() / 2;
    while size > 0 {
        for from in (0..steps.len()).step_by(size) {
            let mut fewer = steps.clone();
            fewer.drain(from..(from + size).min(steps.len()));
            smaller.push(with("steps", fewer.into()));
        }
        size /= 2;
    }
    smaller.extend(simpler(&document["given"]).into_iter().map(|given| with("given", given)));
    smaller.extend(steps.iter().enumerate().flat_map(|(index, step)| {
        let replaced = move |step: Value| {
            let mut steps = document["steps"].clone();
            steps[index] = step;
            with("steps", steps)
        };
        simpler(step).into_iter().map(replaced)
    }));
    smaller
}

/// The value with something left out of it or made simpler, at any depth: first whole members, then what is in them.
fn simpler(value: &Value) -> Vec<Value> {
    let mut list = Vec::new();
    match value {
        Value::Object(members) => {
            for name in members.keys() {
                let mut fewer = members.clone();
                fewer.shift_remove(name);
                list.push(fewer.into());
            }
            for (name, inner) in members {
                list.extend(simpler(inner).into_iter().map(|inner| {
                    let mut changed = members.clone();
                    changed.insert(name.clone(), inner);
                    changed.into()
                }));
            }
        }
        Value::Array(items) => {
            for index in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(index);
                list.push(fewer.into());
            }
            for (index, item) in items.iter().enumerate() {
                list.extend(simpler(item).into_iter().map(|item| {
                    let mut changed = items.clone();
                    changed[index] = item;
                    changed.into()
                }));
            }
        }
        Value::String(text) => list.extend(shorter_time(text)),
        _ => {}
    }
    list
}

/// Of a time, the next shorter one that people would write.
fn shorter_time(text: &str) -> Option<Value> {
    const TIMES: &[&str] = &["1m", "3m", "10m", "2h", "26h"];
    let rank = |time: &str| time.parse::<jiff::SignedDuration>().ok();
    let this = rank(text)?;
    TIMES.iter().rev().find(|time| rank(time).is_some_and(|shorter| shorter < this)).map(|time| json!(time))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_can_be_left_out_and_the_largest_parts_first() {
        let document = json!({
            "given": { "user": "bo", "policies": ["a"] },
            "steps": [{ "advance_clock": "1h" }, { "token_for": { "scopes": ["x"], "background": true } }],
        });
        let smaller = candidates(&document);
        let has = |wanted: Value| smaller.iter().position(|candidate| *candidate == wanted).unwrap();
        let with = |change: fn(&mut Value)| {
            let mut whole = document.clone();
            change(&mut whole);
            whole
        };
        let step = has(with(|whole| {
            whole["steps"].as_array_mut().unwrap().remove(0);
        }));
        let member = has(with(|whole| {
            whole["given"].as_object_mut().unwrap().remove("user");
        }));
        let inside = has(with(|whole| {
            whole["steps"][1]["token_for"].as_object_mut().unwrap().remove("background");
        }));
        has(with(|whole| whole["given"]["policies"] = json!([])));
        has(with(|whole| whole["steps"][0]["advance_clock"] = json!("10m")));
        assert!(step < member && member < inside);
    }
}
