//! Tables of verdicts: what a token lacks, what happened since it was issued, and what the API says of it.

use std::sync::LazyLock;

use rstest::rstest;

use super::*;
use crate::{
    claims_request::ClaimsRequest,
    config,
    directory::{
        Conditions, Directory, GrantControl, LocationFilter, NamedLocation, Policy, PolicyState, ProtectedRoute,
        RiskLevel, User,
    },
    policy::{Circumstances, Ledger, Situation, Strength, Subject, Who},
    scopes::Scopes,
};

const NOW: i64 = 150;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn token() -> Presented {
    serde_json::from_value(serde_json::json!({
        "aud": "b0000000-0000-4000-8000-000000000004",
        "iss": "us",
        "exp": 200,
        "nbf": 100,
        "tid": Uuid::nil(),
        "oid": Uuid::nil(),
        "scp": "Secrets.Read",
        "acrs": ["c1"],
    }))
    .unwrap()
}

fn vault() -> Api {
    config::built_in().apis.iter().find(|api| api.name == "vault").unwrap().clone()
}

/// A token issued at 120 for a user of whom nothing is watched.
fn arrival(api: &Api) -> Arrival<'_> {
    static ISSUERS: LazyLock<[String; 1]> = LazyLock::new(|| ["us".to_owned()]);
    let watched = Watched {
        issued: issued_at(at(120)),
        user: None,
        valid_from: None,
        at_risk_since: None,
        situation: None,
        changes: &[],
    };
    Arrival { api, issuers: &*ISSUERS, route: api.protected_route("/secrets"), now: NOW, watched }
}

#[rstest]
#[case("/secrets", Some("/secrets"))]
#[case("/secrets/deep/er", Some("/secrets/deep"))]
#[case("/secretsauce", None)]
fn the_nearest_path_above_protects(#[case] path: &str, #[case] protected_by: Option<&str>) {
    let mut vault = vault();
    let deep = ProtectedRoute { path: "/secrets/deep".to_owned(), ..vault.protected_routes[0].clone() };
    vault.protected_routes.push(deep);
    assert_eq!(vault.protected_route(path).map(|route| route.path.as_str()), protected_by);
    vault.protected_routes[0].path = "/".to_owned();
    assert!(vault.protected_route(path).is_some(), "all is below the root");
}

fn step_up(context: Option<&str>, max_age: Option<i64>) -> Wanted {
    Wanted::StepUp { context: context.map(str::to_owned), max_age: max_age.map(SignedDuration::from_secs) }
}

#[rstest]
#[case::good(|_: &mut Presented| {}, Verdict::Allowed)]
#[case::by_address(|token: &mut Presented| token.aud = "api://vault/".into(), Verdict::Allowed)]
#[case::issuer(|token: &mut Presented| token.iss = "them".into(), Verdict::InvalidToken("the token is of another issuer"))]
#[case::audience(|token: &mut Presented| token.aud = "api://mail".into(), Verdict::InvalidToken("the token is for another audience"))]
#[case::expired(|token: &mut Presented| token.exp = 150, Verdict::InvalidToken("the token has expired"))]
#[case::from_now_on(|token: &mut Presented| token.nbf = 150, Verdict::Allowed)]
#[case::early(|token: &mut Presented| token.nbf = 151, Verdict::InvalidToken("the token is not valid yet"))]
#[case::scope(|token: &mut Presented| token.scp = "openid".into(), Verdict::InsufficientScope)]
#[case::context(
    |token: &mut Presented| token.acrs.clear(),
    Verdict::Challenge {
        wanted: step_up(Some("c1"), None),
        because: "the route needs the authentication context c1".into(),
    }
)]
fn a_token_is_judged(#[case] change: fn(&mut Presented), #[case] expected: Verdict) {
    let vault = vault();
    let mut token = token();
    change(&mut token);
    assert_eq!(judge(&token, &arrival(&vault)), expected);
}

