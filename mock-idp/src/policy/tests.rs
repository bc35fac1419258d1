//! Tables of decisions: the situation in words, the demands in their order.

use jiff::SignedDuration;
use rstest::rstest;

use super::*;
use crate::{
    config,
    directory::{
        ClientFilter, Conditions, Facts, GrantControl, GrantControls, PolicyState, RiskLevel, SessionControls,
        SignInFrequency, Targets, UserFilter,
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
        let strength = Strength {
            signed_in_at: NOW,
            mfa_at: self.mfa.then_some(NOW + self.age - self.mfa_age.unwrap_or(self.age)),
        };
        let subject = Subject { user: self.directory.user(self.user).unwrap(), strength };
        decide(&Situation {
            directory: &self.directory,
            policies: &self.policies,
            ledger: &self.ledger,
            client,
            scopes: &scopes,
            claims: &claims,
            who: if self.session { Who::User(subject) } else { Who::Nobody },
            device_code: self.device_code,
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
        Demand::AccountDisabled => "disabled".into(),
        Demand::Blocked => "blocked".into(),
        Demand::Remedy(remedy) => remedy.code.row().number.to_string(),
        Demand::Mfa => "mfa".into(),
        Demand::MfaTooOld => "mfa again".into(),
        Demand::MfaEnrolment => "enrol".into(),
        Demand::Consent(missing) => format!("consent {}", rows(missing)),
        Demand::AdminConsent(missing) => format!("admin consent {}", rows(missing)),
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
#[case::disabled_comes_first(World { user: "di", ..World::new() }, &["disabled", "consent payroll: Salary.Read", "mfa"])]
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
    assert_eq!(world.demands(PAYROLL), ["blocked", "mfa"]);
    assert_eq!(world.decide(PAYROLL).unmet_policies.len(), 2);
}

#[test]
fn per_user_mfa_asks_without_a_policy_to_name() {
    let mut world = World::new().consented("calendar", "Events.Read");
    let ada = world.directory.user("ada").unwrap().id;
    world.directory.user_mut(ada).unwrap().per_user_mfa = true;
    let decision = world.decide(CALENDAR);
    assert_eq!(decision.demands, [Demand::Mfa]);
    assert_eq!(decision.challenge(), None);
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

#[test]
fn a_young_consent_is_not_known_everywhere_yet() {
    let mut world = World::new();
    let (user, client) =
        (world.directory.user("ada").unwrap().id, world.directory.application("desktop").unwrap().client_id);
    let later = NOW + jiff::SignedDuration::from_secs(5);
    world.ledger.grant(client, "calendar", Some(user), &["Events.Read".to_owned()], later);
    assert_eq!(world.demands(CALENDAR), ["consent calendar: Events.Read"]);
}

fn with_grant(grant: GrantControls) -> World {
    let mut world = World::new().consented("payroll", "Salary.Read");
    let policy = policy(GrantControl::Mfa, PolicyState::Enabled, UserFilter::default(), api("payroll"));
    world.policies = vec![Policy { grant, ..policy }];
    world
}

fn all_of(controls: &[GrantControl]) -> World {
    with_grant(GrantControls { all_of: controls.to_vec(), ..GrantControls::default() })
}

fn any_of(controls: &[GrantControl]) -> World {
    with_grant(GrantControls { any_of: controls.to_vec(), ..GrantControls::default() })
}

impl World {
    fn knowing(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        let user = self.directory.user(self.user).unwrap().id;
        change(&mut self.directory.user_mut(user).unwrap().facts);
        self
    }

    fn client(mut self, change: impl FnOnce(&mut Application)) -> Self {
        let applications = std::sync::Arc::make_mut(&mut self.directory.applications);
        change(applications.iter_mut().find(|client| client.name == "desktop").unwrap());
        self
    }
}

use GrantControl::{
    AppProtection, ApprovedApplication, Block, CompliantDevice, DeviceAuthentication, DomainJoinedDevice,
    ExternalChallenge, PasswordChange, RegisteredDevice, TermsOfUse,
};

#[rstest]
#[case::compliant_device(all_of(&[CompliantDevice]), &["53000"])]
#[case::a_compliant_one(all_of(&[CompliantDevice]).knowing(|ada| ada.device.compliant = true), &[])]
#[case::domain_joined(all_of(&[DomainJoinedDevice]), &["53001"])]
#[case::a_joined_one(all_of(&[DomainJoinedDevice]).knowing(|ada| ada.device.domain_joined = true), &[])]
#[case::registered(all_of(&[RegisteredDevice]), &["50129"])]
#[case::a_registered_one(all_of(&[RegisteredDevice]).knowing(|ada| ada.device.registered = true), &[])]
#[case::device_authentication(all_of(&[DeviceAuthentication]), &["50097"])]
#[case::an_authenticated_one(all_of(&[DeviceAuthentication]).knowing(|ada| ada.device.authenticated = true), &[])]
#[case::application(all_of(&[ApprovedApplication]), &["53002"])]
#[case::an_approved_one(all_of(&[ApprovedApplication]).client(|client| client.approved = true), &[])]
#[case::app_protection(all_of(&[AppProtection]), &["53009"])]
#[case::a_protected_one(all_of(&[AppProtection]).client(|client| client.app_protection = true), &[])]
#[case::password_without_risk(all_of(&[PasswordChange]), &[])]
#[case::password_at_risk(all_of(&[PasswordChange]).knowing(|ada| ada.risk.user = RiskLevel::Low), &["50135"])]
#[case::terms(all_of(&[TermsOfUse]), &["50158"])]
#[case::accepted(all_of(&[TermsOfUse]).knowing(|ada| ada.terms_accepted = true), &[])]
#[case::external(all_of(&[ExternalChallenge]), &["50158"])]
#[case::passed(all_of(&[ExternalChallenge]).knowing(|ada| ada.external_challenge_passed = true), &[])]
fn every_control_is_demanded_until_its_fact_is_set(#[case] world: World, #[case] expected: &[&str]) {
    assert_eq!(world.demands(PAYROLL), expected);
    assert_eq!(world.decide(PAYROLL).unmet_policies.len(), usize::from(!expected.is_empty()));
}

#[rstest]
#[case::block_device_mfa_external(
    all_of(&[TermsOfUse, GrantControl::Mfa, CompliantDevice, Block]), &["blocked", "53000", "mfa", "50158"])]
#[case::enrolment(World { user: "eve", ..all_of(&[GrantControl::Mfa]) }, &["consent payroll: Salary.Read", "mfa"])]
#[case::what_the_pages_can_do(any_of(&[CompliantDevice, GrantControl::Mfa]), &["mfa"])]
#[case::else_the_first(any_of(&[DomainJoinedDevice, CompliantDevice]), &["53001"])]
#[case::one_is_enough(any_of(&[CompliantDevice, GrantControl::Mfa]).knowing(|ada| ada.device.compliant = true), &[])]
#[case::the_other_is_enough(World { mfa: true, ..any_of(&[CompliantDevice, GrantControl::Mfa]) }, &[])]
fn controls_come_in_order_and_alternatives_are_alternatives(#[case] world: World, #[case] expected: &[&str]) {
    assert_eq!(world.demands(PAYROLL), expected);
}

/// Payroll guarded by MFA and `change`.
fn with_policy(change: impl FnOnce(&mut Policy)) -> World {
    let mut world = all_of(&[GrantControl::Mfa]);
    change(&mut world.policies[0]);
    world
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn in_group(include: &[&str], exclude: &[&str]) -> World {
    let mut world = with_policy(|policy| policy.users = UserFilter { include: list(include), exclude: list(exclude) });
    let ada = world.directory.user("ada").unwrap().id;
    world.directory.user_mut(ada).unwrap().groups = list(&["Finance"]);
    world
}

fn client(include: &[&str], exclude: &[&str]) -> World {
    with_policy(|policy| policy.clients = ClientFilter { include: list(include), exclude: list(exclude) })
}

fn targets(apis: &[&str], exclude: &[&str]) -> World {
    with_policy(|policy| policy.targets = Targets { apis: list(apis), exclude: list(exclude), ..Targets::default() })
}

fn conditions(conditions: Conditions) -> World {
    with_policy(|policy| policy.conditions = conditions)
}

#[rstest]
#[case::group(in_group(&["group:finance"], &[]), true)]
#[case::another_group(in_group(&["group:sales"], &[]), false)]
#[case::group_exempt(in_group(&[], &["group:finance"]), false)]
#[case::guests(in_group(&["guests"], &[]), false)]
#[case::a_guest(World { user: "cy", ..in_group(&["guests"], &[]) }.consented("payroll", "Salary.Read"), true)]
#[case::guests_exempt(World { user: "cy", ..in_group(&[], &["guests"]) }.consented("payroll", "Salary.Read"), false)]
#[case::administrators(in_group(&["administrators"], &[]), false)]
#[case::an_administrator(World { user: "eve", ..in_group(&["administrators"], &[]) }.consented("payroll", "Salary.Read"), true)]
#[case::this_client(client(&["desktop"], &[]), true)]
#[case::another_client(client(&["spa"], &[]), false)]
#[case::client_exempt(client(&[], &["desktop"]), false)]
#[case::all_apis(targets(&["all"], &[]), true)]
#[case::all_but_this(targets(&["all"], &["payroll"]), false)]
#[case::all_but_another(targets(&["all"], &["mail"]), true)]
#[case::device_code(conditions(Conditions { device_code_flow: true, ..Conditions::default() }), false)]
#[case::by_device_code(
    World { device_code: true, ..conditions(Conditions { device_code_flow: true, ..Conditions::default() }) }, true)]
#[case::no_risk(conditions(Conditions { sign_in_risk: vec![RiskLevel::High], ..Conditions::default() }), false)]
#[case::risky_sign_in(
    conditions(Conditions { sign_in_risk: vec![RiskLevel::Medium, RiskLevel::High], ..Conditions::default() })
        .knowing(|ada| ada.risk.sign_in = RiskLevel::High), true)]
