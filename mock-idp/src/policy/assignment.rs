//! Rule: an application that is for assigned users only is for nobody else (escalation reference 2.6 E1).

use crate::error::Aadsts;

use super::{Decision, Demand, Remedy, Situation, Stage, coverage::is_one_of};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let Some(subject) = situation.subject() else { return };
    let client = situation.client;
    if client.assignment_required && !is_one_of(&client.assigned, subject.user, situation.directory) {
        let name = situation.directory.username(subject.user);
        let because = format!("{} is for assigned users, and {name} is none", client.name);
        let demand = Demand::Remedy(Remedy::new(Aadsts::NotAssigned, Stage::Assignment));
        decision.demand(situation, "assignment", because, demand);
    }
}
