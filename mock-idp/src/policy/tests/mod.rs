//! Tables of decisions: the situation in words, the demands in their order.

mod accounts;
mod conditions;
mod properties;

use jiff::SignedDuration;
use rstest::rstest;

use super::*;
use crate::{
    config,
    directory::{
        ClientFilter, Conditions, ConsentSettings, Device, EvaluationMode, Facts, GrantControls, LocationFilter,
        Method, NamedLocation, PersistentBrowser, PlatformFilter, PolicyState, Preauthorized, RiskLevel,
        SessionControls, SignInFrequency, Targets, UserAction, UserFilter,
    },
};

/// Everything a case can change; the rest is the built-in directory, ada signed in by password, and the client `desktop`.
struct World {
    directory: Directory,
    policies: Vec<Policy>,
    ledger: Ledger,
    user: &'static str,
    mfa: bool,
    session: bool,
    claims: &'static str,
    interaction: Option<Interaction>,
    device_code: bool,
    platform: Option<Platform>,
    /// Whether the second factor, if there was one, was a passkey.
    passkey: bool,
    /// How long ago the sign-in was.
    age: SignedDuration,
    /// How long ago the second factor was, if another time.
    mfa_age: Option<SignedDuration>,
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

impl World {
    fn new() -> Self {
        let document = config::built_in();
        let contoso = &document.tenants[0];
        let directory = Directory::of(contoso, &document);
        Self {
            directory,
            policies: contoso.policies.clone(),
            ledger: Ledger::default(),
            user: "ada",
            mfa: false,
            session: true,
            claims: "{}",
            interaction: None,
            device_code: false,
            platform: None,
            passkey: false,
            age: SignedDuration::ZERO,
            mfa_age: None,
        }
    }

    fn consented(mut self, api: &str, scope: &str) -> Self {
        let user = self.directory.user(self.user).unwrap().id;
        let client = self.directory.application("desktop").unwrap().client_id;
        self.ledger.grant(client, api, Some(user), &[scope.to_owned()], NOW);
        self
    }

    fn decide(&self, scope: &str) -> Decision {
        let client = self.directory.application("desktop").unwrap();
        let scopes = Scopes::parse(scope, client, &self.directory).unwrap();
        let claims = ClaimsRequest::parse(self.claims).unwrap();
        let mfa_at = self.mfa.then_some(NOW + self.age - self.mfa_age.unwrap_or(self.age));
        let strength = Strength { signed_in_at: NOW, mfa_at, passkey_at: mfa_at.filter(|_| self.passkey) };
        let subject = Subject { user: self.directory.user(self.user).unwrap(), strength };
        decide(&Situation {
            directory: &self.directory,
            policies: &self.policies,
            ledger: &self.ledger,
            client,
            scopes: &scopes,
            claims: &claims,
            who: if self.session { Who::User(subject) } else { Who::Nobody },
            circumstances: Circumstances {
                device_code: self.device_code,
                platform: self.platform,
                ..Circumstances::default()
            },
            now: NOW + self.age,
            interaction: self.interaction,
            consents_known_until: NOW,
        })
    }

    /// The demands in a few words: `consent mail: Mail.Read`, `mfa`, …
    fn demands(&self, scope: &str) -> Vec<String> {
        self.decide(scope).demands.iter().map(words).collect()
    }
}

fn words(demand: &Demand) -> String {
    let rows = |rows: &[MissingConsent]| {
        rows.iter().map(|row| format!("{}: {}", row.api, row.missing.join(" "))).collect::<Vec<_>>().join("; ")
    };
    match demand {
        Demand::SignIn(SignInReason::NoSession) => "sign in".into(),
        Demand::SignIn(SignInReason::Prompt) => "sign in again".into(),
        Demand::SignIn(SignInReason::TooOld { lifetime, .. }) => format!("sign in every {lifetime}"),
        Demand::ChooseAccount => "choose".into(),
        Demand::Remedy(remedy) => remedy.code.row().number.to_string(),
        Demand::SecondFactor(SecondFactor { need, method }) => {
            let need = match need {
                Need::Prove => "mfa",
                Need::ProveAgain => "mfa again",
                Need::Enrol => "enrol",
            };
            if method.is_some() { format!("{need} by passkey") } else { need.into() }
        }
        Demand::Consent(missing) => format!("consent {}", rows(missing)),
        Demand::AdminConsent(missing, AdminReason::Scope) => format!("admin consent {}", rows(missing)),
        Demand::AdminConsent(missing, reason) => format!("admin consent ({reason:?}) {}", rows(missing)),
    }
}

fn policy(grant: GrantControl, state: PolicyState, users: UserFilter, targets: Targets) -> Policy {
    Policy {
        id: Uuid::from_u128(9),
        name: "the case's".into(),
        state,
        users,
        targets,
        grant: GrantControls { all_of: vec![grant], ..GrantControls::default() },
        ..Policy::default()
    }
}

fn api(name: &str) -> Targets {
    Targets { apis: vec![name.to_owned()], ..Targets::default() }
}

const CALENDAR: &str = "api://calendar/Events.Read";
const MAIL: &str = "api://mail/Mail.Read";
const PAYROLL: &str = "api://payroll/Salary.Read";

#[rstest]
#[case::first_use(World::new(), CALENDAR, &["consent calendar: Events.Read"])]
#[case::granted(World::new().consented("calendar", "Events.Read"), CALENDAR, &[])]
#[case::other_scope(World::new().consented("mail", "Mail.Send"), MAIL, &["consent mail: Mail.Read"])]
#[case::only_what_is_new(World::new().consented("mail", "Mail.Read"), "api://mail/Mail.Read api://mail/Mail.Send", &["consent mail: Mail.Send"])]
#[case::two_apis(World::new().consented("calendar", "Events.Read"), "api://calendar/Events.Read api://mail/Mail.Read", &["consent mail: Mail.Read"])]
#[case::openid_needs_none(World::new(), "openid profile offline_access", &[])]
#[case::default_with_a_grant(World::new().consented("mail", "Mail.Read"), "api://mail/.default", &[])]
#[case::default_without(
    World::new(),
    "api://mail/.default",
    &["consent graph: User.Read; calendar: Events.Read; mail: Mail.Read Mail.Send; payroll: Salary.Read; vault: Secrets.Read; news: Articles.Read; portal: access_as_user"]
)]
#[case::admin_only(World::new(), "api://mail/Mail.Manage", &["admin consent mail: Mail.Manage"])]
#[case::admin_only_for_an_admin(World { user: "eve", ..World::new() }, "api://mail/Mail.Manage", &["consent mail: Mail.Manage"])]
fn consent_is_asked_for_what_is_missing(#[case] world: World, #[case] scope: &str, #[case] expected: &[&str]) {
    assert_eq!(world.demands(scope), expected);
}

