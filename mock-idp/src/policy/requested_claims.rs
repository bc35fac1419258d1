//! Rule: the token that the claims ask for must be one that can be issued now (escalation reference 2.14, step 12). The
//! policies and contexts in the claims are `conditional_access`'s.

use crate::error::Aadsts;

use super::{Decision, Demand, Remedy, Situation, Stage};

pub(super) fn check(situation: &Situation<'_>, decision: &mut Decision) {
    if situation.subject().is_none() || situation.claims.is_issuable_at(situation.now) {
        return;
    }
    let what = "the 'claims' ask for a token that is issued later than now";
    let remedy = Remedy::new(Aadsts::Malformed, Stage::RequestedClaims).with("what", what);
    decision.demand(situation, "requested-claims", what, Demand::Remedy(remedy));
}
