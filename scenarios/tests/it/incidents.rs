//! What people paste from logs becomes a scenario that reproduces it: the public records of the reference field by field, and
//! every number of the catalogue at the places where it is seen.

use std::fmt::Write as _;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use mock_idp::{
    error::{Aadsts, ErrorBody, Place, example},
    incident::{Incident, Seen},
    recorder::{Endpoint, Exchange},
};
use rstest::rstest;
use scenarios::{Loaded, Options, Verdict, incident::read, load, run};
use serde_json::{Value, json};

use super::sentences;

const POLICY: &str = "7c1e0f52-9a3b-4d6e-8f10-2b3c4d5e6f70";
const OTHER_POLICY: &str = "0b9d8c7e-6f5a-4b3c-9d2e-1f0a9b8c7d6e";
const TRACE: &str = "4f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e00";
const CORRELATION: &str = "9e8d7c6b-5a4f-4e3d-8c2b-1a0f9e8d7c6b";

/// An error body in the form of reference 2.1.
struct Body {
    error: &'static str,
    code: u32,
    suberror: Option<&'static str>,
    claims: Option<String>,
    uri: bool,
    at: &'static str,
    trailer: &'static str,
}

impl Body {
    fn new(error: &'static str, code: u32) -> Self {
        Self { error, code, suberror: None, claims: None, uri: true, at: "2026-03-01 09:08:07Z", trailer: " " }
    }

    fn sub(self, suberror: &'static str) -> Self {
        Self { suberror: Some(suberror), ..self }
    }

    fn policies(self, ids: &[&str]) -> Self {
        Self { claims: Some(capolids(ids)), ..self }
    }

    fn without_uri(self) -> Self {
        Self { uri: false, ..self }
    }

    /// As before autumn 2023 (finding 6).
    fn crlf(self, at: &'static str) -> Self {
        Self { trailer: "\r\n", at, ..self }
    }

    fn text(&self) -> String {
        let Self { code, at, trailer, .. } = self;
        let mut body = json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{code}: Invented words.{trailer}Trace ID: {TRACE}{trailer}Correlation ID: {CORRELATION}{trailer}Timestamp: {at}"
            ),
            "error_codes": [code],
            "timestamp": at,
            "trace_id": TRACE,
            "correlation_id": CORRELATION,
        });
        if self.uri {
            body["error_uri"] = format!("https://login.microsoftonline.com/error?code={code}").into();
        }
        if let Some(suberror) = self.suberror {
            body["suberror"] = suberror.into();
        }
        if let Some(claims) = &self.claims {
            body["claims"] = claims.as_str().into();
        }
        body.to_string()
    }
}

fn capolids(ids: &[&str]) -> String {
    json!({ "access_token": { "capolids": { "essential": true, "values": ids } } }).to_string()
}

/// A redirect with an error in the form of reference 2.8: `+` for spaces, and an empty fragment.
fn redirect(error: &str, description: &str, more: &str) -> String {
    let trailer = format!(" Trace ID: {TRACE} Correlation ID: {CORRELATION} Timestamp: 2026-02-19 10:11:12Z");
    let mut text = format!("http://localhost:51234/?error={error}");
    let encoded: String = url::form_urlencoded::byte_serialize(format!("{description}{trailer}").as_bytes()).collect();
    let _ = write!(text, "&error_description={encoded}{more}&state=4a1c1c5e#");
    text
}

fn scenario(text: &str) -> (Incident, Loaded) {
    let incident = read(text).unwrap();
    let script = incident.script();
    let loaded = load("incident.yaml", &script);
    assert!(loaded.is_ok(), "{}\n\n{script}", loaded.unwrap_err());
    (incident, loaded.unwrap())
}

