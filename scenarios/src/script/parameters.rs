//! `parameters`: a table, each of whose rows makes a case of the script. `${name}` in a text stands for the row's value.
//!
//! Pure: a document and its rows in, documents out, or every mistake with its place in the document.

use std::collections::BTreeSet;

use mock_idp::yaml::{Path, Problem, suggest};
use serde_json::{Map, Value};

/// A script with the values of one row.
pub(super) struct Case {
    /// The row's name; `None` if there is no table.
    pub(super) name: Option<String>,
    pub(super) document: Value,
}

/// The key of a row that names it.
const NAME: &str = "case";

/// The cases of `document`: one for each row of its `parameters`, or itself.
///
/// # Errors
///
/// A table that is none, rows that differ in their names, and placeholders or parameters without one another.
pub(super) fn cases(document: &Value) -> Result<Vec<Case>, Vec<Problem>> {
    let at = Path::root().key("parameters");
    let Some(table) = document.get("parameters") else {
        return Ok(vec![Case { name: None, document: document.clone() }]);
    };
    let rows = rows(table, &at)?;
    let mut script = document.clone();
    if let Some(members) = script.as_object_mut() {
        members.shift_remove("parameters");
    }
    let known: Vec<&str> = parameters(rows.first().copied());
    let mut problems = uneven(&rows, &known, &at);
    let mut used = BTreeSet::new();
    placeholders(&script, &Path::root(), &mut |name, path| {
        used.insert(name.to_owned());
        if !known.contains(&name) {
            problems.push(hinted(path.clone(), format!("unknown parameter `${{{name}}}`"), name, &known));
        }
    });
    for name in known.iter().filter(|name| !used.contains(**name)) {
        let message = format!("nothing uses the parameter `{name}`");
        let hint = format!("write `${{{name}}}` where its value belongs, or take it out of every row");
        problems.push(Problem::new(at.index(0).name(*name), message).hint(hint));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let names = names_of(&rows, &at)?;
    let case = |(name, row): (String, &&Map<String, Value>)| {
        let mut document = script.clone();
        fill(&mut document, &Path::root(), row)?;
        Ok(Case { name: Some(name), document })
    };
    names.into_iter().zip(&rows).map(case).collect()
}

fn rows<'a>(table: &'a Value, at: &Path) -> Result<Vec<&'a Map<String, Value>>, Vec<Problem>> {
    const WRITE: &str = "write a row for each case, such as `- { user: ada, scope: mail/Mail.Read }`";
    let wrong = |path: &Path, message: &str| vec![Problem::new(path.clone(), message).hint(WRITE)];
    let Some(rows) = table.as_array().filter(|rows| !rows.is_empty()) else {
        return Err(wrong(at, "the table has no rows"));
    };
    let row = |(index, row): (usize, &'a Value)| {
        row.as_object().ok_or_else(|| wrong(&at.index(index), "this row is no mapping of names to values"))
    };
    rows.iter().enumerate().map(row).collect()
}

fn parameters(row: Option<&Map<String, Value>>) -> Vec<&str> {
    row.into_iter().flat_map(Map::keys).map(String::as_str).filter(|name| *name != NAME).collect()
}

/// Rows that lack a parameter of the first, or have one more.
fn uneven(rows: &[&Map<String, Value>], known: &[&str], at: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, row) in rows.iter().enumerate().skip(1) {
        let own = parameters(Some(row));
        for name in own.iter().filter(|name| !known.contains(*name)) {
            let path = at.index(index).name(*name);
            problems.push(hinted(path, format!("the first row has no parameter `{name}`"), name, known));
        }
        for name in known.iter().filter(|name| !own.contains(*name)) {
            let message = format!("this row gives no value to `{name}`");
            problems.push(Problem::new(at.index(index), message).hint("every row gives a value to every parameter"));
        }
    }
    problems
}

