//! 2.7 F: what the APIs say.

use jiff::SignedDuration;
use mock_idp::directory::{Conditions, GrantControl, LocationFilter, NamedLocation, Policy, ProtectedRoute, Targets};
use tests::VAULT;

use super::{
    Case, case,
    compare::{Challenge, Expected},
    stage::{Stage, ada, guard},
};

const NEWS: &str = "api://news/Articles.Read";
const CP1: &str = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;

const fn challenged(claims: &'static [&'static str], says: &'static [&'static str]) -> Expected {
    Expected::Challenge(Challenge {
        status: 401,
        error: Some("insufficient_claims"),
        header: &["Bearer realm=\"\"", "authorization_uri=", "client_id=", "claims="],
        claims,
        says,
    })
}

const fn refused(status: u16, error: &'static str, says: &'static [&'static str]) -> Expected {
    Expected::Challenge(Challenge { status, error: Some(error), header: &["Bearer"], claims: &[], says })
}

/// A token of news for a client that handles challenges.
async fn news(stage: &Stage) -> String {
    let scope = format!("{NEWS} offline_access");
    let code = stage.client.code(&ada(), &scope, &[("claims", CP1)]).await;
    stage.client.redeem(&code, &[("claims", CP1)]).await.text_of("access_token").to_owned()
}

async fn vault(stage: &Stage) -> String {
    let code = stage.client.code(&ada(), VAULT, &[]).await;
    stage.client.redeem(&code, &[]).await.text_of("access_token").to_owned()
}

/// News is for the office only.
fn office() -> Policy {
    let locations = LocationFilter { include: Vec::new(), exclude: vec!["office".into()] };
    let targets = Targets { apis: vec!["news".into()], ..Targets::default() };
    Policy { targets, conditions: Conditions { locations, ..Conditions::default() }, ..guard(GrantControl::Block) }
}

pub(super) static CASES: &[Case] = &[
    case!(
        ["F1"],
        "the session was revoked",
        challenged(&["nbf"], &["InvalidAuthenticationToken", "TokenIssuedBeforeRevocationTimestamp"]),
        |stage| {
            let token = news(&stage).await;
            let stage = stage.later(SignedDuration::from_mins(1));
            stage.tenant().revoke_sessions("ada").unwrap();
            stage.call("/api/news", &token).await
        }
    ),
    case!(
        ["F2"],
        "the API sees another place",
        challenged(
            &["nbf", "\"xms_rp_ipaddr\":{\"value\":\"198.51.100.1\"}"],
            &["LocationConditionEvaluationSatisfied"]
        ),
        |stage| {
            let ranges = vec!["203.0.113.0/24".parse().unwrap()];
            stage.tenant().set_named_locations(vec![NamedLocation { name: "office".into(), ranges, trusted: true }]);
            stage.tenant().set_policies(vec![office()]);
            let stage = stage.user(|ada| {
                ada.facts.network.address = "203.0.113.7".parse().unwrap();
                ada.facts.network.api_address = Some("198.51.100.1".parse().unwrap());
            });
            let token = news(&stage).await;
            stage.call("/api/news", &token).await
        }
    ),
    case!(
        ["F3"],
        "a policy is newer than the token",
        challenged(&["nbf"], &["TokenCreatedWithOutdatedPolicies"]),
        |stage| {
            let token = news(&stage).await;
            let stage = stage.later(SignedDuration::from_mins(1));
            let targets = Targets { apis: vec!["news".into()], ..Targets::default() };
            stage.tenant().set_policies(vec![Policy { targets, ..guard(GrantControl::Mfa) }]);
            stage.call("/api/news", &token).await
        }
    ),
    case!(
        ["F4"],
        "an authentication context",
        challenged(&["\"acrs\":{\"essential\":true,\"value\":\"c1\"}"], &["c1"]),
        |stage| {
            let token = vault(&stage).await;
            stage.call("/api/vault/secrets", &token).await
        }
    ),
    case!(["F5"], "an expired token", refused(401, "invalid_token", &["expired"]), |stage| {
        let stage = stage.later(SignedDuration::from_hours(3));
        stage.call("/api/calendar", &stage.access_token).await
    }),
    case!(["F5"], "no token of ours", refused(401, "invalid_token", &["signature"]), |stage| {
        stage.call("/api/calendar", "rubbish").await
    }),
    case!(
        ["F6"],
        "the middle tier is refused",
        challenged(&["capolids", "f0000000-0000-4000-8000-000000000009"], &["payroll"]),
        |stage| {
            let scope = "api://portal/access_as_user";
            stage.tenant().grant_consent(None, "portal", "payroll", &["Salary.Read"]).unwrap();
            let code = stage.client.code(&ada(), scope, &[]).await;
            let token = stage.client.redeem(&code, &[]).await;
            stage.tenant().set_policies(vec![guard(GrantControl::Mfa)]);
            stage.call("/api/portal/salary", token.text_of("access_token")).await
        }
    ),
    case!(
        ["F7"],
        "the client did not say that it handles challenges",
        Expected::Challenge(Challenge {
            status: 403,
            error: None,
            header: &[],
            claims: &[],
            says: &["claims challenges"]
        }),
        |stage| {
            stage.tenant().change_api("vault", |vault| vault.challenge_capable_clients_only = true).unwrap();
            let token = vault(&stage).await;
            stage.call("/api/vault/secrets", &token).await
        }
    ),
    case!(
        ["F4"],
        "in the dialect of RFC 9470",
        Expected::Challenge(Challenge {
            status: 401,
            error: Some("insufficient_user_authentication"),
            header: &["acr_values=\"c1\"", "max_age=\"300\""],
            claims: &[],
            says: &[],
        }),
        |stage| {
            let change = |vault: &mut mock_idp::directory::Api| {
                vault.challenge = mock_idp::directory::ChallengeDialect::Rfc9470;
                let max_age = Some(SignedDuration::from_mins(5));
                let context = Some("c1".to_owned());
                vault.protected_routes =
                    vec![ProtectedRoute { path: "/secrets".into(), authentication_context: context, max_age }];
            };
            let token = vault(&stage).await;
            stage.tenant().change_api("vault", change).unwrap();
            let stage = stage.later(SignedDuration::from_mins(10));
            stage.call("/api/vault/secrets", &token).await
        }
    ),
    case!(["F5"], "a token for another API", refused(401, "invalid_token", &["audience"]), |stage| {
        stage.call("/api/mail", &stage.access_token).await
    }),
];