/// The exchange that has what the incident has, member by member; else what was seen in its place.
fn reproduced(incident: &Incident, verdict: &Verdict) -> Result<(), String> {
    let endpoint = match &incident.seen {
        Seen::Body(_) => [Endpoint::Token, Endpoint::DeviceCode],
        Seen::Redirect => [Endpoint::Authorize, Endpoint::Page],
        Seen::Challenge(_) => [Endpoint::Api, Endpoint::Api],
    };
    let run = verdict.exchanges.iter().filter(|exchange| exchange.number > verdict.since);
    let answers: Vec<_> = run.filter(|exchange| endpoint.contains(&exchange.endpoint)).collect();
    let is_same = |exchange: &&std::sync::Arc<Exchange>| {
        let answer = &exchange.answer;
        answer.error == incident.error
            && answer.code == incident.code
            && answer.suberror == incident.suberror
            && json_of(answer.claims.as_deref()) == json_of(incident.claims.as_deref())
    };
    if answers.iter().any(is_same) {
        return Ok(());
    }
    let seen: Vec<_> = answers.iter().map(|exchange| format!("{:?}", exchange.answer)).collect();
    Err(format!("wanted {incident:?}\nsaw {}", seen.join("\n    ")))
}

fn json_of(claims: Option<&str>) -> Option<Value> {
    claims.map(|claims| serde_json::from_str(claims).unwrap())
}

async fn all_green(scripts: Vec<(Incident, Loaded)>) -> Vec<(Incident, Verdict)> {
    let (incidents, loaded): (Vec<_>, Vec<_>) = scripts.into_iter().unzip();
    let verdicts = run(&loaded, Options::default(), |_| {}).await.unwrap().verdicts;
    let failed: Vec<_> = verdicts
        .iter()
        .zip(&loaded)
        .filter(|(verdict, _)| !verdict.passed)
        .map(|(verdict, loaded)| format!("{}: {}\n{}", verdict.title, sentences(verdict).join("\n  "), loaded.source))
        .collect();
    assert!(failed.is_empty(), "{} failed\n\n{}", failed.len(), failed.join("\n\n"));
    incidents.into_iter().zip(verdicts).collect()
}

#[tokio::test]
async fn every_number_at_the_token_endpoint_becomes_a_scenario_that_passes() {
    let seen_there = |code: &&Aadsts| code.row().seen.contains(&Place::Token);
    let text =
        |code: &Aadsts| serde_json::to_string(&ErrorBody { error_additional_info: None, ..example(*code) }).unwrap();
    all_green(Aadsts::ALL.iter().filter(seen_there).map(text).map(|text| scenario(&text)).collect()).await;
}

#[tokio::test]
async fn every_number_of_a_redirect_becomes_a_scenario_that_passes() {
    let seen_there = |code: &&Aadsts| code.row().seen.contains(&Place::Redirect);
    let text = |code: &Aadsts| {
        let body = example(*code);
        let error = if body.error == "invalid_grant" { "access_denied" } else { body.error };
        let uri = body.error_uri.map(|uri| format!("&error_uri={uri}")).unwrap_or_default();
        let suberror = body.suberror.map(|suberror| format!("&suberror={suberror}")).unwrap_or_default();
        let cancel =
            if error == "access_denied" && matches!(body.error_codes[0], 65004 | 90093..=90095 | 900_941 | 900_981) {
                "&error_subcode=cancel"
            } else {
                ""
            };
        redirect(error, &body.error_description, &format!("{uri}{suberror}{cancel}"))
    };
    all_green(Aadsts::ALL.iter().filter(seen_there).map(text).map(|text| scenario(&text)).collect()).await;
}

