//! What a server's log holds of a client becomes a scenario that passes, and in which the client asks the same.

use std::sync::Arc;

use mock_idp::{
    MockIdp,
    incident::from_log,
    recorder::{Endpoint, Exchange, ExchangeFilter},
};
use rstest::rstest;
use scenarios::{Loaded, Options, Verdict, load, run};

use super::{script, sentences};

async fn verdict_on(script: Loaded) -> Verdict {
    run(&[script], Options::default(), |_| {}).await.unwrap().verdicts.remove(0)
}

/// How many windows the client opened, and how often it asked silently, by code or by an API.
fn asked(exchanges: &[Arc<Exchange>]) -> [usize; 3] {
    [Endpoint::Authorize, Endpoint::Token, Endpoint::Api]
        .map(|endpoint| exchanges.iter().filter(|exchange| exchange.endpoint == endpoint).count())
}

#[rstest]
#[case("main-01")]
#[case("main-02")]
#[case("main-03")]
#[case("main-05")]
#[case("main-07")]
#[case("challenge-arm")]
#[case("context-echoed")]
#[case("blocked")]
#[case("revocation")]
#[case("terms-of-use")]
#[case("joined-device")]
#[case("cae-strict-location")]
#[case("cae-location")]
#[case("risky-sign-in")]
#[case("declined")]
#[case("throttled")]
#[case("error-to-order")]
#[case("cae-policy-change")]
#[tokio::test]
async fn a_log_becomes_a_scenario_that_passes_with_as_many_windows(#[case] id: &str) {
    let first = verdict_on(script(id)).await;
    let text = from_log(&first.exchanges, &[]).unwrap();
    let again = load("export.yaml", &text);
    assert!(again.is_ok(), "{}\n\n{text}", again.unwrap_err());
    let second = verdict_on(again.unwrap()).await;
    assert!(second.passed, "{}\n\n{text}", sentences(&second).join("\n"));
    assert_eq!(asked(&second.exchanges)[0], asked(&first.exchanges)[0], "{text}");
    // Of the main line each request is repeated.
    assert!(!id.starts_with("main-") || asked(&second.exchanges) == asked(&first.exchanges), "{text}");
}

/// Whoever comes late has only the end of the story: what the client must have had is put in front.
#[rstest]
#[case("main-03")]
#[case("main-05")]
#[case("challenge-arm")]
#[case("revocation")]
#[tokio::test]
async fn the_end_of_a_log_is_a_scenario_too(#[case] id: &str) {
    let first = verdict_on(script(id)).await;
    let end: Vec<_> = first.exchanges.into_iter().filter(|exchange| exchange.number > first.since).collect();
    let text = from_log(&end, &[]).unwrap();
    let again = load("export.yaml", &text);
    assert!(again.is_ok(), "{}\n\n{text}", again.unwrap_err());
    let second = verdict_on(again.unwrap()).await;
    assert!(second.passed, "{}\n\n{text}", sentences(&second).join("\n"));
}

/// The policies of the tenant come along by name, with what they demand, and the user with her name.
#[tokio::test]
async fn a_policy_of_the_tenant_is_told_as_it_is() {
    let idp = MockIdp::start().await;
    let tenant = idp.tenant();
    let policy = serde_json::json!({
        "id": "f0000000-0000-4000-8000-0000000000aa", "name": "dashboard-mfa-for-mail",
        "targets": { "apis": ["mail"] }, "grant": { "all_of": ["mfa"] },
    });
    let claims =
        r#"{"access_token":{"capolids":{"essential":true,"values":["f0000000-0000-4000-8000-0000000000aa"]}}}"#;
    let mut refused = serde_json::to_value(&*verdict_on(script("main-03")).await.exchanges[0]).unwrap();
    refused["endpoint"] = "token".into();
    refused["grant_type"] = "refresh_token".into();
    refused["user"] = "eve@contoso-0123.test".into();
    refused["client_id"] = "d0000000-0000-4000-8000-000000000001".into();
    refused["parameters"] = serde_json::json!([["scope", "api://mail/Mail.Read"]]);
    refused["answer"] = serde_json::json!({
        "status": 400, "kind": "error", "error": "invalid_grant", "code": 50_076, "suberror": "basic_action", "claims": claims,
    });
    let refused: Exchange = serde_json::from_value(refused).unwrap();
    let policies = [serde_json::from_value(policy).unwrap()];
    let text = from_log(&[Arc::new(refused)], &policies).unwrap();
    for part in ["name: dashboard-mfa-for-mail", "user: eve", "enable_policy: dashboard-mfa-for-mail", "all_of"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let verdict = verdict_on(load("export.yaml", &text).unwrap()).await;
    assert!(verdict.passed, "{}\n\n{text}", sentences(&verdict).join("\n"));
    let empty = tenant.scenario(&ExchangeFilter::default()).unwrap_err().to_string();
    assert!(empty.starts_with("there is nothing in these exchanges that a scenario could repeat"), "{empty}");
}
