//! A commented start for a scenario of one's own.

use mock_idp::incident::scalar;

/// A script called `name` that passes the check and runs, with comments that say what can be changed.
#[must_use]
pub fn new(name: &str) -> String {
    TEMPLATE.replace("{title}", &scalar(&name.replace(['-', '_'], " ")))
}

const TEMPLATE: &str = include_str!("../../templates/start.yaml");
