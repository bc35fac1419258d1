//! Checks of a whole document. Each file looks at one part; this one walks the parts.
//!
//! Pure: a document in, problems out. Works as well on a document that came as JSON over the control API, where a
//! problem's path says which field is meant.

mod references;
mod uniqueness;
mod values;
mod words;

pub(crate) use words::is_authentication_context;

use crate::{
    directory::model::{Api, Document, Tenant},
    yaml::{Path, Problem, suggest},
};

/// Every mistake that the types of the model cannot see.
#[must_use]
pub fn check(document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    values::check(document, &mut problems);
    uniqueness::check(document, &mut problems);
    references::check(document, &mut problems);
    problems
}

/// The items of a list with their places.
fn each<'a, T>(items: &'a [T], list: &'a Path) -> impl Iterator<Item = (Path, &'a T)> {
    items.iter().enumerate().map(|(index, item)| (list.index(index), item))
}

/// The place of every tenant.
fn tenants(document: &Document) -> impl Iterator<Item = (Path, &Tenant)> {
    document.tenants.iter().enumerate().map(|(index, tenant)| (Path::root().key("tenants").index(index), tenant))
}

fn api_names(document: &Document) -> impl Iterator<Item = &str> {
    document.apis.iter().map(|api| api.name.as_str())
}

/// Names as people type them are compared in any case, as Entra does.
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The API called `name`, or a problem at `path`.
fn find_api<'a>(document: &'a Document, name: &str, path: &Path, problems: &mut Vec<Problem>) -> Option<&'a Api> {
    let found = document.apis.iter().find(|api| api.name == name);
    if found.is_none() {
        problems.push(unknown(format!("unknown API `{name}`"), name, path.clone(), api_names(document)));
    }
    found
}

/// "There is no such thing", with the nearest thing there is.
fn unknown<'a>(message: String, name: &str, path: Path, known: impl IntoIterator<Item = &'a str>) -> Problem {
    let problem = Problem::new(path, message);
    match suggest(name, "there are", known) {
        Some(hint) => problem.hint(hint),
        None => problem.hint("there is none at all"),
    }
}
