//! Changes that are made while others look.

use std::sync::Arc;

use mock_idp::{directory::Policy, virtual_user::VirtualUser};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{CALENDAR, RawClient};
use uuid::Uuid;

use super::{RACERS, World, ada, code, race, refresh, rounds};

/// Seven clients write a scope each, or take them all away; whoever reads meanwhile sees nothing that nobody wrote.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_consent_is_written_whole_and_none_is_lost() {
    let world = World::new().await;
    let path = format!("/_mock/tenants/{}/consents", world.tenant.id());
    for round in 0..rounds() {
        let takes_away = round % 2 == 1;
        world.tenant.revoke_all_consents();
        let seen = race(|racer| {
            let (client, path) = (world.client.clone(), path.clone());
            async move {
                // Both scopes in one row, by each of these users.
                let user = ["ada", "bo", "eve"][racer % 3];
                let body =
                    json!({ "user": user, "client": "desktop", "api": "mail", "scopes": ["Mail.Read", "Mail.Send"] });
                let request = match racer {
                    0 if takes_away => client.request(Method::DELETE, &path),
                    1 => client.request(Method::GET, &path),
                    _ => client.request(Method::POST, &path).json(&body),
                };
                client.send(request).await
            }
        })
        .await;
        let read = client_rows(&seen[1].body);
        let left = client_rows(&client_of(&world, &path).await);
        for (user, scopes) in read.iter().chain(&left) {
            assert_eq!(scopes, &json!(["Mail.Read", "Mail.Send"]), "{user}");
        }
        if !takes_away {
            assert_eq!(left.len(), 3, "nobody's was lost: {left:?}");
        }
    }
}

async fn client_of(world: &World, path: &str) -> Value {
    world.client.send(world.client.request(Method::GET, path)).await.body
}

fn client_rows(told: &Value) -> Vec<(String, Value)> {
    let rows = told["consents"].as_array().unwrap();
    rows.iter().map(|row| (row["user"].to_string(), row["scopes"].clone())).collect()
}

/// A decision is made by one list of policies or by the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn policies_change_all_at_once() {
    let world = World::new().await;
    let lists = [policies(1), policies(3)];
    let names = lists.clone().map(|list| list.map(|policy| policy["id"].clone()).to_vec());
    let path = format!("/_mock/tenants/{}/policies", world.tenant.id());
    world.tenant.grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    set(&world, &lists[0]);
    // Ada signed in by password alone, before there was a policy for the calendar.
    world.tenant.set_policies(Vec::new());
    let token = world.sign_in().await.text_of("refresh_token").to_owned();
    set(&world, &lists[0]);
    for round in 0..rounds() {
        let answers = race(|racer| {
            let (client, token, path) = (world.client.clone(), token.clone(), path.clone());
            let list = json!({ "policies": lists[(round + racer) % 2] });
            async move {
                if racer < RACERS / 2 {
                    return refresh(&client, &token).await;
                }
                client.send(client.request(Method::PUT, &path).json(&list)).await
            }
        })
        .await;
        let (refused, changed) = answers.split_at(RACERS / 2);
        assert!(changed.iter().all(|answer| answer.status == 200), "{changed:#?}");
        for answer in refused {
            assert_eq!(answer.code(), Some(50076), "{}", answer.text);
            let claims: Value = serde_json::from_str(answer.text_of("claims")).unwrap();
            let unmet = claims["access_token"]["capolids"]["values"].as_array().unwrap();
            assert!(names.contains(unmet), "half of one list and half of the other: {unmet:?}");
        }
    }
}

/// Two policies for the calendar, both of which want a second factor.
fn policies(first: u128) -> [Value; 2] {
    [first, first + 1].map(|number| {
        json!({
            "id": Uuid::from_u128(number), "name": format!("policy {number}"),
            "targets": { "apis": ["calendar"] }, "grant": { "all_of": ["mfa"] },
        })
    })
}

fn set(world: &World, list: &[Value; 2]) {
    let parsed = list.iter().map(|policy| serde_json::from_value::<Policy>(policy.clone()).unwrap());
    world.tenant.set_policies(parsed.collect());
}

/// Of several who delete a tenant one does, and who is in the middle of something there gets an answer: what was asked for,
/// or that there is no such tenant.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tenant_is_deleted_once_and_whoever_is_in_it_is_told() {
    let world = World::new().await;
    let before = world.idp.tenant_counts();
    let mut client = RawClient::new(&world.idp).await;
    for _ in 0..rounds() {
        let tenant = world.idp.new_tenant("contoso").unwrap();
        let username = tenant.username("ada").unwrap();
        tenant.set_virtual_user(VirtualUser { username, ..ada() });
        client.authority = tenant.authority();
        let code = code(&client).await;
        let token = client.redeem(&super::code(&client).await, &[("scope", super::SCOPE)]).await;
        assert_eq!(token.status, 200, "{}", token.text);
        let (shared, id) = (Arc::new(client), tenant.id());
        let answers = race(|racer| {
            let (client, code) = (shared.clone(), code.clone());
            let (access, renew) = (token.text_of("access_token").to_owned(), token.text_of("refresh_token").to_owned());
            async move {
                let delete = client.request(Method::DELETE, &format!("/_mock/tenants/{id}"));
                match racer {
                    0 | 2 | 4 | 6 => client.send(delete).await,
                    1 => client.redeem(&code, &[]).await,
                    3 => refresh(&client, &renew).await,
                    5 => client.call("/api/calendar", &access).await,
                    _ => {
                        client
                            .send(client.request(Method::GET, &format!("/{id}/v2.0/.well-known/openid-configuration")))
                            .await
                    }
                }
            }
        })
        .await;
        client = Arc::try_unwrap(shared).unwrap();
        let mut deleted: Vec<u16> = answers.iter().step_by(2).map(|answer| answer.status).collect();
        deleted.sort_unstable();
        assert_eq!(deleted, [204, 404, 404, 404]);
        for answer in answers.iter().skip(1).step_by(2) {
            // 70000: it was deleted while the token was looked at.
            let is_refused = matches!(answer.code(), Some(90002 | 70000)) || answer.status == 401;
            assert!(answer.status == 200 || is_refused, "{} {}", answer.status, answer.text);
        }
        let after = client.refresh(token.text_of("refresh_token"), CALENDAR, &[]).await;
        assert_eq!(after.code(), Some(90002), "{}", after.text);
        assert_eq!(world.idp.tenant_counts(), before);
    }
}