/// Twenty and more public records of the reference, each with its row: text in, script, run, and the same fields seen.
#[rstest]
// Error bodies of the token endpoint.
#[case::d1_mfa(Body::new("invalid_grant", 50076).sub("basic_action").policies(&[POLICY]).text())]
#[case::d1_two_policies(Body::new("invalid_grant", 50076).sub("basic_action").policies(&[POLICY, OTHER_POLICY]).text())]
#[case::d2_mfa_of_the_user(Body::new("invalid_grant", 50076).sub("basic_action").crlf("2022-03-01 01:05:47Z").text())]
#[case::v1_mfa(Body::new("interaction_required", 50076).sub("basic_action").policies(&[POLICY]).crlf("2020-06-02 03:04:05Z").text())]
#[case::c1_consent_with_claims(Body::new("invalid_grant", 65001).sub("consent_required").policies(&[POLICY]).without_uri().text())]
#[case::c1_consent(Body::new("invalid_grant", 65001).sub("consent_required").without_uri().text())]
#[case::d7_blocked(Body::new("invalid_grant", 53003).sub("message_only").policies(&[POLICY]).text())]
#[case::v1_blocked(Body::new("interaction_required", 53003).sub("message_only").policies(&[POLICY]).text())]
#[case::d18_device(Body::new("invalid_grant", 50097).crlf("2019-10-11 12:13:14Z").text())]
#[case::b1_inactive(Body::new("invalid_grant", 700_082).sub("bad_token").text())]
#[case::b2_too_old(Body::new("invalid_grant", 70043).sub("token_expired").without_uri().text())]
#[case::b3_revoked(Body::new("invalid_grant", 50173).sub("bad_token").crlf("2021-10-29 17:16:31Z").text())]
#[case::b8_password(Body::new("user_password_expired", 50055).sub("user_password_expired").text())]
#[case::b10_unknown_user(Body::new("invalid_grant", 50034).sub("bad_token").text())]
#[case::j_unknown_client(Body::new("unauthorized_client", 700_016).text())]
#[case::j_no_client_id(Body::new("unauthorized_client", 700_038).without_uri().text())]
#[case::j_secret(Body::new("invalid_client", 7_000_215).text())]
#[case::j_no_secret_with_claims(Body::new("invalid_client", 7_000_218).policies(&[POLICY]).text())]
#[case::j_resource(Body::new("invalid_resource", 500_011).text())]
#[case::j_grant(Body::new("unsupported_grant_type", 70003).text())]
#[case::i1_pending(Body::new("authorization_pending", 70016).text())]
#[case::i4_expired(Body::new("expired_token", 70020).crlf("2022-03-30 08:09:10Z").text())]
// Redirect addresses.
#[case::c8_declined(redirect("access_denied", "AADSTS65004: The user declined.", "&error_subcode=cancel"))]
#[case::c5_administrator(redirect(
    "access_denied",
    "AADSTS90094: An administrator has to consent.",
    "&error_uri=https%3a%2f%2flogin.microsoftonline.com%2ferror%3fcode%3d90094&error_subcode=cancel"
))]
#[case::c10_not_listed(redirect("invalid_client", "AADSTS650057: Invalid resource.", ""))]
#[case::older_number_with_another_word(redirect("access_denied", "AADSTS65005: Not listed.", ""))]
#[case::c13_no_such_scope(redirect(
    "invalid_client",
    "AADSTS650053: No such scope.",
    "&error_uri=https%3a%2f%2flogin.microsoftonline.com%2ferror%3fcode%3d650053"
))]
#[case::redirect_500011(redirect(
    "invalid_resource",
    "AADSTS500011: No such resource.",
    "&error_uri=https%3a%2f%2flogin.microsoftonline.com%2ferror%3fcode%3d500011"
))]
#[case::g2_no_session(redirect(
    "login_required",
    "AADSTS50058: Nobody is signed in.",
    "&error_uri=https%3a%2f%2flogin.microsoftonline.com%2ferror%3fcode%3d50058"
))]
#[case::g9_outage("http://localhost:51234/?error=server_error&state=4a1c1c5e#".to_owned())]
// Challenges.
#[case::rcae(challenge(
    r#"{"access_token":{"nbf":{"essential":true, "value":"1635527790"}}}"#,
    "insufficient_claims",
    ""
))]
#[case::f4_context(challenge(
    r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#,
    "insufficient_claims",
    r#", cc_type="authcontext""#
))]
#[case::f4_another_context(challenge(
    r#"{"access_token":{"acrs":{"essential":true,"value":"c7"}}}"#,
    "insufficient_claims",
    ""
))]
#[case::f2_arm(bearer(
    "invalid_token",
    &STANDARD_NO_PAD.encode(
        r#"{"access_token":{"nbf":{"essential":true, "value":"1700000000"}, "xms_rp_ipaddr":{"value":"203.0.113.7"}}}"#
    ),
    ""
))]
#[case::f6_downstream(challenge(&capolids(&[POLICY]), "insufficient_claims", ""))]
#[case::pop_in_front(format!(
    "WWW-Authenticate: PoP realm=\"\", nonce=\"Q2hlY2s\", {}",
    challenge(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#, "insufficient_claims", "")
        .trim_start_matches("WWW-Authenticate: ")
))]
#[case::f5_expired(r#"WWW-Authenticate: Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="invalid_token", error_description="The token has expired""#.to_owned())]
#[tokio::test]
async fn a_public_record_is_reproduced_field_by_field(#[case] text: String) {
    for (incident, verdict) in all_green(vec![scenario(&text)]).await {
        if let Err(difference) = reproduced(&incident, &verdict) {
            panic!("{difference}\n\n{}", incident.script());
        }
    }
}

