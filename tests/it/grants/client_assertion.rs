//! A client that proves itself by its certificate (RFC 7523; wire reference 3.1).

use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use mock_idp::{
    MockIdp,
    directory::{Certificate, DAEMON_CERTIFICATE, DAEMON_KEY},
};
use rstest::rstest;
use serde_json::{Value, json};
use tests::{Answer, DESKTOP, RawClient, jwt_claims};

use super::{DAEMON, PORTAL, Refused, grant, refused};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const OTHER_KEY: &str = include_str!("../../../mock-idp/src/keys/test-signing-key.pem");
const TENANT: &str = "11111111-1111-4111-8111-111111111111";

/// An assertion as MSAL makes it, to be spoilt.
struct Assertion {
    algorithm: Algorithm,
    key: &'static str,
    x5t: bool,
    x5t_s256: bool,
    claims: Value,
}

impl Assertion {
    /// MSAL Node's: PS256, SHA-256 thumbprint, `nbf`.
    fn new(idp: &MockIdp) -> Self {
        let now = idp.tenant().now().as_second();
        let claims = json!({
            "aud": format!("{}/oauth2/v2.0/token", idp.authority()),
            "iss": DAEMON,
            "sub": DAEMON,
            "nbf": now,
            "exp": now + 600,
            "jti": "c0ffee00-0000-4000-8000-000000000001",
        });
        Self { algorithm: Algorithm::PS256, key: DAEMON_KEY, x5t: false, x5t_s256: true, claims }
    }

    fn with(mut self, claim: &str, value: Value) -> Self {
        self.claims[claim] = value;
        self
    }

    fn sign(&self) -> String {
        let certificate = Certificate::from_pem(DAEMON_CERTIFICATE).unwrap();
        self.sign_as(certificate.sha1(), certificate.sha256())
    }

    fn sign_as(&self, sha1: &str, sha256: &str) -> String {
        let mut header = Header::new(self.algorithm);
        header.x5t = self.x5t.then(|| sha1.to_owned());
        header.x5t_s256 = self.x5t_s256.then(|| sha256.to_owned());
        header.x5c = Some(vec!["ignored".to_owned()]);
        let key = match self.algorithm {
            Algorithm::HS256 => EncodingKey::from_secret(b"secret"),
            _ => EncodingKey::from_rsa_pem(self.key.as_bytes()).unwrap(),
        };
        encode(&header, &self.claims, &key).unwrap()
    }
}

