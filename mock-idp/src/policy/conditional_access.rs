//! Rule: every policy that covers the request must be met, and so must the user's own demand for a second factor.

use crate::directory::{GrantControl, PolicyState, SessionControls};

use super::{
    Decision, Reason, Situation,
    control::{self, Ask},
    coverage::covering,
};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let Some(subject) = situation.subject() else { return };
    let mut demands = Vec::new();

    for (policy, because) in covering(situation, subject) {
        if policy.grant.is_empty() {
            continue;
        }
        let unmet = control::unmet(policy, &Ask { situation, subject, session: policy.session });
        let verdict = if unmet.is_empty() { "met" } else { "not met" };
        let state = if policy.state == PolicyState::ReportOnly { ", report-only" } else { "" };
        decision.reasons.push(Reason {
            rule: "conditional-access",
            because: format!("policy {} {because}: {verdict}{state}", policy.name),
            policy: Some(policy.id),
        });
        if policy.state == PolicyState::Enabled && !unmet.is_empty() {
            if !decision.unmet_policies.contains(&policy.id) {
                decision.unmet_policies.push(policy.id);
            }
            demands.extend(unmet);
        }
    }
    if subject.user.per_user_mfa && subject.strength.mfa_at.is_none() {
        decision.note("per-user-mfa", "the user's own setting asks for multifactor authentication");
        demands
            .push(control::demand(GrantControl::Mfa, &Ask { situation, subject, session: SessionControls::default() }));
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