/// A header in the form of reference 4.3.
fn challenge(claims: &str, error: &str, more: &str) -> String {
    bearer(error, &STANDARD.encode(claims), more)
}

fn bearer(error: &str, claims: &str, more: &str) -> String {
    let authority = "https://login.microsoftonline.com/common/oauth2/authorize";
    let client = "00000003-0000-0000-c000-000000000000";
    format!(
        "WWW-Authenticate: Bearer realm=\"\", authorization_uri=\"{authority}\", client_id=\"{client}\", \
         error=\"{error}\", claims=\"{claims}\"{more}"
    )
}

const BODY: &str = r#"{"error":"invalid_grant","error_description":"AADSTS50173: Revoked.","error_codes":[50173],"suberror":"bad_token"}"#;

/// What loggers make of an error.
#[rstest]
#[case::alone(BODY.to_owned())]
#[case::in_a_line(format!("12:00:01 WARN token request failed: {BODY} (attempt 1)"))]
#[case::over_lines(format!("POST /token\nHTTP/1.1 400 Bad Request\n\n{}", BODY.replace(',', ",\n  ")))]
#[case::in_json(json!({ "level": "warn", "response": { "status": 400, "body": BODY } }).to_string())]
#[case::as_a_string_in_a_string(json!({ "message": json!({ "body": BODY }).to_string() }).to_string())]
#[case::escaped(format!("body=\"{}\"", BODY.replace('"', "\\\"")))]
#[case::behind_other_json(format!("{{\"request\": 1}} {{ not json {BODY}"))]
fn a_body_is_found_in_a_log(#[case] text: String) {
    let incident = read(&text).unwrap();
    assert_eq!((incident.error.as_deref(), incident.code), (Some("invalid_grant"), Some(50173)));
    assert_eq!(incident.suberror.as_deref(), Some("bad_token"));
}

#[rstest]
#[case::address("http://localhost/?error=access_denied&error_description=AADSTS65004%3a+No.&error_subcode=cancel")]
#[case::fragment("http://localhost/#error=access_denied&error_description=AADSTS65004%3a+No.&error_subcode=cancel")]
#[case::query("error=access_denied&error_description=AADSTS65004%3a+No.&error_subcode=cancel")]
#[case::header(
    "HTTP/1.1 302 Found\nLocation: http://localhost/?code_was=none&error=access_denied&error_description=AADSTS65004%3a+No.&error_subcode=cancel#\n"
)]
#[case::html(r#"<a href="http://localhost/?error=access_denied&amp;error_description=AADSTS65004%3a+No.&amp;error_subcode=cancel">"#)]
fn an_address_is_found_in_a_log(#[case] text: &str) {
    let incident = read(text).unwrap();
    assert_eq!((incident.seen.clone(), incident.code), (Seen::Redirect, Some(65004)));
    assert_eq!(incident.subcode.as_deref(), Some("cancel"));
}

