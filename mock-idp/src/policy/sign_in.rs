//! Rule: somebody must be signed in, and be the one the request means.

use super::{Decision, Demand, SignInReason, Situation, Who};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    let interaction = situation.interaction.unwrap_or_default();
    if interaction.choose_account && !interaction.chose_account {
        decision.demand(situation, "sign-in", "the account to use has to be chosen", Demand::ChooseAccount);
    } else if matches!(situation.who, Who::Nobody) {
        let demand = Demand::SignIn(SignInReason::NoSession);
        decision.demand(situation, "sign-in", "nobody is signed in in this browser", demand);
    } else if interaction.force_sign_in && !interaction.signed_in {
        let because = "the client asked for fresh credentials by prompt=login";
        decision.demand(situation, "sign-in", because, Demand::SignIn(SignInReason::Prompt));
    }
}
