//! The v1 endpoints (`/{t}/oauth2/…`): another dialect for the same grants and policies. What differs is how a request is
//! read, how an answer and how an error is written (escalation reference, finding 1, 2.5, 6.1).

mod grants;
mod refusals;

use mock_idp::{MockIdp, virtual_user::VirtualUser};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::{Answer, CALENDAR, DESKTOP, RawClient, jwt_claims};

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

async fn v1_client(idp: &MockIdp) -> RawClient {
    let mut client = RawClient::new(idp).await;
    client.protocol = "oauth2";
    client
}

/// Gets a code for `resource` the way an old program does: no scope, no PKCE.
async fn code(client: &RawClient, user: &VirtualUser, resource: &str, extra: &[(&str, &str)]) -> String {
    let mut parameters = vec![
        ("scope", ""),
        ("resource", resource),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
        ("client_info", ""),
    ];
    parameters.extend_from_slice(extra);
    client.code(user, "", &parameters).await
}

async fn redeem(client: &RawClient, code: &str, extra: &[(&str, &str)]) -> Answer {
    client.redeem(code, &[&[("code_verifier", ""), ("client_info", "")], extra].concat()).await
}

async fn sign_in(client: &RawClient, user: &VirtualUser, resource: &str) -> Answer {
    let code = code(client, user, resource, &[]).await;
    let answer = redeem(client, &code, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

async fn refresh(client: &RawClient, refresh_token: &str, resource: &str) -> Answer {
    let base = [
        ("client_id", client.client_id.as_str()),
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
        ("resource", resource),
    ];
    client.token(&base, &[]).await
}

fn members(body: &Value) -> Vec<&str> {
    body.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Status, OAuth error, AADSTS number and suberror.
fn verdict(answer: &Answer) -> (u16, &str, Option<u64>, Option<&str>) {
    (answer.status, answer.text_of("error"), answer.code(), answer.body["suberror"].as_str())
}

#[tokio::test]
async fn an_answer_has_more_members_and_its_numbers_are_strings() {
    let idp = MockIdp::start().await;
    let now = "2026-01-05T09:00:00Z".parse().unwrap();
    idp.tenant().freeze_clock(now);
    let client = v1_client(&idp).await;
    let answer = sign_in(&client, &ada(), "api://payroll").await;
    let expected = "token_type scope expires_in ext_expires_in expires_on not_before resource access_token \
        refresh_token id_token";
    assert_eq!(members(&answer.body), expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!((answer.text_of("token_type"), answer.text_of("resource")), ("Bearer", "api://payroll"));
    assert_eq!(answer.text_of("scope"), "Salary.Read");
    assert_eq!(answer.headers["x-ms-clitelem"], "1,0,0,,");

    let number = |member: &str| answer.text_of(member).parse::<i64>().unwrap();
    assert!((3600..=5400).contains(&number("expires_in")));
    assert_eq!(number("ext_expires_in"), number("expires_in"));
    assert_eq!(number("expires_on"), now.as_second() + number("expires_in"));
    assert_eq!(number("not_before"), now.as_second() - 300);
    let claims = jwt_claims(answer.text_of("access_token"));
    assert_eq!((&claims["exp"], &claims["nbf"]), (&json!(number("expires_on")), &json!(number("not_before"))));
}

#[tokio::test]
async fn long_tokens_have_their_refresh_hint_as_a_string_too() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let claims = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
    let code = code(&client, &ada(), "api://news", &[("claims", claims)]).await;
    let answer = redeem(&client, &code, &[("claims", claims), ("client_info", "1")]).await;
    let seconds = |member: &str| answer.text_of(member).parse::<i64>().unwrap();
    assert_eq!(seconds("refresh_in"), seconds("expires_in") / 2, "{}", answer.text);
    assert!(members(&answer.body).ends_with(&["id_token", "client_info"]));
}

/// 6.2: the ID token follows the endpoint, and the access token its API.
#[rstest]
#[case::api_of_version_1("api://payroll", "1.0", "api://payroll")]
#[case::api_of_version_2("api://calendar", "2.0", "b0000000-0000-4000-8000-000000000001")]
#[tokio::test]
async fn id_tokens_follow_the_endpoint_and_access_tokens_their_api(
    #[case] resource: &str,
    #[case] version: &str,
    #[case] audience: &str,
) {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let code = code(&client, &ada(), resource, &[("nonce", "n-0S6")]).await;
    let answer = redeem(&client, &code, &[]).await;
    let access = jwt_claims(answer.text_of("access_token"));
    assert_eq!((&access["ver"], &access["aud"]), (&json!(version), &json!(audience)));

    let id = jwt_claims(answer.text_of("id_token"));
    let expected = "aud iss iat nbf exp amr family_name given_name ipaddr name nonce oid rh sid sub tid unique_name upn \
        uti ver";
    assert_eq!(members(&id), expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!((&id["ver"], &id["aud"], &id["nonce"]), (&json!("1.0"), &json!(DESKTOP), &json!("n-0S6")));
    assert_eq!(id["iss"], format!("{}/", idp.authority()));
    assert_eq!((&id["upn"], &id["unique_name"]), (&json!("ada@contoso.test"), &json!("ada@contoso.test")));
    assert_eq!(id["amr"], if version == "1.0" { json!(["pwd", "mfa"]) } else { json!(["pwd"]) });
    assert!(jwt_header(answer.text_of("id_token")).get("x5t").is_some());
}

fn jwt_header(token: &str) -> Value {
    let header = token.split('.').next().unwrap();
    jwt_claims(&format!(".{header}"))
}

/// The API is named by its App ID URI, with or without a closing slash and in any case, or by its id.
#[rstest]
#[case::uri("api://payroll")]
#[case::closing_slash("api://payroll/")]
#[case::any_case("API://Payroll")]
#[case::id("b0000000-0000-4000-8000-000000000003")]
#[tokio::test]
async fn a_resource_can_be_written_in_several_ways(#[case] resource: &str) {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let answer = sign_in(&client, &ada(), resource).await;
    assert_eq!((answer.text_of("resource"), answer.text_of("scope")), (resource, "Salary.Read"));
    assert_eq!(jwt_claims(answer.text_of("access_token"))["aud"], resource);
}

/// Without names the token is for every permission that was consented to, as with `.default`.
#[rstest]
#[case::none("", "Mail.Read Mail.Send")]
#[case::openid("openid", "Mail.Read Mail.Send")]
#[case::names("Mail.Send", "Mail.Send Mail.Read")]
#[tokio::test]
async fn a_token_is_for_everything_that_was_consented_to(#[case] scope: &str, #[case] granted: &str) {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "mail", &["Mail.Read", "Mail.Send"]).unwrap();
    let client = v1_client(&idp).await;
    let code = code(&client, &ada(), "api://mail", &[("scope", scope)]).await;
    let answer = redeem(&client, &code, &[("resource", "api://mail"), ("scope", scope)]).await;
    assert_eq!(answer.text_of("scope"), granted, "{}", answer.text);
}

#[tokio::test]
async fn one_refresh_token_serves_every_resource() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "mail", &["Mail.Read"]).unwrap();
    let client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    for resource in ["api://mail", "api://calendar", "https://graph.microsoft.com"] {
        let answer = refresh(&client, first.text_of("refresh_token"), resource).await;
        assert_eq!((answer.status, answer.text_of("resource")), (200, resource), "{}", answer.text);
        assert!(!answer.text_of("refresh_token").is_empty() && !answer.text_of("id_token").is_empty());
    }
}

/// `resource` may be left out at `/authorize`; then the redemption of the code has to name one.
#[tokio::test]
async fn a_code_without_a_resource_is_redeemed_for_one() {
    let idp = MockIdp::start().await;
    idp.tenant().grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    let client = v1_client(&idp).await;
    let code = code(&client, &ada(), "", &[]).await;
    let without = redeem(&client, &code, &[]).await;
    assert_eq!(verdict(&without), (400, "invalid_request", Some(900_144), None), "{}", without.text);
    assert!(without.text_of("error_description").contains("'resource'"), "{}", without.text);
    let second = self::code(&client, &ada(), "", &[]).await;
    let answer = redeem(&client, &second, &[("resource", "api://calendar")]).await;
    assert_eq!((answer.status, answer.text_of("scope")), (200, "Events.Read"), "{}", answer.text);
}

#[rstest]
#[case::unknown("api://nowhere", "invalid_resource", 500_011)]
#[case::two_words("api://mail api://calendar", "invalid_resource", 500_011)]
#[case::unregistered("api://archive", "invalid_client", 650_057)]
#[tokio::test]
async fn a_resource_is_refused(#[case] resource: &str, #[case] error: &str, #[case] number: u64) {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    let answer = refresh(&client, first.text_of("refresh_token"), resource).await;
    assert_eq!((answer.status, answer.text_of("error"), answer.code()), (400, error, Some(number)), "{}", answer.text);
}

/// As in version 2, where a refresh without `scope` is for what was granted (RFC 6749, 6).
#[tokio::test]
async fn a_refresh_without_a_resource_is_for_the_same_one() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let first = sign_in(&client, &ada(), "api://calendar").await;
    let answer = refresh(&client, first.text_of("refresh_token"), "").await;
    assert_eq!((answer.status, answer.text_of("resource")), (200, "api://calendar"), "{}", answer.text);
}

/// No PKCE and no `response_mode` are needed; other values of `prompt` than v2's are refused.
#[rstest]
#[case::admin_consent("admin_consent")]
#[case::refresh_session("refresh_session")]
#[tokio::test]
async fn prompts_that_only_v1_knows_are_refused(#[case] prompt: &str) {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let visit = client.visit(&ada(), "", &[("resource", "api://mail"), ("prompt", prompt)]).await;
    let says = visit.outcome.parameter("error_description").unwrap_or_default();
    assert!(says.contains("AADSTS90023"), "{visit:#?}");
}

#[rstest]
#[case::v1_then_v2("oauth2", "oauth2/v2.0")]
#[case::v2_then_v1("oauth2/v2.0", "oauth2")]
#[tokio::test]
async fn refresh_tokens_work_in_the_other_dialect(#[case] first: &'static str, #[case] second: &'static str) {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    client.protocol = first;
    let scope = "api://calendar/Events.Read offline_access";
    let code = client.code(&ada(), scope, &[("resource", "api://calendar")]).await;
    let both = [("scope", scope), ("resource", "api://calendar")];
    let token = client.redeem(&code, &both).await;
    assert_eq!(token.status, 200, "{}", token.text);
    client.protocol = second;
    let again = client.refresh(token.text_of("refresh_token"), CALENDAR, &[("resource", "api://calendar")]).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.body["expires_in"].is_string(), second == "oauth2");
    assert_eq!(again.body.get("resource").is_some(), second == "oauth2");
}

