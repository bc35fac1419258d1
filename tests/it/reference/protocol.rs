//! 2.11 J: configuration and protocol. None of these is ever a reason to prompt.

use mock_idp::directory::{Availability, GrantControl, Secret};
use reqwest::Method;
use serde_json::json;
use tests::{CALENDAR, MAIL, PAYROLL};

use super::{
    Case, case,
    compare::{Claims, Expected},
    stage::{CORRELATION, Stage, ada},
};

const PORTAL: &str = "d0000000-0000-4000-8000-000000000003";
const DAEMON: &str = "d0000000-0000-4000-8000-000000000004";

async fn refresh_as(stage: &Stage, client: &str, extra: &[(&str, &str)]) -> super::Seen {
    let form = [("grant_type", "refresh_token"), ("scope", CALENDAR), ("client_id", client)];
    let refresh_token = [("refresh_token", stage.refresh_token.as_str())];
    stage.token(&[&form[..], &refresh_token, extra].concat()).await
}

async fn daemon(stage: &Stage, extra: &[(&str, &str)]) -> super::Seen {
    let form = [("grant_type", "client_credentials"), ("scope", "api://calendar/.default"), ("client_id", DAEMON)];
    stage.token(&[&form[..], extra].concat()).await
}

async fn faulty(stage: Stage, number: u32) -> super::Seen {
    stage.fault(json!({ "endpoint": "token", "code": number })).await.refresh(CALENDAR).await
}

