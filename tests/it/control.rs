//! The control API: contract §7, for test suites in any language.

use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::{Answer, CALENDAR, DESKTOP, MAIL, MFA_FOR_PAYROLL, PAYROLL, RawClient, policy_claims};

async fn send(client: &RawClient, method: Method, path: &str, body: Value) -> Answer {
    let request = client.request(method, &format!("/_mock/tenants/contoso{path}"));
    client.send(if body.is_null() { request } else { request.json(&body) }).await
}

#[tokio::test]
async fn consents_are_listed_given_and_taken() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let consent = json!({ "user": "ada@contoso.test", "client": "desktop", "api": "mail", "scopes": ["Mail.Read"] });
    assert_eq!(send(&client, Method::POST, "/consents", consent.clone()).await.status, 201);
    let everybodys = json!({ "client": "desktop", "api": "calendar", "scopes": ["Events.Read"] });
    assert_eq!(send(&client, Method::POST, "/consents", everybodys.clone()).await.status, 201);
    let listed = send(&client, Method::GET, "/consents", Value::Null).await;
    assert_eq!(listed.body["consents"], json!([everybodys, consent]));

    let visit = client.visit(&VirtualUser::new("ada@contoso.test"), &format!("{MAIL} {CALENDAR}"), &[]).await;
    assert!(visit.pages.iter().all(|page| page.scopes.is_empty()), "nothing to consent to: {visit:#?}");

    let one = "/consents?user=ada&client=desktop&api=mail";
    assert_eq!(send(&client, Method::DELETE, one, Value::Null).await.status, 204);
    assert_eq!(send(&client, Method::DELETE, one, Value::Null).await.status, 404);
    assert_eq!(send(&client, Method::DELETE, "/consents", Value::Null).await.status, 204);
    assert_eq!(send(&client, Method::GET, "/consents", Value::Null).await.body["consents"], json!([]));
}

#[tokio::test]
async fn a_policy_is_made_changed_and_taken_away() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let policy = json!({ "name": "mfa-for-mail", "targets": { "apis": ["mail"] }, "grant": { "all_of": ["mfa"] } });
    let made = send(&client, Method::POST, "/policies", policy).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = made.text_of("id").to_owned();

    let question = json!({ "user": "ada", "client": "desktop", "scope": MAIL });
    let answer = send(&client, Method::POST, "/what_if", question.clone()).await;
    assert_eq!(answer.body["granted"], false);
    let codes: Vec<_> = answer.body["demands"].as_array().unwrap().iter().map(|demand| &demand["code"]).collect();
    assert_eq!(codes, [65001, 50076]);
    assert_eq!(answer.body["demands"][0]["claims"], policy_claims(&id));

    let mut changed = made.body.clone();
    changed["state"] = json!("disabled");
    assert_eq!(send(&client, Method::PUT, &format!("/policies/{id}"), changed).await.status, 200);
    let answer = send(&client, Method::POST, "/what_if", question).await;
    assert_eq!(answer.body["demands"].as_array().unwrap().len(), 1);
    assert_eq!(send(&client, Method::DELETE, &format!("/policies/{id}"), Value::Null).await.status, 204);
    assert_eq!(
        send(&client, Method::GET, "/policies", Value::Null).await.body["policies"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn what_if_answers_as_the_token_endpoint_would() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    let real = client.refresh(first.text_of("refresh_token"), PAYROLL, &[]).await;
    let question = json!({ "user": "ada", "client": DESKTOP, "scope": PAYROLL });
    let supposed = send(&client, Method::POST, "/what_if", question).await;
    let first = &supposed.body["demands"][0];
    assert_eq!(first["code"], real.body["error_codes"][0]);
    for member in ["error", "suberror", "claims"] {
        assert_eq!(first[member], real.body[member]);
    }
    assert_eq!(supposed.body["unmet_policies"], json!([MFA_FOR_PAYROLL]));
    let unknown = json!({ "user": "ada", "client": "desktop", "scope": "api://mail/Mail.Typo" });
    assert_eq!(send(&client, Method::POST, "/what_if", unknown).await.body["demands"][0]["code"], 650_053);
}

#[tokio::test]
async fn users_are_shown_without_secrets_changed_and_signed_out() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let ada = send(&client, Method::GET, "/users/ada", Value::Null).await;
    assert_eq!(ada.text_of("username"), "ada@contoso.test");
    assert!(!ada.text.contains("Passw0rd!") && !ada.text.contains("123456"));

    let first = client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    idp.tenant().advance_clock(jiff::SignedDuration::from_secs(1));
    assert_eq!(send(&client, Method::POST, "/users/ada/revoke_sessions", Value::Null).await.status, 204);
    assert_eq!(client.refresh(first.text_of("refresh_token"), CALENDAR, &[]).await.code(), Some(50173));

    let disabled = send(&client, Method::PATCH, "/users/ada@contoso.test", json!({ "enabled": false })).await;
    assert_eq!((disabled.status, &disabled.body["enabled"]), (200, &json!(false)));
}

