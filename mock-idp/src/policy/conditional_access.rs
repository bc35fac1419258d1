//! Rule: every policy that covers the request must be met, and so must the user's own demand for a second factor.

use std::net::IpAddr;

use crate::{
    directory::{EvaluationMode, PersistentBrowser, Policy, PolicyState, SessionControls, UserAction},
    error::Aadsts,
};

use super::{
    Decision, Demand, Reason, Situation, Subject,
    control::{self, Ask, GrantControl},
    coverage::{covering, covering_action, covering_from},
};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let Some(subject) = situation.subject() else { return };
    let mut demands = Vec::new();

    let covering = covering(situation, subject);
    for (policy, because) in &covering {
        demands.extend(judged(policy, because, situation, subject, decision));
    }
    if let Some(reported) = situation.claims.reported_address {
        demands.extend(elsewhere(reported, &covering, situation, subject, decision));
    }
    if subject.user.per_user_mfa && subject.strength.mfa_at.is_none() {
        decision.note("per-user-mfa", "the user's own setting asks for multifactor authentication");
        let ask = Ask { situation, subject, session: SessionControls::default() };
        demands.push(control::demand(GrantControl::Mfa, &ask));
    }
    for context in &situation.claims.contexts {
        let blocked = situation.policies.iter().any(|policy| {
            policy.targets.authentication_contexts.contains(context) && decision.unmet_policies.contains(&policy.id)
        });
        if blocked { &mut decision.unmet_contexts } else { &mut decision.met_contexts }.push(context.clone());
    }
    note_session(&covering, decision);
    if demands
        .iter()
        .any(|demand| matches!(demand, Demand::Remedy(remedy) if remedy.code == Aadsts::EnrolmentFromUntrustedPlace))
    {
        note_registration(situation, subject, decision);
    }
    // A block wins over what the user could still do (2.14, step 11).
    demands.sort_by_key(Demand::page_order);
    for demand in demands {
        if !decision.demands.contains(&demand) {
            decision.demands.push(demand);
        }
    }
}

/// What `policy` demands; in the log either way.
fn judged(
    policy: &Policy,
    because: &str,
    situation: &Situation<'_>,
    subject: Subject<'_>,
    decision: &mut Decision,
) -> Vec<Demand> {
    if policy.grant.is_empty() {
        return Vec::new();
    }
    let unmet = control::unmet(policy, &Ask { situation, subject, session: policy.session });
    let verdict = if unmet.is_empty() { "met" } else { "not met" };
    let state = if policy.state == PolicyState::ReportOnly { ", report-only" } else { "" };
    decision.reasons.push(Reason {
        rule: "conditional-access".into(),
        because: format!("policy {} {because}: {verdict}{state}", policy.name),
        policy: Some(policy.id),
        satisfied_by: unmet.first().map(|demand| demand.cure(situation).into()),
    });
    if policy.state != PolicyState::Enabled || unmet.is_empty() {
        return Vec::new();
    }
    decision.unmet(policy.id);
    unmet
}

/// An API saw the user at another address than this server does. Policies that guard only that place are enforced if they
/// are strict; else the API gets a token that it will not evaluate again (escalation reference 4.6, F2).
fn elsewhere(
    reported: IpAddr,
    covering: &[(&Policy, String)],
    situation: &Situation<'_>,
    subject: Subject<'_>,
    decision: &mut Decision,
) -> Vec<Demand> {
    let mut demands = Vec::new();
    for (policy, because) in covering_from(situation, subject, reported) {
        if covering.iter().any(|(known, _)| known.id == policy.id) {
            continue;
        }
        if policy.session.continuous_access_evaluation == Some(EvaluationMode::StrictLocation) {
            let because = format!("{because} from {reported}, where the API saw the user");
            demands.extend(judged(policy, &because, situation, subject, decision));
        } else if policy.state == PolicyState::Enabled {
            decision.ordinary_token = true;
            decision.reasons.push(Reason {
                rule: "location".into(),
                because: format!(
                    "policy {} {because} from {reported} alone: an hour's token without continuous access evaluation",
                    policy.name
                ),
                policy: Some(policy.id),
                satisfied_by: None,
            });
        }
    }
    demands
}

/// The policies that stand between the user and a method to register.
fn note_registration(situation: &Situation<'_>, subject: Subject<'_>, decision: &mut Decision) {
    for policy in covering_action(situation, subject, UserAction::RegisterSecurityInfo) {
        decision.reasons.push(Reason {
            rule: "conditional-access".into(),
            because: format!("policy {} guards the registration of methods: not met", policy.name),
            policy: Some(policy.id),
            satisfied_by: Some(Aadsts::EnrolmentFromUntrustedPlace.row().cure.into()),
        });
    }
}

/// What the covering policies say of the session.
fn note_session(covering: &[(&Policy, String)], decision: &mut Decision) {
    for (policy, because) in covering.iter().filter(|(policy, _)| policy.state == PolicyState::Enabled) {
        let mut note = |what: &str| {
            decision.reasons.push(Reason {
                rule: "session".into(),
                because: format!("policy {} {because}: {what}", policy.name),
                policy: Some(policy.id),
                satisfied_by: None,
            });
        };
        if policy.session.continuous_access_evaluation == Some(EvaluationMode::Disabled) {
            note("no continuous access evaluation");
            decision.ordinary_token = true;
        }
        if let Some(persistence) = policy.session.persistent_browser {
            note(match persistence {
                PersistentBrowser::Always => "the browser's session outlives the browser",
                PersistentBrowser::Never => "the browser's session ends with the browser",
            });
            decision.persistent_browser = Some(persistence);
        }
    }
}