#[rstest]
#[case::context(step_up(Some("c1"), Some(60)), Some(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#))]
#[case::age_alone(step_up(None, Some(60)), None)]
#[case::revoked(
    Wanted::NewToken { not_before: 150, address: None },
    Some(r#"{"access_token":{"nbf":{"essential":true, "value":"150"}}}"#)
)]
#[case::location(
    Wanted::NewToken { not_before: 150, address: Some([198, 51, 100, 9].into()) },
    Some(r#"{"access_token":{"nbf":{"essential":true, "value":"150"}, "xms_rp_ipaddr":{"value":"198.51.100.9"}}}"#)
)]
#[case::downstream(Wanted::Downstream { claims: "{}".into() }, Some("{}"))]
fn what_is_wanted_is_said_in_claims(#[case] wanted: Wanted, #[case] claims: Option<&str>) {
    assert_eq!(wanted.claims().as_deref(), claims);
}

/// 4.7: a route may want a context, a young sign-in, or both; an age can be asked for in the dialect of RFC 9470 only.
#[rstest]
#[case::young(ChallengeDialect::Rfc9470, None, Some(60), Some(90), None)]
#[case::old(ChallengeDialect::Rfc9470, None, Some(60), Some(89), Some("a sign-in that is no older than 60 seconds"))]
#[case::unknown_age(ChallengeDialect::Rfc9470, None, Some(60), None, Some("no older than 60 seconds"))]
#[case::no_word_for_it(ChallengeDialect::Entra, None, Some(60), Some(0), None)]
#[case::context(ChallengeDialect::Rfc9470, Some("c2"), None, None, Some("the authentication context c2"))]
#[case::both(ChallengeDialect::Rfc9470, Some("c2"), Some(60), Some(0), Some("c2 and a sign-in"))]
#[case::one_of_two(ChallengeDialect::Rfc9470, Some("c1"), Some(60), Some(0), Some("needs a sign-in"))]
#[case::both_met(ChallengeDialect::Rfc9470, Some("c1"), Some(60), Some(100), None)]
fn a_route_wants_context_and_age(
    #[case] challenge: ChallengeDialect,
    #[case] context: Option<&str>,
    #[case] max_age: Option<i64>,
    #[case] auth_time: Option<i64>,
    #[case] says: Option<&str>,
) {
    let mut vault = Api { challenge, ..vault() };
    vault.protected_routes[0].authentication_context = context.map(str::to_owned);
    vault.protected_routes[0].max_age = max_age.map(SignedDuration::from_secs);
    let token = Presented { auth_time, ..token() };
    match (judge(&token, &arrival(&vault)), says) {
        (Verdict::Allowed, None) => {}
        (Verdict::Challenge { wanted, because }, Some(says)) => {
            assert!(because.contains(says), "{because}");
            // Both are asked for, even if one is met: the answer must not lose it.
            assert_eq!(wanted, step_up(context, max_age));
        }
        (verdict, _) => panic!("{verdict:?}"),
    }
}

/// F7: an API that minds tells only capable clients what it wants.
#[rstest]
#[case::capable(true, &["CP1"], true)]
#[case::not_capable(true, &[], false)]
#[case::does_not_mind(false, &[], true)]
fn a_client_that_cannot_answer_is_not_challenged(
    #[case] minds: bool,
    #[case] capabilities: &[&str],
    #[case] challenged: bool,
) {
    let vault = Api { challenge_capable_clients_only: minds, ..vault() };
    let mut token = Presented { xms_cc: capabilities.iter().map(|word| (*word).to_owned()).collect(), ..token() };
    assert_eq!(judge(&token, &arrival(&vault)), Verdict::Allowed);
    token.acrs.clear();
    match judge(&token, &arrival(&vault)) {
        Verdict::Challenge { .. } => assert!(challenged),
        Verdict::ClientNotCapable(because) => assert!(!challenged && because.contains("c1"), "{because}"),
        verdict => panic!("{verdict:?}"),
    }
}

const HERE: [u8; 4] = [192, 0, 2, 1];
const ABROAD: [u8; 4] = [198, 51, 100, 9];

/// Everything a case can change; the rest is a token of ada's for the vault, issued at 120 under evaluation, at [`HERE`].
struct World {
    vault: Api,
    ada: User,
    gone: bool,
    capable: bool,
    issued: Issued,
    valid_from: Option<Timestamp>,
    at_risk_since: Option<Timestamp>,
    policies: Vec<Policy>,
    changes: Vec<PolicyChange>,
    contexts: Vec<String>,
}

