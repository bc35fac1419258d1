//! The whole server against the plainest model of it: random people, clients, consents, policies, revocations and times, by
//! real requests. No token breaks a policy or lacks consent, what a token says of its sign-in is true, and each refusal has a
//! cause that the model knows, under a number of the catalogue.
//!
//! The model knows no pages and no order: it looks at what the person did on the pages that the server chose to show, and says
//! which causes there are for a refusal. `MODEL_CASES=20000 cargo test -p tests --test it -- model` looks longer, with
//! `MODEL_SEED` elsewhere. `tests/injected-bugs` shows that it finds what it is for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use mock_idp::{
    MockIdp, config,
    directory::{Document, Policy},
    error::Aadsts,
    virtual_user::{Answer, MfaAnswer, PageKind, VirtualUser, Visit},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, RngSeed, TestCaseError, TestRunner},
};
use serde_json::{Value, json};
use tests::{DESKTOP, RawClient, jwt_claims};

const USERS: [(&str, &str); 3] = [
    ("ada@contoso.test", "a0000000-0000-4000-8000-000000000001"),
    ("bo@contoso.test", "a0000000-0000-4000-8000-000000000002"),
    ("eve@contoso.test", "a0000000-0000-4000-8000-000000000005"),
];
const CLIENTS: [(&str, &str); 2] = [("desktop", DESKTOP), ("laptop", "d0000000-0000-4000-8000-0000000000aa")];
const APIS: [(&str, &str, &str); 4] = [
    ("calendar", "api://calendar", "Events.Read"),
    ("mail", "api://mail", "Mail.Read"),
    ("payroll", "api://payroll", "Salary.Read"),
    ("vault", "api://vault", "Secrets.Read"),
];
/// The claims that ask for the authentication context which the policy `c1-is-mfa` guards.
const CONTEXT: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
const FREQUENCY: SignedDuration = SignedDuration::from_hours(1);
const INACTIVITY: SignedDuration = SignedDuration::from_hours(24 * 90);

/// What happens. Numbers are places in the lists above.
#[derive(Clone, Debug)]
enum Event {
    SignIn { user: usize, client: usize, api: usize, context: bool, accepts: bool, passes: bool, again: bool },
    Refresh { grant: Index, api: usize, context: bool },
    GrantConsent { user: Option<usize>, client: usize, api: usize },
    RevokeConsent { user: Option<usize>, client: usize, api: usize },
    Policies(Vec<Rule>),
    RevokeSessions(usize),
    Enable(usize, bool),
    Pass(i64),
}

/// A policy for one API.
#[derive(Clone, Debug)]
struct Rule {
    api: usize,
    only: Option<usize>,
    demand: Demand,
    enabled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Demand {
    Mfa,
    /// A second factor of the last hour.
    FreshMfa,
    Block,
    Frequency,
}

fn events() -> impl Strategy<Value = Event> {
    // Some meet more often than others, so that much happens to them.
    let (user, client, api) = (select(vec![0, 0, 1, 2]), select(vec![0, 0, 1]), select(vec![0, 1, 2, 2, 2, 3]));
    let consent = (prop::option::weighted(0.8, user.clone()), client.clone(), api.clone());
    let demand = select(vec![Demand::Mfa, Demand::FreshMfa, Demand::FreshMfa, Demand::Block, Demand::Frequency]);
    let rule = (api.clone(), prop::option::weighted(0.4, user.clone()), demand, prop::bool::weighted(0.85));
    let rule = rule.prop_map(|(api, only, demand, enabled)| Rule { api, only, demand, enabled });
    let context = || prop::bool::weighted(0.15);
    let mostly = || prop::bool::weighted(0.85);
    prop_oneof![
        6 => (user.clone(), client, api.clone(), context(), mostly(), mostly(), prop::bool::weighted(0.3)).prop_map(
            |(user, client, api, context, accepts, passes, again)|
                Event::SignIn { user, client, api, context, accepts, passes, again }
        ),
        9 => (any::<Index>(), api, context()).prop_map(|(grant, api, context)| Event::Refresh { grant, api, context }),
        3 => consent.clone().prop_map(|(user, client, api)| Event::GrantConsent { user, client, api }),
        1 => consent.prop_map(|(user, client, api)| Event::RevokeConsent { user, client, api }),
        3 => vec(rule, 0..5).prop_map(Event::Policies),
        1 => user.clone().prop_map(Event::RevokeSessions),
        1 => (user, mostly()).prop_map(|(user, enabled)| Event::Enable(user, enabled)),
        4 => select(vec![1, 20, 61, 61, 150, 24 * 60, 91 * 24 * 60]).prop_map(Event::Pass),
    ]
}

/// When a person proved what.
#[derive(Clone, Copy, Debug, Default)]
struct Strength {
    password: Option<Timestamp>,
    mfa: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Grant {
    token: String,
    user: usize,
    client: usize,
    strength: Strength,
    issued_at: Timestamp,
}

/// What has happened so far, and so what has to be.
#[derive(Debug)]
struct Model {
    now: Timestamp,
    consents: BTreeSet<(Option<usize>, usize, usize)>,
    rules: Vec<Rule>,
    disabled: BTreeSet<usize>,
    valid_from: BTreeMap<usize, Timestamp>,
    sessions: BTreeMap<usize, Strength>,
    grants: Vec<Grant>,
}

/// A cause for a refusal, with the numbers that may name it.
#[derive(Clone, Copy, Debug)]
struct Cause {
    numbers: &'static [u64],
    /// It need not be one: the model does not tell the two ages apart that count here.
    may_be: bool,
}

impl Model {
    fn new(now: Timestamp) -> Self {
        Self {
            now,
            consents: BTreeSet::new(),
            rules: Vec::new(),
            disabled: BTreeSet::new(),
            valid_from: BTreeMap::new(),
            sessions: BTreeMap::new(),
            grants: Vec::new(),
        }
    }

