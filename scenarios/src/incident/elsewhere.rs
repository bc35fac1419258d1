//! A user whom an API sees at another address than the token service does (escalation reference F2): news, from the office.

use super::draft::{Draft, scalar};

/// The policy.
pub(super) const OFFICE_ONLY: &str =
    "targets: { apis: [news] }\nconditions: { locations: { exclude: [office] } }\ngrant: { all_of: [block] }";

/// The office, in which `address` is not, and the user in it.
pub(super) fn settings(draft: &mut Draft, address: &str) {
    let (office, inside) = if address.starts_with("192.0.2.") {
        ("203.0.113.0/24", "203.0.113.10")
    } else {
        ("192.0.2.0/24", "192.0.2.10")
    };
    draft.given.push(format!("named_locations: [{{ name: office, ranges: [{office}], trusted: true }}]"));
    draft.given.push(format!("users: {{ ada: {{ facts: {{ network: {{ address: {inside} }} }} }} }}"));
    draft.defaults.push(format!("the policy: news from the office ({office}) only"));
}

/// From now on the API sees the user there.
pub(super) fn step(address: &str) -> String {
    format!("change_user: {{ user: ada, set: {{ facts: {{ network: {{ api_address: {} }} }} }} }}", scalar(address))
}
