//! What a 401 says: every dialect header by header, and what the reference client reads out of it; RFC 9470 from the
//! challenge to the token that answers it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use desktop_client::challenge::{ChallengeClaims, from_headers};
use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    directory::{Api, ChallengeDialect, ProtectedRoute},
    virtual_user::{PageKind, VirtualUser},
};
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use tests::{Answer, CALENDAR, RawClient, Seat, VAULT, jwt_claims};

/// Its base64 needs padding, and a character that the URL-safe alphabet writes in another way.
const CONTEXT: &str = "urn:contoso:vault~~~~";
const CLAIMS: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"urn:contoso:vault~~~~"}}}"#;
const STANDARD_CLAIMS: &str =
    "eyJhY2Nlc3NfdG9rZW4iOnsiYWNycyI6eyJlc3NlbnRpYWwiOnRydWUsInZhbHVlIjoidXJuOmNvbnRvc286dmF1bHR+fn5+In19fQ==";
const BECAUSE: &str = "the route needs the authentication context urn:contoso:vault~~~~";

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

/// A server whose vault is changed, and a token for it.
async fn vault(change: impl FnOnce(&mut Api)) -> (MockIdp, RawClient, Answer) {
    let idp = MockIdp::start().await;
    idp.tenant().change_api("vault", change).unwrap();
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&ada(), VAULT).await;
    assert_eq!(token.status, 200, "{}", token.text);
    (idp, client, token)
}

/// The header lines, with the nonce and the server's address named.
fn lines(answer: &Answer, idp: &MockIdp) -> Vec<String> {
    let nonce = from_headers(&answer.headers).iter().find_map(|one| one.parameter("nonce").map(str::to_owned));
    let lines = answer.headers.get_all("www-authenticate").iter();
    let named = |line: &str| match &nonce {
        Some(nonce) => line.replace(nonce, "NONCE"),
        None => line.to_owned(),
    };
    lines.map(|line| named(line.to_str().unwrap()).replace(idp.base(), "BASE")).collect()
}

fn quoted(error: &str, claims: &str) -> String {
    format!(
        r#"Bearer realm="", authorization_uri="BASE/common/oauth2/authorize", client_id="b0000000-0000-4000-8000-000000000004", error="{error}", error_description="{BECAUSE}", claims="{claims}", cc_type="authcontext""#
    )
}

#[test]
fn the_claims_show_the_differences() {
    assert_eq!(STANDARD.encode(CLAIMS), STANDARD_CLAIMS);
    assert!(STANDARD_CLAIMS.ends_with("==") && STANDARD_CLAIMS.contains('+'));
}

/// 4.3: the decision is the same, the writing differs, and the client reads the same claims out of it.
#[rstest]
#[case::entra(ChallengeDialect::Entra, &[quoted("insufficient_claims", STANDARD_CLAIMS)])]
#[case::arm(ChallengeDialect::Arm, &[quoted("invalid_token", STANDARD_CLAIMS.trim_end_matches('='))])]
#[case::unquoted(ChallengeDialect::Unquoted, &[format!(
    "Bearer authorization_uri=BASE/common/oauth2/authorize, client_id=b0000000-0000-4000-8000-000000000004, error=insufficient_claims, claims={STANDARD_CLAIMS}, cc_type=authcontext"
)])]
#[case::unpadded(
    ChallengeDialect::Unpadded,
    &[quoted("insufficient_claims", STANDARD_CLAIMS.trim_end_matches('='))]
)]
#[case::base64url(ChallengeDialect::Base64url, &[quoted("insufficient_claims", &STANDARD_CLAIMS.replace('+', "-"))])]
#[case::base64url_unpadded(
    ChallengeDialect::Base64urlUnpadded,
    &[quoted("insufficient_claims", STANDARD_CLAIMS.replace('+', "-").trim_end_matches('='))]
)]
#[case::second_scheme(ChallengeDialect::SecondScheme, &[format!(
    r#"PoP realm="", nonce="NONCE", {}"#, quoted("insufficient_claims", STANDARD_CLAIMS)
)])]
#[case::two_headers(
    ChallengeDialect::TwoHeaders,
    &[r#"PoP realm="", nonce="NONCE""#.to_owned(), quoted("insufficient_claims", STANDARD_CLAIMS)]
)]
#[case::raw_json(
    ChallengeDialect::RawJson,
    &[quoted("insufficient_claims", &CLAIMS.replace('"', "\\\""))]
)]
#[tokio::test]
async fn every_dialect_says_the_same(#[case] dialect: ChallengeDialect, #[case] expected: &[String]) {
    let (idp, client, token) = vault(|vault| {
        vault.challenge = dialect;
        vault.protected_routes[0].authentication_context = Some(CONTEXT.to_owned());
    })
    .await;
    let answer = client.call("/api/vault/secrets", token.text_of("access_token")).await;
    assert_eq!(answer.status, 401, "{}", answer.text);
    assert_eq!(lines(&answer, &idp), expected);
    let read = from_headers(&answer.headers);
    let bearer = read.iter().find(|one| one.is_bearer()).unwrap();
    assert_eq!(bearer.claims(), ChallengeClaims::Json(CLAIMS.to_owned()));
    assert_eq!(idp.exchanges().last().unwrap().answer.claims.as_deref(), Some(CLAIMS));
}

