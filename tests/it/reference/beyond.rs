//! Numbers that the server needs and that have no row in section 2: each of them is provoked all the same.

use jiff::SignedDuration;
use reqwest::Method;
use tests::{CALENDAR, MAIL};

use super::{
    Case, Seen, case,
    compare::Expected,
    stage::{CORRELATION, Stage, ada},
};

/// The portal presents `assertion` on behalf of its user.
async fn on_behalf_of(stage: &Stage, assertion: &str) -> Seen {
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("requested_token_use", "on_behalf_of"),
        ("client_id", "d0000000-0000-4000-8000-000000000003"),
        ("client_secret", "portal-secret"),
        ("scope", "api://payroll/Salary.Read"),
        ("assertion", assertion),
    ];
    stage.token(&form).await
}

async fn portal_token(stage: &Stage) -> String {
    let code = stage.client.code(&ada(), "api://portal/access_as_user", &[]).await;
    stage.client.redeem(&code, &[]).await.text_of("access_token").to_owned()
}

/// What `daemon` gets for itself, for the API `portal`.
async fn daemon_token(stage: &Stage) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "d0000000-0000-4000-8000-000000000004"),
        ("client_secret", "daemon-secret"),
        ("scope", "api://portal/.default"),
    ];
    stage.token(&form).await.answer().text_of("access_token").to_owned()
}

async fn faulty(stage: Stage, number: u32) -> Seen {
    stage.fault(serde_json::json!({ "endpoint": "token", "code": number })).await.refresh(CALENDAR).await
}

async fn get(stage: &Stage, path: &str) -> Seen {
    let request = stage.client.request(Method::GET, path).header("client-request-id", CORRELATION);
    stage.client.send(request).await.into()
}

const fn cross_origin() -> Expected {
    Expected::token(400, "invalid_request", 9_002_326).says(&["'https://app.example'"])
}

const fn single_page() -> Expected {
    Expected::token(400, "invalid_request", 9_002_327).no_uri()
}

pub(super) static CASES: &[Case] = &[
    case!([], "a challenge of the wrong size", Expected::redirect("invalid_request", 50147), |stage| {
        stage.window(CALENDAR, &[("code_challenge", "short")]).await
    }),
    case!([], "an assertion that is no token", Expected::grant(50013), |stage| on_behalf_of(&stage, "rubbish").await),
    case!([], "an assertion for another API", Expected::grant(500_131).says(&["'d0000000"]), |stage| {
        on_behalf_of(&stage, &stage.access_token).await
    }),
    case!([], "an assertion that has expired", Expected::grant(500_133), |stage| {
        let token = portal_token(&stage).await;
        on_behalf_of(&stage.later(SignedDuration::from_hours(3)), &token).await
    }),
    case!([], "an assertion of an application", Expected::grant(7_000_114), |stage| {
        let token = daemon_token(&stage).await;
        on_behalf_of(&stage, &token).await
    }),
    case!([], "a body that is too large", Expected::token(413, "invalid_request", 90015).says(&["65536"]), |stage| {
        let path = format!("/{}/oauth2/v2.0/token", stage.tenant().id());
        let request = stage.client.request(Method::POST, &path).header("client-request-id", CORRELATION);
        stage.client.send(request.body("x".repeat(70_000))).await.into()
    }),
    case!([], "another cloud's authority", Expected::token(400, "invalid_instance", 50049), |stage| {
        let query = "authorization_endpoint=https%3A%2F%2Felsewhere.test%2Fcommon%2Foauth2%2Fv2.0%2Fauthorize";
        get(&stage, &format!("/common/discovery/instance?{query}")).await
    }),
    case!([], "a page of nobody's sign-in", Expected::Page(165_000), |stage| {
        let path = format!("/{}/login", stage.tenant().id());
        let request = stage.client.request(Method::POST, &path).form(&[("ctx", "gone"), ("step", "password")]);
        stage.client.send(request).await.into()
    }),
    case!([], "no endpoint", Expected::token(404, "invalid_request", 90013).says(&["/nowhere"]), |stage| {
        get(&stage, "/nowhere").await
    }),
    case!([], "an unknown tenant's metadata", Expected::token(400, "invalid_tenant", 90002), |stage| {
        get(&stage, "/nowhere.test/v2.0/.well-known/openid-configuration").await
    }),
    case!([], "a wrong credential, in an old number", Expected::token(401, "invalid_client", 70002), |stage| {
        faulty(stage, 70002).await
    }),
    case!([], "a page redeems for a client that is no single-page application", cross_origin(), |stage| {
        let mut stage = stage;
        stage.client.origin = Some("https://app.example".to_owned());
        stage.refresh(CALENDAR).await
    }),
    case!([], "a program redeems the code of a single-page application", single_page(), |stage| {
        let mut stage = stage;
        stage.client.client_id = "d0000000-0000-4000-8000-000000000002".to_owned();
        let address = stage.client.redirect_uri.clone();
        stage.tenant().change_application("spa", |spa| spa.redirect_uris = vec![address]).unwrap();
        let code = stage.client.code(&ada(), CALENDAR, &[]).await;
        stage.redeem(&code, &[]).await
    }),
    case!([], "no credential, in another number", Expected::token(401, "invalid_client", 7_000_216), |stage| {
        faulty(stage, 7_000_216).await
    }),
    case!([], "another cloud, in another number", Expected::token(400, "invalid_request", 900_432), |stage| {
        faulty(stage, 900_432).await
    }),
    case!([], "consent that another page asks for", Expected::Success, |stage| {
        stage.window(MAIL, &[]).await;
        stage.refresh(MAIL).await
    }),
];
