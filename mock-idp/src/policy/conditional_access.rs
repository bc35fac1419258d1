//! Rule: every policy that covers the request must be met, and so must the user's own demand for a second factor.
//!
//! A policy covers a request by the API or a scope asked for, by an authentication context that the claims ask for, or by
//! being named in the claims' `capolids` (on-behalf-of hands on the policies of the API behind the API).

use crate::directory::{GrantControl, Policy, PolicyState};

use super::{
    Decision, Reason, Situation, Subject,
    control::{self, Ask},
};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let Some(subject) = situation.subject() else { return };
    let mut demands = Vec::new();

    for (policy, because) in covering(situation, subject) {
        let unmet = control::unmet(policy, &Ask { situation, subject });
        let verdict = if unmet.is_empty() { "met" } else { "not met" };
        let state = if policy.state == PolicyState::ReportOnly { ", report-only" } else { "" };
        decision.reasons.push(Reason {
            rule: "conditional-access",
            because: format!("policy {} {because}: {verdict}{state}", policy.name),
            policy: Some(policy.id),
        });
        if policy.state == PolicyState::Enabled && !unmet.is_empty() {
            decision.unmet_policies.push(policy.id);
            demands.extend(unmet);
        }
    }
    if subject.user.per_user_mfa && subject.strength.mfa_at.is_none() {
        decision.note("per-user-mfa", "the user's own setting asks for multifactor authentication");
        demands.push(control::demand(GrantControl::Mfa, &Ask { situation, subject }));
    }
    for context in &situation.claims.contexts {
        let blocked = situation.policies.iter().any(|policy| {
            policy.targets.authentication_contexts.contains(context) && decision.unmet_policies.contains(&policy.id)
        });
        if !blocked {
            decision.met_contexts.push(context.clone());
        }
    }
    // A block wins over what the user could still do (2.14, step 11).
    demands.sort_by_key(super::Demand::page_order);
    for demand in demands {
        if !decision.demands.contains(&demand) {
            decision.demands.push(demand);
        }
    }
}

/// The policies in force or on report that cover the request, each with the reason.
fn covering<'a>(situation: &Situation<'a>, subject: Subject<'_>) -> impl Iterator<Item = (&'a Policy, String)> {
    let policies = situation.policies;
    policies
        .iter()
        .filter(|policy| policy.state != PolicyState::Disabled)
        .filter(move |policy| concerns(policy, situation, subject))
        .filter_map(|policy| reach(policy, situation).map(|because| (policy, because)))
        .collect::<Vec<_>>()
        .into_iter()
}

fn concerns(policy: &Policy, situation: &Situation<'_>, subject: Subject<'_>) -> bool {
    let is_user = |name: &String| situation.directory.user(name).is_some_and(|user| user.id == subject.user.id);
    (policy.users.include.is_empty() || policy.users.include.iter().any(is_user))
        && !policy.users.exclude.iter().any(is_user)
}

/// By which of its targets the policy reaches the request.
fn reach(policy: &Policy, situation: &Situation<'_>) -> Option<String> {
    let targets = &policy.targets;
    for asked in &situation.scopes.apis {
        if targets.apis.contains(&asked.api) {
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
    let context = situation.claims.contexts.iter().find(|context| targets.authentication_contexts.contains(context));
    if let Some(context) = context {
        return Some(format!("guards the authentication context {context}"));
    }
    situation.claims.policies.contains(&policy.id).then(|| "is named in the claims".to_owned())
}
