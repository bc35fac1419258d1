//! Rule: where a policy says how often a user has to sign in, the sign-in must be young enough.
//!
//! The grant itself stays good for APIs without such a policy (escalation reference 2.3 B2, section 8, 10).

use crate::directory::{PolicyState, SignInFrequency};

use super::{Decision, Demand, Reason, SignInReason, Situation, coverage::covering};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let Some(subject) = situation.subject() else { return };
    let issued = subject.strength.signed_in_at;
    let age = situation.now.duration_since(issued);
    for (policy, because) in covering(situation, subject) {
        let Some(frequency) = policy.session.sign_in_frequency else { continue };
        let lifetime = frequency.lifetime();
        let met = age <= lifetime
            && situation.interaction.is_none_or(|seen| seen.signed_in || frequency != SignInFrequency::EveryTime);
        let verdict = if met { "young enough" } else { "too old" };
        let state = if policy.state == PolicyState::ReportOnly { ", report-only" } else { "" };
        decision.reasons.push(Reason {
            rule: "sign-in-frequency".into(),
            because: format!("policy {} {because}: the sign-in is {verdict}{state}", policy.name),
            policy: Some(policy.id),
            satisfied_by: (!met)
                .then(|| Demand::SignIn(SignInReason::TooOld { issued, lifetime }).cure(situation).into()),
        });
        let asked_already = decision.demands.iter().any(|demand| matches!(demand, Demand::SignIn(_)));
        if policy.state == PolicyState::Enabled && !met {
            decision.unmet(policy.id);
            if !asked_already {
                decision.demands.push(Demand::SignIn(SignInReason::TooOld { issued, lifetime }));
            }
        }
    }
}
