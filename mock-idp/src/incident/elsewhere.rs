//! A user whom an API sees at another address than the token service does (escalation reference F2): news, from the office.

use super::draft::{Draft, scalar};

/// The policy.
pub(super) const OFFICE_ONLY: &str =
    "targets: { apis: [news] }\nconditions: { locations: { exclude: [office] } }\ngrant: { all_of: [block] }";

/// The office, in which `address` is not, and the user `who` in it.
pub(super) fn settings(draft: &mut Draft, who: &str, address: &str) {
    let (office, inside) = if address.starts_with("192.0.2.") {
        ("203.0.113.0/24", "203.0.113.10")
    } else {
        ("192.0.2.0/24", "192.0.2.10")
    };
    draft.gives(format!("named_locations: [{{ name: office, ranges: [{office}], trusted: true }}]"));
    draft.gives(format!("users: {{ {who}: {{ facts: {{ network: {{ address: {inside} }} }} }} }}"));
    draft.defaults.push(format!("the policy: news from the office ({office}) only"));
}

/// From now on the API sees the user `who` there.
pub(super) fn step(who: &str, address: &str) -> String {
    format!("change_user: {{ user: {who}, set: {{ facts: {{ network: {{ api_address: {} }} }} }} }}", scalar(address))
}
