//! The catalogue for machines.

use mock_idp::error::{Aadsts, client, example};
use serde_json::{Map, Value, json};

/// A JSON list, one object an error.
pub(super) fn list(codes: &[Aadsts]) -> String {
    let list: Value = codes.iter().map(|code| object(*code)).collect();
    // A document of strings and numbers can be written.
    let mut text = serde_json::to_string_pretty(&list).unwrap_or_default();
    text.push('\n');
    text
}

fn object(code: Aadsts) -> Value {
    let row = code.row();
    let libraries: Map<String, Value> = client::shown(&client::Answer::of(row))
        .into_iter()
        .map(|shown| (shown.library.to_owned(), shown.what.into()))
        .collect();
    json!({
        "number": row.number,
        "name": format!("{code:?}"),
        "meaning": code.meaning(),
        "error": row.error,
        "suberror": row.suberror,
        "status": row.status,
        "error_uri": row.error_uri,
        "claims": row.claims,
        "text": row.text,
        "table": row.table.title(),
        "seen": row.seen.iter().map(|place| place.words()).collect::<Vec<_>>(),
        "satisfied_by": row.cure,
        "provoke": row.provoke,
        "scenario": row.scenario,
        "evidence": row.evidence.word(),
        "reference": row.reference,
        "example": example(code),
        "libraries": libraries,
    })
}
