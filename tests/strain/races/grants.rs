//! Grants that are good once.

use mock_idp::directory::Rotation;
use reqwest::Method;
use tests::{CALENDAR, DESKTOP};

use super::{World, one_wins, race, refresh, rounds};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_is_redeemed_once() {
    let world = World::new().await;
    for _ in 0..rounds() {
        let code = world.code().await;
        let answers = race(|_| {
            let (client, code) = (world.client.clone(), code.clone());
            async move { client.redeem(&code, &[("scope", super::SCOPE)]).await }
        })
        .await;
        let winner = one_wins(&answers, 54005);
        assert_eq!(refresh(&world.client, winner.text_of("refresh_token")).await.status, 200);
    }
}

/// RFC 6749, 4.1.2: the seven others were the second use.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_that_was_fought_for_is_worth_nothing_under_strict_rotation() {
    let world = World::new().await;
    world.tenant.change_switches(|switches| switches.refresh_token_rotation = Rotation::Strict);
    for _ in 0..rounds() {
        let code = world.code().await;
        let answers = race(|_| {
            let (client, code) = (world.client.clone(), code.clone());
            async move { client.redeem(&code, &[("scope", super::SCOPE)]).await }
        })
        .await;
        let winner = one_wins(&answers, 54005);
        assert_eq!(refresh(&world.client, winner.text_of("refresh_token")).await.code(), Some(70000));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refresh_token_is_used_once_under_strict_rotation() {
    let world = World::new().await;
    world.tenant.change_switches(|switches| switches.refresh_token_rotation = Rotation::Strict);
    for _ in 0..rounds() {
        let token = world.sign_in().await.text_of("refresh_token").to_owned();
        let answers = race(|_| {
            let (client, token) = (world.client.clone(), token.clone());
            async move { refresh(&client, &token).await }
        })
        .await;
        let winner = one_wins(&answers, 70000);
        assert_eq!(refresh(&world.client, winner.text_of("refresh_token")).await.code(), Some(70000));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_device_code_is_redeemed_once() {
    let world = World::new().await;
    for _ in 0..rounds() {
        let path = format!("/{}/oauth2/v2.0/devicecode", world.tenant.id());
        let ask = world.client.request(Method::POST, &path).form(&[("client_id", DESKTOP), ("scope", CALENDAR)]);
        let device = world.client.send(ask).await;
        let page = format!("/deviceauth?otc={}", device.text_of("user_code"));
        assert_eq!(world.client.send(world.client.request(Method::GET, &page)).await.status, 200);
        let answers = race(|_| {
            let (client, code) = (world.client.clone(), device.text_of("device_code").to_owned());
            async move {
                let grant = "urn:ietf:params:oauth:grant-type:device_code";
                let form = [("client_id", DESKTOP), ("grant_type", grant), ("device_code", &code)];
                client.token(&form, &[]).await
            }
        })
        .await;
        one_wins(&answers, 70019);
    }
}
