//! The control API: contract §7, for test suites in any language.

use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::{Answer, CALENDAR, DESKTOP, MAIL, MFA_FOR_PAYROLL, PAYROLL, RawClient, policy_claims};
use url::Url;

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
#[case::unknown_member(Method::POST, "/consents", json!({ "client": "desktop", "aip": "mail", "scopes": [] }), 400, "invalid_body", Some("aip"))]
#[case::no_body(Method::POST, "/consents", Value::Null, 400, "invalid_body", None)]
#[case::half_a_consent(Method::DELETE, "/consents?client=desktop", Value::Null, 422, "invalid_query", Some("api"))]
#[case::policy_target(Method::POST, "/policies", json!({ "name": "x", "targets": { "apis": ["mial"] }, "grant": { "all_of": ["mfa"] } }), 422, "invalid_body", Some("targets.apis[0]"))]
#[case::policy_control(Method::POST, "/policies", json!({ "name": "x", "targets": { "apis": ["mail"] }, "grant": { "all_of": ["mfaa"] } }), 400, "invalid_body", Some("grant.all_of[0]"))]
#[case::unknown_policy(Method::DELETE, "/policies/nothing", Value::Null, 404, "unknown_name", Some("policy"))]
#[case::fixed_member(Method::PATCH, "/users/ada", json!({ "username": "x@contoso.test" }), 422, "invalid_body", Some("username"))]
#[case::wrong_type(Method::PATCH, "/users/ada", json!({ "enabled": "no" }), 422, "invalid_body", Some("enabled"))]
#[case::both_clocks(Method::POST, "/clock", json!({ "advance": "1h", "freeze": "2026-01-01T00:00:00Z" }), 400, "invalid_body", None)]
#[case::no_duration(Method::POST, "/clock", json!({ "advance": "soon" }), 400, "invalid_body", Some("advance"))]
#[case::unknown_number(Method::POST, "/faults", json!({ "code": 50077 }), 422, "invalid_body", Some("code"))]
#[case::unknown_client(Method::POST, "/faults", json!({ "drop": true, "client": "desctop" }), 422, "invalid_body", Some("client"))]
#[case::two_answers(Method::POST, "/faults", json!({ "drop": true, "status": 503 }), 422, "invalid_body", Some("drop"))]
#[case::no_answer(Method::POST, "/faults", json!({ "endpoint": "token" }), 422, "invalid_body", None)]
#[case::unknown_matcher(Method::POST, "/faults", json!({ "drop": true, "clientt": "x" }), 400, "invalid_body", Some("clientt"))]
#[case::unknown_endpoint(Method::POST, "/faults", json!({ "drop": true, "endpoint": "tokn" }), 400, "invalid_body", Some("endpoint"))]
#[case::unknown_fault(Method::DELETE, "/faults/1", Value::Null, 404, "unknown_fault", Some("id"))]
#[case::unknown_expectation(Method::POST, "/expectations/verify", json!({ "promts": 1 }), 400, "invalid_body", Some("promts"))]
#[case::since_is_a_number(Method::GET, "/exchanges?since=x", Value::Null, 400, "invalid_query", None)]
#[case::unknown_filter(Method::GET, "/exchanges?sinc=1", Value::Null, 400, "invalid_query", None)]
#[case::unknown_application(
    Method::GET,
    "/applications/desctop",
    Value::Null,
    404,
    "unknown_name",
    Some("application")
)]
#[case::unknown_switch(Method::PATCH, "/switches", json!({ "narow_scp": true }), 422, "invalid_body", Some("narow_scp"))]
#[case::switch_of_no_error(Method::PATCH, "/switches", json!({ "errors": { "1": {} } }), 422, "invalid_body", Some("errors.1"))]
#[case::nobody_assigned(Method::PATCH, "/applications/desktop", json!({ "assigned": ["adda@contoso.test"] }), 422, "invalid_body", Some("assigned[0]"))]
#[case::id_of_an_api(Method::PATCH, "/apis/mail", json!({ "id": null }), 422, "invalid_body", Some("id"))]
#[case::no_range(Method::PUT, "/named_locations", json!({ "named_locations": [{ "name": "x", "ranges": ["x"] }] }), 400, "invalid_body", Some("named_locations[0].ranges[0]"))]
#[case::thinks_backwards(Method::PUT, "/virtual_user", json!({ "think_time": "-1s" }), 422, "invalid_body", Some("think_time"))]
#[case::list_for_members(Method::POST, "/faults", json!([1]), 400, "invalid_body", None)]
#[case::nothing_for_changes(Method::PATCH, "/users/ada", json!("x"), 400, "invalid_body", None)]
#[case::no_number_to_go_on_from(Method::GET, "/exchanges/stream?since=x", Value::Null, 400, "invalid_query", None)]
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