#[tokio::test]
async fn the_clock_is_moved_stopped_and_released() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let frozen = send(&client, Method::POST, "/clock", json!({ "freeze": "2026-01-01T00:00:00Z" })).await;
    assert_eq!(frozen.body, json!({ "now": "2026-01-01T00:00:00Z", "frozen": true }));
    let moved = send(&client, Method::POST, "/clock", json!({ "advance": "2h" })).await;
    assert_eq!(moved.text_of("now"), "2026-01-01T02:00:00Z");
    assert_eq!(send(&client, Method::DELETE, "/clock", Value::Null).await.body["frozen"], false);
}

#[tokio::test]
async fn the_log_is_judged() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    let kept = send(&client, Method::POST, "/expectations/verify", json!({ "prompts": 1 })).await;
    assert_eq!(kept.body, json!({ "passed": true, "failures": [] }));
    let broken = send(&client, Method::POST, "/expectations/verify", json!({ "prompts": 0 })).await;
    assert_eq!(
        (&broken.body["passed"], &broken.body["failures"][0]["expectation"]),
        (&json!(false), &json!("prompts"))
    );
}

#[tokio::test]
async fn the_virtual_user_is_kept_and_her_secrets_are_not_given_out() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let set = json!({ "username": "eve@contoso.test", "password": "s3cret", "consent": "decline" });
    let answer = send(&client, Method::PUT, "/virtual_user", set).await;
    assert_eq!((answer.text_of("username"), answer.text_of("consent")), ("eve@contoso.test", "decline"));
    let shown = send(&client, Method::GET, "/virtual_user", Value::Null).await;
    assert_eq!(shown.text_of("username"), "eve@contoso.test");
    assert!(!shown.text.contains("s3cret"));
}

#[tokio::test]
async fn her_visits_are_counted_and_a_browser_is_told_all_that_she_types() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let visits = json!([{ "consent": "decline", "password": "s3cret" }, {}]);
    let set = json!({ "username": "eve@contoso.test", "visits": visits });
    let answer = send(&client, Method::PUT, "/virtual_user", set.clone()).await;
    assert_eq!(answer.body["visits"], json!([{ "consent": "decline" }, {}]), "secrets are not given out");
    let visit = async || send(&client, Method::POST, "/virtual_user/visits", Value::Null).await;
    let (first, second) = (visit().await, visit().await);
    assert_eq!((first.text_of("consent"), first.text_of("password")), ("decline", "s3cret"));
    assert_eq!((second.text_of("consent"), second.text_of("password")), ("accept", "Passw0rd!"));
    send(&client, Method::PUT, "/virtual_user", set).await;
    assert_eq!(visit().await.text_of("consent"), "decline", "counted anew");
}

#[tokio::test]
async fn faults_are_injected_listed_and_taken_away() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let throttled = json!({ "endpoint": "token", "client": "desktop", "status": 429, "retry_after": 30, "times": 2 });
    let made = send(&client, Method::POST, "/faults", throttled).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let first = made.text_of("id").to_owned();
    let late = json!({ "endpoint": "keys", "latency": "1ms", "times": "unlimited" });
    let second = send(&client, Method::POST, "/faults", late).await.text_of("id").to_owned();
    let refused = client.token(&[("client_id", DESKTOP)], &[]).await;
    assert_eq!((refused.status, refused.headers["retry-after"].to_str().unwrap()), (429, "30"));

    let listed = send(&client, Method::GET, "/faults", Value::Null).await;
    let expected = json!([
        { "id": first, "endpoint": "token", "client": "desktop", "status": 429, "retry_after": 30, "times": 2,
          "remaining": 1 },
        { "id": second, "endpoint": "keys", "latency": "PT0.001S", "times": "unlimited", "remaining": null },
    ]);
    assert_eq!(listed.body["faults"], expected);
    let one = format!("/faults/{second}");
    assert_eq!(send(&client, Method::DELETE, &one, Value::Null).await.status, 204);
    assert_eq!(send(&client, Method::DELETE, &one, Value::Null).await.status, 404);
    assert_eq!(send(&client, Method::DELETE, "/faults", Value::Null).await.status, 204);
    assert_eq!(send(&client, Method::GET, "/faults", Value::Null).await.body["faults"], json!([]));
    assert_eq!(client.token(&[("client_id", DESKTOP)], &[]).await.code(), Some(900_144));
}