impl World {
    fn new() -> Self {
        let document = config::built_in();
        let mut ada = document.tenants[0].users[0].clone();
        ada.facts.network.address = HERE.into();
        let issued = Issued {
            strength: Some(Strength::password(at(120))),
            address: Some(HERE.into()),
            evaluated: true,
            ..issued_at(at(120))
        };
        Self {
            vault: Api { continuous_access_evaluation: true, ..vault() },
            ada,
            gone: false,
            capable: true,
            issued,
            valid_from: None,
            at_risk_since: None,
            policies: Vec::new(),
            changes: Vec::new(),
            contexts: vec!["c1".to_owned()],
        }
    }

    fn verdict(&self) -> Verdict {
        let document = config::built_in();
        let places =
            NamedLocation { name: "here".to_owned(), ranges: vec!["192.0.2.0/24".parse().unwrap()], trusted: false };
        let mut directory = Directory::of(&document.tenants[0], &document);
        directory.named_locations = std::sync::Arc::new(vec![places]);
        let scopes = Scopes::held(&self.vault, "Secrets.Read");
        let claims = ClaimsRequest { contexts: self.contexts.clone(), ..ClaimsRequest::default() };
        let ledger = Ledger::default();
        let situation = Situation {
            directory: &directory,
            policies: &self.policies,
            ledger: &ledger,
            client: directory.application("desktop").unwrap(),
            scopes: &scopes,
            claims: &claims,
            who: Who::User(Subject { user: &self.ada, strength: Strength::password(at(120)) }),
            circumstances: Circumstances::default(),
            now: at(NOW),
            interaction: None,
            consents_known_until: at(NOW),
        };
        let token = Presented { xms_cc: self.capable.then(|| "CP1".to_owned()).into_iter().collect(), ..token() };
        let watched = Watched {
            issued: self.issued,
            user: Some(&self.ada).filter(|_| !self.gone),
            valid_from: self.valid_from,
            at_risk_since: self.at_risk_since,
            situation: Some(&situation),
            changes: &self.changes,
        };
        judge(&token, &Arrival { watched, ..arrival(&self.vault) })
    }
}

/// F1: only a token of which client and API agreed that it can be sent back, and only if it is older than what happened.
#[rstest]
#[case::nothing_happened(|_: &mut World| {}, None)]
#[case::revoked(|world: &mut World| world.valid_from = Some(at(121)), Some("TokenIssuedBeforeRevocationTimestamp"))]
#[case::issued_after(|world: &mut World| world.valid_from = Some(at(120)), None)]
#[case::disabled(|world: &mut World| world.ada.enabled = false, Some("disabled or deleted"))]
#[case::deleted(|world: &mut World| world.ada.deleted = true, Some("disabled or deleted"))]
#[case::gone(|world: &mut World| world.gone = true, Some("disabled or deleted"))]
#[case::at_risk(|world: &mut World| world.at_risk_since = Some(at(121)), Some("risk of the user is high"))]
#[case::at_risk_before(|world: &mut World| {
    world.ada.facts.risk.user = RiskLevel::High;
    world.at_risk_since = Some(at(119));
}, None)]
#[case::mfa_turned_on(|world: &mut World| world.ada.per_user_mfa = true, Some("multifactor authentication"))]
#[case::mfa_done(|world: &mut World| {
    world.ada.per_user_mfa = true;
    world.issued.strength.as_mut().unwrap().mfa_at = Some(at(120));
}, None)]
#[case::client_not_capable(|world: &mut World| {
    world.capable = false;
    world.ada.enabled = false;
}, None)]
#[case::api_not_capable(|world: &mut World| {
    world.vault.continuous_access_evaluation = false;
    world.ada.enabled = false;
}, None)]
#[case::not_under_evaluation(|world: &mut World| {
    world.issued.evaluated = false;
    world.valid_from = Some(at(121));
}, None)]
fn events_send_tokens_back(#[case] happens: fn(&mut World), #[case] says: Option<&str>) {
    let mut world = World::new();
    happens(&mut world);
    match (world.verdict(), says) {
        (Verdict::Allowed, None) => {}
        (Verdict::Challenge { wanted, because }, Some(says)) => {
            assert_eq!(wanted, Wanted::NewToken { not_before: NOW, address: None });
            assert!(because.contains("InteractionRequired") && because.contains(says), "{because}");
        }
        (verdict, _) => panic!("{verdict:?}"),
    }
}