#[case::risky_user(
    conditions(Conditions { user_risk: vec![RiskLevel::Low], ..Conditions::default() })
        .knowing(|ada| ada.risk.user = RiskLevel::Low), true)]
#[case::another_risk(
    conditions(Conditions { user_risk: vec![RiskLevel::Low], ..Conditions::default() })
        .knowing(|ada| ada.risk.user = RiskLevel::High), false)]
fn a_policy_is_in_force_under_its_conditions(#[case] world: World, #[case] in_force: bool) {
    assert_eq!(world.demands(PAYROLL), if in_force { vec!["mfa"] } else { vec![] });
}

#[rstest]
#[case::all(&["all"], &[], true)]
#[case::graph_exempt(&["all"], &["graph"], false)]
#[case::one(&["payroll"], &[], false)]
fn all_apis_means_a_bare_sign_in_too(#[case] apis: &[&str], #[case] exclude: &[&str], #[case] in_force: bool) {
    assert_eq!(!targets(apis, exclude).demands("openid profile").is_empty(), in_force);
}

fn every(frequency: SignInFrequency, age: i64) -> World {
    let mut world = with_policy(|policy| {
        policy.grant = GrantControls::default();
        policy.session = SessionControls { sign_in_frequency: Some(frequency) };
    });
    world.age = SignedDuration::from_secs(age);
    world
}

