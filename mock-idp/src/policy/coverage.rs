//! Which policies cover a request.
//!
//! A policy covers it by the API or a scope asked for, by an authentication context that the claims ask for, or by being
//! named in the claims' `capolids` (on-behalf-of hands on the policies of the API behind the API); and only if it concerns
//! the user, the application and the circumstances.

use crate::directory::{ClientFilter, Conditions, GRAPH, Policy, PolicyState, RiskLevel};

use super::{Situation, Subject};

/// The policies in force or on report that cover the request, each with the reason.
pub(super) fn covering<'a>(situation: &Situation<'a>, subject: Subject<'_>) -> Vec<(&'a Policy, String)> {
    situation
        .policies
        .iter()
        .filter(|policy| policy.state != PolicyState::Disabled)
        .filter(|policy| concerns(policy, situation, subject))
        .filter(|policy| comes_from(&policy.clients, &situation.client.name))
        .filter(|policy| holds(&policy.conditions, situation, subject))
        .filter_map(|policy| reach(policy, situation).map(|because| (policy, because)))
        .collect()
}

fn concerns(policy: &Policy, situation: &Situation<'_>, subject: Subject<'_>) -> bool {
    let user = subject.user;
    let is_meant = |name: &String| match name.as_str() {
        "guests" => user.home_tenant.is_some(),
        "administrators" => user.administrator,
        name => match name.strip_prefix("group:") {
            Some(group) => user.groups.iter().any(|other| other.eq_ignore_ascii_case(group)),
            None => situation.directory.user(name).is_some_and(|named| named.id == user.id),
        },
    };
    (policy.users.include.is_empty() || policy.users.include.iter().any(is_meant))
        && !policy.users.exclude.iter().any(is_meant)
}

fn comes_from(clients: &ClientFilter, client: &String) -> bool {
    (clients.include.is_empty() || clients.include.contains(client)) && !clients.exclude.contains(client)
}

fn holds(conditions: &Conditions, situation: &Situation<'_>, subject: Subject<'_>) -> bool {
    let risk = subject.user.facts.risk;
    let is_at = |levels: &[RiskLevel], level: RiskLevel| levels.is_empty() || levels.contains(&level);
    (!conditions.device_code_flow || situation.device_code)
        && is_at(&conditions.sign_in_risk, risk.sign_in)
        && is_at(&conditions.user_risk, risk.user)
}

/// By which of its targets the policy reaches the request.
fn reach(policy: &Policy, situation: &Situation<'_>) -> Option<String> {
    let targets = &policy.targets;
    let all = targets.apis.iter().any(|api| api == "all");
    let guards = |api: &String| (all || targets.apis.contains(api)) && !targets.exclude.contains(api);
    for asked in &situation.scopes.apis {
        if guards(&asked.api) {
            return Some(format!("guards {}", asked.api));
        }
        let scope = targets.scopes.iter().find(|target| {
            target.split_once('/').is_some_and(|(api, name)| {
                api == asked.api && asked.names.iter().any(|asked| asked.eq_ignore_ascii_case(name))
            })
        });
        if let Some(scope) = scope {
            return Some(format!("guards the scope {scope}"));
        }
    }
    // A sign-in that asks for no API is one to Graph.
    let graph = situation.directory.apis.iter().find(|api| api.id == GRAPH);
    if all && situation.scopes.apis.is_empty() && graph.is_none_or(|graph| guards(&graph.name)) {
        return Some("guards every sign-in".to_owned());
    }
    let context = situation.claims.contexts.iter().find(|context| targets.authentication_contexts.contains(context));
    if let Some(context) = context {
        return Some(format!("guards the authentication context {context}"));
    }
    situation.claims.policies.contains(&policy.id).then(|| "is named in the claims".to_owned())
}
