//! Tables of what stands before any policy: the account, the assignment, who may consent.

use super::*;

impl World {
    fn user(mut self, change: impl FnOnce(&mut User)) -> Self {
        let user = self.directory.user(self.user).unwrap().id;
        change(self.directory.user_mut(user).unwrap());
        self
    }

    fn application(mut self, change: impl FnOnce(&mut Application)) -> Self {
        change(self.directory.application_mut("desktop").unwrap());
        self
    }

    fn interactive(mut self) -> Self {
        self.interaction = Some(Interaction::default());
        self
    }
}

fn granted() -> World {
    World::new().consented("calendar", "Events.Read")
}

/// B8 to B11, and that no policy is named with them (2.14, step 7).
#[rstest]
#[case::deleted(granted().user(|ada| ada.deleted = true), "50034")]
#[case::disabled(granted().user(|ada| ada.enabled = false), "50057")]
#[case::locked(granted().user(|ada| ada.locked = true), "50053")]
#[case::password(granted().user(|ada| ada.password_expired = true), "50055")]
#[case::deleted_comes_first(granted().user(|ada| (ada.deleted, ada.enabled, ada.locked) = (true, false, true)), "50034")]
fn an_account_must_be_usable(#[case] world: World, #[case] expected: &str) {
    assert_eq!(world.demands(CALENDAR), [expected]);
    assert!(!world.decide(CALENDAR).demands[0].carries_claims());
}

#[rstest]
#[case::password(granted().user(|ada| ada.password_expired = true), true)]
#[case::locked(granted().user(|ada| ada.locked = true), false)]
fn only_an_expired_password_can_be_mended_on_a_page(#[case] world: World, #[case] has_page: bool) {
    assert_eq!(world.decide(CALENDAR).demands[0].has_page(), has_page);
}

/// E1.
#[rstest]
#[case::nobody(&[], &["50105"])]
#[case::by_name(&["ada@contoso.test"], &[])]
#[case::by_group(&["group:finance"], &[])]
#[case::others(&["bo@contoso.test", "administrators"], &["50105"])]
fn an_application_can_be_for_assigned_users(#[case] assigned: &[&str], #[case] expected: &[&str]) {
    let assigned = assigned.iter().map(|name| (*name).to_owned()).collect();
    let world = granted().user(|ada| ada.groups = vec!["Finance".into()]).application(|desktop| {
        desktop.assignment_required = true;
        desktop.assigned = assigned;
    });
    assert_eq!(world.demands(CALENDAR), expected);
}

fn settings(users_may_consent: bool, request_workflow: bool) -> World {
    let mut world = World::new();
    world.directory.consent_settings = ConsentSettings { users_may_consent, request_workflow };
    world
}

/// C5 and C6.
#[rstest]
#[case::usual(settings(true, false), CALENDAR, "consent calendar: Events.Read")]
#[case::users_may_not(settings(false, false), CALENDAR, "admin consent (UsersMayNot) calendar: Events.Read")]
#[case::an_admin_may(World { user: "eve", ..settings(false, false) }, CALENDAR, "consent calendar: Events.Read")]
#[case::admin_only(settings(true, false), "api://mail/Mail.Manage", "admin consent mail: Mail.Manage")]
#[case::risky(settings(true, false).application(|desktop| desktop.risky = true), CALENDAR, "admin consent (Risky) calendar: Events.Read")]
#[case::whole_tenant(
    World { interaction: Some(Interaction { whole_tenant: true, ..Interaction::default() }), ..World::new() },
    CALENDAR, "admin consent (WholeTenant) calendar: Events.Read")]
fn who_may_consent(#[case] world: World, #[case] scope: &str, #[case] expected: &str) {
    assert_eq!(world.demands(scope), [expected]);
}

#[rstest]
#[case(AdminReason::Scope, false, 90094)]
#[case(AdminReason::Scope, true, 90095)]
#[case(AdminReason::UsersMayNot, false, 90093)]
#[case(AdminReason::UsersMayNot, true, 90095)]
#[case(AdminReason::Risky, false, 900_941)]
#[case(AdminReason::Risky, true, 900_981)]
#[case(AdminReason::WholeTenant, false, 90094)]
fn each_reason_has_its_number(#[case] reason: AdminReason, #[case] requestable: bool, #[case] number: u32) {
    assert_eq!(reason.code(requestable).row().number, number);
}

/// Forcing the page blocks users whom an administrator had covered already, where users may not consent (3.5).
#[test]
fn asking_again_where_users_may_not_consent() {
    let mut world = settings(false, false).consented("calendar", "Events.Read");
    assert_eq!(world.demands(CALENDAR), [""; 0]);
    world.interaction = Some(Interaction { force_consent: true, ..Interaction::default() });
    assert_eq!(world.demands(CALENDAR), ["admin consent (UsersMayNot) calendar: "]);
    assert_eq!(
        world.decide(CALENDAR).reasons[0].because,
        "consent is asked again: calendar for Events.Read; only administrators can consent in this tenant"
    );
}

fn preauthorized(scopes: &[&str]) -> World {
    let mut world = World::new();
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let row = Preauthorized { client: "desktop".into(), scopes };
    world.directory.api_mut("mail").unwrap().preauthorized.push(row);
    world
}

#[rstest]
#[case::covered(&["Mail.Read"], &[])]
#[case::another_scope(&["Mail.Send"], &["consent mail: Mail.Read"])]
fn the_apis_owner_can_preauthorize_a_client(#[case] scopes: &[&str], #[case] expected: &[&str]) {
    assert_eq!(preauthorized(scopes).demands(MAIL), expected);
}

/// C11.
#[rstest]
#[case::silent(World::new())]
#[case::interactive(World::new().interactive())]
fn first_party_pairs_need_preauthorization(#[case] world: World) {
    let mut world = world.application(|desktop| desktop.first_party = true);
    assert_eq!(world.demands(MAIL), ["consent mail: Mail.Read"]);
    world.directory.api_mut("mail").unwrap().first_party = true;
    assert_eq!(world.demands(MAIL), ["65002"]);
}

/// C2.
#[test]
fn a_personal_account_is_told_in_other_words() {
    let world = World::new().user(|ada| ada.personal_account = true);
    let decision = world.decide(MAIL);
    assert_eq!(words(&decision.demands[0]), "consent mail: Mail.Read");
}

#[test]
fn a_switch_lets_policies_speak_before_consent() {
    let mut world = World::new();
    std::sync::Arc::make_mut(&mut world.directory.switches).policies_before_consent = true;
    assert_eq!(world.demands(PAYROLL), ["mfa", "consent payroll: Salary.Read"]);
}
