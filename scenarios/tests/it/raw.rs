//! Raw requests: wrong ones are told with their place; what comes back otherwise than expected is told in a sentence.

use rstest::rstest;
use scenarios::load;

use super::{sentences, verdict_on};

#[rstest]
#[case::application("token_request: {as: deamon}", "s:3:29: unknown application `deamon`", "did you mean `daemon`?")]
#[case::placeholder(
    "token_request: {params: {x: '{refesh_token}'}}",
    "s:3:37: unknown placeholder `{refesh_token}`",
    "did you mean `refresh_token`?"
)]
#[case::no_code(
    "token_request: {params: {code: '{code}'}}",
    "s:3:40: no step before this one brings a value for `{code}`",
    "add the step `authorize_request` before it"
)]
#[case::no_device(
    "enter_user_code: {}",
    "s:3:9: no step before this one starts a device",
    "add a `start_device_code` step before it, or write `user_code`"
)]
#[case::api(
    "token_request: {params: {x: '{access_token:portl}'}}",
    "s:3:37: unknown API `portl`",
    "did you mean `portal`?"
)]
#[case::no_api(
    "token_request: {params: {x: '{access_token}'}}",
    "s:3:37: `{access_token}` does not say which API's token it is",
    "write it as `{access_token:mail}`"
)]
#[case::two_ends(
    "token_request: {expect: {token: {}, error: x}}",
    "s:3:25: an answer is a token or an error, and both are expected here",
    "keep `token`, or what is about an error"
)]
#[case::cache(
    "token_request: {expect: {token: {from: cache}}}",
    "s:3:48: a raw request has no cache, so its token can only come from the network",
    "leave it out"
)]
#[case::two_ends_at_authorize(
    "authorize_request: {expect: {code_issued: true, page_code: 50011}}",
    "s:3:29: a request ends in one way, and several are expected here",
    "keep `code_issued`, `error` with what belongs to it, or `page_code`"
)]
#[case::no_code_of_administrators(
    "authorize_request: {endpoint: admin_consent, expect: {code_issued: true}}",
    "s:3:54: the admin consent endpoint issues no code",
    "expect `parameters: {admin_consent: \"True\"}`, an `error`, or `page_code`"
)]
#[case::policy(
    "token_request: {expect: {claims: {policies: [mfa-for-payroll]}}}",
    "s:3:54: policy `mfa-for-payroll` is not in force here, so no error can name it",
    "name it under `given.policies`, or enable it in an earlier step"
)]
#[case::expectation(
    "token_request: {expect: {sub_error: none}}",
    "s:3:34: unknown key `sub_error`",
    "did you mean `suberror`?"
)]
#[case::dialect("token_request: {dialect: v3}", "s:3:34: unknown value `v3`", "did you mean `v2`?")]
#[case::challenge_through_the_client(
    "call_api: {api: mail, scopes: [mail/Mail.Read], expect: {error: x, challenge: {}}}",
    "s:3:57: a call ends in one way, and several are expected here",
    "keep one of them"
)]
#[case::no_token_through_the_client(
    "call_api: {api: mail, scopes: [mail/Mail.Read], without_token: true}",
    "s:3:72: a call through the client carries a token",
    "leave out `scopes` or `without_token`"
)]
fn a_wrong_raw_step_is_told_with_its_place(#[case] step: &str, #[case] line: &str, #[case] hint: &str) {
    let mistakes = load("s", &format!("version: 1\ntitle: t\nsteps: [{step}]\n")).unwrap_err();
    assert_eq!(mistakes.to_string().lines().next().unwrap(), line, "{mistakes}");
    assert_eq!(mistakes.0[0].hint.as_deref().unwrap_or_default(), hint);
}

/// The sentence for the first step that ends otherwise.
async fn sentence(steps: &str) -> String {
    let source = format!("version: 1\ntitle: t\ngiven: {{consents: [calendar/Events.Read]}}\nsteps:\n{steps}");
    let verdict = verdict_on(load("s", &source).unwrap()).await;
    assert!(!verdict.passed);
    sentences(&verdict).join(" | ")
}