/// What a user can be besides enabled: merged into the model, and gone with `null`.
#[rstest]
#[case::locked(json!({ "locked": true }), "locked", json!(true))]
#[case::password_expired(json!({ "password_expired": true }), "password_expired", json!(true))]
#[case::deleted(json!({ "deleted": true }), "deleted", json!(true))]
#[case::facts(
    json!({ "facts": { "device": { "compliant": true }, "risk": { "user": "high" } } }),
    "facts", json!({ "device": { "compliant": true }, "risk": { "user": "high" } }))]
#[tokio::test]
async fn a_user_is_changed_member_by_member(#[case] patch: Value, #[case] member: &str, #[case] expected: Value) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let before = send(&client, Method::GET, "/users/ada", Value::Null).await.body;
    let changed = send(&client, Method::PATCH, "/users/ada", patch).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let includes = |wanted: &Value, seen: &Value| match wanted.as_object() {
        Some(members) => members.iter().all(|(name, wanted)| {
            wanted.as_object().is_none_or(|inner| inner.iter().all(|(key, value)| &seen[name][key] == value))
        }),
        None => wanted == seen,
    };
    assert!(includes(&expected, &changed.body[member]), "{}", changed.text);
    assert_eq!(changed.body["methods"], before["methods"], "the rest stays");
    let mut undo = serde_json::Map::new();
    undo.insert(member.to_owned(), Value::Null);
    assert_eq!(send(&client, Method::PATCH, "/users/ada", undo.into()).await.body, before);
}

#[tokio::test]
async fn an_isolated_tenant_is_controlled_under_its_own_names() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let tenant = idp.new_tenant("contoso").unwrap();
    let path = format!("/_mock/tenants/{}/policies", tenant.id());
    let policy = json!({ "name": "for-ada", "users": { "include": ["ada@contoso.test"] },
        "targets": { "apis": ["mail"] }, "grant": { "all_of": ["block"] } });
    let made = client.send(client.request(Method::POST, &path).json(&policy)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(tenant.policies().len(), 3);
    assert_eq!(idp.tenant().policies().len(), 2);
}

#[rstest]
#[case::unknown_tenant(Method::GET, "/../nobody/consents", Value::Null, 404, "unknown_tenant", Some("tenant"))]
#[case::unknown_user(Method::GET, "/users/adda", Value::Null, 404, "unknown_name", Some("user"))]
#[case::unknown_api(Method::POST, "/consents", json!({ "client": "desktop", "api": "mial", "scopes": ["Mail.Read"] }), 404, "unknown_name", Some("api"))]
#[case::unknown_scope(Method::POST, "/consents", json!({ "client": "desktop", "api": "mail", "scopes": ["Mail.Raed"] }), 404, "unknown_name", Some("scope"))]
#[case::unknown_member(Method::POST, "/consents", json!({ "client": "desktop", "aip": "mail", "scopes": [] }), 400, "invalid_body", None)]
#[case::no_body(Method::POST, "/consents", Value::Null, 400, "invalid_body", None)]
#[case::half_a_consent(Method::DELETE, "/consents?client=desktop", Value::Null, 400, "invalid_query", Some("api"))]
#[case::policy_target(Method::POST, "/policies", json!({ "name": "x", "targets": { "apis": ["mial"] }, "grant": { "all_of": ["mfa"] } }), 400, "invalid_body", Some("targets.apis[0]"))]
#[case::policy_control(Method::POST, "/policies", json!({ "name": "x", "targets": { "apis": ["mail"] }, "grant": { "all_of": ["mfaa"] } }), 400, "invalid_body", None)]
#[case::unknown_policy(Method::DELETE, "/policies/nothing", Value::Null, 404, "unknown_policy", Some("id"))]
#[case::fixed_member(Method::PATCH, "/users/ada", json!({ "username": "x@contoso.test" }), 400, "invalid_body", Some("username"))]
#[case::wrong_type(Method::PATCH, "/users/ada", json!({ "enabled": "no" }), 400, "invalid_body", None)]
#[case::both_clocks(Method::POST, "/clock", json!({ "advance": "1h", "freeze": "2026-01-01T00:00:00Z" }), 400, "invalid_body", None)]
#[case::no_duration(Method::POST, "/clock", json!({ "advance": "soon" }), 400, "invalid_body", None)]
#[case::unknown_number(Method::POST, "/faults", json!({ "code": 50077 }), 400, "invalid_body", Some("code"))]
#[case::unknown_client(Method::POST, "/faults", json!({ "drop": true, "client": "desctop" }), 400, "invalid_body", Some("client"))]
#[case::two_answers(Method::POST, "/faults", json!({ "drop": true, "status": 503 }), 400, "invalid_body", Some("drop"))]
#[case::no_answer(Method::POST, "/faults", json!({ "endpoint": "token" }), 400, "invalid_body", None)]
#[case::unknown_matcher(Method::POST, "/faults", json!({ "drop": true, "clientt": "x" }), 400, "invalid_body", None)]
#[case::unknown_endpoint(Method::POST, "/faults", json!({ "drop": true, "endpoint": "tokn" }), 400, "invalid_body", None)]
#[case::unknown_fault(Method::DELETE, "/faults/1", Value::Null, 404, "unknown_fault", Some("id"))]
#[case::unknown_expectation(Method::POST, "/expectations/verify", json!({ "promts": 1 }), 400, "invalid_body", None)]
#[tokio::test]
async fn a_mistake_is_told_with_code_message_and_field(
    #[case] method: Method,
    #[case] path: &str,
    #[case] body: Value,
    #[case] status: u16,
    #[case] code: &str,
    #[case] field: Option<&str>,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = send(&client, method, path, body).await;
    let error = &answer.body["error"];
    assert_eq!((answer.status, error["code"].as_str()), (status, Some(code)), "{}", answer.text);
    assert_eq!(error["field"].as_str(), field, "{}", answer.text);
    assert!(error["message"].as_str().is_some_and(|message| message.ends_with(['.', '?'])), "{}", answer.text);
}

