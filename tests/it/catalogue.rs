//! What the catalogue says of how to see an error, done: its scenarios run, its calls made, its fields compared on the wire.

use mock_idp::{
    MockIdp,
    error::{Aadsts, Ask, Setting, see},
    virtual_user::VirtualUser,
};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{CALENDAR, RawClient, policy_claims};

#[test]
fn every_scenario_that_the_catalogue_names_exists() {
    for code in Aadsts::ALL {
        let Some(name) = code.row().scenario else { continue };
        let file = format!("/{name}.yaml");
        assert!(scenarios::built_in::SCRIPTS.iter().any(|(known, _)| known.ends_with(&file)), "{code:?}: {name}");
    }
}

#[test]
fn every_number_that_a_scenario_expects_names_a_scenario() {
    let numbers = |text: &str| -> Vec<u32> {
        let rest = text.split("code: ").skip(1);
        rest.filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()).collect()
    };
    let expected: Vec<u32> = scenarios::built_in::SCRIPTS.iter().flat_map(|(_, text)| numbers(text)).collect();
    assert!(expected.len() > 100, "{expected:?}");
    let unnamed: Vec<_> = Aadsts::ALL
        .iter()
        .filter(|code| expected.contains(&code.row().number) && code.row().scenario.is_none())
        .collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}

#[tokio::test]
async fn the_scenario_on_each_page_ends_in_its_number() {
    let mut passed = Vec::new();
    let mut failed = Vec::new();
    for code in Aadsts::ALL {
        let Some(text) = see::scenario(*code) else { continue };
        let script = match scenarios::load(&format!("see-{}.yaml", code.row().number), &text) {
            Ok(script) => script,
            Err(mistakes) => {
                failed.push((*code, format!("{mistakes}\n{text}")));
                continue;
            }
        };
        let run = scenarios::run(&[script], scenarios::Options::default(), |_| {}).await.unwrap();
        match run.verdicts[0].missed.first() {
            None if run.passed() => passed.push(*code),
            missed => failed.push((*code, format!("{missed:?}\n{text}"))),
        }
    }
    assert!(failed.is_empty(), "{}", failed.iter().map(|(code, why)| format!("{code:?}: {why}\n")).collect::<String>());
    assert!(passed.len() >= 20, "{passed:?}");
}

/// Every row whose request is a refresh and whose settings the control API can make, answer by answer.
#[tokio::test]
async fn the_calls_on_each_page_lead_to_the_answer_of_its_row() {
    let mut seen = 0;
    for code in Aadsts::ALL {
        let row = code.row();
        let (scope, is_granted) = match row.ask {
            Ask::Silent(scope) => (scope, true),
            Ask::Unconsented(scope) => (scope, false),
            Ask::SignIn(_) | Ask::Raw => continue,
        };
        let calls = see::calls(*code).unwrap_or_default();
        if calls.is_empty() && !row.set.iter().all(|setting| matches!(setting, Setting::As(_))) {
            continue;
        }
        let idp = MockIdp::start().await;
        if is_granted {
            let (api, name) = scope.split_once('/').unwrap();
            idp.tenant().grant_consent(None, "desktop", api, &[name]).unwrap();
        }
        let client = RawClient::new(&idp).await;
        let user = if row.set.contains(&Setting::As("bo")) { "bo@contoso.test" } else { "ada@contoso.test" };
        let mut call = calls.iter().peekable();
        while let Some(made) = call.next_if(|call| !call.after_sign_in) {
            make(&client, made).await;
        }
        let first = client.sign_in(&VirtualUser::new(user), CALENDAR).await;
        for made in call {
            make(&client, made).await;
        }
        let answer = client.refresh(first.text_of("refresh_token"), &format!("api://{scope}"), &[]).await;

        assert_eq!(answer.code(), Some(u64::from(row.number)), "{code:?}: {}", answer.text);
        assert_eq!((answer.status, answer.text_of("error")), (row.status, row.error), "{code:?}");
        assert_eq!(answer.body["suberror"].as_str(), row.suberror, "{code:?}");
        assert_eq!(answer.body.get("error_uri").is_some(), row.error_uri, "{code:?}");
        let is_policy =
            row.set.iter().any(|setting| matches!(setting, Setting::Policy(_))) || scope.starts_with("payroll/");
        assert_eq!(answer.body.get("claims").is_some(), row.claims && is_policy, "{code:?}: {}", answer.text);
        if let Some(question) = see::what_if(*code) {
            let supposed = client.send(control(&client, Method::POST, "/what_if").json(&question)).await;
            let demand = &supposed.body["demands"][0];
            for member in ["error", "error_codes", "error_uri", "suberror", "claims"] {
                assert_eq!(demand["body"][member], answer.body[member], "{code:?}: {member}");
            }
            assert_eq!(demand["satisfied_by"], row.cure);
        }
        seen += 1;
    }
    assert!(seen >= 15, "{seen}");
}