const DAEMON: &str = "grant_type: client_credentials, client_secret: daemon-secret";

#[rstest]
#[case::error_for_token(
    "grant_type: client_credentials, client_secret: wrong, scope: calendar/.default",
    "token: {api: calendar}",
    "daemon sends client credentials to the token endpoint, for calendar/.default: expected a token for calendar, saw 401, invalid_client, AADSTS7000215"
)]
#[case::token_for_error(
    "scope: calendar/.default",
    "error: invalid_client",
    "daemon sends client credentials to the token endpoint, for calendar/.default: expected invalid_client, saw 200, a token for calendar from the network"
)]
#[case::member_by_member(
    "scope: calendar/Events.Read",
    "{status: 401, code: 65001, suberror: basic_action, error_uri: true, headers: {retry-after: '30'}, description_has: sorry}",
    "expected status 401, saw 400; expected code AADSTS65001, saw AADSTS70011; expected suberror basic_action, saw none; "
)]
#[case::roles(
    "scope: calendar/.default",
    "token: {roles: [Nothing]}",
    "expected the roles [Nothing], saw [Events.Read.All]"
)]
#[case::life(
    "scope: calendar/.default",
    "token: {expires_in_at_least: 20h}",
    "expected a token that is good for at least 20h, saw"
)]
#[case::members(
    "scope: calendar/.default",
    "members: [access_token]",
    "expected the members access_token, saw access_token, expires_in"
)]
#[tokio::test]
async fn an_answer_is_compared_member_by_member(#[case] params: &str, #[case] expect: &str, #[case] expected: &str) {
    let params = if params.contains("grant_type") { params.to_owned() } else { format!("{DAEMON}, {params}") };
    let expect = if expect.starts_with('{') { expect.to_owned() } else { format!("{{{expect}}}") };
    let seen = sentence(&format!("  - token_request: {{as: daemon, params: {{{params}}}, expect: {expect}}}\n")).await;
    assert!(seen.contains(expected), "{seen}");
}

#[rstest]
#[case::code_for_error(
    "scopes: [calendar/Events.Read], expect: {error: access_denied}",
    "desktop sends the browser to the authorization endpoint, for calendar/Events.Read: expected the error access_denied, saw a code"
)]
#[case::error_for_code("scopes: [archive/Files.Read]", "expected a code, saw the error invalid_client, AADSTS650057")]
#[case::another_error(
    "scopes: [archive/Files.Read], expect: {error: invalid_client, code: 650053, error_subcode: cancel}",
    "expected code AADSTS650053, saw AADSTS650057; expected error_subcode cancel, saw none"
)]
#[case::parameters(
    "scopes: [archive/Files.Read], expect: {error: invalid_client, parameters: {state: mine, admin_consent: none}}",
    "expected state mine, saw state-1"
)]
#[case::page(
    "scopes: [calendar/Events.Read], params: {client_id: nobody}",
    "expected a code, saw a page with AADSTS700038"
)]
#[case::pages(
    "scopes: [calendar/Events.Read], expect: {pages: [consent]}",
    "expected the page consent, saw the pages user name, password"
)]
#[tokio::test]
async fn an_authorization_is_compared(#[case] request: &str, #[case] expected: &str) {
    let seen = sentence(&format!("  - authorize_request: {{as: desktop, {request}}}\n")).await;
    assert!(seen.contains(expected), "{seen}");
}

#[tokio::test]
async fn a_device_that_was_not_connected_is_told() {
    let start = "  - start_device_code: {as: desktop, scopes: [calendar/Events.Read]}\n";
    let seen =
        sentence(&format!("{start}  - virtual_user: {{cancel_at: password}}\n  - enter_user_code: {{}}\n")).await;
    assert_eq!(
        seen,
        "the person types the code that the device shows: expected the device connected, saw the device not connected"
    );
    let seen = sentence(&format!("{start}  - enter_user_code: {{user_code: WRONG, expect: {{code: 70020}}}}\n")).await;
    assert!(
        seen.contains("expected the device not connected (AADSTS70020), saw the device not connected (AADSTS"),
        "{seen}"
    );
}