pub(super) static CASES: &[Case] = &[
    case!(
        ["700016"],
        "an unknown client",
        Expected::token(400, "unauthorized_client", 700_016)
            .says(&["'00000000-0000-4000-8000-000000000000'", "'Contoso'"]),
        |stage| refresh_as(&stage, "00000000-0000-4000-8000-000000000000", &[]).await
    ),
    case!(
        ["700038"],
        "no client id that could be one",
        Expected::token(400, "unauthorized_client", 700_038).no_uri(),
        |stage| { refresh_as(&stage, "desktop", &[]).await }
    ),
    case!(["7000112"], "a disabled application", Expected::token(400, "unauthorized_client", 7_000_112), |stage| {
        stage.application(|desktop| desktop.enabled = false).refresh(CALENDAR).await
    }),
    case!(["7000215"], "a wrong secret", Expected::token(401, "invalid_client", 7_000_215).says(&[PORTAL]), |stage| {
        refresh_as(&stage, PORTAL, &[("client_secret", "wrong")]).await
    }),
    case!(
        ["7000222"],
        "an expired secret",
        Expected::token(401, "invalid_client", 7_000_222).says(&[DAEMON]),
        |stage| {
            let change =
                |daemon: &mut mock_idp::directory::Application| daemon.expired_secrets = vec![Secret::new("old")];
            stage.tenant().change_application("daemon", change).unwrap();
            daemon(&stage, &[("client_secret", "old")]).await
        }
    ),
    case!(
        ["7000218"],
        "no secret",
        Expected::token(401, "invalid_client", 7_000_218).says(&["'client_assertion' or 'client_secret'"]),
        |stage| daemon(&stage, &[]).await
    ),
    case!(
        ["7000218"],
        "public client flows are off",
        Expected::token(401, "invalid_client", 7_000_218).claims(Claims::Guard),
        |stage| {
            let stage = stage.application(|desktop| desktop.public_client_flows = false).guard(GrantControl::Mfa);
            let name = ada().username;
            let form = [("grant_type", "password"), ("username", &name), ("password", "Passw0rd!"), ("scope", PAYROLL)];
            stage.token(&form).await
        }
    ),
    case!(["700025"], "a public client with a secret", Expected::token(401, "invalid_client", 700_025), |stage| {
        let client = stage.client.client_id.clone();
        refresh_as(&stage, &client, &[("client_secret", "x")]).await
    }),
    case!(["700027"], "an assertion that nobody signed", Expected::token(401, "invalid_client", 700_027), |stage| {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        daemon(&stage, &[("client_assertion", "e30.e30.e30"), ("client_assertion_type", kind)]).await
    }),
    case!(
        ["500011"],
        "an unknown resource",
        Expected::token(400, "invalid_resource", 500_011)
            .says(&["api://nowhere", "11111111-1111-4111-8111-111111111111"]),
        |stage| stage.refresh("api://nowhere/Read").await
    ),
    case!(["50001"], "a disabled resource", Expected::token(400, "invalid_resource", 50001), |stage| {
        stage.tenant().change_api("mail", |mail| mail.availability = Availability::Disabled).unwrap();
        stage.refresh(MAIL).await
    }),
    case!(["650054"], "a removed resource", Expected::token(400, "invalid_resource", 650_054), |stage| {
        stage.tenant().change_api("mail", |mail| mail.availability = Availability::Removed).unwrap();
        stage.refresh(MAIL).await
    }),
    case!(
        ["70011"],
        "`.default` beside names",
        Expected::token(400, "invalid_scope", 70011).says(&[".default"]),
        |stage| { stage.refresh("api://mail/.default api://mail/Mail.Read").await }
    ),
    case!(["28002"], "a scope that makes no token", Expected::token(400, "invalid_scope", 28002), |stage| {
        faulty(stage, 28002).await
    }),
    case!(["28003"], "an empty scope", Expected::token(400, "invalid_scope", 28003), |stage| faulty(stage, 28003)
        .await),
    case!(["700023"], "no resource", Expected::token(400, "invalid_request", 700_023), |stage| {
        faulty(stage, 700_023).await
    }),
    case!(
        ["70003"],
        "no such grant",
        Expected::token(400, "unsupported_grant_type", 70003).says(&["'magic'"]),
        |stage| { stage.token(&[("grant_type", "magic")]).await }
    ),
    case!(
        ["900144"],
        "a parameter is missing",
        Expected::token(400, "invalid_request", 900_144).says(&["'grant_type'"]),
        |stage| { stage.token(&[("scope", CALENDAR)]).await }
    ),
    case!(["90014"], "a field is missing", Expected::token(400, "invalid_request", 90014), |stage| faulty(
        stage, 90014
    )
    .await),
    case!(["9002313"], "a malformed grant", Expected::grant(9_002_313).suberror("bad_token"), |stage| {
        stage.token(&[("grant_type", "refresh_token"), ("refresh_token", "x"), ("scope", CALENDAR)]).await
    }),
    case!(["900561"], "another method", Expected::token(405, "invalid_request", 900_561).says(&["GET"]), |stage| {
        let path = format!("/{}/oauth2/v2.0/token", stage.tenant().id());
        let request = stage.client.request(Method::GET, &path).header("client-request-id", CORRELATION);
        stage.client.send(request).await.into()
    }),
    case!(
        ["90010"],
        "no tenant for an application",
        Expected::token(400, "invalid_request", 90010).says(&["client_credentials", "/common"]),
        |stage| {
            let form = [
                ("grant_type", "client_credentials"),
                ("scope", "api://calendar/.default"),
                ("client_id", DAEMON),
                ("client_secret", "daemon-secret"),
            ];
            stage.token_at("common", &form).await
        }
    ),
    case!(["9001023"], "a password at /common", Expected::token(400, "invalid_request", 9_001_023), |stage| {
        let name = ada().username;
        let form = [("grant_type", "password"), ("username", &name), ("password", "Passw0rd!"), ("scope", CALENDAR)];
        stage.token_at("common", &form).await
    }),
    case!(["900382"], "another cloud", Expected::token(400, "invalid_request", 900_382), |stage| faulty(
        stage, 900_382
    )
    .await),
    case!(
        ["900144"],
        "a parameter twice",
        Expected::token(400, "invalid_request", 9_000_411).says(&["'scope'"]),
        |stage| {
            let body = format!("client_id={}&grant_type=refresh_token&scope=a&scope=b", stage.client.client_id);
            let path = format!("/{}/oauth2/v2.0/token", stage.tenant().id());
            let request = stage.client.request(Method::POST, &path).header("client-request-id", CORRELATION).body(body);
            stage.client.send(request.header("content-type", "application/x-www-form-urlencoded")).await.into()
        }
    ),
    case!(
        ["9002313"],
        "claims that are no JSON",
        Expected::token(400, "invalid_request", 90013).says(&["'claims'"]),
        |stage| {
            let client = stage.client.client_id.clone();
            refresh_as(&stage, &client, &[("claims", "rubbish")]).await
        }
    ),
];