#[rstest]
#[case::policy_and_consent(World::new(), &["consent payroll: Salary.Read", "mfa"])]
#[case::policy_alone(World::new().consented("payroll", "Salary.Read"), &["mfa"])]
#[case::policy_met(World { mfa: true, ..World::new().consented("payroll", "Salary.Read") }, &[])]
#[case::nobody_signed_in(World { session: false, ..World::new() }, &["sign in"])]
#[case::not_enrolled(World { user: "bo", ..World::new() }.consented("payroll", "Salary.Read"), &["enrol"])]
#[case::disabled_comes_first(World { user: "di", ..World::new() }, &["50057", "consent payroll: Salary.Read", "mfa"])]
fn the_order_is_account_consent_policy(#[case] world: World, #[case] expected: &[&str]) {
    assert_eq!(world.demands(PAYROLL), expected);
}

#[rstest]
#[case::first_the_second_factor(World::new(), "mfa")]
#[case::then_consent(World { mfa: true, ..World::new() }, "consent payroll: Salary.Read")]
fn pages_come_in_another_order(#[case] world: World, #[case] expected: &str) {
    assert_eq!(words(world.decide(PAYROLL).next_page().unwrap()), expected);
}

#[rstest]
#[case::enabled(PolicyState::Enabled, &["mfa"], 1)]
#[case::disabled(PolicyState::Disabled, &[], 0)]
#[case::report_only(PolicyState::ReportOnly, &[], 1)]
fn a_policys_state_counts(#[case] state: PolicyState, #[case] expected: &[&str], #[case] noted: usize) {
    let mut world = World::new().consented("calendar", "Events.Read");
    world.policies = vec![policy(GrantControl::Mfa, state, UserFilter::default(), api("calendar"))];
    assert_eq!(world.demands(CALENDAR), expected);
    let decision = world.decide(CALENDAR);
    assert_eq!(decision.reasons.iter().filter(|reason| reason.policy.is_some()).count(), noted);
    assert_eq!(decision.unmet_policies.len(), usize::from(state == PolicyState::Enabled));
}

#[rstest]
#[case::included(&["ada@contoso.test"], &[], true)]
#[case::others(&["bo@contoso.test"], &[], false)]
#[case::excluded(&[], &["ada@contoso.test"], false)]
#[case::exclusion_wins(&["ada@contoso.test"], &["ada@contoso.test"], false)]
fn a_policy_concerns_whom_it_names(#[case] include: &[&str], #[case] exclude: &[&str], #[case] concerned: bool) {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let users = UserFilter { include: names(include), exclude: names(exclude) };
    let mut world = World::new().consented("calendar", "Events.Read");
    world.policies = vec![policy(GrantControl::Mfa, PolicyState::Enabled, users, api("calendar"))];
    assert_eq!(!world.demands(CALENDAR).is_empty(), concerned);
}

#[rstest]
#[case::guarded("api://mail/Mail.Send", &["mfa"])]
#[case::beside_it("api://mail/Mail.Read", &[])]
fn a_policy_can_guard_one_scope(#[case] scope: &str, #[case] expected: &[&str]) {
    let mut world = World::new().consented("mail", "Mail.Read").consented("mail", "Mail.Send");
    let targets = Targets { scopes: vec!["mail/Mail.Send".into()], ..Targets::default() };
    world.policies = vec![policy(GrantControl::Mfa, PolicyState::Enabled, UserFilter::default(), targets)];
    assert_eq!(world.demands(scope), expected);
}

