//! How things stand at the start.

use serde_json::{Map, Value, json};

use super::{Plot, Subject};

/// Policies that can be made for an API: the first word of the name, and what they say besides their targets.
const POLICIES: &[(&str, &str)] = &[
    ("second-factor", r#"{ "grant": { "all_of": ["mfa"] } }"#),
    ("second-factor", r#"{ "grant": { "all_of": ["mfa"] } }"#),
    ("block", r#"{ "grant": { "all_of": ["block"] } }"#),
    ("compliant", r#"{ "grant": { "all_of": ["compliant_device"] } }"#),
    ("joined", r#"{ "grant": { "all_of": ["domain_joined_device"] } }"#),
    ("registered", r#"{ "grant": { "all_of": ["registered_device"] } }"#),
    ("certificate", r#"{ "grant": { "all_of": ["device_authentication"] } }"#),
    ("approved", r#"{ "grant": { "all_of": ["approved_application"] } }"#),
    ("protected", r#"{ "grant": { "all_of": ["app_protection"] } }"#),
    ("passkey", r#"{ "grant": { "all_of": ["phishing_resistant_mfa"] } }"#),
    ("terms", r#"{ "grant": { "all_of": ["terms_of_use"] } }"#),
    ("elsewhere", r#"{ "grant": { "all_of": ["external_challenge"] } }"#),
    ("mfa-or-device", r#"{ "grant": { "any_of": ["mfa", "compliant_device"] } }"#),
    ("hourly", r#"{ "grant": { "all_of": ["mfa"] }, "session": { "sign_in_frequency": "1h" } }"#),
    ("every-time", r#"{ "grant": { "all_of": ["mfa"] }, "session": { "sign_in_frequency": "every_time" } }"#),
    ("risk", r#"{ "conditions": { "user_risk": ["high"] }, "grant": { "all_of": ["mfa"] } }"#),
    ("risky-sign-in", r#"{ "conditions": { "sign_in_risk": ["high"] }, "grant": { "all_of": ["block"] } }"#),
    ("office", r#"{ "conditions": { "locations": { "exclude": ["office"] } }, "grant": { "all_of": ["block"] } }"#),
    (
        "strictly-office",
        r#"{ "conditions": { "locations": { "exclude": ["office"] } }, "grant": { "all_of": ["block"] },
             "session": { "continuous_access_evaluation": "strict_location" } }"#,
    ),
];

/// Points on which records differ, and a client has to get along with either.
const SWITCHES: &[&str] = &[
    r#"{ "refresh_token_rotation": "strict" }"#,
    r#"{ "error_dialect": "v1" }"#,
    r#"{ "trailer": "crlf" }"#,
    r#"{ "policies_before_consent": true }"#,
    r#"{ "context_claims": "context" }"#,
    r#"{ "narrow_scp": true }"#,
    r#"{ "sign_in_frequency_ends_grant": true }"#,
    r#"{ "redemption_consent_error": "consent_required" }"#,
    r#"{ "refresh_token_max_lifetime": "24h" }"#,
    r#"{ "loop_detector": { "requests": 3, "within": "5m" } }"#,
    r#"{ "stay_signed_in_page": true }"#,
    r#"{ "consent_lag": "5s" }"#,
];

impl Plot {
    /// The document's `given`.
    pub(super) fn given(&mut self) -> Map<String, Value> {
        let mut given = Map::new();
        let mut add = |name: &str, value: Value| given.insert(name.to_owned(), value);
        add("user", json!(self.user));
        if self.subject == Subject::Told && self.choice.one_in(2) {
            add("capabilities", json!(["cp1"]));
        }
        add("signed_in", json!({ "scopes": self.theme[0].scopes }));
        let scopes: Vec<&str> = self.theme.iter().flat_map(|wish| wish.scopes).copied().collect();
        let most = scopes.len();
        for list in ["consents", "tenant_consents"] {
            if self.choice.one_in(2) {
                let consented = self.choice.some(&scopes, most);
                if !consented.is_empty() {
                    add(list, json!(consented));
                }
            }
        }
        let defined: Vec<Value> = (0..self.choice.below(3)).filter_map(|number| self.policy(number)).collect();
        let policies = self.policies_in_force(&defined);
        if defined.iter().any(|policy| policy["conditions"].get("locations").is_some()) {
            add("named_locations", json!([{ "name": "office", "ranges": ["192.0.2.0/24"], "trusted": true }]));
            add("users", json!({ self.user: { "facts": { "network": { "address": "192.0.2.10" } } } }));
        }
        if !defined.is_empty() {
            add("define_policies", defined.into());
        }
        if !policies.is_empty() {
            add("policies", json!(policies));
        }
        if self.choice.one_in(4) {
            add("switches", parsed(self.choice.pick(SWITCHES)));
        }
        if self.choice.one_in(8) {
            add("consent_settings", json!({ "users_may_consent": false, "request_workflow": self.choice.one_in(2) }));
            // So that the sign-in needs no administrator.
            add("tenant_consents", json!(self.theme[0].scopes));
        }
        if self.choice.one_in(5) {
            add("virtual_user", self.person());
        }
        // Where everybody has consent the sign-in asks for none.
        let names = |list: &str| given.get(list).is_some_and(|list| list.to_string().contains(self.theme[0].api));
        self.has_consented = names("consents") || !names("tenant_consents");
        given
    }

    fn policy(&mut self, number: usize) -> Option<Value> {
        let (word, told) = self.choice.pick(POLICIES);
        let wish = self.a_wish();
        let name = format!("{word}-for-{}", wish.api);
        if self.policies.contains(&name) {
            return None;
        }
        self.policies.push(name.clone());
        let targets = match self.choice.below(6) {
            0 => json!({ "scopes": [full(wish.scopes[0])] }),
            _ => json!({ "apis": [wish.api] }),
        };
        let mut policy = json!({
            "name": name,
            "id": format!("f0000000-0000-4000-8000-0000000000e{number}"),
            "targets": targets,
        });
        for (name, value) in parsed(told).as_object().into_iter().flatten() {
            policy[name] = value.clone();
        }
        Some(policy)
    }

    /// Those that are in force from the start. Nothing stands in the way of the sign-in before the scenario.
    fn policies_in_force(&mut self, defined: &[Value]) -> Vec<String> {
        let built_in = [("payroll", "mfa-for-payroll"), ("vault", "c1-is-mfa")];
        let sign_in = self.theme[0].api;
        let mut in_force = Vec::new();
        for (api, name) in built_in {
            if self.theme.iter().any(|wish| wish.api == api) {
                self.policies.push(name.to_owned());
                if self.choice.below(4) > 0 {
                    in_force.push(name.to_owned());
                }
            }
        }
        let is_for_sign_in = |policy: &Value| {
            let named = [&policy["targets"]["apis"][0], &policy["targets"]["scopes"][0]];
            named.iter().filter_map(|target| target.as_str()).any(|target| target.starts_with(sign_in))
        };
        for policy in defined.iter().filter(|policy| !is_for_sign_in(policy)) {
            if self.choice.one_in(2) {
                in_force.extend(policy["name"].as_str().map(str::to_owned));
            }
        }
        in_force
    }
}

/// A table's entry. The tables are read by a test, all of them.
pub(super) fn parsed(entry: &str) -> Value {
    serde_json::from_str(entry).unwrap_or_default()
}

/// A policy names a scope with its API.
fn full(scope: &str) -> String {
    if scope.contains('/') { scope.to_owned() } else { format!("graph/{scope}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        for entry in POLICIES.iter().map(|(_, told)| told).chain(SWITCHES) {
            assert!(parsed(entry).is_object(), "{entry}");
        }
    }
}