    fn is_older(&self, proven: Option<Timestamp>) -> bool {
        proven.is_none_or(|proven| self.now.duration_since(proven) > FREQUENCY)
    }

    fn may(&self, user: usize, client: usize, api: usize) -> bool {
        [None, Some(user)].into_iter().any(|user| self.consents.contains(&(user, client, api)))
    }

    fn rules_for(&self, user: usize, api: usize) -> impl Iterator<Item = &Rule> {
        let concerns = move |rule: &&Rule| rule.enabled && rule.api == api && rule.only.is_none_or(|only| only == user);
        self.rules.iter().filter(concerns)
    }

    fn needs_mfa(&self, user: usize, api: usize, context: bool) -> bool {
        context || self.rules_for(user, api).any(|rule| matches!(rule.demand, Demand::Mfa | Demand::FreshMfa))
    }

    fn is_blocked(&self, user: usize, api: usize) -> bool {
        self.rules_for(user, api).any(|rule| rule.demand == Demand::Block)
    }

    /// Why there may be no token of `api` for this strength.
    fn against(&self, user: usize, client: usize, api: usize, context: bool, strength: Strength) -> Vec<Cause> {
        let certain = |numbers| Cause { numbers, may_be: false };
        let mut causes = Vec::new();
        if self.disabled.contains(&user) {
            causes.push(certain(&[50057]));
        }
        if !self.may(user, client, api) {
            causes.push(certain(&[65001]));
        }
        if context && strength.mfa.is_none() {
            causes.push(certain(MFA));
        }
        for rule in self.rules_for(user, api) {
            match rule.demand {
                Demand::Block => causes.push(certain(&[53003])),
                Demand::Mfa if strength.mfa.is_none() => causes.push(certain(MFA)),
                Demand::FreshMfa if strength.mfa.is_none() => causes.push(certain(MFA_OR_OLD)),
                Demand::FreshMfa if self.is_older(strength.mfa) => causes.push(certain(MFA_OR_OLD)),
                Demand::FreshMfa | Demand::Frequency if self.is_older(strength.password) => {
                    causes.push(Cause { numbers: MFA_OR_OLD, may_be: !self.is_older(strength.mfa) });
                }
                _ => {}
            }
        }
        causes
    }

    fn against_grant(&self, grant: &Grant, api: usize, context: bool) -> Vec<Cause> {
        let mut causes = self.against(grant.user, grant.client, api, context, grant.strength);
        if self.valid_from.get(&grant.user).is_some_and(|from| grant.issued_at < *from) {
            causes.push(Cause { numbers: &[50173], may_be: false });
        }
        if self.now.duration_since(grant.issued_at) > INACTIVITY {
            causes.push(Cause { numbers: &[700_082], may_be: false });
        }
        causes
    }

