//! Names that mean harm, in every text of the directory: each is refused with a sentence that does no harm itself, or is taken and
//! shown for what it is. `tests/hostile` shows the same names to a browser.

mod table;

use std::collections::BTreeSet;

use mock_idp::{config, terminal::misleads};
use serde_json::Value;

use table::{Table, each_text};

/// Paths of all texts that `schema` allows, enumerations aside.
fn texts_of(schema: &Value, node: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = node["$ref"].as_str().and_then(|name| name.strip_prefix("#/definitions/")) {
        return texts_of(schema, &schema["definitions"][name], path, found);
    }
    for one in ["anyOf", "oneOf", "allOf"].iter().filter_map(|kind| node[*kind].as_array()).flatten() {
        texts_of(schema, one, path, found);
    }
    let is_text =
        node["type"] == "string" || node["type"].as_array().is_some_and(|types| types.contains(&"string".into()));
    if is_text && node["enum"].is_null() && node["const"].is_null() {
        found.insert(path.to_owned());
    }
    for (key, member) in node["properties"].as_object().into_iter().flatten() {
        texts_of(schema, member, &format!("{path}.{key}"), found);
    }
    if node["items"].is_object() {
        texts_of(schema, &node["items"], &format!("{path}[]"), found);
    }
    if node["additionalProperties"].is_object() {
        found.insert(format!("{path}{{key}}"));
        texts_of(schema, &node["additionalProperties"], &format!("{path}{{}}"), found);
    }
}

#[test]
fn the_table_has_every_text_of_the_schema_and_the_document_has_something_in_it() {
    let (table, schema) = (Table::read(), config::schema());
    let mut of_schema = BTreeSet::new();
    texts_of(&schema, &schema, "", &mut of_schema);
    let listed: BTreeSet<String> = table.fields().keys().map(|path| (*path).to_owned()).collect();
    assert_eq!(listed, of_schema, "a field that tests/hostile/fields.json does not know, or one that is gone");

    let mut document = table.document();
    let mut filled = BTreeSet::new();
    each_text(&mut document, "", &mut |path, _| {
        filled.insert(path.to_owned());
    });
    let empty: Vec<_> = listed.difference(&filled).collect();
    assert!(empty.is_empty(), "the extras of the table say nothing in {empty:?}");
    config::load("base.json", &serde_json::to_string_pretty(&document).unwrap()).unwrap();
}

#[test]
fn each_field_takes_each_value_or_refuses_it_in_one_clear_sentence() {
    let table = Table::read();
    for (path, kind) in table.fields() {
        for (name, text) in table.values() {
            let mut document = table.document();
            let mut left = true;
            each_text(&mut document, "", &mut |at, old| {
                if at == path && table.renamed(kind, old, &text) != *old && std::mem::take(&mut left) {
                    *old = table.renamed(kind, old, &text);
                }
            });
            assert!(!left, "{path}: nothing to change");
            let source = serde_json::to_string_pretty(&document).unwrap();
            let refused = config::load("hostile.json", &source).err();
            let what = format!("{path} with {name}");
            if table.takes(kind, name) {
                continue;
            }
            let mistakes = refused.unwrap_or_else(|| panic!("{what} is taken"));
            let shown = mistakes.to_string();
            let (place, sentence) = shown.lines().next().unwrap().split_once(": ").unwrap();
            assert!(place.starts_with("hostile.json:") && place.split(':').count() == 3, "{what}: {place}");
            assert!(sentence.chars().count() <= 400, "{what}: {sentence}");
            assert!(!sentence.ends_with(['W', '…']), "{what} is not told to the end: {sentence}");
            let misleading: Vec<char> = shown.chars().filter(|c| misleads(*c) && *c != '\n').collect();
            assert!(misleading.is_empty(), "{what}: {misleading:?} in {shown}");
        }
    }
}

#[test]
fn what_each_field_takes_is_taken_everywhere_at_once() {
    let table = Table::read();
    for (name, text) in table.values() {
        let source = serde_json::to_string_pretty(&table.everywhere(name, &text)).unwrap();
        if let Err(mistakes) = config::load("hostile.json", &source) {
            panic!("{name}: {mistakes}");
        }
    }
}
