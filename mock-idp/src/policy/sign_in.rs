//! Rule: somebody must be signed in, and be the one the request means.

use super::{Decision, Demand, SignInReason, Situation, Who};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let interaction = situation.interaction.unwrap_or_default();
    if interaction.choose_account && !interaction.chose_account {
        decision.note("sign-in", "the account to use has to be chosen");
        decision.demands.push(Demand::ChooseAccount);
    } else if matches!(situation.who, Who::Nobody) {
        decision.note("sign-in", "nobody is signed in in this browser");
        decision.demands.push(Demand::SignIn(SignInReason::NoSession));
    } else if interaction.force_sign_in && !interaction.signed_in {
        decision.note("sign-in", "the client asked for fresh credentials by prompt=login");
        decision.demands.push(Demand::SignIn(SignInReason::Prompt));
    }
}