fn control(client: &RawClient, method: Method, path: &str) -> reqwest::RequestBuilder {
    client.request(method, &format!("/_mock/tenants/contoso{path}"))
}

async fn make(client: &RawClient, call: &see::Call) {
    let method = call.method.parse().unwrap();
    // As curl sends it: the body, and no content type that names JSON.
    let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
    let answer = client.send(control(client, method, &call.path).body(body)).await;
    assert!((200..300).contains(&answer.status), "{call:?}: {}", answer.text);
}

#[tokio::test]
async fn what_if_knows_old_sign_ins_device_codes_and_pages() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let ask = async |question: Value| client.send(control(&client, Method::POST, "/what_if").json(&question)).await;
    let policy = json!({
        "name": "fresh-mfa-for-mail", "targets": { "apis": ["mail"] }, "grant": { "all_of": ["mfa"] },
        "session": { "sign_in_frequency": "1h" },
    });
    let made = client.send(control(&client, Method::POST, "/policies").json(&policy)).await;
    let by_code = json!({
        "name": "no-device-codes", "targets": { "apis": ["all"] }, "conditions": { "device_code_flow": true },
        "grant": { "all_of": ["block"] },
    });
    assert_eq!(client.send(control(&client, Method::POST, "/policies").json(&by_code)).await.status, 201);

    let question = json!({ "user": "ada", "client": "desktop", "scope": "api://mail/Mail.Read" });
    let with = |members: Value| {
        let mut question = question.clone();
        question.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        question
    };
    let codes = |answer: &tests::Answer| -> Vec<u64> {
        answer.body["demands"].as_array().unwrap().iter().filter_map(|demand| demand["code"].as_u64()).collect()
    };

    let fresh = ask(question.clone()).await;
    assert_eq!(codes(&fresh), [65001, 50076]);
    assert_eq!(fresh.body["policies"], json!([{ "id": made.body["id"], "name": "fresh-mfa-for-mail" }]));
    assert_eq!(fresh.body["demands"][0]["body"]["claims"], policy_claims(made.text_of("id")));
    assert_eq!(fresh.body["demands"][1]["see"], "mock-idp errors 50076");
    assert_eq!(fresh.body["demands"][1]["status"], 400);
    assert!(fresh.body.get("pages").is_none());

    let old = ask(with(json!({ "signed_in_ago": "2h", "mfa": true }))).await;
    assert_eq!(codes(&old)[0], 70043);
    assert!(old.body["demands"][0]["body"].get("claims").is_none(), "a dead grant names no policy");
    let stale = ask(with(json!({ "mfa_ago": "2h" }))).await;
    assert_eq!(codes(&stale), [65001, 50078]);
    let good = ask(with(json!({ "mfa": true }))).await;
    assert_eq!(codes(&good), [65001]);
    assert_eq!(codes(&ask(with(json!({ "mfa": true, "device_code": true }))).await), [65001, 53003]);

    let seen = ask(with(json!({ "interactive": true }))).await;
    assert_eq!(seen.body["pages"], json!(["one_time_code", "consent"]));
    let bo =
        ask(json!({ "user": "bo", "client": "desktop", "scope": "api://payroll/Salary.Read", "interactive": true }))
            .await;
    assert_eq!(bo.body["pages"], json!(["register_method", "one_time_code", "consent"]));
    let refused = ask(with(json!({ "signed_in_ago": "-2h" }))).await;
    assert_eq!((refused.status, refused.body["error"]["code"].as_str()), (400, Some("invalid_body")));
}