    /// What the person did on the pages that were shown.
    fn saw(&mut self, user: usize, client: usize, api: usize, visit: &Visit, passes: bool, accepts: bool) {
        let saw = |kind: PageKind| visit.pages.iter().any(|page| page.kind == kind);
        let session = self.sessions.entry(user).or_default();
        if saw(PageKind::Password) && !self.disabled.contains(&user) {
            session.password = Some(self.now);
        }
        if saw(PageKind::OneTimeCode) && passes {
            session.mfa = Some(self.now);
        }
        if saw(PageKind::Consent) && accepts && visit.outcome.parameter("code").is_some() {
            self.consents.insert((Some(user), client, api));
        }
    }
}

const MFA: &[u64] = &[50076, 50079];
const MFA_OR_OLD: &[u64] = &[50076, 50079, 50078, 70043];

/// The server and the people at it.
struct World {
    idp: MockIdp,
    clients: Vec<RawClient>,
    model: Model,
}

impl World {
    async fn new() -> Self {
        let mut document: Document = (*config::built_in()).clone();
        let mut laptop = document.applications.iter().find(|app| app.name == "desktop").unwrap().clone();
        (laptop.name, laptop.client_id) = ("laptop".to_owned(), CLIENTS[1].1.parse().unwrap());
        document.applications.push(laptop);
        let idp = MockIdp::builder().document(document).seed(1).start().await.unwrap();
        let now: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
        idp.tenant().freeze_clock(now);
        // A browser each.
        let mut clients = Vec::new();
        for _ in USERS {
            clients.push(RawClient::new(&idp).await);
        }
        let mut world = Self { idp, clients, model: Model::new(now) };
        world.enforce(Vec::new());
        world
    }

    /// These, and the one behind the authentication context.
    fn enforce(&mut self, rules: Vec<Rule>) {
        let context = json!({ "id": "f0000000-0000-4000-8000-0000000000c1", "name": "c1-is-mfa",
            "targets": { "authentication_contexts": ["c1"] }, "grant": { "all_of": ["mfa"] } });
        let policies = rules.iter().enumerate().map(|(place, rule)| {
            let (grant, session) = match rule.demand {
                Demand::Mfa => (json!({ "all_of": ["mfa"] }), json!({})),
                Demand::FreshMfa => (json!({ "all_of": ["mfa"] }), json!({ "sign_in_frequency": "1h" })),
                Demand::Block => (json!({ "all_of": ["block"] }), json!({})),
                Demand::Frequency => (json!({}), json!({ "sign_in_frequency": "1h" })),
            };
            let only: Vec<&str> = rule.only.iter().map(|user| USERS[*user].0).collect();
            json!({ "id": format!("f0000000-0000-4000-8000-0000000001{place:02}"), "name": format!("rule-{place}"),
                "state": if rule.enabled { "enabled" } else { "disabled" }, "users": { "include": only },
                "targets": { "apis": [APIS[rule.api].0] }, "grant": grant, "session": session })
        });
        let policies: Vec<Value> = policies.chain([context]).collect();
        let policies: Vec<Policy> = serde_json::from_value(policies.into()).unwrap();
        self.idp.tenant().replace_policies(policies).unwrap();
        self.model.rules = rules;
    }

    async fn happens(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let tenant = self.idp.tenant();
        match event {
            Event::SignIn { .. } => self.sign_in(event).await?,
            Event::Refresh { grant, api, context } if !self.model.grants.is_empty() => {
                let grant = grant.get(&self.model.grants).clone();
                self.refresh(&grant, *api, *context).await?;
            }
            Event::Refresh { .. } => {}
            Event::GrantConsent { user, client, api } => {
                let (name, _, scope) = APIS[*api];
                tenant.grant_consent(user.map(|user| USERS[user].0), CLIENTS[*client].0, name, &[scope]).unwrap();
                self.model.consents.insert((*user, *client, *api));
            }
            Event::RevokeConsent { user, client, api } => {
                tenant.revoke_consent(user.map(|user| USERS[user].0), CLIENTS[*client].0, APIS[*api].0).unwrap();
                self.model.consents.remove(&(*user, *client, *api));
            }
            Event::Policies(rules) => self.enforce(rules.clone()),
            Event::RevokeSessions(user) => {
                // What was issued in this very moment is not what is meant.
                tenant.advance_clock(SignedDuration::from_secs(1));
                tenant.revoke_sessions(USERS[*user].0).unwrap();
                self.model.now = tenant.now();
                self.model.valid_from.insert(*user, self.model.now);
                self.model.sessions.remove(user);
            }
            Event::Enable(user, enabled) => {
                tenant.change_user(USERS[*user].0, |it| it.enabled = *enabled).unwrap();
                let disabled = &mut self.model.disabled;
                if *enabled {
                    disabled.remove(user)
                } else {
                    disabled.insert(*user)
                };
            }
            Event::Pass(minutes) => {
                tenant.advance_clock(SignedDuration::from_mins(*minutes));
                self.model.now = tenant.now();
            }
        }
        Ok(())
    }