#[test]
fn a_block_wins_over_what_the_user_could_do() {
    let mut world = World::new().consented("payroll", "Salary.Read");
    world.policies.push(policy(GrantControl::Block, PolicyState::Enabled, UserFilter::default(), api("payroll")));
    assert_eq!(world.demands(PAYROLL), ["53003", "mfa"]);
    assert_eq!(world.decide(PAYROLL).unmet_policies.len(), 2);
}

#[test]
fn per_user_mfa_asks_without_a_policy_to_name() {
    let mut world = World::new().consented("calendar", "Events.Read");
    let ada = world.directory.user("ada").unwrap().id;
    world.directory.user_mut(ada).unwrap().per_user_mfa = true;
    let decision = world.decide(CALENDAR);
    assert_eq!(decision.demands.iter().map(words).collect::<Vec<_>>(), ["mfa"]);
    assert_eq!(decision.challenge(&Switches::default()), None);
}

#[rstest]
#[case::named_policy(r#"{"access_token":{"capolids":{"essential":true,"values":["f0000000-0000-4000-8000-000000000001"]}}}"#, &["mfa"])]
#[case::context(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#, &["mfa"])]
#[case::free_context(r#"{"access_token":{"acrs":{"essential":true,"value":"c9"}}}"#, &[])]
#[case::a_wish(r#"{"access_token":{"acrs":{"essential":false,"value":"c1"}}}"#, &[])]
fn claims_bring_policies_in(#[case] claims: &'static str, #[case] expected: &[&str]) {
    let world = World { claims, ..World::new().consented("vault", "Secrets.Read") };
    assert_eq!(world.demands("api://vault/Secrets.Read"), expected);
}

/// 2.14, step 12.
#[rstest]
#[case::within_what_clocks_may_differ("300", &[])]
#[case::later("301", &["90013"])]
fn a_token_that_is_issued_later_than_now_cannot_be_had(#[case] not_before: &str, #[case] expected: &[&str]) {
    let claims = format!(r#"{{"access_token":{{"nbf":{{"essential":true,"value":"{not_before}"}}}}}}"#);
    let world = World { claims: claims.leak(), ..World::new().consented("calendar", "Events.Read") };
    assert_eq!(world.demands(CALENDAR), expected);
}

#[test]
fn a_context_is_met_once_its_policies_are() {
    let claims = r#"{"access_token":{"acrs":{"essential":true,"values":["c1"]}}}"#;
    let world = World { claims, ..World::new().consented("vault", "Secrets.Read") };
    assert!(world.decide("api://vault/Secrets.Read").met_contexts.is_empty());
    let world = World { mfa: true, ..world };
    assert_eq!(world.decide("api://vault/Secrets.Read").met_contexts, ["c1"]);
}

#[rstest]
#[case::login(Interaction { force_sign_in: true, ..Interaction::default() }, &["sign in again"])]
#[case::login_done(Interaction { force_sign_in: true, signed_in: true, ..Interaction::default() }, &[])]
#[case::consent(Interaction { force_consent: true, ..Interaction::default() }, &["consent calendar: "])]
#[case::consent_done(Interaction { force_consent: true, consented: true, ..Interaction::default() }, &[])]
#[case::choose(Interaction { choose_account: true, ..Interaction::default() }, &["choose"])]
#[case::chosen(Interaction { choose_account: true, chose_account: true, ..Interaction::default() }, &[])]
fn prompts_ask_again_once(#[case] interaction: Interaction, #[case] expected: &[&str]) {
    let world = World { interaction: Some(interaction), ..World::new().consented("calendar", "Events.Read") };
    assert_eq!(world.demands(CALENDAR), expected);
}

/// With `prompt=consent` the page lists the whole registration, whatever is on record (SCP examples 2 and 3).
#[rstest]
#[case::silent(None, &[])]
#[case::consent(
    Some(Interaction { force_consent: true, ..Interaction::default() }),
    &["consent graph: User.Read; calendar: Events.Read; mail: Mail.Send; payroll: Salary.Read; vault: Secrets.Read; news: Articles.Read; portal: access_as_user"]
)]
fn default_is_asked_again_as_a_whole(#[case] interaction: Option<Interaction>, #[case] expected: &[&str]) {
    let world = World { interaction, ..World::new().consented("mail", "Mail.Read") };
    assert_eq!(world.demands("api://mail/.default"), expected);
}

#[test]
fn a_young_consent_is_not_known_everywhere_yet() {
    let mut world = World::new();
    let (user, client) =
        (world.directory.user("ada").unwrap().id, world.directory.application("desktop").unwrap().client_id);
    let later = NOW + jiff::SignedDuration::from_secs(5);
    world.ledger.grant(client, "calendar", Some(user), &["Events.Read".to_owned()], later);
    assert_eq!(world.demands(CALENDAR), ["consent calendar: Events.Read"]);
}
