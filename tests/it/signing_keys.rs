//! Rotation of signing keys: overlap, isolation, and clients that go on through it.

use jsonwebtoken::{DecodingKey, Validation, decode_header, jwk::JwkSet};
use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, CALENDAR, MAIL, RawClient, Seat};

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

async fn jwks(client: &RawClient, tenant: &str) -> JwkSet {
    let answer = client.send(client.request(Method::GET, &format!("/{tenant}/discovery/v2.0/keys"))).await;
    serde_json::from_value(answer.body).unwrap()
}

fn kids(keys: &JwkSet) -> Vec<&str> {
    keys.keys.iter().map(|key| key.common.key_id.as_deref().unwrap()).collect()
}

async fn rotate(client: &RawClient, tenant: &str) -> Answer {
    client.send(client.request(Method::POST, &format!("/_mock/tenants/{tenant}/signing_keys/rotate"))).await
}

/// As a resource server does: the key that the header names, out of the JWKS.
fn is_verified(token: &str, keys: &JwkSet) -> bool {
    let header = decode_header(token).unwrap();
    let Some(key) = keys.find(header.kid.as_deref().unwrap()) else { return false };
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).is_ok()
}

#[tokio::test]
async fn both_keys_are_listed_and_the_old_one_goes_with_the_next_rotation() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let before = client.sign_in(&ada(), CALENDAR).await;
    let old = before.text_of("access_token");
    let first = jwks(&client, "contoso").await;
    assert_eq!(first.keys.len(), 1);
    assert!(is_verified(old, &first));

    let rotated = rotate(&client, "contoso").await;
    assert_eq!(rotated.status, 200, "{}", rotated.text);
    let listed = jwks(&client, "contoso").await;
    assert_eq!(kids(&listed)[1], kids(&first)[0]);
    assert_eq!(rotated.body, json!({ "current": kids(&listed)[0], "listed": kids(&listed) }));
    let after = client.refresh(before.text_of("refresh_token"), CALENDAR, &[]).await;
    let new = after.text_of("access_token");
    for token in [new, after.text_of("id_token")] {
        assert_eq!(decode_header(token).unwrap().kid.as_deref(), Some(kids(&listed)[0]));
        assert!(is_verified(token, &listed));
        assert!(!is_verified(token, &first), "who keeps the keys has to fetch them again");
    }
    assert!(is_verified(old, &listed));
    for token in [old, new] {
        assert_eq!(client.call("/api/calendar", token).await.status, 200);
    }

    rotate(&client, "contoso").await;
    let listed = jwks(&client, "contoso").await;
    assert!(!is_verified(old, &listed) && is_verified(new, &listed));
    let refused = client.call("/api/calendar", old).await;
    assert_eq!(refused.status, 401);
    assert!(refused.headers["www-authenticate"].to_str().unwrap().contains(r#"error="invalid_token""#));
    assert_eq!(client.call("/api/calendar", new).await.status, 200);
    assert_eq!(client.refresh(before.text_of("refresh_token"), CALENDAR, &[]).await.status, 200, "not signed by it");
}

#[tokio::test]
async fn a_code_is_redeemed_across_a_rotation() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let scope = format!("{CALENDAR} openid profile offline_access");
    let code = client.code(&ada(), &scope, &[]).await;
    let new = idp.tenant().rotate_signing_keys();
    let answer = client.redeem(&code, &[("scope", scope.as_str())]).await;
    assert_eq!(decode_header(answer.text_of("id_token")).unwrap().kid, Some(new));
}

#[tokio::test]
async fn other_tenants_keep_their_key_and_everybodys_list_has_all() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let isolated = idp.new_tenant("contoso").unwrap();
    let untouched = isolated.signing_keys();
    let new = idp.tenant().rotate_signing_keys();
    assert_eq!(isolated.signing_keys(), untouched);
    assert_eq!(kids(&jwks(&client, isolated.domain()).await), untouched);
    assert_eq!(kids(&jwks(&client, "fabrikam.test").await), untouched);
    assert_eq!(kids(&jwks(&client, "common").await), [new.as_str(), &untouched[0]]);

    let theirs = isolated.rotate_signing_keys();
    isolated.rotate_signing_keys();
    assert_eq!(idp.tenant().signing_keys()[0], new);
    let everybodys = jwks(&client, "common").await;
    assert!([&theirs, &isolated.signing_keys()[0]].iter().all(|kid| kids(&everybodys).contains(&kid.as_str())));
    let copy = idp.new_tenant("contoso").unwrap();
    assert_eq!(copy.signing_keys(), untouched, "a copy starts as the tenant did");
    idp.reset();
    assert_eq!(kids(&jwks(&client, "contoso").await), untouched);
}

#[tokio::test]
async fn on_behalf_of_takes_a_token_of_the_key_before_and_none_that_was_rotated_out() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&ada(), "api://portal/access_as_user").await.text_of("access_token").to_owned();
    let ask = async || {
        let base = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("requested_token_use", "on_behalf_of"),
            ("client_id", "d0000000-0000-4000-8000-000000000003"),
            ("client_secret", "portal-secret"),
            ("scope", "api://payroll/Salary.Read"),
            ("assertion", token.as_str()),
        ];
        client.token(&base, &[]).await
    };
    let before = ask().await.code();
    idp.tenant().rotate_signing_keys();
    assert_eq!(ask().await.code(), before, "the assertion is as good as before");
    idp.tenant().rotate_signing_keys();
    let refused = ask().await;
    assert_ne!(refused.code(), before, "{}", refused.text);
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn a_client_that_behaves_like_msal_does_not_notice() {
    let idp = MockIdp::start().await;
    let seat = Seat::new(&idp.tenant(), ada(), &[]);
    let account = seat.app.acquire_token_interactive([CALENDAR]).await.unwrap().account;
    idp.tenant().grant_consent(Some("ada"), "desktop", "mail", &["Mail.Read"]).unwrap();
    for _ in 0..5 {
        idp.tenant().rotate_signing_keys();
        idp.tenant().advance_clock(jiff::SignedDuration::from_hours(2));
        for (scope, api) in [(CALENDAR, "calendar"), (MAIL, "mail")] {
            let token = seat.app.acquire_token_silent([scope]).with_account(&account).await.unwrap();
            let request = seat.app.http_client().get(idp.api_url(api)).bearer_auth(token.access_token.secret());
            assert_eq!(request.send().await.unwrap().status(), 200);
        }
    }
    assert_eq!(seat.visits().len(), 1);
}
