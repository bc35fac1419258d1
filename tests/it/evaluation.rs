//! Continuous access evaluation beyond revocation (reference 4.6; F1 to F3): what else sends a token back, what the silent
//! request with the claims gets, and what policies change about it. Revocation itself is in `grants/revocation.rs`.

use desktop_client::challenge::{ChallengeClaims, from_headers};
use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    directory::{
        ChallengeDialect, Conditions, EvaluationMode, GrantControl, GrantControls, LocationFilter, Method,
        NamedLocation, Policy, PolicyState, RiskLevel, Secret, SessionControls, Targets, User,
    },
    virtual_user::VirtualUser,
};
use rstest::rstest;
use serde_json::{Value, json};
use tests::{Answer, RawClient, Seat, jwt_claims, policy_claims};
use uuid::Uuid;

const NEWS: &str = "api://news/Articles.Read";
const CAPABLE: &str = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
const GUARD: &str = "f0000000-0000-4000-8000-000000000009";

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

/// A policy that guards news.
fn guard(control: GrantControl) -> Policy {
    Policy {
        id: Uuid::parse_str(GUARD).unwrap(),
        name: "guard".to_owned(),
        targets: Targets { apis: vec!["news".to_owned()], ..Targets::default() },
        grant: GrantControls { all_of: vec![control], ..GrantControls::default() },
        ..Policy::default()
    }
}

/// A day's token for news, of a capable client.
async fn signed_in(idp: &MockIdp) -> (RawClient, Answer) {
    let client = RawClient::new(idp).await;
    let code = client.code(&ada(), &format!("{NEWS} offline_access"), &[("claims", CAPABLE)]).await;
    let token = client.redeem(&code, &[("claims", CAPABLE)]).await;
    assert_eq!(token.status, 200, "{}", token.text);
    (client, token)
}

async fn call(client: &RawClient, token: &Answer) -> Answer {
    client.call("/api/news", token.text_of("access_token")).await
}

/// The claims of a challenge; `null` if there are none to read.
fn claims_of(answer: &Answer) -> Value {
    match from_headers(&answer.headers).first().map(|one| one.claims()) {
        Some(ChallengeClaims::Json(claims)) => serde_json::from_str(&claims).unwrap_or_default(),
        _ => Value::Null,
    }
}

/// The challenge merged with the client's capabilities, as a client sends it.
fn merged(challenge: &Value) -> String {
    let mut claims = challenge.clone();
    claims["access_token"]["xms_cc"] = json!({ "values": ["cp1"] });
    claims.to_string()
}

fn message(answer: &Answer) -> &str {
    answer.body["error"]["message"].as_str().unwrap()
}

/// Events of 4.6: what happens, what the API says, and what the silent request with its claims gets.
#[rstest]
#[case::password_reset(|ada: &mut User| ada.password = Some(Secret::new("N3w-one!")), "TokenIssuedBeforeRevocationTimestamp", Some(50173))]
#[case::disabled(|ada: &mut User| ada.enabled = false, "disabled or deleted", Some(50057))]
#[case::risk(|ada: &mut User| ada.facts.risk.user = RiskLevel::High, "risk of the user is high", None)]
#[case::mfa_turned_on(|ada: &mut User| ada.per_user_mfa = true, "multifactor authentication", Some(50076))]
#[tokio::test]
async fn an_event_is_felt_at_once(#[case] happens: fn(&mut User), #[case] says: &str, #[case] silently: Option<u64>) {
    let idp = MockIdp::start().await;
    let (client, token) = signed_in(&idp).await;
    assert_eq!(call(&client, &token).await.status, 200);
    idp.tenant().change_user("ada", happens).unwrap();
    let refused = call(&client, &token).await;
    assert_eq!((refused.status, refused.text_of("error")), (401, ""), "{}", refused.text);
    assert!(message(&refused).contains("InteractionRequired") && message(&refused).contains(says), "{}", refused.text);
    assert_eq!(refused.body["error"]["code"], "InvalidAuthenticationToken");

    let claims = claims_of(&refused);
    assert!(claims["access_token"]["nbf"]["value"].is_string(), "{claims}");
    let silent = client.refresh(token.text_of("refresh_token"), NEWS, &[("claims", &merged(&claims))]).await;
    assert_eq!(silent.code(), silently, "{}", silent.text);
    if silently.is_none() {
        assert_eq!(call(&client, &silent).await.status, 200);
    }
}