#[rstest]
#[case::error("{challenge: {error: other}}", "expected the challenge's error to be other, saw insufficient_claims")]
#[case::parameter(
    "{challenge: {parameters: {cc_type: x}}}",
    "expected the challenge's cc_type to be x, saw authcontext"
)]
#[case::claims("{challenge: {claims: {contexts: [c2]}}}", "expected claims naming c2, saw claims {")]
#[case::count(
    "{challenge: {scheme_count: 2, header_count: 3}}",
    "expected 2 challenges, saw 1; expected 3 challenge headers, saw 1"
)]
#[case::readable("{challenge: {unreadable_claims: true}}", "expected claims that nobody can read, saw no such claims")]
#[case::status("{body: {x: 1}}", "expected an answer with status 200, saw an answer with status 401")]
#[tokio::test]
async fn a_challenge_is_compared(#[case] expect: &str, #[case] expected: &str) {
    let seen = sentence(&format!(
        "  - acquire_interactive: {{scopes: [vault/Secrets.Read]}}\n  - call_api: {{api: vault, path: /secrets, expect: {expect}}}\n"
    ))
    .await;
    assert!(seen.contains(expected), "{seen}");
}

#[tokio::test]
async fn a_call_without_a_token_needs_none_at_hand() {
    let seen = sentence("  - call_api: {api: mail, without_token: true}\n").await;
    assert_eq!(
        seen,
        "somebody calls mail without a token: expected an answer with status 200, saw an answer with status 401"
    );
}

#[tokio::test]
async fn members_of_an_answer_are_compared() {
    let seen = sentence(
        "  - acquire_interactive: {scopes: [mail/Mail.Read]}
  - call_api: {api: mail, expect: {body: {scopes: [Mail.Send], user: {name: Bo, id: any}, nothing: null}}}\n",
    )
    .await;
    assert!(seen.contains(r#"expected the answer's scopes to hold ["Mail.Send"], saw ["Mail.Read"]"#), "{seen}");
    assert!(seen.contains(r#"expected the answer's user.name to be "Bo", saw "Ada Byron""#), "{seen}");
}

#[tokio::test]
async fn what_nothing_has_brought_cannot_be_sent() {
    let seen = sentence("  - token_request: {as: desktop, params: {refresh_token: '{refresh_token}'}}\n").await;
    assert!(seen.contains("nothing before this step has brought a value for {refresh_token}"), "{seen}");
}

/// A wrong application in the same tenant leaves the verdict on the client alone.
#[tokio::test]
async fn what_others_send_is_not_held_against_the_client() {
    let source = "
version: 1
title: t
given: { signed_in: { scopes: [calendar/Events.Read] } }
steps:
  - authorize_request: { as: spa, scopes: [calendar/Events.Read], params: { state: null } }
  - authorize_request: { as: spa, scopes: [calendar/Events.Read], params: { state: null } }
  - token_request: { as: daemon, params: { grant_type: client_credentials }, expect: { status: 401 } }
  - acquire_silent: { scopes: [calendar/Events.Read] }
expect:
  prompts: 0
  token_requests: {}
  no_prompt_before_silent: true
  no_identical_request_repeated: 2m
  fresh_state_nonce_pkce: true
";
    let verdict = verdict_on(load("s", source).unwrap()).await;
    assert_eq!((sentences(&verdict), verdict.prompts), (vec![], 0));
    let own = source.replace("as: spa", "as: desktop");
    let verdict = verdict_on(load("s", &own).unwrap()).await;
    assert!(sentences(&verdict)[0].contains("was repeated unchanged"), "{:?}", sentences(&verdict));
}
