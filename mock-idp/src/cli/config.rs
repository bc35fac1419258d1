//! `config`: the built-in directory, a check of one's own, and the JSON Schema.

use mock_idp::config::{DEFAULT_YAML, schema};

use super::{args::ConfigCommand, failure::Failure, output, start};

/// Prints what was asked for.
pub(super) fn config(command: &ConfigCommand) -> Result<i32, Failure> {
    match command {
        ConfigCommand::Default => output::print(DEFAULT_YAML)?,
        ConfigCommand::Schema => output::print(&format!("{:#}\n", schema()))?,
        ConfigCommand::Check { file } => {
            let document = start::document(file)?;
            let users = document.tenants.iter().map(|tenant| tenant.users.len()).sum();
            let counts = [
                count(document.tenants.len(), "tenant"),
                count(users, "user"),
                count(document.applications.len(), "application"),
                count(document.apis.len(), "API"),
            ];
            output::print(&format!("{}: good: {}\n", start::name(file), counts.join(", ")))?;
        }
    }
    Ok(0)
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