/// A deleted account, and what a client without the capability sees of it: nothing until its token expires.
#[rstest]
#[case::capable(CAPABLE, 401)]
#[case::not_capable("{}", 200)]
#[tokio::test]
async fn a_deleted_account_is_felt_by_capable_clients(#[case] claims: &str, #[case] status: u16) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let code = client.code(&ada(), NEWS, &[("claims", claims)]).await;
    let token = client.redeem(&code, &[("claims", claims)]).await;
    idp.tenant().change_user("ada", |ada| ada.deleted = true).unwrap();
    assert_eq!(call(&client, &token).await.status, status);
}

/// F3: the silent request shows what the new policy wants, and the answer to that satisfies the API.
#[tokio::test]
async fn a_token_is_sent_back_when_a_policy_comes_into_force() {
    let idp = MockIdp::start().await;
    let (client, token) = signed_in(&idp).await;
    let mut policies = idp.tenant().policies();
    policies.push(guard(GrantControl::Mfa));
    idp.tenant().set_policies(policies.clone());
    let refused = call(&client, &token).await;
    assert_eq!(refused.status, 401);
    assert!(message(&refused).contains("TokenCreatedWithOutdatedPolicies"), "{}", refused.text);
    let claims = merged(&claims_of(&refused));
    let silent = client.refresh(token.text_of("refresh_token"), NEWS, &[("claims", &claims)]).await;
    assert_eq!((silent.code(), silent.text_of("suberror")), (Some(50076), "basic_action"), "{}", silent.text);
    assert_eq!(silent.text_of("claims"), policy_claims(GUARD));
    let code = client.code(&ada(), NEWS, &[("claims", &claims)]).await;
    let strong = client.redeem(&code, &[("claims", &claims)]).await;
    assert_eq!(call(&client, &strong).await.status, 200);

    // The policy goes: that is a change, too, and now nothing is in the way.
    policies.pop();
    idp.tenant().set_policies(policies);
    let refused = call(&client, &strong).await;
    assert_eq!(refused.status, 401);
    let claims = merged(&claims_of(&refused));
    let silent = client.refresh(token.text_of("refresh_token"), NEWS, &[("claims", &claims)]).await;
    assert_eq!(call(&client, &silent).await.status, 200, "{}", silent.text);
}

#[rstest]
#[case::nothing_changed(|_: &mut Vec<Policy>| {})]
#[case::another_api(|policies: &mut Vec<Policy>| {
    policies.push(Policy { targets: Targets { apis: vec!["mail".to_owned()], ..Targets::default() }, ..guard(GrantControl::Block) });
})]
#[case::report_only(|policies: &mut Vec<Policy>| {
    policies.push(Policy { state: PolicyState::ReportOnly, ..guard(GrantControl::Block) });
})]
#[tokio::test]
async fn a_change_that_does_not_concern_the_api_is_not_felt(#[case] change: fn(&mut Vec<Policy>)) {
    let idp = MockIdp::start().await;
    let (client, token) = signed_in(&idp).await;
    let mut policies = idp.tenant().policies();
    change(&mut policies);
    idp.tenant().set_policies(policies);
    assert_eq!(call(&client, &token).await.status, 200);
}

/// The office is at 192.0.2.0/24; everywhere else news is blocked. Ada is in the office, and the API sees her abroad.
fn outside_the_office(idp: &MockIdp, session: Option<EvaluationMode>) {
    let office =
        NamedLocation { name: "office".to_owned(), ranges: vec!["192.0.2.0/24".parse().unwrap()], trusted: true };
    idp.tenant().set_named_locations(vec![office]);
    idp.tenant().change_user("ada", |ada| ada.facts.network.address = "192.0.2.10".parse().unwrap()).unwrap();
    let mut policies = idp.tenant().policies();
    policies.push(Policy {
        conditions: Conditions {
            locations: LocationFilter { exclude: vec!["all_trusted".to_owned()], ..LocationFilter::default() },
            ..Conditions::default()
        },
        session: SessionControls { continuous_access_evaluation: session, ..SessionControls::default() },
        ..guard(GrantControl::Block)
    });
    idp.tenant().set_policies(policies);
}

fn goes_abroad(idp: &MockIdp) {
    let abroad = Some("198.51.100.9".parse().unwrap());
    idp.tenant().change_user("ada", |ada| ada.facts.network.api_address = abroad).unwrap();
}

