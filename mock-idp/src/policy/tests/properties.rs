//! What holds for every directory, policy, consent and request: random worlds against the plainest model there is.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

const APIS: [(&str, &str); 4] =
    [("calendar", "Events.Read"), ("mail", "Mail.Read"), ("payroll", "Salary.Read"), ("vault", "Secrets.Read")];

/// A policy for everybody, in the few words that the model understands.
#[derive(Clone, Debug)]
struct Plain {
    state: PolicyState,
    api: usize,
    block: bool,
}

/// What a case is made of.
#[derive(Clone, Debug)]
struct Case {
    user: &'static str,
    policies: Vec<Plain>,
    consented: Vec<usize>,
    asked: Vec<usize>,
    mfa: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let states = select(vec![PolicyState::Enabled, PolicyState::Disabled, PolicyState::ReportOnly]);
    let policy =
        (states, 0..APIS.len(), prop::bool::weighted(0.2)).prop_map(|(state, api, block)| Plain { state, api, block });
    let user = select(vec!["ada", "bo", "di", "eve"]);
    (user, vec(policy, 0..5), vec(0..APIS.len(), 0..4), vec(0..APIS.len(), 1..4), any::<bool>())
        .prop_map(|(user, policies, consented, asked, mfa)| Case { user, policies, consented, asked, mfa })
}

impl Case {
    fn world(&self) -> World {
        let mut world = World { user: self.user, mfa: self.mfa, ..World::new() };
        world.policies = self.policies.iter().enumerate().map(|(number, plain)| plain.policy(number)).collect();
        self.consented.iter().fold(world, |world, api| world.consented(APIS[*api].0, APIS[*api].1))
    }

    fn scope(&self) -> String {
        self.asked.iter().map(|api| format!("api://{}/{}", APIS[*api].0, APIS[*api].1)).collect::<Vec<_>>().join(" ")
    }

    /// The enabled policies for what is asked.
    fn in_force(&self) -> impl Iterator<Item = &Plain> {
        self.policies.iter().filter(|plain| plain.state == PolicyState::Enabled && self.asked.contains(&plain.api))
    }

    /// The model: whether a token may be issued.
    fn may_be_granted(&self) -> bool {
        self.user != "di"
            && self.asked.iter().all(|api| self.consented.contains(api))
            && self.in_force().all(|plain| !plain.block && self.mfa)
    }
}

impl Plain {
    fn policy(&self, number: usize) -> Policy {
        let control = if self.block { GrantControl::Block } else { GrantControl::Mfa };
        let id = Uuid::from_u128(number as u128 + 1);
        Policy { id, ..policy(control, self.state, UserFilter::default(), api(APIS[self.api].0)) }
    }
}

proptest! {
    /// Never a token that breaks an enabled policy or lacks consent, and never a refusal without a cause.
    #[test]
    fn the_decision_is_the_models(case in cases()) {
        let decision = case.world().decide(&case.scope());
        prop_assert_eq!(decision.is_satisfied(), case.may_be_granted(), "{:?}", decision);
    }

    #[test]
    fn the_same_situation_gets_the_same_answer(case in cases()) {
        prop_assert_eq!(case.world().decide(&case.scope()), case.world().decide(&case.scope()));
    }

    /// `capolids` names exactly the enabled policies that cover the request and are not met.
    #[test]
    fn the_challenge_names_the_unmet_policies(case in cases()) {
        let unmet = |(number, plain): (usize, &Plain)| {
            let enabled = plain.state == PolicyState::Enabled && case.asked.contains(&plain.api);
            (enabled && (plain.block || !case.mfa)).then(|| Uuid::from_u128(number as u128 + 1))
        };
        let expected: Vec<Uuid> = case.policies.iter().enumerate().filter_map(unmet).collect();
        prop_assert_eq!(case.world().decide(&case.scope()).unmet_policies, expected);
    }

    /// A user who does all that the pages ask gets the token, or is told that it can't be, within one run of pages.
    #[test]
    fn one_run_of_pages_ends_in_a_token_or_a_stated_refusal(case in cases()) {
        let mut world = case.world();
        for _ in 0..8 {
            let decision = world.decide(&case.scope());
            let next = match decision.next_page() {
                None => return Ok(()),
                Some(next) => next.clone(),
            };
            match next {
                Demand::Mfa => world.mfa = true,
                Demand::MfaEnrolment => {
                    let user = world.directory.user(case.user).unwrap().id;
                    world.directory.user_mut(user).unwrap().methods.push(crate::directory::Method::OneTimeCode);
                }
                Demand::Consent(missing) => {
                    for row in missing {
                        for scope in row.missing {
                            world = world.consented(&row.api, &scope);
                        }
                    }
                }
                Demand::AccountDisabled => {
                    prop_assert_eq!(case.user, "di");
                    return Ok(());
                }
                Demand::Blocked => {
                    prop_assert!(case.in_force().any(|plain| plain.block));
                    return Ok(());
                }
                other => prop_assert!(false, "nobody asked for {other:?}"),
            }
        }
        prop_assert!(false, "the pages never end");
    }
}