/// The v1 metadata names the v1 endpoints, and each of them is there.
#[tokio::test]
async fn the_metadata_of_v1_leads_to_its_endpoints() {
    let idp = MockIdp::start().await;
    let client = v1_client(&idp).await;
    let path = |address: &str| address.strip_prefix(idp.base()).unwrap().to_owned();
    let get = |address: &str| client.send(client.request(Method::GET, &path(address)));
    let metadata = get(&format!("{}/.well-known/openid-configuration", idp.authority())).await;
    assert_eq!(metadata.text_of("issuer"), format!("{}/", idp.authority()));
    let endpoint = |member: &str| metadata.text_of(member);
    for (member, place) in [
        ("authorization_endpoint", "oauth2/authorize"),
        ("token_endpoint", "oauth2/token"),
        ("device_authorization_endpoint", "oauth2/devicecode"),
        ("end_session_endpoint", "oauth2/logout"),
        ("jwks_uri", "discovery/keys"),
    ] {
        assert_eq!(endpoint(member), format!("{}/{place}", idp.authority()));
    }
    // A page that says what is missing, and not "there is no such endpoint".
    assert!(get(endpoint("authorization_endpoint")).await.text.contains("AADSTS900144"));
    for member in ["token_endpoint", "device_authorization_endpoint"] {
        let request = client.request(Method::POST, &path(endpoint(member)));
        assert_eq!(client.send(request.form(&[("x", "y")])).await.code(), Some(900_144), "{member}");
    }
    assert_eq!(get(endpoint("end_session_endpoint")).await.status, 200);
    let keys = get(endpoint("jwks_uri")).await;
    let signed = sign_in(&client, &ada(), "api://calendar").await;
    assert_eq!(keys.body["keys"][0]["kid"], jwt_header(signed.text_of("id_token"))["kid"]);
}
