//! API calls and their challenges (escalation reference 4.4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use desktop_client::challenge::ChallengeReading;
use desktop_client::{AccessToken, BoxError, Cancellation, Error};
use rstest::rstest;
use tower_layer::Layer as _;
use tower_service::Service as _;
use wiremock::matchers::{header, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Authority, CALENDAR, POLICY, User, refusal};

const NBF: &str = r#"{"access_token":{"nbf":{"essential":true, "value":"1635527790"}}}"#;

fn challenge(claims: &str) -> ResponseTemplate {
    let value = format!(r#"Bearer realm="", error="insufficient_claims", claims="{}""#, STANDARD.encode(claims));
    ResponseTemplate::new(401).insert_header("www-authenticate", value)
}

async fn api_answers(authority: &Authority, token: &str, answer: ResponseTemplate) {
    Mock::given(path("/api"))
        .and(header("authorization", format!("Bearer {token}")))
        .respond_with(answer)
        .mount(&authority.server)
        .await;
}

async fn calls(authority: &Authority) -> usize {
    authority.requests_to("/api").await.len()
}

fn address(authority: &Authority) -> String {
    format!("{}/api", authority.server.uri())
}

#[tokio::test]
async fn a_good_token_is_used_as_it_is() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", ResponseTemplate::new(200).set_body_string("hello")).await;
    let request = app.http_client().get(address(&authority));
    let response = app.call_api(request, [CALENDAR]).await.unwrap();
    assert_eq!(response.text().await.unwrap(), "hello");
    assert!(authority.token_requests().await.is_empty());
}

#[tokio::test]
async fn duty_1_a_token_that_was_revoked_is_dropped_whatever_comes_then() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    authority.answers("refresh_token", 1, refusal(50173, Some("bad_token"), None)).await;
    let request = app.http_client().get(address(&authority));
    app.call_api(request, [CALENDAR]).ui_allowed(false).await.unwrap_err();
    let error = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), "no_tokens_found");
}

#[tokio::test]
async fn duty_1_a_token_refused_without_a_reason_is_dropped_too() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    api_answers(&authority, "at-1", ResponseTemplate::new(401)).await;
    authority.answers("refresh_token", 1, refusal(50173, Some("bad_token"), None)).await;
    let request = app.http_client().get(address(&authority));
    app.call_api(request, [CALENDAR]).ui_allowed(false).await.unwrap_err();
    let error = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap_err();
    assert_eq!(error.code(), "no_tokens_found");
}

#[tokio::test]
async fn duty_2_with_the_capabilities_beside_the_claims() {
    let authority = Authority::start().await;
    let (app, _) = authority.sign_in_with(authority.builder().client_capabilities(["cp1"])).await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    api_answers(&authority, "at-2", ResponseTemplate::new(200)).await;
    app.call_api(app.http_client().get(address(&authority)), [CALENDAR]).await.unwrap();
    assert_eq!(
        authority.token_requests().await[0]["claims"],
        r#"{"access_token":{"xms_cc":{"values":["cp1"]},"nbf":{"essential":true,"value":"1635527790"}}}"#
    );
}

#[tokio::test]
async fn duty_2_a_challenge_is_met_silently_if_possible() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    api_answers(&authority, "at-2", ResponseTemplate::new(200)).await;
    let request = app.http_client().post(address(&authority)).body("twice the same");
    app.call_api(request, [CALENDAR]).await.unwrap();
    assert_eq!(authority.token_requests().await[0]["claims"], NBF);
    assert!(authority.pages().is_empty());
    assert!(authority.requests_to("/api").await.iter().all(|one| one.body == b"twice the same"));
    let cached = app.acquire_token_silent([CALENDAR]).with_account(&ada).await.unwrap();
    assert_eq!(cached.access_token.secret(), "at-2");
}

#[tokio::test]
async fn duty_3_a_challenge_that_needs_the_user_carries_both_claims() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    api_answers(&authority, "at-2", ResponseTemplate::new(200)).await;
    authority.answers("refresh_token", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let request = app.http_client().get(address(&authority));
    app.call_api(request, [CALENDAR]).await.unwrap();
    let pages = authority.pages();
    assert_eq!(pages.len(), 1);
    assert_eq!(
        pages[0]["claims"],
        r#"{"access_token":{"capolids":{"essential":true,"values":["p1"]},"nbf":{"essential":true,"value":"1635527790"}}}"#
    );
    assert_eq!(calls(&authority).await, 2);
}

#[tokio::test]
async fn duty_3_a_revoked_session_brings_the_apis_claims_alone_to_the_page() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    api_answers(&authority, "at-2", ResponseTemplate::new(200)).await;
    authority.answers("refresh_token", 1, refusal(50173, Some("bad_token"), None)).await;
    let request = app.http_client().get(address(&authority));
    app.call_api(request, [CALENDAR]).await.unwrap();
    assert_eq!(authority.pages()[0]["claims"], NBF);
}

