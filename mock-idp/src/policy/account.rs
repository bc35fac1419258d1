//! Rule: the account must be usable.

use super::{Decision, Demand, Situation};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    if let Some(subject) = situation.subject()
        && !subject.user.enabled
    {
        decision.note("account", format!("the account {} is disabled", situation.directory.username(subject.user)));
        decision.demands.push(Demand::AccountDisabled);
    }
}