fn hinted(path: Path, message: String, name: &str, known: &[&str]) -> Problem {
    let problem = Problem::new(path, message);
    match suggest(name, "there are", known.iter().copied()) {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// What rows are called: by their `case`, or else by the first value, or by all where the first does not tell them apart.
fn names_of(rows: &[&Map<String, Value>], at: &Path) -> Result<Vec<String>, Vec<Problem>> {
    let first: Vec<Option<&Value>> = rows.iter().map(|row| row.values().next()).collect();
    let is_enough = first.iter().enumerate().all(|(index, value)| !first[..index].contains(value));
    let values = if is_enough { 1 } else { usize::MAX };
    let mut names: Vec<String> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let path = at.index(index);
        let name = name_of(row, values, &path)?;
        if names.contains(&name) {
            let message = format!("two rows are called `{name}`");
            return Err(vec![Problem::new(path, message).hint("give this one a name of its own: `case: NAME`")]);
        }
        names.push(name);
    }
    Ok(names)
}

fn name_of(row: &Map<String, Value>, values: usize, path: &Path) -> Result<String, Vec<Problem>> {
    if let Some(name) = row.get(NAME) {
        let wrong = || vec![Problem::new(path.key(NAME), "a case's name is a text").hint("write it as `case: guests`")];
        return name.as_str().map(str::to_owned).ok_or_else(wrong);
    }
    let mut words = Vec::new();
    for (name, value) in row.iter().take(values) {
        words.push(in_text(value).ok_or_else(|| {
            let message = format!("the value of `{name}` is too much for a name");
            vec![Problem::new(path.name(name), message).hint("name this row: `case: NAME`")]
        })?);
    }
    Ok(words.join(", "))
}

/// A value inside a text; `None` for what is none.
fn in_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Every placeholder in a text of `value`, with its place.
fn placeholders(value: &Value, path: &Path, found: &mut dyn FnMut(&str, &Path)) {
    match value {
        Value::String(text) => {
            for piece in pieces(text) {
                if let Piece::Parameter(name) = piece {
                    found(name, path);
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| placeholders(item, &path.index(index), found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| placeholders(member, &path.key(name), found));
        }
        _ => {}
    }
}

/// Puts the row's values in. A text that is nothing but a placeholder becomes the value itself, be it a number or a list.
fn fill(value: &mut Value, path: &Path, row: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    match value {
        Value::String(text) => {
            let all = pieces(text);
            if let [Piece::Parameter(name)] = all.as_slice() {
                *value = row.get(*name).cloned().unwrap_or_default();
                return Ok(());
            }
            let mut filled = String::new();
            for piece in all {
                match piece {
                    Piece::Text(text) => filled.push_str(text),
                    Piece::Parameter(name) => {
                        let value = row.get(name).and_then(in_text).ok_or_else(|| {
                            let message = format!("the value of `{name}` cannot stand inside a text");
                            vec![Problem::new(path.clone(), message).hint("let the placeholder stand alone")]
                        })?;
                        filled.push_str(&value);
                    }
                }
            }
            *text = filled;
            Ok(())
        }
        Value::Array(items) => {
            items.iter_mut().enumerate().try_for_each(|(index, item)| fill(item, &path.index(index), row))
        }
        Value::Object(members) => members.iter_mut().try_for_each(|(name, member)| fill(member, &path.key(name), row)),
        _ => Ok(()),
    }
}

#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    Parameter(&'a str),
}

/// A text in pieces; `$${` is `${` itself.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, behind) = (&rest[..at], &rest[at + 2..]);
        if let Some(before) = before.strip_suffix('$') {
            pieces.extend([Piece::Text(before), Piece::Text("${")]);
            rest = behind;
            continue;
        }
        let Some((name, behind)) = behind.split_once('}') else { break };
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Parameter(name.trim()));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Piece::*, *};

    #[rstest]
    #[case("plain", &[Text("plain")])]
    #[case("${user}", &[Parameter("user")])]
    #[case("as ${user}, for ${ scope }!", &[Text("as "), Parameter("user"), Text(", for "), Parameter("scope"), Text("!")])]
    #[case("$${user}", &[Text(""), Text("${"), Text("user}")])]
    #[case("${open", &[Text("${open")])]
    fn placeholders_are_told_from_text(#[case] text: &str, #[case] expected: &[Piece<'_>]) {
        assert_eq!(pieces(text), expected);
    }
}