async fn ask(client: &RawClient, assertion: &str, extra: &[(&str, &str)]) -> Answer {
    let base = [
        ("grant_type", "client_credentials"),
        ("scope", "api://calendar/.default"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    grant(client, DAEMON, &base, extra).await
}

#[rstest]
#[case::node(Algorithm::PS256, false, true)]
#[case::python(Algorithm::RS256, true, false)]
#[case::both_thumbprints(Algorithm::PS256, true, true)]
#[tokio::test]
async fn an_assertion_takes_the_place_of_the_secret(
    #[case] algorithm: Algorithm,
    #[case] x5t: bool,
    #[case] x5t_s256: bool,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let assertion = Assertion { algorithm, x5t, x5t_s256, ..Assertion::new(&idp) };
    let answer = ask(&client, &assertion.sign(), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let claims = jwt_claims(answer.text_of("access_token"));
    assert_eq!((&claims["azpacr"], &claims["roles"]), (&json!("2"), &json!(["Events.Read.All"])));
}

/// `appidacr` tells what this request proved, not what the registration would allow.
#[tokio::test]
async fn the_token_says_how_the_client_proved_itself() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let v1 = [("scope", "api://payroll/.default")];
    let by_certificate = ask(&client, &Assertion::new(&idp).sign(), &v1).await;
    assert_eq!(jwt_claims(by_certificate.text_of("access_token"))["appidacr"], "2");
    let by_secret =
        [v1[0], ("client_secret", "daemon-secret"), ("client_assertion", ""), ("client_assertion_type", "")];
    let by_secret = ask(&client, "", &by_secret).await;
    assert_eq!(jwt_claims(by_secret.text_of("access_token"))["appidacr"], "1");
}

#[rstest]
#[case::by_id_v2("{base}/{id}/oauth2/v2.0/token")]
#[case::by_id_v1("{base}/{id}/oauth2/token")]
#[case::by_domain("{base}/Contoso.TEST/oauth2/v2.0/token")]
#[case::issuer_v2("{base}/{id}/v2.0")]
#[case::issuer_v1("{base}/{id}/")]
#[tokio::test]
async fn it_may_be_meant_for_any_address_of_the_tenant(#[case] audience: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let audience = audience.replace("{base}", idp.base()).replace("{id}", TENANT);
    let answer = ask(&client, &Assertion::new(&idp).with("aud", json!(audience)).sign(), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let several = Assertion::new(&idp).with("aud", json!(["https://elsewhere.test", audience]));
    assert_eq!(ask(&client, &several.sign(), &[]).await.status, 200);
}

#[tokio::test]
async fn at_common_it_may_be_meant_for_common() {
    let idp = MockIdp::start().await;
    let mut client = RawClient::new(&idp).await;
    client.authority = format!("{}/common", idp.base());
    let audience = json!(format!("{}/common/oauth2/v2.0/token", idp.base()));
    // Past authentication: the grant itself is what /common does not serve.
    let answer = ask(&client, &Assertion::new(&idp).with("aud", audience).sign(), &[]).await;
    assert_eq!(answer.code(), Some(90010), "{}", answer.text);
}

#[tokio::test]
async fn times_may_be_fractions_and_clocks_may_differ_a_little() {
    let idp = MockIdp::start().await;
    idp.tenant().freeze_clock("2026-03-01T00:00:00Z".parse().unwrap());
    let client = RawClient::new(&idp).await;
    let now = idp.tenant().now().as_second();
    let python = Assertion::new(&idp).with("iat", json!(now as f64 + 0.25)).with("exp", json!(now as f64 + 600.25));
    assert_eq!(ask(&client, &python.sign(), &[]).await.status, 200);
    let ahead = Assertion::new(&idp).with("nbf", json!(now + 300));
    assert_eq!(ask(&client, &ahead.sign(), &[]).await.status, 200);
}

#[rstest]
#[case::expired(11, None)]
#[case::not_yet(0, Some(3600))]
#[tokio::test]
async fn it_is_good_for_its_time_on_the_tenants_clock(#[case] minutes: i64, #[case] from: Option<i64>) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let mut assertion = Assertion::new(&idp);
    if let Some(from) = from {
        assertion = assertion.with("nbf", json!(idp.tenant().now().as_second() + from));
    }
    idp.tenant().advance_clock(SignedDuration::from_mins(minutes));
    let text = "Client assertion is not within its valid time range.";
    let answer = ask(&client, &assertion.sign(), &[]).await;
    assert_eq!(refused(&answer), Refused::new(401, "invalid_client", 700_024, "", text));
}

#[rstest]
#[case::other_key(|a: Assertion| Assertion { key: OTHER_KEY, ..a }, "its signature is not by the certificate that it names")]
#[case::other_scheme(|a: Assertion| Assertion { algorithm: Algorithm::HS256, ..a }, "it is signed with 'HS256', and RS256 and PS256 are taken")]
#[case::no_thumbprint(|a: Assertion| Assertion { x5t_s256: false, ..a }, "its header names no certificate by 'x5t' or 'x5t#S256'")]
#[case::other_client(|a: Assertion| a.with("iss", json!(PORTAL)), "its 'iss' is 'd0000000-0000-4000-8000-000000000003' and not the client id")]
#[case::other_subject(|a: Assertion| a.with("sub", json!("me")), "its 'sub' is 'me' and not the client id")]
#[case::other_server(|a: Assertion| a.with("aud", json!("https://elsewhere.test/x")), "its 'aud' is 'https://elsewhere.test/x' and not this token endpoint")]
#[case::no_end(|a: Assertion| a.with("exp", Value::Null), "its claims cannot be read, or lack 'aud', 'iss', 'sub' or 'exp'")]
#[tokio::test]
async fn an_assertion_is_refused(#[case] spoil: fn(Assertion) -> Assertion, #[case] what: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = ask(&client, &spoil(Assertion::new(&idp)).sign(), &[]).await;
    let text = format!("Client assertion failed signature validation: {what}.");
    assert_eq!(refused(&answer), Refused::new(401, "invalid_client", 700_027, "", &text));
}

#[rstest]
#[case::other_tenant("{base}/fabrikam.test/oauth2/v2.0/token")]
#[case::other_endpoint("{base}/contoso.test/oauth2/v2.0/authorize")]
#[case::word_that_was_not_called("{base}/common/oauth2/v2.0/token")]
#[case::prefix("{base}.evil.test/contoso.test/oauth2/v2.0/token")]
#[tokio::test]
async fn an_assertion_for_another_address_is_refused(#[case] audience: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let audience = audience.replace("{base}", idp.base());
    let answer = ask(&client, &Assertion::new(&idp).with("aud", json!(audience)).sign(), &[]).await;
    assert_eq!(answer.code(), Some(700_027), "{}", answer.text);
    assert!(answer.text_of("error_description").contains(&audience));
}

#[rstest]
#[case::empty("..", "its header cannot be read")]
#[case::word("rubbish", "it is no JWT")]
#[case::json_of_another_kind("W10.W10.AAAA", "its header cannot be read")]
#[tokio::test]
async fn rubbish_is_refused(#[case] assertion: &str, #[case] what: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = ask(&client, assertion, &[]).await;
    let text = format!("Client assertion failed signature validation: {what}.");
    assert_eq!(refused(&answer), Refused::new(401, "invalid_client", 700_027, "", &text));
}

/// Either is enough, so the one that is there must not cover for the other.
#[tokio::test]
async fn both_thumbprints_must_be_of_the_certificate() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let assertion = Assertion { x5t: true, ..Assertion::new(&idp) };
    let certificate = Certificate::from_pem(DAEMON_CERTIFICATE).unwrap();
    let answer = ask(&client, &assertion.sign_as(certificate.sha256(), certificate.sha256()), &[]).await;
    assert_eq!(answer.code(), Some(700_027), "{}", answer.text);
}

#[tokio::test]
async fn the_certificate_must_be_the_clients_own() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let assertion = Assertion::new(&idp).with("iss", json!(PORTAL)).with("sub", json!(PORTAL)).sign();
    let answer = ask(&client, &assertion, &[("client_id", PORTAL)]).await;
    let text = "Client assertion failed signature validation: the application has no certificate with its thumbprint.";
    assert_eq!(refused(&answer), Refused::new(401, "invalid_client", 700_027, "", text));
}

const NO_CREDENTIAL: &str =
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";

#[tokio::test]
async fn assertion_and_type_belong_together() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let assertion = Assertion::new(&idp).sign();
    let no_type = ask(&client, &assertion, &[("client_assertion_type", "")]).await;
    let text = "The request body must contain the following parameter: 'client_assertion_type'.";
    assert_eq!(refused(&no_type), Refused::new(400, "invalid_request", 900_144, "", text));
    let missing = Refused::new(401, "invalid_client", 7_000_218, "", NO_CREDENTIAL);
    assert_eq!(refused(&ask(&client, &assertion, &[("client_assertion_type", "saml")]).await), missing);
    assert_eq!(refused(&ask(&client, "", &[("client_assertion", "")]).await), missing);
}

#[tokio::test]
async fn a_public_client_has_no_certificate_to_show() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let answer = ask(&client, &Assertion::new(&idp).sign(), &[("client_id", DESKTOP)]).await;
    let text = "A public client presents neither 'client_assertion' nor 'client_secret'.";
    assert_eq!(refused(&answer), Refused::new(401, "invalid_client", 700_025, "", text));
}
