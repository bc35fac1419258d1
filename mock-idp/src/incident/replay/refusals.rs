//! What leads to a refusal: consent that is missing, a policy in force, or an answer made to order; and how it is taken away
//! again for what comes after.

use serde_json::{Value, json};

use super::{
    super::{
        Asked, Incident,
        draft::{Policy, quoted},
        given::{built_in_policy, catalogued, mfa_for, policy_keys},
        token_error,
    },
    Replay,
};
use crate::{config, directory};

impl Replay<'_> {
    /// Puts consent on record for what is had without a window, and takes policies away that nobody could have met.
    pub(super) fn can_be_had(&mut self, scopes: &[String]) {
        for scope in scopes {
            if self.refused_consent.contains(scope) && !self.consented.contains(scope) {
                self.draft.steps.push(format!("grant_consent: {{ scopes: [{scope}] }}"));
            } else if !self.consented.contains(scope) {
                self.draft.consented(scope);
            }
            self.consented.push(scope.clone());
        }
        let (gone, stay) = std::mem::take(&mut self.in_force)
            .into_iter()
            .partition::<Vec<_>, _>(|(guarded, _)| scopes.contains(guarded));
        self.in_force = stay;
        for (_, policy) in gone {
            self.draft.steps.push(format!("disable_policy: {policy}"));
        }
    }

    /// What leads to the refusal, as steps; whether the mock comes to it by its own rules.
    pub(super) fn provoke(&mut self, incident: &Incident, scope: &str, times: usize) -> bool {
        let code = incident.code.and_then(catalogued);
        let asked = Asked::of(incident.claims.as_deref());
        let by_policy = code.and_then(|code| policy_keys(code, scope)).filter(|keys| keys.contains("apis:"));
        let is_whole = incident.claims.is_none() || token_error::names_policies_only(&asked);
        match (incident.code, by_policy) {
            (Some(65001), _) if is_whole => {
                self.refused_consent.push(scope.to_owned());
                self.enable(&asked, &mfa_for(scope));
            }
            (Some(50076), _) if is_whole && incident.claims.is_some() => {
                self.consented_on_record(scope);
                self.enable(&asked, &mfa_for(scope));
            }
            (Some(50173), _) if incident.claims.is_none() => {
                self.consented_on_record(scope);
                let revoke = format!("revoke_sessions: {}", self.who);
                self.draft.steps.extend(["advance_clock: 1s".to_owned(), revoke]);
            }
            (Some(53000..=53009), Some(keys)) if is_whole && incident.claims.is_some() => {
                self.consented_on_record(scope);
                self.enable(&asked, &keys);
                let names = self.policies_of(&asked);
                self.in_force.extend(names.into_iter().map(|name| (scope.to_owned(), name)));
            }
            _ => {
                self.consented_on_record(scope);
                self.draft.steps.push(ordered(incident, times));
                return false;
            }
        }
        true
    }

    fn consented_on_record(&mut self, scope: &str) {
        if !self.consented.iter().any(|known| known == scope) {
            self.draft.consented(scope);
            self.consented.push(scope.to_owned());
        }
    }

    /// Puts the policies that an error names in force.
    pub(super) fn enable(&mut self, asked: &Asked, keys: &str) {
        for id in &asked.policies {
            let is_known = |policy: &&Policy| policy.id.eq_ignore_ascii_case(id);
            let name = match (built_in_policy(id), self.draft.policies.iter().find(is_known)) {
                (Some(policy), _) => policy.name,
                (None, Some(policy)) => policy.name.clone(),
                (None, None) => {
                    let policy = self.of_the_tenant(id).unwrap_or_else(|| {
                        self.policies += 1;
                        let name = format!("named-in-an-error-{}", self.policies);
                        Policy { name, id: id.clone(), keys: keys.to_owned() }
                    });
                    let name = policy.name.clone();
                    self.draft.policies.push(policy);
                    name
                }
            };
            let step = format!("enable_policy: {name}");
            if !self.draft.steps.contains(&step) {
                self.draft.steps.push(step);
            }
        }
    }

    /// The policy with this id, as the tenant has it; `None` if it names what only that tenant has.
    fn of_the_tenant(&self, id: &str) -> Option<Policy> {
        let policy = self.known_policies.iter().find(|policy| policy.id.to_string().eq_ignore_ascii_case(id))?;
        if !is_portable(policy) {
            return None;
        }
        let document = serde_json::to_value(policy).ok()?;
        let keys = document.as_object()?.iter().filter(|(key, _)| !["id", "name", "state"].contains(&key.as_str()));
        // JSON on one line is YAML.
        let keys: Vec<_> = keys.map(|(key, value)| format!("{key}: {value}")).collect();
        Some(Policy { name: policy.name.clone(), id: id.to_owned(), keys: keys.join("\n") })
    }

    fn policies_of(&self, asked: &Asked) -> Vec<String> {
        let name = |id: &String| {
            let own = self.draft.policies.iter().find(|policy| policy.id.eq_ignore_ascii_case(id));
            own.map(|policy| policy.name.clone()).or_else(|| Some(built_in_policy(id)?.name))
        };
        asked.policies.iter().filter_map(name).collect()
    }

    /// What the client makes of a refusal.
    pub(super) fn refused(&self, incident: &Incident, by_rule: bool) -> Vec<String> {
        let names = self.policies_of(&Asked::of(incident.claims.as_deref()));
        let claims = match &incident.claims {
            None => "none".to_owned(),
            Some(_) if by_rule && !names.is_empty() => format!("{{ policies: [{}] }}", names.join(", ")),
            Some(_) => "any".to_owned(),
        };
        token_error::client_outcome(incident, incident.status.unwrap_or(400), &claims)
    }
}

/// An answer of the token endpoint made to order.
pub(super) fn ordered(incident: &Incident, times: usize) -> String {
    let status = incident.status.unwrap_or(400);
    if status == 0 {
        return "inject_fault: { endpoint: token, drop: true }".to_owned();
    }
    let mut fault = format!("inject_fault:\n    endpoint: token\n    status: {status}");
    if times > 1 {
        fault.push_str(&format!("\n    times: {times}"));
    }
    if let Some(error) = &incident.error {
        let mut body = json!({ "error": error });
        if let Some(code) = incident.code {
            body["error_description"] = format!("AADSTS{code}: As in the transcript.").into();
            body["error_codes"] = json!([code]);
        }
        for (name, value) in [("suberror", &incident.suberror), ("claims", &incident.claims)] {
            if let Some(value) = value {
                body[name] = Value::from(value.as_str());
            }
        }
        fault.push_str(&format!("\n    body: {}", quoted(&body.to_string())));
    }
    fault
}

/// Whether a policy can be told in a script as it is: by a plain name, and by names of the built-in directory alone.
fn is_portable(policy: &directory::Policy) -> bool {
    let document = config::built_in();
    let is_plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let is_api = |name: &String| name == "all" || document.apis.iter().any(|api| api.name == *name);
    is_plain(&policy.name)
        && policy.users.include.is_empty()
        && policy.users.exclude.is_empty()
        && policy.clients.is_everything()
        && policy.conditions.locations.is_everywhere()
        && policy.targets.scopes.is_empty()
        && policy.targets.apis.iter().chain(&policy.targets.exclude).all(is_api)
}