    async fn sign_in(&mut self, event: &Event) -> Result<(), TestCaseError> {
        let Event::SignIn { user, client, api, context, accepts, passes, again } = *event else { return Ok(()) };
        let browser = &mut self.clients[user];
        CLIENTS[client].1.clone_into(&mut browser.client_id);
        let person = VirtualUser {
            consent: if accepts { Answer::Accept } else { Answer::Decline },
            mfa: if passes { MfaAnswer::Pass } else { MfaAnswer::Fail },
            ..VirtualUser::new(USERS[user].0)
        };
        let (_, uri, scope) = APIS[api];
        let scope = format!("{uri}/{scope} openid offline_access");
        let claims = if context { CONTEXT } else { "" };
        let prompt = if again { "login" } else { "" };
        let more = [("claims", claims), ("login_hint", USERS[user].0), ("prompt", prompt)];
        let visit = browser.visit(&person, &scope, &more).await;
        let had_consent = self.model.may(user, client, api);
        self.model.saw(user, client, api, &visit, passes, accepts);
        let Some(code) = visit.outcome.parameter("code") else {
            let model = &self.model;
            let is_told = model.disabled.contains(&user)
                || model.is_blocked(user, api)
                || (!accepts && !had_consent)
                || (!passes && model.needs_mfa(user, api, context));
            prop_assert!(is_told, "a sign-in fails for no reason: {visit:#?}");
            return Ok(());
        };
        let answer = browser.redeem(code, &[("scope", scope.as_str())]).await;
        prop_assert_eq!(answer.status, 200, "what was signed in for is not given: {}", answer.text);
        let strength = self.model.sessions.get(&user).copied().unwrap_or_default();
        let causes = self.model.against(user, client, api, context, strength);
        prop_assert!(causes.iter().all(|cause| cause.may_be), "a sign-in succeeds in spite of {causes:?}: {visit:#?}");
        self.took(&answer.body, user, client, api, context, strength)
    }

    async fn refresh(&mut self, grant: &Grant, api: usize, context: bool) -> Result<(), TestCaseError> {
        let (_, uri, scope) = APIS[api];
        let client = &mut self.clients[grant.user];
        CLIENTS[grant.client].1.clone_into(&mut client.client_id);
        let claims = if context { CONTEXT } else { "" };
        let answer = client.refresh(&grant.token, &format!("{uri}/{scope}"), &[("claims", claims)]).await;
        let causes = self.model.against_grant(grant, api, context);
        if answer.status == 200 {
            prop_assert!(causes.iter().all(|cause| cause.may_be), "a token in spite of {causes:?}");
            return self.took(&answer.body, grant.user, grant.client, api, context, grant.strength);
        }
        let number = answer.code();
        let is_known = Aadsts::ALL.iter().any(|row| Some(u64::from(row.row().number)) == number);
        prop_assert!(is_known, "a refusal without a row: {}", answer.text);
        let named = causes.iter().any(|cause| number.is_some_and(|number| cause.numbers.contains(&number)));
        prop_assert!(named, "refused without a cause, of {causes:?}: {}", answer.text);
        Ok(())
    }

    /// What a token says is true; and its refresh token is one more grant.
    fn took(
        &mut self,
        answer: &Value,
        user: usize,
        client: usize,
        api: usize,
        context: bool,
        strength: Strength,
    ) -> Result<(), TestCaseError> {
        let claims = jwt_claims(answer["access_token"].as_str().unwrap_or_default());
        prop_assert_eq!(&claims["oid"], USERS[user].1);
        prop_assert_eq!(claims["scp"].as_str(), Some(APIS[api].2));
        let by = claims.get("azp").or(claims.get("appid"));
        prop_assert_eq!(by.and_then(Value::as_str), Some(CLIENTS[client].1));
        let has = |claim: &str, value: &str| claims[claim].as_array().is_some_and(|all| all.contains(&json!(value)));
        if claims["ver"] == "1.0" {
            prop_assert_eq!(has("amr", "mfa"), strength.mfa.is_some(), "methods that were not used: {}", claims);
        }
        prop_assert!(!has("acrs", "c1") || strength.mfa.is_some(), "a context that was not met: {claims}");
        prop_assert!(!context || has("acrs", "c1"), "a context that was asked for is missing: {claims}");
        let token = answer["refresh_token"].as_str().unwrap_or_default().to_owned();
        self.model.grants.push(Grant { token, user, client, strength, issued_at: self.model.now });
        Ok(())
    }
}

fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn no_token_breaks_a_rule_and_no_refusal_lacks_one() {
    let config = Config {
        cases: setting("MODEL_CASES", 60),
        rng_seed: RngSeed::Fixed(setting("MODEL_SEED", 1).into()),
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ran = TestRunner::new(config).run(&vec(events(), 1..40), |events| {
        runtime.block_on(async {
            let mut world = World::new().await;
            for event in &events {
                world.happens(event).await?;
            }
            Ok(())
        })
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
}