#[rstest]
#[case::rebinding("host", "evil.test", 403, "foreign_host")]
#[case::rebinding_with_port("host", "evil.test:80", 403, "foreign_host")]
#[case::cross_site("origin", "https://evil.test", 403, "foreign_origin")]
#[case::sandboxed("origin", "null", 403, "foreign_origin")]
#[tokio::test]
async fn the_control_api_is_for_this_machine(
    #[case] name: &'static str,
    #[case] value: &str,
    #[case] status: u16,
    #[case] code: &str,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = client.send(client.request(Method::POST, "/_mock/reset").header(name, value)).await;
    assert_eq!((answer.status, answer.body["error"]["code"].as_str()), (status, Some(code)));
}

#[tokio::test]
async fn the_control_api_serves_health_tenants_exchanges_and_reset() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let get = |path: &str| client.request(Method::GET, path);
    assert_eq!(client.send(get("/_mock/health")).await.text, r#"{"status":"ok"}"#);

    let created = client.send(client.request(Method::POST, "/_mock/tenants").body(r#"{"like":"contoso"}"#)).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let (id, domain) = (created.text_of("tenant_id"), created.text_of("domain"));
    assert_eq!(created.text_of("authority"), format!("{}/{id}", idp.base()));
    assert_eq!(created.body["users"][0]["username"], format!("ada@{domain}"));
    assert_eq!(created.body["applications"][0]["client_id"], DESKTOP);

    client.send(client.request(Method::POST, &format!("/{id}/oauth2/v2.0/token"))).await;
    let exchanges = client.send(get(&format!("/_mock/tenants/{id}/exchanges"))).await;
    assert_eq!(exchanges.body["exchanges"][0]["answer"]["code"], 900_144);
    assert_eq!(client.send(get("/_mock/tenants/contoso/exchanges")).await.body["exchanges"], serde_json::json!([]));

    for (method, path, body, status) in [
        (Method::POST, "/_mock/tenants".to_owned(), r#"{"like":"nobody"}"#, 404),
        (Method::POST, "/_mock/tenants".to_owned(), r#"{"lik":"contoso"}"#, 400),
        (Method::POST, "/_mock/tenants".to_owned(), "", 400),
        (Method::DELETE, "/_mock/tenants/contoso".to_owned(), "", 409),
        (Method::DELETE, format!("/_mock/tenants/{id}"), "", 204),
        (Method::DELETE, format!("/_mock/tenants/{id}"), "", 404),
        (Method::PUT, "/_mock/health".to_owned(), "", 405),
        (Method::GET, "/_mock/nothing".to_owned(), "", 404),
        (Method::POST, "/_mock/reset".to_owned(), "", 200),
    ] {
        let answer = client.send(client.request(method.clone(), &path).body(body)).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        if status >= 400 {
            assert!(answer.body["error"]["code"].is_string() && answer.body["error"]["message"].is_string());
        }
    }
}