/// The client cannot read it, says so, and does not act on it.
#[tokio::test]
async fn garbage_is_ignored_and_reported() {
    let idp = MockIdp::start().await;
    idp.tenant().change_api("vault", |vault| vault.challenge = ChallengeDialect::Garbage).unwrap();
    let seat = Seat::new(&idp.tenant(), ada(), &["cp1"]);
    let request = seat.app.http_client().get(format!("{}/secrets", idp.api_url("vault")));
    let error = seat.app.call_api(request, [VAULT]).await.unwrap_err();
    assert!(error.to_string().contains("authentication context c1"), "{error}");
    // One sign-in, and one silent renewal as for any 401 without claims.
    assert_eq!(seat.visits().len(), 1);
    assert!(idp.exchanges().iter().all(|exchange| exchange.answer.claims.is_none()));

    let (_idp, client, token) = vault(|vault| vault.challenge = ChallengeDialect::Garbage).await;
    let answer = client.call("/api/vault/secrets", token.text_of("access_token")).await;
    let read = from_headers(&answer.headers);
    assert_eq!(read[0].parameter("error"), Some("insufficient_claims"));
    assert_eq!(read[0].claims(), ChallengeClaims::Unreadable("~neither base64 nor JSON~".to_owned()));
}

/// Whatever is odd about a dialect, it is so without claims, too.
#[rstest]
#[case::unquoted(
    ChallengeDialect::Unquoted,
    "Bearer authorization_uri=BASE/common/oauth2/authorize, client_id=b0000000-0000-4000-8000-000000000004",
    "Bearer authorization_uri=BASE/common/oauth2/authorize, client_id=b0000000-0000-4000-8000-000000000004, error=invalid_token"
)]
#[case::rfc9470(
    ChallengeDialect::Rfc9470,
    r#"Bearer realm="vault""#,
    r#"Bearer error="invalid_token", error_description="the token is malformed or its signature is wrong""#
)]
#[tokio::test]
async fn other_refusals_are_written_in_the_dialect(
    #[case] dialect: ChallengeDialect,
    #[case] without_token: &str,
    #[case] rubbish: &str,
) {
    let idp = MockIdp::start().await;
    idp.tenant().change_api("vault", |vault| vault.challenge = dialect).unwrap();
    let client = RawClient::new(&idp).await;
    let answer = client.send(client.request(Method::GET, "/api/vault")).await;
    assert_eq!((answer.status, lines(&answer, &idp)), (401, vec![without_token.to_owned()]));
    let answer = client.call("/api/vault", "rubbish").await;
    assert_eq!((answer.status, lines(&answer, &idp)), (401, vec![rubbish.to_owned()]));
}

