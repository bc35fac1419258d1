//! Rule: the account must be usable (escalation reference 2.3 B8 to B11). These errors name no policy (2.14, step 7).

use crate::error::Aadsts;

use super::{Decision, Demand, Remedy, RemedyPage, Situation, Stage};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let Some(subject) = situation.subject() else { return };
    let user = subject.user;
    let name = situation.directory.username(user);
    let mut demand = |because: String, remedy: Remedy| {
        decision.demand(situation, "account", because, Demand::Remedy(remedy));
    };
    if user.deleted {
        demand(format!("the account {name} was deleted"), Remedy::new(Aadsts::UserUnknown, Stage::Account));
    } else if !user.enabled {
        demand(format!("the account {name} is disabled"), Remedy::new(Aadsts::AccountDisabled, Stage::Account));
    } else if user.locked {
        demand(format!("the account {name} is locked"), Remedy::new(Aadsts::AccountLocked, Stage::Account));
    } else if user.password_expired {
        let remedy = Remedy::new(Aadsts::PasswordExpired, Stage::Account).on(RemedyPage::PasswordChange);
        demand(format!("the password of {name} has expired"), remedy);
    }
}
