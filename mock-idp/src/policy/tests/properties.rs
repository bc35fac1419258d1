//! What holds for every directory, policy, consent and request: random worlds against the plainest model there is, and a
//! person who does all that the pages ask.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::directory::{Document, User};

const APIS: [(&str, &str); 4] =
    [("calendar", "Events.Read"), ("mail", "Mail.Read"), ("payroll", "Salary.Read"), ("vault", "Secrets.Read")];

/// A policy in the words that the model understands.
#[derive(Clone, Debug)]
struct Plain {
    state: PolicyState,
    target: Target,
    /// The users that it is for; everybody if none.
    only: Option<&'static str>,
    /// From everywhere but the office.
    outside_only: bool,
    all_of: Vec<GrantControl>,
    any_of: Vec<GrantControl>,
}

#[derive(Clone, Debug)]
enum Target {
    Api(usize),
    Scope(usize),
    AllBut(usize),
    Context,
}

/// What a user may already have done, or be.
#[derive(Clone, Debug)]
struct Known {
    device: crate::directory::Device,
    terms: bool,
    external: bool,
    at_risk: bool,
    in_office: bool,
    methods: Vec<Method>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Usable,
    Disabled,
    Deleted,
    Locked,
    PasswordExpired,
}

/// What a case is made of.
#[derive(Clone, Debug)]
struct Case {
    user: &'static str,
    facts: Known,
    policies: Vec<Plain>,
    consented: Vec<usize>,
    asked: Vec<usize>,
    context: bool,
    mfa: bool,
    passkey: bool,
    approved: bool,
    app_protection: bool,
    risky: bool,
    users_may_consent: bool,
    assignment_required: bool,
}

fn policies() -> impl Strategy<Value = Plain> {
    let states =
        select(vec![PolicyState::Enabled, PolicyState::Enabled, PolicyState::Disabled, PolicyState::ReportOnly]);
    let target = prop_oneof![
        (0..APIS.len()).prop_map(Target::Api),
        (0..APIS.len()).prop_map(Target::Scope),
        (0..APIS.len()).prop_map(Target::AllBut),
        Just(Target::Context),
    ];
    let control = || select(controls());
    let only = prop::option::weighted(0.3, select(vec!["ada@contoso.test", "administrators", "group:finance"]));
    (states, target, only, any::<bool>(), vec(control(), 0..3), vec(control(), 0..3)).prop_map(
        |(state, target, only, outside_only, all_of, any_of)| Plain {
            state,
            target,
            only,
            outside_only,
            all_of,
            any_of,
        },
    )
}

fn facts() -> impl Strategy<Value = Known> {
    let device = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(compliant, domain_joined, registered, authenticated)| crate::directory::Device {
            compliant,
            domain_joined,
            registered,
            authenticated,
            platform: None,
        },
    );
    let methods = select(vec![
        vec![],
        vec![Method::OneTimeCode],
        vec![Method::Passkey],
        vec![Method::OneTimeCode, Method::Passkey],
    ]);
    let state = prop_oneof![
        8 => Just(State::Usable),
        1 => select(vec![State::Disabled, State::Deleted, State::Locked, State::PasswordExpired]),
    ];
    (device, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), methods, state).prop_map(
        |(device, terms, external, at_risk, in_office, methods, state)| Known {
            device,
            terms,
            external,
            at_risk,
            in_office,
            methods,
            state,
        },
    )
}

fn cases() -> impl Strategy<Value = Case> {
    let requests = (vec(0..APIS.len(), 0..4), vec(0..APIS.len(), 1..4), any::<bool>());
    let strength = (any::<bool>(), any::<bool>());
    let rarely = || prop::bool::weighted(0.1);
    let client = (any::<bool>(), any::<bool>(), rarely(), prop::bool::weighted(0.9), rarely());
    (select(vec!["ada", "bo", "eve"]), facts(), vec(policies(), 0..5), requests, strength, client).prop_map(
        |(user, facts, policies, (consented, asked, context), (mfa, passkey), client)| {
            let (approved, app_protection, risky, users_may_consent, assignment_required) = client;
            Case {
                user,
                facts,
                policies,
                consented,
                asked,
                context,
                mfa,
                passkey: passkey && mfa,
                approved,
                app_protection,
                risky,
                users_may_consent,
                assignment_required,
            }
        },
    )
}

impl Case {
    fn world(&self) -> World {
        let mut world = World { user: self.user, mfa: self.mfa, passkey: self.passkey, ..World::new() };
        world.policies = self.policies.iter().enumerate().map(|(number, plain)| plain.policy(number)).collect();
        world.directory.consent_settings.users_may_consent = self.users_may_consent;
        world.directory.named_locations = std::sync::Arc::new(vec![NamedLocation {
            name: "office".into(),
            ranges: vec!["203.0.113.0/24".parse().unwrap()],
            trusted: true,
        }]);
        if self.context {
            world.claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
        }
        let client = world.directory.application_mut("desktop").unwrap();
        (client.approved, client.app_protection, client.risky) = (self.approved, self.app_protection, self.risky);
        client.assignment_required = self.assignment_required;
        let user = world.directory.user(self.user).unwrap().id;
        self.facts.put(world.directory.user_mut(user).unwrap());
        self.consented.iter().fold(world, |world, api| world.consented(APIS[*api].0, APIS[*api].1))
    }