fn rfc9470(context: Option<&str>, max_age: Option<i64>) -> impl FnOnce(&mut Api) {
    let context = context.map(str::to_owned);
    move |vault| {
        vault.challenge = ChallengeDialect::Rfc9470;
        vault.protected_routes = vec![ProtectedRoute {
            path: "/secrets".to_owned(),
            authentication_context: context,
            max_age: max_age.map(SignedDuration::from_secs),
        }];
    }
}

/// RFC 9470, 3 and 4: challenge, wish at /authorize, second factor, `acr` in the token, 200.
#[tokio::test]
async fn acr_values_are_asked_for_wished_for_and_met() {
    let (idp, client, token) = vault(rfc9470(Some("c1"), None)).await;
    let claims = jwt_claims(token.text_of("access_token"));
    assert_eq!((&claims["acr"], claims.get("acrs")), (&json!("1"), None));
    let answer = client.call("/api/vault/secrets", token.text_of("access_token")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        lines(&answer, &idp),
        [
            r#"Bearer error="insufficient_user_authentication", error_description="the route needs the authentication context c1", acr_values="c1""#
        ]
    );

    // Nobody knows the first word; the second is a policy's.
    let visit = client.visit(&ada(), VAULT, &[("acr_values", "phr c1")]).await;
    assert!(visit.pages.iter().any(|page| page.kind == PageKind::OneTimeCode), "{visit:#?}");
    // What a client says of itself at redemption does not lose the wish.
    let capable = [("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#)];
    let strong = client.redeem(visit.outcome.parameter("code").unwrap(), &capable).await;
    let claims = jwt_claims(strong.text_of("access_token"));
    assert_eq!((&claims["acr"], &claims["acrs"]), (&json!("c1"), &json!(["c1"])));
    assert_eq!(client.call("/api/vault/secrets", strong.text_of("access_token")).await.status, 200);
}

#[tokio::test]
async fn a_wish_that_nobody_knows_has_no_effect() {
    let (_idp, client, _token) = vault(rfc9470(Some("c1"), None)).await;
    let visit = client.visit(&ada(), VAULT, &[("acr_values", "phr urn:mace:incommon:iap:silver")]).await;
    assert!(!visit.pages.iter().any(|page| page.kind == PageKind::OneTimeCode), "{visit:#?}");
    let token = client.redeem(visit.outcome.parameter("code").unwrap(), &[]).await;
    assert_eq!(jwt_claims(token.text_of("access_token"))["acr"], "1");
}

/// RFC 9470, 4: `max_age` is an obligation; `auth_time` says that it is met.
#[tokio::test]
async fn max_age_asks_for_a_young_sign_in() {
    let (idp, client, token) = vault(rfc9470(None, Some(300))).await;
    let path = "/api/vault/secrets";
    let signed_in = jwt_claims(token.text_of("access_token"))["auth_time"].as_i64().unwrap();
    assert_eq!(client.call(path, token.text_of("access_token")).await.status, 200);

    idp.tenant().advance_clock(SignedDuration::from_secs(360));
    let answer = client.call(path, token.text_of("access_token")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(
        lines(&answer, &idp),
        [
            r#"Bearer error="insufficient_user_authentication", error_description="the route needs a sign-in that is no older than 300 seconds", max_age="300""#
        ]
    );
    // A refreshed token is as old as its sign-in.
    let refreshed = client.refresh(token.text_of("refresh_token"), VAULT, &[]).await;
    assert_eq!(client.call(path, refreshed.text_of("access_token")).await.status, 401);
    let code = client.code(&ada(), VAULT, &[("max_age", "300")]).await;
    let young = client.redeem(&code, &[]).await;
    assert!(jwt_claims(young.text_of("access_token"))["auth_time"].as_i64().unwrap() >= signed_in + 360);
    assert_eq!(client.call(path, young.text_of("access_token")).await.status, 200);
}

/// Both at once, and both are said although one is met.
#[tokio::test]
async fn a_route_can_want_both() {
    let (idp, client, token) = vault(rfc9470(Some("c1"), Some(300))).await;
    let answer = client.call("/api/vault/secrets", token.text_of("access_token")).await;
    assert!(lines(&answer, &idp)[0].ends_with(r#", acr_values="c1", max_age="300""#));
    let code = client.code(&ada(), VAULT, &[("acr_values", "c1"), ("max_age", "300")]).await;
    let token = client.redeem(&code, &[]).await;
    assert_eq!(client.call("/api/vault/secrets", token.text_of("access_token")).await.status, 200);
}

/// A token that was taken back is an invalid one to RFC 6750.
#[tokio::test]
async fn a_revocation_is_an_invalid_token_in_rfc_9470() {
    let idp = MockIdp::start().await;
    idp.tenant().change_api("news", |news| news.challenge = ChallengeDialect::Rfc9470).unwrap();
    let client = RawClient::new(&idp).await;
    let capable = [("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#)];
    let code = client.code(&ada(), "api://news/Articles.Read", &capable).await;
    let token = client.redeem(&code, &capable).await;
    idp.tenant().revoke_sessions("ada").unwrap();
    let answer = client.call("/api/news", token.text_of("access_token")).await;
    let read = from_headers(&answer.headers);
    assert_eq!((answer.status, read[0].parameter("error")), (401, Some("invalid_token")));
    assert_eq!(read[0].claims(), ChallengeClaims::Absent);
}

/// 4.8: the middle tier hands on what the API behind it wants, in its own dialect.
#[rstest]
#[case::arm(ChallengeDialect::Arm, "invalid_token")]
#[case::rfc9470(ChallengeDialect::Rfc9470, "insufficient_user_authentication")]
#[tokio::test]
async fn a_middle_tier_hands_claims_on_in_its_own_dialect(#[case] dialect: ChallengeDialect, #[case] error: &str) {
    let idp = MockIdp::start().await;
    idp.tenant().change_api("portal", |portal| portal.challenge = dialect).unwrap();
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&ada(), "api://portal/access_as_user").await;
    let answer = client.call("/api/portal/salary", token.text_of("access_token")).await;
    let read = from_headers(&answer.headers);
    assert_eq!((answer.status, read[0].parameter("error")), (401, Some(error)), "{}", answer.text);
    let ChallengeClaims::Json(claims) = read[0].claims() else { panic!("{read:?}") };
    assert_eq!(claims, tests::policy_claims(tests::MFA_FOR_PAYROLL));
}

/// F7: an API that challenges capable clients only tells the others in a message.
#[tokio::test]
async fn a_client_that_cannot_answer_gets_a_message() {
    let (idp, client, token) = vault(|vault| vault.challenge_capable_clients_only = true).await;
    let answer = client.call("/api/vault/secrets", token.text_of("access_token")).await;
    assert_eq!((answer.status, answer.headers.get("www-authenticate")), (403, None), "{}", answer.text);
    assert_eq!(answer.body["error"]["code"], "Authorization_RequestDenied");
    assert!(answer.body["error"]["message"].as_str().unwrap().contains("authentication context c1"));
    assert!(idp.exchanges().last().unwrap().answer.claims.is_none());

    // The API opts in to knowing the client's capabilities, and its tokens are not longer for that.
    let capable = [("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#)];
    let token = client.refresh(token.text_of("refresh_token"), VAULT, &capable).await;
    assert_eq!(jwt_claims(token.text_of("access_token"))["xms_cc"], json!(["cp1"]));
    assert!(
        (3600..=5400).contains(&token.body["expires_in"].as_i64().unwrap()) && token.body.get("refresh_in").is_none()
    );
    let answer = client.call("/api/vault/secrets", token.text_of("access_token")).await;
    assert_eq!(answer.status, 401);
    // Other APIs do not opt in.
    idp.tenant().grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    let other = client.refresh(token.text_of("refresh_token"), CALENDAR, &capable).await;
    assert!(jwt_claims(other.text_of("access_token")).get("xms_cc").is_none());
}