const HOURLY: SignInFrequency = SignInFrequency::Every(SignedDuration::from_hours(1));
const SIGNED_IN: Interaction = Interaction {
    force_sign_in: false,
    force_consent: false,
    choose_account: false,
    signed_in: true,
    chose_account: true,
    consented: false,
};

#[rstest]
#[case::young(every(HOURLY, 3600), &[])]
#[case::old(every(HOURLY, 3601), &["sign in every PT1H"])]
#[case::every_time_young(every(SignInFrequency::EveryTime, 300), &[])]
#[case::every_time_old(every(SignInFrequency::EveryTime, 301), &["sign in every PT5M"])]
#[case::every_time_on_the_pages(
    World { interaction: Some(Interaction::default()), ..every(SignInFrequency::EveryTime, 0) }, &["sign in every PT5M"])]
#[case::signed_in_now(World { interaction: Some(SIGNED_IN), ..every(SignInFrequency::EveryTime, 0) }, &[])]
fn a_sign_in_grows_old(#[case] world: World, #[case] expected: &[&str]) {
    assert_eq!(world.demands(PAYROLL), expected);
    assert!(!world.demands(CALENDAR).iter().any(|demand| demand.starts_with("sign in")), "another API");
}

#[rstest]
#[case::both_young(0, &[])]
#[case::the_second_factor_is_old(3601, &["mfa again"])]
fn a_second_factor_grows_old_with_it(#[case] mfa_age: i64, #[case] expected: &[&str]) {
    let mut world = every(HOURLY, 10);
    world.policies[0].grant.all_of = vec![GrantControl::Mfa];
    (world.mfa, world.mfa_age) = (true, Some(SignedDuration::from_secs(mfa_age)));
    assert_eq!(world.demands(PAYROLL), expected);
}