/// F2, standard: the API reports the address, and gets a token for an hour that it does not evaluate again.
#[rstest]
#[case::entra(ChallengeDialect::Entra, "insufficient_claims")]
#[case::arm(ChallengeDialect::Arm, "invalid_token")]
#[tokio::test]
async fn an_api_that_sees_another_place_gets_a_token_for_an_hour(
    #[case] dialect: ChallengeDialect,
    #[case] error: &str,
) {
    let idp = MockIdp::start().await;
    outside_the_office(&idp, None);
    idp.tenant().change_api("news", |news| news.challenge = dialect).unwrap();
    let (client, token) = signed_in(&idp).await;
    assert_eq!(jwt_claims(token.text_of("access_token"))["ipaddr"], "192.0.2.10");
    assert_eq!(call(&client, &token).await.status, 200);

    goes_abroad(&idp);
    let refused = call(&client, &token).await;
    assert_eq!(refused.status, 401);
    assert_eq!(from_headers(&refused.headers)[0].parameter("error"), Some(error));
    assert!(message(&refused).contains("LocationConditionEvaluationSatisfied"), "{}", refused.text);
    let claims = claims_of(&refused);
    let nbf = &claims["access_token"]["nbf"]["value"];
    assert_eq!(
        claims,
        json!({ "access_token": { "nbf": { "essential": true, "value": nbf }, "xms_rp_ipaddr": { "value": "198.51.100.9" } } })
    );

    let hour = client.refresh(token.text_of("refresh_token"), NEWS, &[("claims", &merged(&claims))]).await;
    assert_eq!((hour.status, &hour.body["expires_in"]), (200, &json!(3600)), "{}", hour.text);
    assert!(hour.body.get("refresh_in").is_none());
    assert!(jwt_claims(hour.text_of("access_token")).get("xms_cc").is_none());
    assert_eq!(call(&client, &hour).await.status, 200);
    // Nor is it sent back for anything else.
    idp.tenant().revoke_sessions("ada").unwrap();
    assert_eq!(call(&client, &hour).await.status, 200);
}

/// F2, strict, and D17: the policy is enforced for the place that the API sees.
#[tokio::test]
async fn strict_enforcement_refuses_for_good() {
    let idp = MockIdp::start().await;
    outside_the_office(&idp, Some(EvaluationMode::StrictLocation));
    let (client, token) = signed_in(&idp).await;
    goes_abroad(&idp);
    let claims = merged(&claims_of(&call(&client, &token).await));
    let silent = client.refresh(token.text_of("refresh_token"), NEWS, &[("claims", &claims)]).await;
    assert_eq!(
        (silent.status, silent.text_of("error"), silent.code(), silent.text_of("suberror")),
        (400, "invalid_grant", Some(53003), "message_only"),
        "{}",
        silent.text
    );
    assert_eq!(silent.text_of("claims"), policy_claims(GUARD));
}

/// Strict and met: the token stays under evaluation, and the API does not ask about that address again.
#[tokio::test]
async fn strict_enforcement_that_is_met_gives_a_day() {
    let idp = MockIdp::start().await;
    outside_the_office(&idp, Some(EvaluationMode::StrictLocation));
    let mut policies = idp.tenant().policies();
    policies.last_mut().unwrap().grant.all_of = vec![GrantControl::Mfa];
    idp.tenant().set_policies(policies);
    let (client, token) = signed_in(&idp).await;
    goes_abroad(&idp);
    let claims = merged(&claims_of(&call(&client, &token).await));
    let silent = client.refresh(token.text_of("refresh_token"), NEWS, &[("claims", &claims)]).await;
    assert_eq!(silent.code(), Some(50076), "{}", silent.text);
    let code = client.code(&ada(), NEWS, &[("claims", &claims)]).await;
    let strong = client.redeem(&code, &[("claims", &claims)]).await;
    assert!(strong.body["expires_in"].as_i64().unwrap() >= 20 * 3600, "{}", strong.text);
    assert_eq!(call(&client, &strong).await.status, 200);
}

