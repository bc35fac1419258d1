//! Tables of what policies can ask, of whom, and under which conditions.

use super::*;
use crate::error::Aadsts;

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

/// The sentence of the refusal names the state that was found.
#[rstest]
#[case::unregistered(|_: &mut Device| {}, "unregistered")]
#[case::registered(|device: &mut Device| device.registered = true, "registered")]
#[case::domain_joined(|device: &mut Device| (device.registered, device.domain_joined) = (true, true), "domain_joined")]
fn a_device_in_another_state_is_told_which(#[case] change: fn(&mut Device), #[case] state: &str) {
    let world = all_of(&[CompliantDevice]).knowing(|ada| change(&mut ada.device));
    let decision = world.decide(PAYROLL);
    let [Demand::Remedy(remedy)] = decision.demands.as_slice() else { panic!("{decision:?}") };
    assert_eq!(remedy.values, [("state", state.to_owned())]);
}

#[rstest]
#[case::block_device_mfa_external(
    all_of(&[TermsOfUse, GrantControl::Mfa, CompliantDevice, Block]), &["53003", "53000", "mfa", "50158"])]
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

fn places(include: &[&str], exclude: &[&str], address: &str) -> World {
    let locations = LocationFilter { include: list(include), exclude: list(exclude) };
    let mut world = conditions(Conditions { locations, ..Conditions::default() });
    let place = |name: &str, range: &str, trusted| NamedLocation {
        name: name.into(),
        ranges: vec![range.parse().unwrap()],
        trusted,
    };
    world.directory.named_locations =
        std::sync::Arc::new(vec![place("office", "203.0.113.0/24", true), place("café", "2001:db8::/32", false)]);
    let address = address.parse().unwrap();
    world.knowing(|ada| ada.network.address = address)
}

fn platforms(include: &[Platform], exclude: &[Platform]) -> World {
    let platforms = PlatformFilter { include: include.to_vec(), exclude: exclude.to_vec() };
    conditions(Conditions { platforms, ..Conditions::default() })
}

#[rstest]
#[case::inside(places(&["office"], &[], "203.0.113.7"), true)]
#[case::outside(places(&["office"], &[], "198.51.100.1"), false)]
#[case::anywhere_but_inside(places(&[], &["office"], "203.0.113.7"), false)]
#[case::anywhere_but_outside(places(&[], &["office"], "198.51.100.1"), true)]
#[case::trusted(places(&[], &["all_trusted"], "203.0.113.7"), false)]
#[case::not_trusted(places(&[], &["all_trusted"], "2001:db8::1"), true)]
#[case::version_6(places(&["café"], &[], "2001:db8::1"), true)]
#[case::windows(World { platform: Some(Platform::Windows), ..platforms(&[Platform::Windows], &[]) }, true)]
#[case::linux(World { platform: Some(Platform::Linux), ..platforms(&[Platform::Windows], &[]) }, false)]
#[case::unknown(platforms(&[Platform::Windows], &[]), false)]
#[case::all_but_it(World { platform: Some(Platform::Ios), ..platforms(&[], &[Platform::Ios]) }, false)]
#[case::unknown_is_not_exempt(platforms(&[], &[Platform::Ios]), true)]
#[case::the_users_fact_counts_more(
    World { platform: Some(Platform::Linux), ..platforms(&[Platform::Windows], &[]) }
        .knowing(|ada| ada.device.platform = Some(Platform::Windows)), true)]
fn a_policy_is_in_force_from_its_places_and_systems(#[case] world: World, #[case] in_force: bool) {
    assert_eq!(world.demands(PAYROLL), if in_force { vec!["mfa"] } else { vec![] });
}

#[rstest]
#[case("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", Some(Platform::Windows))]
#[case("Mozilla/5.0 (Linux; Android 14)", Some(Platform::Android))]
#[case("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)", Some(Platform::Ios))]
#[case("darwin", Some(Platform::Macos))]
#[case("linux", Some(Platform::Linux))]
#[case("win32", Some(Platform::Windows))]
#[case("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", Some(Platform::Macos))]
#[case("python-requests/2", None)]
#[case("axios/1.7.2", None)]
fn systems_are_known_by_their_words(#[case] text: &str, #[case] expected: Option<Platform>) {
    assert_eq!(Platform::named_in(text), expected);
}

/// D15, D17: the API saw the user somewhere else.
#[rstest]
#[case::standard(None, &[], true)]
#[case::strict(Some(EvaluationMode::StrictLocation), &["53003"], false)]
fn what_an_api_reports_counts_where_the_policy_is_strict(
    #[case] mode: Option<EvaluationMode>,
    #[case] expected: &[&str],
    #[case] ordinary: bool,
) {
    let mut world = places(&[], &["office"], "203.0.113.7");
    world.policies[0].grant.all_of = vec![Block];
    world.policies[0].session.continuous_access_evaluation = mode;
    world.claims = r#"{"access_token":{"xms_rp_ipaddr":{"value":"198.51.100.1"}}}"#;
    assert_eq!(world.demands(PAYROLL), expected);
    assert_eq!(world.decide(PAYROLL).ordinary_token, ordinary);
    world.claims = "{}";
    assert_eq!((world.demands(PAYROLL).len(), world.decide(PAYROLL).ordinary_token), (0, false));
}