/// Import is as strict as `config check`: what is wrong, and where in the text.
#[rstest]
#[case::no_yaml("version: 1\n\ttenants: []", 400, 2, None, "A tab cannot indent YAML")]
#[case::unknown_key("version: 1\ntenants:\n- nam: x", 400, 3, None, "Unknown key `nam`; did you mean `name`?")]
#[case::json_too(
    "{\"version\": 1,\n\"tenantz\": []}",
    400,
    2,
    Some("tenantz"),
    "Unknown key `tenantz`; did you mean `tenants`?"
)]
#[case::no_tenant("version: 1\ntenants: []\napplications: []\napis: []\n", 422, 2, Some("tenants"), "tenant")]
#[tokio::test]
async fn a_configuration_with_a_mistake_changes_nothing(
    #[case] text: &'static str,
    #[case] status: u16,
    #[case] line: u64,
    #[case] field: Option<&str>,
    #[case] message: &str,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let tenant = idp.new_tenant("contoso").unwrap();
    let answer = client.send(client.request(Method::PUT, "/_mock/directory").body(text)).await;
    let error = &answer.body["error"];
    assert_eq!((answer.status, error["line"].as_u64()), (status, Some(line)), "{}", answer.text);
    assert!(error["column"].is_u64() && error["field"].as_str() == field, "{}", answer.text);
    assert!(error["message"].as_str().is_some_and(|told| told.contains(message)), "{}", answer.text);
    assert!(idp.tenant_named(&tenant.id().to_string()).is_some(), "the tenants are still there");
}

#[tokio::test]
async fn a_configuration_is_imported_and_tenants_that_were_made_are_gone() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let made = idp.new_tenant("contoso").unwrap();
    let mut document = client.send(client.request(Method::GET, "/_mock/directory")).await.body;
    document["tenants"].as_array_mut().unwrap().truncate(1);
    document["tenants"][0]["users"].as_array_mut().unwrap().retain(|user| user["username"] == "ada@contoso.test");
    let answer = client.send(client.request(Method::PUT, "/_mock/directory").json(&document)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["tenants"].as_array().unwrap().len(), 1);
    assert_eq!(answer.body["tenants"][0]["users"].as_array().unwrap().len(), 1);
    assert!(idp.tenant_named("fabrikam").is_none() && idp.tenant_named(&made.id().to_string()).is_none());
    assert_eq!(client.send(client.request(Method::GET, "/_mock/directory")).await.body, document);
    // A larger document than any other body may be.
    let users: Vec<Value> = (0..1000)
        .map(|number| {
            json!({ "username": format!("u{number}@contoso.test"), "name": "U", "password": "x",
            "id": format!("b0000000-0000-4000-8000-{number:012}") })
        })
        .collect();
    document["tenants"][0]["users"].as_array_mut().unwrap().extend(users);
    let answer = client.send(client.request(Method::PUT, "/_mock/directory").json(&document)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let large = json!({ "user": "x".repeat(70_000), "client": "desktop", "api": "mail", "scopes": [] });
    let answer = send(&client, Method::POST, "/consents", large).await;
    assert_eq!((answer.status, answer.body["error"]["code"].as_str()), (413, Some("too_large")));
}

#[tokio::test]
async fn exchanges_are_filtered_and_judged_in_part() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    client.sign_in(&VirtualUser::new("ada@contoso.test"), CALENDAR).await;
    let last = idp.tenant().exchanges().last().unwrap().number;
    client.token(&[("client_id", "x")], &[]).await;
    let numbers = async |query: &str| -> Vec<u64> {
        let answer = send(&client, Method::GET, &format!("/exchanges?{query}"), Value::Null).await;
        answer.body["exchanges"].as_array().unwrap().iter().map(|seen| seen["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(&format!("since={last}")).await, [last + 1]);
    assert_eq!(numbers("endpoint=authorize").await, [1]);
    assert_eq!(numbers("limit=1").await, [last + 1]);
    assert_eq!(numbers(&format!("client_id={}&endpoint=token", DESKTOP.to_uppercase())).await, [last]);

    let judged = async |query: &str| {
        let path = format!("/expectations/verify?{query}");
        send(&client, Method::POST, &path, json!({ "prompts": 1 })).await.body["passed"] == true
    };
    assert!(judged("").await && judged(&format!("client_id={DESKTOP}")).await);
    assert!(!judged(&format!("since={last}")).await && !judged("client_id=somebody").await);
}

#[tokio::test]
async fn what_is_asked_of_a_path_without_a_body_is_told() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let path = "/_mock/tenants/contoso/policies";
    for (method, status) in [(Method::OPTIONS, 204), (Method::PATCH, 405)] {
        let answer = client.send(client.request(method, path)).await;
        assert_eq!((answer.status, answer.headers["allow"].to_str().unwrap()), (status, "GET,HEAD,POST,PUT"));
    }
    let head = client.send(client.request(Method::HEAD, path)).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

/// Many tenants are cheap, and nothing is left of them.
#[tokio::test]
async fn deleted_tenants_leave_nothing_behind() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let before = idp.tenant_counts();
    let mut ids = Vec::new();
    for _ in 0..300 {
        let made =
            client.send(client.request(Method::POST, "/_mock/tenants").json(&json!({ "like": "contoso" }))).await;
        ids.push(made.text_of("tenant_id").to_owned());
    }
    assert_eq!(idp.tenant_counts(), (before.0 + 300, before.1 + 600));
    let device = client.request(Method::POST, &format!("/{}/oauth2/v2.0/devicecode", ids[0]));
    let code = client.send(device.form(&[("client_id", DESKTOP), ("scope", CALENDAR)])).await;
    for id in &ids {
        let path = format!("/_mock/tenants/{id}");
        assert_eq!(client.send(client.request(Method::DELETE, &path)).await.status, 204);
        assert_eq!(client.send(client.request(Method::GET, &path)).await.status, 404);
    }
    assert_eq!(idp.tenant_counts(), before);
    let page = Url::parse(code.text_of("verification_uri")).unwrap();
    let entered = client.browser.enter_device_code(&page, &VirtualUser::default(), code.text_of("user_code")).await;
    assert!(entered.unwrap_err().to_string().contains("AADSTS70018"), "the user code is forgotten");
}
