//! Rule: an application that asks for itself gets the roles that an administrator granted it, and nothing is asked of it.
//!
//! There is no user to consent and no session to strengthen, so the other rules stay silent; this one says so in the log.

use super::{Decision, Situation, Who};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    if !matches!(situation.who, Who::Application) {
        return;
    }
    for asked in &situation.scopes.apis {
        let because = match situation.client.roles.get(&asked.api).map(Vec::as_slice) {
            None | Some([]) => format!("the application asks for itself; it has no role on {}", asked.api),
            Some(roles) => format!("the application asks for itself; its roles on {}: {}", asked.api, roles.join(", ")),
        };
        decision.note("application", because);
    }
}
