//! Tokens made to order by the control API: for an API, without a client, a sign-in or a consent.

use mock_idp::{MockIdp, TokenOrder, TokenOrderError};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::{Answer, CALENDAR, RawClient, jwt_claims};

async fn mint(client: &RawClient, order: Value) -> Answer {
    client.send(client.request(Method::POST, "/_mock/tenants/contoso/tokens").json(&order)).await
}

#[tokio::test]
async fn a_token_made_is_as_good_as_one_that_was_issued() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let made = mint(&client, json!({ "api": "calendar", "user": "ada", "client": "desktop" })).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let token = made.text_of("access_token");
    assert_eq!(jwt_claims(token), made.body["claims"]);
    let answer = client.call("/api/calendar", token).await;
    assert_eq!((answer.status, &answer.body["user"]["username"]), (200, &json!("ada@contoso.test")));
    assert_eq!(answer.body["scopes"], json!(["Events.Read"]));

    let user = mock_idp::virtual_user::VirtualUser::new("ada@contoso.test");
    let issued = jwt_claims(client.sign_in(&user, CALENDAR).await.text_of("access_token"));
    let names = |claims: &Value| claims.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&made.body["claims"]), names(&issued), "the same claims in the same order");
    assert_eq!(made.body["claims"]["sub"], issued["sub"]);
}

#[rstest]
#[case::expired(json!({ "expired": true }), "the token has expired")]
#[case::for_another(json!({ "wrong_audience": true }), "the token is for another audience")]
#[case::badly_signed(json!({ "bad_signature": true }), "the token is malformed or its signature is wrong")]
#[case::of_another_issuer(json!({ "claims": { "iss": "https://sts.example/" } }), "the token is of another issuer")]
#[case::too_early(json!({ "claims": { "nbf": 32_503_680_000_i64 } }), "the token is not valid yet")]
#[tokio::test]
async fn a_token_that_nobody_would_issue_is_refused_by_the_api(#[case] how: Value, #[case] because: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let mut order = json!({ "api": "calendar", "user": "ada", "client": "desktop" });
    order.as_object_mut().unwrap().extend(how.as_object().unwrap().clone());
    let made = mint(&client, order).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let refused = client.call("/api/calendar", made.text_of("access_token")).await;
    assert_eq!((refused.status, &refused.body["error"]["message"]), (401, &json!(because)));
    assert!(refused.headers["www-authenticate"].to_str().unwrap().contains(r#"error="invalid_token""#));
}

#[tokio::test]
async fn claims_are_set_and_taken_away() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let order = json!({
        "api": "vault", "user": "ada", "client": "desktop", "mfa": true,
        "claims": { "acrs": ["c1"], "department": { "code": 7 }, "name": null },
    });
    let made = mint(&client, order).await;
    let claims = jwt_claims(made.text_of("access_token"));
    assert_eq!((&claims["department"]["code"], claims.get("name")), (&json!(7), None));
    assert_eq!(client.call("/api/vault/secrets", made.text_of("access_token")).await.status, 200);

    let no_scope = json!({ "api": "mail", "user": "ada", "client": "desktop", "scopes": [] });
    let made = mint(&client, no_scope).await;
    assert_eq!(client.call("/api/mail", made.text_of("access_token")).await.status, 403);
}

#[tokio::test]
async fn without_a_user_it_is_the_applications_own() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let made = mint(&client, json!({ "api": "calendar", "client": "daemon" })).await;
    assert_eq!(made.body["claims"]["roles"], json!(["Events.Read.All"]), "{}", made.text);
    assert!(made.body["claims"].get("scp").is_none());
    assert_eq!(client.call("/api/calendar", made.text_of("access_token")).await.status, 200);
    let order = json!({ "api": "mail", "client": "daemon", "roles": ["Mail.Read.All"] });
    let made = mint(&client, order).await;
    let answer = client.call("/api/mail", made.text_of("access_token")).await;
    assert_eq!((answer.status, &answer.body["roles"]), (200, &json!(["Mail.Read.All"])));
}

#[rstest]
#[case::api(json!({ "api": "calender", "client": "desktop" }), 404, "api", "did you mean 'calendar'?")]
#[case::client(json!({ "api": "mail", "client": "desktob" }), 404, "application", "did you mean 'desktop'?")]
#[case::user(json!({ "api": "mail", "client": "desktop", "user": "adda" }), 404, "user", "no user 'adda'")]
#[case::scope(
    json!({ "api": "mail", "client": "desktop", "user": "ada", "scopes": ["Mail.Raed"] }), 404, "scope",
    "did you mean 'Mail.Read'?"
)]
#[case::scopes_of_nobody(json!({ "api": "mail", "client": "daemon", "scopes": [] }), 422, "scopes", "absence of a user")]
#[case::roles_of_a_user(
    json!({ "api": "mail", "client": "desktop", "user": "ada", "roles": [] }), 422, "roles", "contradict"
)]
#[case::two_expiries(
    json!({ "api": "mail", "client": "daemon", "expired": true, "claims": { "exp": 1 } }), 422, "expired", "claim `exp`"
)]
#[case::two_audiences(
    json!({ "api": "mail", "client": "daemon", "wrong_audience": true, "claims": { "aud": "x" } }), 422,
    "wrong_audience", "claim `aud`"
)]
#[case::typo(json!({ "api": "mail", "client": "desktop", "usr": "ada" }), 400, "usr", "did you mean `user`?")]
#[tokio::test]
async fn a_mistake_is_told(#[case] order: Value, #[case] status: u16, #[case] field: &str, #[case] sentence: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let refused = mint(&client, order).await;
    let error = &refused.body["error"];
    assert_eq!((refused.status, error["field"].as_str().unwrap_or_default()), (status, field), "{}", refused.text);
    assert!(error["message"].as_str().unwrap().contains(sentence), "{}", refused.text);
}

#[tokio::test]
async fn the_typed_method_does_the_same() {
    let idp = MockIdp::start().await;
    let order = TokenOrder { user: Some("ada".into()), ..TokenOrder::new("calendar", "desktop") };
    let token = idp.tenant().mint_token(&order).unwrap();
    assert_eq!(jwt_claims(&token.access_token), Value::Object(token.claims.clone()));
    assert!(!format!("{token:?}").contains(&token.access_token));
    let wrong = TokenOrder { mfa: true, ..TokenOrder::new("calendar", "daemon") };
    let error = idp.tenant().mint_token(&wrong).unwrap_err();
    assert!(matches!(error, TokenOrderError::Contradiction { member: "mfa", .. }), "{error}");
}