/// The first sign-in comes to nothing; the second one, for the same API, still carries what it demanded; the third, when
/// a token has been had, no more.
#[tokio::test]
async fn duty_4_the_claims_go_with_every_sign_in_until_a_token_is_obtained_and_no_further() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    authority.answers("refresh_token", 9, refusal(50173, Some("bad_token"), None)).await;
    authority.user(User::Cancels);
    let call = || app.call_api(app.http_client().get(address(&authority)), [CALENDAR]);
    assert_eq!(call().await.unwrap_err().code(), "authentication_canceled");
    authority.user(User::SignsIn);
    api_answers(&authority, "at-2", ResponseTemplate::new(200)).await;
    call().await.unwrap();
    authority.clock.advance(jiff::SignedDuration::from_hours(2));
    app.token_for([CALENDAR]).await.unwrap();
    let claims: Vec<_> = authority.pages().iter().map(|page| page.get("claims").cloned()).collect();
    assert_eq!(claims, [Some(NBF.to_owned()), Some(NBF.to_owned()), None]);
}

/// What work in the background could not do is not lost for the sign-in that follows.
#[tokio::test]
async fn duty_4_claims_met_in_the_background_go_with_the_later_sign_in() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    authority.answers("refresh_token", 9, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let request = app.http_client().get(address(&authority));
    app.call_api(request, [CALENDAR]).ui_allowed(false).await.unwrap_err();
    app.token_for([CALENDAR]).user_gesture(true).await.unwrap();
    let claims = &authority.pages()[0]["claims"];
    assert!(claims.contains("nbf") && claims.contains("capolids"), "{claims}");
}

#[tokio::test]
async fn duty_5_the_same_challenge_again_ends_it() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    api_answers(&authority, "at-2", challenge(NBF)).await;
    let request = app.http_client().get(address(&authority));
    let error = app.call_api(request, [CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "claims_challenge_repeated");
    assert_eq!(calls(&authority).await, 2);
    assert!(authority.pages().is_empty());
}

#[tokio::test]
async fn duty_5_ever_new_challenges_end_too() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    for number in 1..9 {
        let claims = NBF.replace("1635527790", &number.to_string());
        api_answers(&authority, &format!("at-{number}"), challenge(&claims)).await;
    }
    let request = app.http_client().get(address(&authority));
    let error = app.call_api(request, [CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "claims_challenge_repeated");
    assert_eq!(calls(&authority).await, 4);
}

#[tokio::test]
async fn two_different_demands_never_bring_two_prompts() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    api_answers(&authority, "at-2", challenge(POLICY)).await;
    authority.answers("refresh_token", 9, refusal(50076, Some("basic_action"), None)).await;
    let request = app.http_client().get(address(&authority));
    let error = app.call_api(request, [CALENDAR]).await.unwrap_err();
    assert!(error.as_ui_required().unwrap().after_prompt);
    assert_eq!(authority.pages().len(), 1);
}

#[tokio::test]
async fn a_plain_401_brings_one_new_token_and_no_prompt() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    let plain = ResponseTemplate::new(401)
        .insert_header("www-authenticate", r#"Bearer error="invalid_token", error_description="wrong audience""#);
    Mock::given(path("/api")).respond_with(plain).mount(&authority.server).await;
    let request = app.http_client().get(address(&authority));
    let error = app.call_api(request, [CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "api_unauthorized");
    assert!(error.to_string().contains("wrong audience"), "{error}");
    assert_eq!(calls(&authority).await, 2);
    assert_eq!(authority.token_requests().await.len(), 1);
    assert!(authority.pages().is_empty());
}

#[tokio::test]
async fn a_403_is_the_apps_to_judge() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", ResponseTemplate::new(403)).await;
    let request = app.http_client().get(address(&authority));
    assert_eq!(app.call_api(request, [CALENDAR]).await.unwrap().status(), 403);
}

#[tokio::test]
async fn in_the_background_a_challenge_reports_the_user_is_needed() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    authority.answers("refresh_token", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let request = app.http_client().get(address(&authority));
    let error = app.call_api(request, [CALENDAR]).ui_allowed(false).await.unwrap_err();
    assert_eq!(error.as_ui_required().unwrap().claims.as_deref(), Some(POLICY));
    assert!(authority.pages().is_empty());
}

/// An app's own way to call its API: no `reqwest` to be seen.
fn my_api(token: &AccessToken) -> http::Response<&'static str> {
    match token.secret() {
        "at-1" => {
            let value = format!(r#"Bearer error="insufficient_claims", claims="{}""#, STANDARD.encode(NBF));
            http::Response::builder().status(401).header("www-authenticate", value).body("no").unwrap()
        }
        _ => http::Response::new("payslips"),
    }
}

