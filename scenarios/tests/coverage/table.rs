//! The table as people read it.

use std::fmt::Write as _;

use scenarios::built_in;

use crate::{assertions::ASSERTIONS, operations::OPERATIONS, server::EXCHANGES};

const INTRODUCTION: &str = "\
<!-- Written by COVERAGE=write cargo test -p scenarios --test coverage -->
# The contract, line by line

Everything that can be set and everything that can be asserted has a scenario that passes and one that fails as it should. Tests
run both, and compare the sentence. Changes are made in a copy of the scenario; the wrong clients are files in
[`tests/failing`](tests/failing).

## What can be asserted about a client

| | assertion | passes | fails | with |
|---|---|---|---|---|
";

const OPERATIONS_OF_A_TENANT: &str = "
## The control API of a tenant

Under `/_mock/tenants/{t}`.

| | by | passes | fails, changed | with |
|---|---|---|---|---|
";

const OPERATIONS_OF_THE_SERVER: &str = "
## The control API of the server

No scenario can do these to the server that it runs on; the same test asks them over HTTP.

| | | passes | is refused |
|---|---|---|---|
";

/// The whole file.
pub(crate) fn markdown() -> String {
    let mut text = INTRODUCTION.to_owned();
    for row in ASSERTIONS {
        let fails = format!("[{0}](tests/failing/{0}.yaml)", row.fails);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {fails} | {} |",
            row.about,
            row.name,
            link(row.passes),
            cell(row.sentence)
        );
    }
    text.push_str(OPERATIONS_OF_A_TENANT);
    for row in OPERATIONS {
        let change = format!("`{}` → `{}`", cell(row.fails.from), cell(row.fails.to));
        let by = row.by.lines().last().unwrap_or_default().trim();
        let by = by.split([':', ' ']).next().unwrap_or_default();
        let by = if row.operation.contains("verify") { "expect" } else { by };
        let _ = writeln!(
            text,
            "| `{}` | `{by}` | {} | {change} | {} |",
            row.operation,
            link(row.fails.scenario),
            cell(row.sentence)
        );
    }
    text.push_str(OPERATIONS_OF_THE_SERVER);
    for row in EXCHANGES {
        let (status, code) = row.refusal;
        let _ = writeln!(text, "| `{}` | {} | 2xx | {status} {} |", row.operation, row.about, cell(code));
    }
    text
}

fn link(scenario: &str) -> String {
    let (file, _) = built_in::source(scenario).unwrap();
    format!("[{scenario}]({})", file.trim_start_matches("scenarios/"))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