/// A policy that guards the vault.
fn guard() -> Policy {
    let mut policy = config::built_in().tenants[0].policies[0].clone();
    policy.targets.apis = vec!["vault".to_owned()];
    policy
}

/// F3: only a change after the token, and only of what covers the request.
#[rstest]
#[case::guards_the_api(|_: &mut PolicyChange| {}, true)]
#[case::guards_all(|change: &mut PolicyChange| change.policy.targets.apis = vec!["all".to_owned()], true)]
#[case::guards_the_context(|change: &mut PolicyChange| {
    change.policy.targets.apis.clear();
    change.policy.targets.authentication_contexts = vec!["c1".to_owned()];
}, true)]
#[case::guards_the_scope(|change: &mut PolicyChange| {
    change.policy.targets.apis.clear();
    change.policy.targets.scopes = vec!["vault/Secrets.Read".to_owned()];
}, true)]
#[case::before_the_token(|change: &mut PolicyChange| change.at = at(120), false)]
#[case::another_api(|change: &mut PolicyChange| change.policy.targets.apis = vec!["mail".to_owned()], false)]
#[case::another_user(|change: &mut PolicyChange| change.policy.users.include = vec!["bo@contoso.test".to_owned()], false)]
#[case::another_client(|change: &mut PolicyChange| change.policy.clients.include = vec!["spa".to_owned()], false)]
fn a_change_of_policy_sends_tokens_back(#[case] change: fn(&mut PolicyChange), #[case] challenged: bool) {
    let mut world = World::new();
    let mut changed = PolicyChange { at: at(121), policy: guard() };
    change(&mut changed);
    world.changes = vec![changed];
    match world.verdict() {
        Verdict::Challenge { because, .. } => {
            assert!(challenged && because.contains("TokenCreatedWithOutdatedPolicies"), "{because}");
        }
        verdict => assert!(!challenged && verdict == Verdict::Allowed, "{verdict:?}"),
    }
}

/// F2: only where a policy is in force at the place that the API sees and was not where the token was issued.
#[rstest]
#[case::another_place(|_: &mut World| {}, true)]
#[case::the_same_place(|world: &mut World| world.ada.facts.network.api_address = None, false)]
#[case::another_address_of_the_place(|world: &mut World| {
    world.ada.facts.network.api_address = Some([192, 0, 2, 200].into());
}, false)]
#[case::reported_already(|world: &mut World| world.issued.reported = Some(ABROAD.into()), false)]
#[case::no_policy(|world: &mut World| world.policies.clear(), false)]
#[case::policy_for_every_place(|world: &mut World| world.policies[0].conditions = Conditions::default(), false)]
#[case::report_only(|world: &mut World| world.policies[0].state = PolicyState::ReportOnly, false)]
#[case::another_api(|world: &mut World| world.policies[0].targets.apis = vec!["mail".to_owned()], false)]
#[case::another_user(|world: &mut World| world.policies[0].users.include = vec!["bo@contoso.test".to_owned()], false)]
#[case::in_force_at_issue(|world: &mut World| {
    // Whatever the policy asks there was met.
    world.policies[0].conditions.locations = LocationFilter { exclude: vec!["nowhere".to_owned()], include: Vec::new() };
}, false)]
fn another_place_sends_tokens_back(#[case] change: fn(&mut World), #[case] challenged: bool) {
    let mut world = World::new();
    world.ada.facts.network.api_address = Some(ABROAD.into());
    let mut policy = guard();
    policy.grant.all_of = vec![GrantControl::Block];
    policy.conditions.locations.exclude = vec!["here".to_owned()];
    world.policies = vec![policy];
    change(&mut world);
    match world.verdict() {
        Verdict::Challenge { wanted, because } => {
            assert!(challenged && because.contains("LocationConditionEvaluationSatisfied"), "{because}");
            assert_eq!(wanted, Wanted::NewToken { not_before: NOW, address: Some(ABROAD.into()) });
        }
        verdict => assert!(!challenged && verdict == Verdict::Allowed, "{verdict:?}"),
    }
}