#[tokio::test]
async fn a_closure_is_called_again_with_the_token_that_meets_the_challenge() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    let call = app.call_api_with([CALENDAR], |token| async move { Ok::<_, Error>(my_api(&token)) });
    assert_eq!(*call.await.unwrap().body(), "payslips");
    assert_eq!(authority.token_requests().await[0]["claims"], NBF);
    assert!(authority.pages().is_empty());
}

#[derive(Debug)]
enum MyError {
    NoToken(Error),
    Paper,
}

impl From<Error> for MyError {
    fn from(error: Error) -> Self {
        Self::NoToken(error)
    }
}

#[tokio::test]
async fn a_closures_own_error_ends_the_call_and_ours_comes_in_its_type() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    let jam = app.call_api_with([CALENDAR], |_| async { Err::<http::Response<()>, _>(MyError::Paper) });
    assert!(matches!(jam.await, Err(MyError::Paper)));
    authority.answers("payroll", 1, refusal(50076, Some("basic_action"), Some(POLICY))).await;
    let call =
        app.call_api_with(["api://payroll/Salary.Read"], |_| async { Err::<http::Response<()>, _>(MyError::Paper) });
    match call.ui_allowed(false).await {
        Err(MyError::NoToken(Error::UiRequired(needed))) => assert_eq!(needed.claims.as_deref(), Some(POLICY)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_layer_does_the_same_for_a_stack_of_services() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-1", challenge(NBF)).await;
    api_answers(&authority, "at-2", ResponseTemplate::new(200)).await;
    let mut service = app.token_layer([CALENDAR]).layer(app.http_client().clone());
    let get = || app.http_client().get(address(&authority)).build().unwrap();
    assert_eq!(service.call(get()).await.unwrap().status(), 200);
    assert_eq!(service.call(get()).await.unwrap().status(), 200);
    assert_eq!(calls(&authority).await, 3, "the challenged one, and one each");
}

/// Escalation reference 4.3: what an app on top of MSAL.NET does not see.
#[rstest]
#[case::of_azure_resource_manager(r#"Bearer error="invalid_token", claims="CLAIMS""#, "api_unauthorized", 1)]
#[case::url_safe_or_unpadded(
    r#"Bearer error="insufficient_claims", claims="UNPADDED""#,
    "invalid_json_claims_format",
    0
)]
#[case::spaces(
    r#"Bearer error = "insufficient_claims", claims = "CLAIMS""#,
    "unable_to_parse_authentication_header",
    0
)]
#[tokio::test]
async fn with_the_eyes_of_msal_net(#[case] header: &str, #[case] code: &str, #[case] token_requests: usize) {
    let authority = Authority::start().await;
    let builder = authority.builder().challenge_reading(ChallengeReading::MsalNet);
    let (app, _) = authority.sign_in_with(builder).await;
    let encoded = STANDARD.encode(NBF);
    let header = header.replace("UNPADDED", encoded.trim_end_matches('=')).replace("CLAIMS", &encoded);
    let refused = ResponseTemplate::new(401).insert_header("www-authenticate", header);
    Mock::given(path("/api")).respond_with(refused).mount(&authority.server).await;
    let error = app.call_api(app.http_client().get(address(&authority)), [CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert_eq!(authority.token_requests().await.len(), token_requests);
}

/// The claims of a failure in the background, handed to the call that the button makes.
#[tokio::test]
async fn a_call_may_begin_with_claims_and_does_not_meet_them_twice() {
    let authority = Authority::start().await;
    let (app, _) = authority.signed_in().await;
    api_answers(&authority, "at-2", challenge(NBF)).await;
    let request = app.http_client().get(address(&authority));
    let error = app.call_api(request, [CALENDAR]).with_claims(NBF).await.unwrap_err();
    assert_eq!(error.code(), "claims_challenge_repeated");
    assert_eq!(calls(&authority).await, 1, "the cached token was passed over");
    assert_eq!(authority.token_requests().await[0]["claims"], NBF);
}

#[tokio::test]
async fn calls_and_layers_take_the_options_of_token_for() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.answers("payroll", 1, refusal(53003, Some("message_only"), Some(POLICY))).await;
    let cancellation = Cancellation::new();
    cancellation.cancel();
    let layer = app.token_layer(["api://payroll/Salary.Read"]).with_account(&ada).user_gesture(true);
    let mut service = layer.with_cancellation(&cancellation).layer(app.http_client().clone());
    let request = app.http_client().get(address(&authority)).build().unwrap();
    let error: BoxError = service.call(request).await.unwrap_err();
    assert_eq!(error.downcast_ref::<Error>().unwrap().code(), "canceled_by_app");

    authority.answers("mail", 1, refusal(65001, Some("consent_required"), None)).await;
    let send = |_| async { Ok::<_, Error>(http::Response::new(())) };
    let call = app.call_api_with(["api://mail/Mail.Read"], send).with_extra_scopes_to_consent([CALENDAR]);
    call.await.unwrap();
    assert!(authority.pages()[0]["scope"].contains(CALENDAR));
}