    fn scope(&self) -> String {
        self.asked.iter().map(|api| format!("api://{}/{}", APIS[*api].0, APIS[*api].1)).collect::<Vec<_>>().join(" ")
    }

    /// The model of one policy: whether it is for this request.
    fn covers(&self, plain: &Plain) -> bool {
        let reached = match plain.target {
            Target::Api(api) | Target::Scope(api) => self.asked.contains(&api),
            Target::AllBut(api) => self.asked.iter().any(|asked| *asked != api),
            Target::Context => self.context,
        };
        let meant = match plain.only {
            None => true,
            Some("ada@contoso.test") => self.user == "ada",
            Some("administrators") => self.user == "eve",
            Some(_) => false,
        };
        reached && meant && !(plain.outside_only && self.facts.in_office)
    }

    fn meets(&self, control: GrantControl) -> bool {
        MODELS.iter().any(|(known, is_met)| *known == control && is_met(self))
    }

    fn is_met(&self, plain: &Plain) -> bool {
        plain.all_of.iter().all(|control| self.meets(*control))
            && (plain.any_of.is_empty() || plain.any_of.iter().any(|control| self.meets(*control)))
    }

    fn unmet(&self) -> Vec<usize> {
        let unmet = |(number, plain): (usize, &Plain)| {
            let enabled = plain.state == PolicyState::Enabled;
            (enabled && self.covers(plain) && !self.is_met(plain)).then_some(number)
        };
        self.policies.iter().enumerate().filter_map(unmet).collect()
    }

    /// The model of everything: whether a token may be issued.
    fn may_be_granted(&self) -> bool {
        self.facts.state == State::Usable
            && !self.assignment_required
            && self.asked.iter().all(|api| self.consented.contains(api))
            && self.unmet().is_empty()
    }
}

/// The model of one control.
type Model = fn(&Case) -> bool;

/// A control that has none here is not in the cases; its own tests are in `conditions`.
const MODELS: &[(GrantControl, Model)] = &[
    (GrantControl::Block, |_| false),
    (GrantControl::Mfa, |case| case.mfa),
    (GrantControl::PhishingResistantMfa, |case| case.passkey),
    (GrantControl::CompliantDevice, |case| case.facts.device.compliant),
    (GrantControl::DomainJoinedDevice, |case| case.facts.device.domain_joined),
    (GrantControl::RegisteredDevice, |case| case.facts.device.registered),
    (GrantControl::DeviceAuthentication, |case| case.facts.device.authenticated),
    (GrantControl::ApprovedApplication, |case| case.approved),
    (GrantControl::AppProtection, |case| case.app_protection),
    (GrantControl::PasswordChange, |case| !case.facts.at_risk),
    (GrantControl::TermsOfUse, |case| case.facts.terms),
    (GrantControl::ExternalChallenge, |case| case.facts.external),
];

fn controls() -> Vec<GrantControl> {
    MODELS.iter().map(|(control, _)| *control).collect()
}

impl Known {
    fn put(&self, user: &mut User) {
        user.facts.device = self.device;
        user.facts.terms_accepted = self.terms;
        user.facts.external_challenge_passed = self.external;
        user.facts.risk.user = if self.at_risk { RiskLevel::High } else { RiskLevel::None };
        user.facts.network.address = if self.in_office { "203.0.113.7" } else { "198.51.100.1" }.parse().unwrap();
        user.methods.clone_from(&self.methods);
        match self.state {
            State::Usable => {}
            State::Disabled => user.enabled = false,
            State::Deleted => user.deleted = true,
            State::Locked => user.locked = true,
            State::PasswordExpired => user.password_expired = true,
        }
    }
}

impl Plain {
    fn policy(&self, number: usize) -> Policy {
        let (mut targets, mut conditions) = (Targets::default(), Conditions::default());
        match self.target {
            Target::Api(api) => targets.apis.push(APIS[api].0.into()),
            Target::Scope(api) => targets.scopes.push(format!("{}/{}", APIS[api].0, APIS[api].1)),
            Target::AllBut(api) => (targets.apis, targets.exclude) = (vec!["all".into()], vec![APIS[api].0.into()]),
            Target::Context => targets.authentication_contexts.push("c1".into()),
        }
        if self.outside_only {
            conditions.locations.exclude.push("all_trusted".into());
        }
        Policy {
            id: id(number),
            name: format!("policy {number}"),
            state: self.state,
            users: UserFilter { include: self.only.into_iter().map(str::to_owned).collect(), exclude: Vec::new() },
            targets,
            conditions,
            grant: GrantControls { all_of: self.all_of.clone(), any_of: self.any_of.clone() },
            ..Policy::default()
        }
    }
}

fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

/// Does what the page for `demand` asks, as a person who agrees to everything.
fn comply(demand: &Demand, mut world: World) -> World {
    let user = world.directory.user(world.user).unwrap().id;
    let person = world.directory.user_mut(user).unwrap();
    match demand {
        Demand::SecondFactor(SecondFactor { need: Need::Enrol, method }) => {
            person.methods.push(method.unwrap_or(Method::OneTimeCode));
        }
        Demand::SecondFactor(SecondFactor { method, .. }) => {
            world.passkey |= *method == Some(Method::Passkey) || person.methods == [Method::Passkey];
            world.mfa = true;
        }
        Demand::Remedy(remedy) => match remedy.page {
            Some(RemedyPage::TermsOfUse) => person.facts.terms_accepted = true,
            Some(RemedyPage::ExternalChallenge) => person.facts.external_challenge_passed = true,
            Some(RemedyPage::PasswordChange) => {
                (person.password_expired, person.facts.risk.user) = (false, RiskLevel::None);
            }
            None => {}
        },
        Demand::Consent(missing) => {
            for row in missing {
                for scope in &row.missing {
                    world = world.consented(&row.api, scope);
                }
            }
        }
        Demand::SignIn(_) | Demand::ChooseAccount | Demand::AdminConsent(..) => {}
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Never a token that breaks an enabled policy or lacks consent, and never a refusal without a cause.
    #[test]
    fn the_decision_is_the_models(case in cases()) {
        let decision = case.world().decide(&case.scope());
        prop_assert_eq!(decision.is_satisfied(), case.may_be_granted(), "{:?}", decision);
    }

    /// Exactly one answer, and the same for the same situation.
    #[test]
    fn the_same_situation_gets_the_same_answer(case in cases()) {
        prop_assert_eq!(case.world().decide(&case.scope()), case.world().decide(&case.scope()));
    }

    /// `capolids` names exactly the enabled policies that cover the request and are not met.
    #[test]
    fn the_challenge_names_the_unmet_policies(case in cases()) {
        let expected: Vec<Uuid> = case.unmet().into_iter().map(id).collect();
        prop_assert_eq!(case.world().decide(&case.scope()).unmet_policies, expected);
    }

    /// The order of evaluation (escalation reference 2.14, steps 7 to 11), whatever comes together.
    #[test]
    fn demands_come_in_the_order_of_evaluation(case in cases()) {
        let step = |demand: &Demand| match demand {
            Demand::SignIn(_) | Demand::ChooseAccount => 6,
            Demand::Remedy(remedy) => match remedy.stage {
                Stage::Account => 7,
                Stage::Assignment => 9,
                Stage::Consent => 10,
                Stage::Block => 111,
                Stage::Device => 112,
                Stage::Enrolment => 113,
                Stage::External => 115,
                Stage::RequestedClaims => 12,
            },
            Demand::Consent(_) | Demand::AdminConsent(..) => 10,
            Demand::SecondFactor(_) => 114,
        };
        let steps: Vec<u32> = case.world().decide(&case.scope()).demands.iter().map(step).collect();
        prop_assert!(steps.is_sorted(), "{:?}", steps);
    }

    /// A user who does all that the pages ask gets the token, or is told that it can't be, within one run of pages; and
    /// what the silent request was told first is either gone or is what the page says.
    #[test]
    fn one_run_of_pages_ends_in_a_token_or_a_stated_refusal(case in cases()) {
        let mut world = World { interaction: Some(Interaction::default()), ..case.world() };
        for _ in 0..10 {
            let decision = world.decide(&case.scope());
            let Some(next) = decision.next_page().cloned() else {
                // Whatever the pages granted, the silent request that follows is granted, too.
                world.interaction = None;
                prop_assert!(world.decide(&case.scope()).is_satisfied());
                return Ok(());
            };
            if !next.has_page() {
                let stated = case.facts.state != State::Usable
                    || case.assignment_required
                    || case.risky
                    || !case.users_may_consent
                    || !decision.unmet_policies.is_empty();
                prop_assert!(stated, "nobody asked for {:?}", next);
                return Ok(());
            }
            world = comply(&next, world);
        }
        prop_assert!(false, "the pages never end");
    }

    /// A policy that only reports, or is off, changes nothing but the log.
    #[test]
    fn what_is_not_enforced_changes_nothing(case in cases()) {
        let mut world = case.world();
        let with = world.decide(&case.scope());
        world.policies.retain(|policy| policy.state == PolicyState::Enabled);
        let without = world.decide(&case.scope());
        prop_assert_eq!((with.demands, with.unmet_policies), (without.demands, without.unmet_policies));
    }
}

/// The generator reaches every control, and the built-in directory has the APIs that it names.
#[test]
fn the_cases_are_about_real_things() {
    let document: &Document = &config::built_in();
    for (api, scope) in APIS {
        assert!(document.apis.iter().any(|known| known.name == api && known.scope(scope).is_some()));
    }
    assert!(controls().len() >= 12);
}