#[test]
fn a_policy_that_is_in_force_at_both_places_is_judged_once() {
    let claims = r#"{"access_token":{"xms_rp_ipaddr":{"value":"198.51.100.1"}}}"#;
    let decision = World { claims, ..all_of(&[GrantControl::Mfa]) }.decide(PAYROLL);
    assert_eq!(decision.reasons.iter().filter(|reason| reason.policy.is_some()).count(), 1, "{decision:?}");
    assert!(!decision.ordinary_token);
}

fn passkeys(methods: &[Method]) -> World {
    let mut world = all_of(&[GrantControl::PhishingResistantMfa]);
    let ada = world.directory.user("ada").unwrap().id;
    world.directory.user_mut(ada).unwrap().methods = methods.to_vec();
    world
}

#[rstest]
#[case::none_registered(passkeys(&[Method::OneTimeCode]), &["enrol by passkey"])]
#[case::not_used(passkeys(&[Method::Passkey]), &["mfa by passkey"])]
#[case::a_code_will_not_do(World { mfa: true, ..passkeys(&[Method::OneTimeCode, Method::Passkey]) }, &["mfa by passkey"])]
#[case::used(World { mfa: true, passkey: true, ..passkeys(&[Method::Passkey]) }, &[])]
fn a_strength_asks_for_its_own_methods(#[case] world: World, #[case] expected: &[&str]) {
    assert_eq!(world.demands(PAYROLL), expected);
}

fn guarded_registration(address: &str) -> World {
    let mut world = World { user: "bo", ..places(&["office", "café"], &[], "203.0.113.7") };
    let bo = world.directory.user("bo").unwrap().id;
    world.directory.user_mut(bo).unwrap().facts.network.address = address.parse().unwrap();
    let guard = Policy {
        id: Uuid::from_u128(7),
        name: "registration".into(),
        targets: Targets { user_actions: vec![UserAction::RegisterSecurityInfo], ..Targets::default() },
        conditions: Conditions {
            locations: LocationFilter { include: vec![], exclude: list(&["office"]) },
            ..Conditions::default()
        },
        grant: GrantControls { all_of: vec![Block], ..GrantControls::default() },
        ..Policy::default()
    };
    world.policies.push(guard);
    world.consented("payroll", "Salary.Read")
}

/// D12, D13.
#[rstest]
#[case::from_the_office(guarded_registration("203.0.113.7"), "enrol")]
#[case::from_elsewhere(guarded_registration("2001:db8::1"), "53010")]
#[case::at_risk(guarded_registration("203.0.113.7").knowing(|bo| bo.risk.sign_in = RiskLevel::Low), "53004")]
fn registering_a_method_can_be_guarded(#[case] world: World, #[case] expected: &str) {
    assert_eq!(world.demands(PAYROLL), [expected]);
    assert_eq!(world.decide(PAYROLL).unmet_policies, [Uuid::from_u128(9)]);
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
        policy.session = SessionControls { sign_in_frequency: Some(frequency), ..SessionControls::default() };
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
    whole_tenant: false,
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

#[rstest]
#[case::in_force(PolicyState::Enabled, "policy the case's guards payroll: the sign-in is too old")]
#[case::on_report(PolicyState::ReportOnly, "policy the case's guards payroll: the sign-in is too old, report-only")]
fn a_sign_in_that_is_too_old_is_explained(#[case] state: PolicyState, #[case] because: &str) {
    let mut world = every(HOURLY, 3601);
    world.policies[0].state = state;
    let decision = world.decide(PAYROLL);
    let reason = decision.reasons.iter().find(|reason| reason.rule == "sign-in-frequency").unwrap();
    assert_eq!(reason.because, because);
}

/// What the log says beside each demand: the cure of its error.
#[rstest]
#[case::consent(World::new(), CALENDAR, &[Aadsts::ConsentRequired])]
#[case::policy(all_of(&[GrantControl::Mfa]), PAYROLL, &[Aadsts::MfaRequired])]
#[case::old_sign_in(every(HOURLY, 3601), PAYROLL, &[Aadsts::SignInTooOld])]
#[case::young_sign_in(every(HOURLY, 3600), PAYROLL, &[])]
fn each_demand_says_what_would_satisfy_it(#[case] world: World, #[case] scope: &str, #[case] errors: &[Aadsts]) {
    let said: Vec<_> = world.decide(scope).reasons.into_iter().filter_map(|reason| reason.satisfied_by).collect();
    assert_eq!(said, errors.iter().map(|error| error.row().cure).collect::<Vec<_>>());
}

/// A policy that only says something of the session comes into play as well, and the log names it.
#[rstest]
#[case::evaluation(
    SessionControls { continuous_access_evaluation: Some(EvaluationMode::Disabled), ..SessionControls::default() },
    "no continuous access evaluation"
)]
#[case::browser(
    SessionControls { persistent_browser: Some(PersistentBrowser::Never), ..SessionControls::default() },
    "the browser's session ends with the browser"
)]
fn what_a_policy_says_of_the_session_is_explained(#[case] session: SessionControls, #[case] what: &str) {
    let mut world = with_grant(GrantControls::default());
    world.policies[0].session = session;
    let decision = world.decide(PAYROLL);
    assert!(decision.is_satisfied() && decision.unmet_policies.is_empty(), "{decision:?}");
    let reason = decision.reasons.iter().find(|reason| reason.rule == "session").unwrap();
    assert_eq!(reason.policy, Some(world.policies[0].id));
    assert!(reason.because.ends_with(what), "{}", reason.because);
}