#[tokio::test]
async fn a_policy_can_turn_evaluation_off() {
    let idp = MockIdp::start().await;
    let mut policies = idp.tenant().policies();
    policies.push(Policy {
        session: SessionControls {
            continuous_access_evaluation: Some(EvaluationMode::Disabled),
            ..SessionControls::default()
        },
        ..guard(GrantControl::Mfa)
    });
    idp.tenant().set_policies(policies);
    let (client, token) = signed_in(&idp).await;
    assert!((3600..=5400).contains(&token.body["expires_in"].as_i64().unwrap()));
    assert!(jwt_claims(token.text_of("access_token")).get("xms_cc").is_none());
    idp.tenant().revoke_sessions("ada").unwrap();
    assert_eq!(call(&client, &token).await.status, 200);
}

/// The reference client settles the move on its own: one silent request, no window.
#[tokio::test]
async fn the_reference_client_answers_a_move_silently() {
    let idp = MockIdp::start().await;
    outside_the_office(&idp, None);
    let seat = Seat::new(&idp.tenant(), ada(), &["cp1"]);
    let news = || seat.app.http_client().get(idp.api_url("news"));
    assert_eq!(seat.app.call_api(news(), [NEWS]).await.unwrap().status(), 200);
    goes_abroad(&idp);
    let windows = seat.visits().len();
    assert_eq!(seat.app.call_api(news(), [NEWS]).await.unwrap().status(), 200);
    assert_eq!(seat.visits().len(), windows);
    // It is the last token that counts from now on.
    idp.tenant().advance_clock(SignedDuration::from_mins(30));
    assert_eq!(seat.app.call_api(news(), [NEWS]).await.unwrap().status(), 200);
}

/// 6.2: what depends on the device, the place and the home of the user is in the token only if it is so.
#[tokio::test]
async fn tokens_tell_the_truth_about_device_place_and_home() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let plain = jwt_claims(client.sign_in(&ada(), NEWS).await.text_of("access_token"));
    assert_eq!((&plain["ipaddr"], plain.get("deviceid")), (&json!("127.0.0.1"), None));
    for absent in ["idp", "email", "xms_cc", "acrs", "auth_time"] {
        assert!(plain.get(absent).is_none(), "{absent}");
    }
    assert_eq!((&plain["amr"], &plain["acr"], &plain["xms_ssm"]), (&json!(["pwd"]), &json!("1"), &json!("1")));

    let change = |ada: &mut User| {
        ada.facts.device.authenticated = true;
        ada.facts.network.address = "2001:db8::7".parse().unwrap();
    };
    idp.tenant().change_user("ada", change).unwrap();
    let managed = jwt_claims(client.sign_in(&ada(), NEWS).await.text_of("access_token"));
    assert_eq!(managed["ipaddr"], "2001:db8::7");
    assert!(Uuid::parse_str(managed["deviceid"].as_str().unwrap()).is_ok());
    let calendar = jwt_claims(client.sign_in(&ada(), tests::CALENDAR).await.text_of("access_token"));
    assert_eq!(calendar["deviceid"], managed["deviceid"]);
    assert!(calendar.get("ipaddr").is_none());

    let cy = VirtualUser::new("cy@fabrikam.test");
    let guest = jwt_claims(RawClient::new(&idp).await.sign_in(&cy, tests::CALENDAR).await.text_of("access_token"));
    assert_eq!(guest["email"], "cy@fabrikam.test");
    assert_eq!(guest["idp"], format!("{}/22222222-2222-4222-8222-222222222222/", idp.base()));
}

/// A device that is signed in by its code is never named (6.2).
#[tokio::test]
async fn a_device_code_names_no_device() {
    let idp = MockIdp::start().await;
    idp.tenant()
        .change_user("ada", |ada| {
            ada.facts.device.authenticated = true;
            ada.methods = vec![Method::OneTimeCode];
        })
        .unwrap();
    let client = RawClient::new(&idp).await;
    let tenant = idp.tenant().id();
    let request = client
        .request(reqwest::Method::POST, &format!("/{tenant}/oauth2/v2.0/devicecode"))
        .form(&[("client_id", tests::DESKTOP), ("scope", NEWS)]);
    let started = client.send(request).await;
    let uri = format!("{}?otc={}", started.text_of("verification_uri"), started.text_of("user_code"));
    client.browser.visit(&uri.parse().unwrap(), &ada()).await.unwrap();
    let poll = [
        ("client_id", tests::DESKTOP),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", started.text_of("device_code")),
    ];
    let token = client.token(&poll, &[]).await;
    assert_eq!(token.status, 200, "{}", token.text);
    assert!(jwt_claims(token.text_of("access_token")).get("deviceid").is_none());
}