/// Every writing of reference 4.3, and how a log shows it.
#[rstest]
#[case::entra("WWW-Authenticate: Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{padded}\"", "entra")]
#[case::no_name("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{padded}\"", "entra")]
#[case::lower("www-authenticate: bearer ERROR=\"insufficient_claims\", Claims=\"{padded}\"", "entra")]
#[case::arm("WWW-Authenticate: Bearer error=\"invalid_token\", claims=\"{unpadded}\"", "arm")]
#[case::unpadded("WWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"{unpadded}\"", "unpadded")]
#[case::unquoted("WWW-Authenticate: Bearer error=insufficient_claims, claims={padded}", "unquoted")]
#[case::raw(r#"WWW-Authenticate: Bearer error="insufficient_claims", claims="{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}}""#, "raw_json")]
#[case::pop(
    "WWW-Authenticate: PoP nonce=\"x\", Bearer error=\"insufficient_claims\", claims=\"{padded}\"",
    "second_scheme"
)]
#[case::two(
    "WWW-Authenticate: PoP nonce=\"x\"\nWWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"{padded}\"",
    "two_headers"
)]
#[case::json_log(
    r#"{"status":401,"headers":{"www-authenticate":"Bearer error=\"insufficient_claims\", claims=\"{padded}\""}}"#,
    "entra"
)]
#[case::garbage("WWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"~what~\"", "garbage")]
#[case::rfc9470(
    "WWW-Authenticate: Bearer error=\"insufficient_user_authentication\", acr_values=\"c1\", max_age=\"300\"",
    "rfc9470"
)]
#[case::rfc9470_age("WWW-Authenticate: Bearer error=\"insufficient_user_authentication\", max_age=\"300\"", "rfc9470")]
#[tokio::test]
async fn a_challenge_is_read_in_every_writing(#[case] text: &str, #[case] dialect: &str) {
    let claims = r#"{"access_token":{"acrs":{"value":"c1"}}}   "#.trim_end();
    let padded = STANDARD.encode(format!("{claims} "));
    let text = text.replace("{unpadded}", padded.trim_end_matches('=')).replace("{padded}", &padded);
    let (incident, loaded) = scenario(&text);
    let Seen::Challenge(written) = &incident.seen else { panic!("{incident:?}") };
    assert_eq!(written.dialect, dialect);
    all_green(vec![(incident, loaded)]).await;
}

#[rstest]
#[case::nothing("it did not work")]
#[case::another_json(r#"{"error":{"code":"InvalidAuthenticationToken"}}"#)]
#[case::no_parameters("Authorization: Bearer eyJ0")]
#[case::empty("")]
#[case::braces("{{{{{{{{[[[[{")]
fn a_text_without_an_error_is_refused(#[case] text: &str) {
    assert!(read(text).unwrap_err().to_string().starts_with("there is no error in this text"));
}

#[test]
fn what_was_not_told_stands_in_the_script() {
    let script = read(BODY).unwrap().script();
    for line in ["# - which API was asked: mail\n", "# - who was signed in: ada\n", "# - the HTTP status: 400\n"] {
        assert!(script.contains(line), "{script}");
    }
}

#[test]
fn a_challenge_that_does_not_say_what_it_asks_is_written_all_the_same() {
    let (_, loaded) = scenario(r#"WWW-Authenticate: Bearer error="insufficient_user_authentication""#);
    assert!(loaded.source.contains("# - what the API asks for: a sign-in of the last minute\n"), "{}", loaded.source);
}

/// Numbers and words that no catalogue has are answered to order, with the very fields.
#[rstest]
#[case::number(r#"{"error":"invalid_grant","error_codes":[99999],"suberror":"it's_new","claims":"{\"access_token\":{\"x\":null}}"}"#)]
#[case::two_numbers(r#"{"error":"invalid_grant","error_description":"AADSTS70002: x","error_codes":[70002,500133]}"#)]
#[case::no_number(r#"{"error":"slow_down"}"#)]
#[case::words_alone(r#"{"error":"invalid_grant","suberror":"basic_action"}"#)]
#[case::no_text_for_yaml("{\"error\":\"slow_down\",\"error_description\":\"\u{7f}\u{feff}\u{85}\u{2028}'\\\"\"}")]
#[case::strange(r#"{"error":"yes","error_description":"line\none","suberror":"null"}"#)]
#[case::policies_beside_a_word_that_nobody_knows(
    r#"{"error":"invalid_grant","error_codes":[50076],"suberror":"basic","claims":"{\"access_token\":{\"capolids\":{\"essential\":true,\"values\":[\"7c1e0f52-9a3b-4d6e-8f10-2b3c4d5e6f70\"]}}}"}"#
)]
#[case::claims_with_a_dead_grant(
    r#"{"error":"invalid_grant","error_codes":[50173],"suberror":"bad_token","claims":"{}"}"#
)]
#[tokio::test]
async fn what_the_mock_does_not_know_is_made_to_order(#[case] text: &str) {
    all_green(vec![scenario(text)]).await;
}
