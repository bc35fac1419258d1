//! The browser leg and the loopback listener (escalation reference 2.8, 2.9, 5.3).

use std::time::Duration;

use desktop_client::{Cancellation, Classification, Error, Prompt, ResultPage, UserAgentError};
use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use rstest::rstest;
use url::Url;

use crate::support::{Authority, CALENDAR, CLIENT, PAYROLL, User};

#[tokio::test]
async fn both_legs_carry_what_they_must() {
    let authority = Authority::start().await;
    let app = authority.builder().client_capabilities(["cp1"]).build().unwrap();
    let result = app.acquire_token_interactive([CALENDAR]).with_extra_scopes_to_consent([PAYROLL]).await.unwrap();
    assert_eq!(result.account.username, "ada@contoso.test");
    assert_eq!(result.id_token_claims["oid"], "ada");
    let page = &authority.pages()[0];
    let form = &authority.token_requests().await[0];
    assert_eq!(page["client_id"], CLIENT);
    assert_eq!(page["response_type"], "code");
    assert_eq!(page["response_mode"], "form_post");
    assert_eq!(page["client_info"], "1");
    assert_eq!(page["code_challenge_method"], "S256");
    assert_eq!(page["claims"], r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);
    assert_eq!(page["scope"], format!("{CALENDAR} {PAYROLL} openid profile offline_access"));
    assert_eq!(form["scope"], format!("{CALENDAR} openid profile offline_access"));
    assert_eq!(form["claims"], page["claims"]);
    assert_eq!(form["code"], "the-code");
    assert_eq!(form["redirect_uri"], page["redirect_uri"]);
    assert!(!page["redirect_uri"].ends_with('/'));
    let verifier = PkceCodeVerifier::new(form["code_verifier"].clone());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    assert_eq!(page["code_challenge"], challenge.as_str());
}

#[tokio::test]
async fn state_nonce_and_verifier_are_fresh_each_time() {
    let authority = Authority::start().await;
    let app = authority.app();
    for _ in 0..2 {
        app.acquire_token_interactive([CALENDAR]).await.unwrap();
    }
    let pages = authority.pages();
    for name in ["state", "nonce", "code_challenge", "client-request-id"] {
        assert_ne!(pages[0][name], pages[1][name], "{name}");
    }
}

#[tokio::test]
async fn several_accounts_and_nobody_named_bring_the_list() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    authority.tokens_are_about("bo");
    let bo = app.acquire_token_interactive([CALENDAR]).await.unwrap().account;
    assert_ne!(ada, bo);
    app.token_for([CALENDAR]).await.unwrap();
    app.acquire_token_interactive([CALENDAR]).with_account(&bo).await.unwrap();
    let request = app.acquire_token_interactive([CALENDAR]).with_login_hint("ada@contoso.test");
    request.with_prompt(Prompt::Login).await.unwrap();
    let prompts: Vec<Option<String>> = authority.pages().iter().map(|page| page.get("prompt").cloned()).collect();
    let expected = [None, Some("select_account"), None, Some("login")];
    assert_eq!(prompts, expected.map(|prompt| prompt.map(str::to_owned)));
}

#[tokio::test]
async fn an_account_and_a_hint_exclude_each_other() {
    let authority = Authority::start().await;
    let (app, ada) = authority.signed_in().await;
    let request = app.acquire_token_interactive([CALENDAR]).with_account(&ada);
    let error = request.with_login_hint("bo@contoso.test").await.unwrap_err();
    assert!(matches!(error, Error::Client(_)));
    assert!(authority.pages().is_empty());
}

#[rstest]
#[case::refused_by_default(None, Some("authentication_failed"))]
#[case::taken_if_told(Some(true), None)]
#[case::refused_if_told(Some(false), Some("authentication_failed"))]
#[tokio::test]
async fn an_answer_in_the_address(#[case] accepted: Option<bool>, #[case] expected: Option<&str>) {
    let authority = Authority::start().await;
    authority.user(User::SignsInByQuery);
    let builder = authority.builder();
    let builder = match accepted {
        Some(accepted) => builder.accept_query_response(accepted),
        None => builder,
    };
    let app = builder.build().unwrap();
    let outcome = app.acquire_token_interactive([CALENDAR]).await;
    assert_eq!(outcome.err().as_ref().map(Error::code), expected);
}

#[rstest]
#[case::canceled(vec![("error", "access_denied"), ("error_subcode", "cancel")], "authentication_canceled")]
#[case::denied(vec![("error", "access_denied"), ("error_description", "AADSTS50105: x")], "access_denied")]
#[case::unregistered(vec![("error", "invalid_client"), ("error_description", "AADSTS650057: x")], "invalid_client")]
#[case::outage(vec![("error", "server_error")], "server_error")]
#[case::after_a_page(vec![("error", "interaction_required")], "interaction_required")]
#[case::foreign_state(vec![("code", "c"), ("state", "foreign")], "state_mismatch")]
#[tokio::test]
async fn redirect_errors(#[case] answer: Vec<(&'static str, &'static str)>, #[case] code: &str) {
    let authority = Authority::start().await;
    authority.user(User::ComesBackWith(answer));
    let error = authority.app().acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), code);
    assert!(authority.token_requests().await.is_empty());
}

#[tokio::test]
async fn what_a_redirect_says_of_an_error_is_handed_on() {
    let authority = Authority::start().await;
    authority.user(User::ComesBackWith(vec![("error", "invalid_client"), ("error_description", "AADSTS650057: x")]));
    let error = authority.app().acquire_token_interactive([CALENDAR]).await.unwrap_err();
    let Error::Service(error) = error else { panic!("{error:?}") };
    assert_eq!(
        (error.error_description.as_str(), error.error_codes.as_slice()),
        ("AADSTS650057: x", [650_057].as_slice())
    );
    assert_eq!(error.correlation_id.as_ref(), Some(&authority.pages()[0]["client-request-id"]));
}

#[rstest]
#[case("login_required")]
#[case("interaction_required")]
#[case("consent_required")]
#[tokio::test]
async fn without_a_page_the_user_is_needed(#[case] code: &'static str) {
    let authority = Authority::start().await;
    authority.user(User::ComesBackWith(vec![("error", code), ("error_description", "AADSTS50058: x")]));
    let app = authority.app();
    let request = app.acquire_token_interactive([CALENDAR]).with_prompt(Prompt::None);
    let error = request.await.unwrap_err();
    let needed = error.as_ui_required().unwrap();
    assert_eq!(needed.classification, Classification::PromptNeverFailed);
    assert_eq!(needed.error, "no_prompt_failed");
    assert_eq!(needed.error_codes, [50058]);
    assert_eq!(needed.error_description, format!("{code}: AADSTS50058: x"));
    assert_eq!(needed.correlation_id.as_ref(), Some(&authority.pages()[0]["client-request-id"]));
}

#[tokio::test]
async fn other_callers_do_not_disturb() {
    let authority = Authority::start().await;
    authority.user(User::IsPrecededByProbes);
    authority.app().acquire_token_interactive([CALENDAR]).await.unwrap();
    let answers = authority.loopback_answers();
    assert_eq!(answers.last(), Some(&200));
    assert!(answers[..answers.len() - 1].iter().all(|status| *status >= 400), "{answers:?}");
}

#[tokio::test]
async fn the_first_of_two_answers_counts() {
    let authority = Authority::start().await;
    authority.user(User::SignsInTwice);
    authority.app().acquire_token_interactive([CALENDAR]).await.unwrap();
    assert_eq!(authority.token_requests().await.len(), 1);
    assert_eq!(authority.loopback_answers()[0], 200);
}

#[tokio::test]
async fn nobody_comes_back() {
    let authority = Authority::start().await;
    authority.user(User::Leaves);
    let impatient = authority.builder().timeout(Duration::from_millis(50)).build().unwrap();
    let error = impatient.acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "interactive_timeout");
    // Whoever comes back later finds everything free. A busy machine may need longer than the impatient one waits.
    authority.user(User::SignsIn);
    authority.builder().build().unwrap().acquire_token_interactive([CALENDAR]).await.unwrap();
}

#[tokio::test]
async fn the_app_calls_it_off() {
    let authority = Authority::start().await;
    let cancellation = Cancellation::new();
    let handle = cancellation.clone();
    let builder = authority.builder().user_agent(move |_: Url| {
        handle.cancel();
        std::future::pending::<Result<(), UserAgentError>>()
    });
    let app = builder.build().unwrap();
    let request = app.acquire_token_interactive([CALENDAR]);
    let error = request.with_cancellation(&cancellation).await.unwrap_err();
    assert_eq!(error.code(), "canceled_by_app");
}

#[tokio::test]
async fn dropping_the_future_closes_the_door_behind_it() {
    let authority = Authority::start().await;
    authority.user(User::Leaves);
    let app = authority.app();
    let sign_in = app.acquire_token_interactive([CALENDAR]).send();
    let dropped = tokio::time::timeout(Duration::from_millis(200), sign_in).await;
    assert!(dropped.is_err());
    let port = authority.pages()[0]["redirect_uri"].replace("http://localhost", "127.0.0.1");
    assert!(tokio::net::TcpStream::connect(port).await.is_err());
    authority.user(User::SignsIn);
    app.acquire_token_interactive([CALENDAR]).await.unwrap();
}

#[tokio::test]
async fn no_browser_is_told_at_once() {
    let authority = Authority::start().await;
    let builder = authority.builder().user_agent(|_: Url| async { Err("no display".into()) });
    let error = builder.build().unwrap().acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "browser_not_opened");
    assert!(error.to_string().contains("no display"));
}

#[tokio::test]
async fn a_port_in_use_is_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let authority = Authority::start().await;
    let builder = authority.builder().redirect_uri(format!("http://localhost:{port}"));
    let error = builder.build().unwrap().acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "http_listener_error");
}

#[tokio::test]
async fn a_fixed_port_and_path_are_kept() {
    let authority = Authority::start().await;
    loop {
        // Free a moment ago; if somebody took it meanwhile, another one.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("http://localhost:{port}/signed-in");
        let app = authority.builder().redirect_uri(&address).build().unwrap();
        match app.acquire_token_interactive([CALENDAR]).await {
            Err(error) if error.code() == "http_listener_error" => {}
            outcome => {
                outcome.unwrap();
                assert_eq!(authority.pages()[0]["redirect_uri"], address);
                assert_eq!(authority.token_requests().await[0]["redirect_uri"], address);
                return;
            }
        }
    }
}

#[tokio::test]
async fn an_answer_to_another_path_is_no_answer_to_wait_beyond() {
    let authority = Authority::start().await;
    let builder = authority.builder().user_agent(|url: Url| async move {
        let page: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        let elsewhere = format!("{}/elsewhere", page["redirect_uri"]);
        let answer = [("code", "c"), ("state", &page["state"])];
        reqwest::Client::new().post(elsewhere).form(&answer).send().await?;
        Ok(())
    });
    let error = builder.build().unwrap().acquire_token_interactive([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), "loopback_response_uri_mismatch");
    assert!(authority.token_requests().await.is_empty());
}

#[tokio::test]
async fn extra_query_parameters_go_to_the_authorize_request_only() {
    let authority = Authority::start().await;
    let app = authority.app();
    let request = app.acquire_token_interactive([CALENDAR]).with_extra_query_parameter("domain_hint", "contoso.test");
    request.with_extra_query_parameter("instance_aware", "true").await.unwrap();
    assert_eq!(authority.pages()[0]["domain_hint"], "contoso.test");
    assert_eq!(authority.pages()[0]["instance_aware"], "true");
    assert!(!authority.token_requests().await[0].contains_key("domain_hint"));
}

#[rstest]
#[case::own(&["state"])]
#[case::own_in_other_case(&["Response_Mode"])]
#[case::not_sent_this_time(&["claims"])]
#[case::twice(&["domain_hint", "domain_hint"])]
#[tokio::test]
async fn an_extra_query_parameter_overrides_nothing(#[case] names: &[&str]) {
    let authority = Authority::start().await;
    let mut request = authority.app().acquire_token_interactive([CALENDAR]);
    for name in names {
        request = request.with_extra_query_parameter(*name, "x");
    }
    assert_eq!(request.await.unwrap_err().code(), "duplicate_query_parameter");
    assert!(authority.pages().is_empty());
}

/// Status, `Location` and text of what the browser shows in the end.
async fn last_page(
    authority: &Authority,
    builder: desktop_client::Builder,
    answer: &'static str,
) -> (u16, String, String) {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let builder = builder.user_agent(move |url: Url| {
        let sender = sender.clone();
        async move {
            let page: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
            let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
            let form = [("error", answer), ("error_description", "<b>no</b>"), ("state", &page["state"])];
            let form = if answer.is_empty() { vec![("code", "c"), ("state", &page["state"])] } else { form.to_vec() };
            let response = http.post(&page["redirect_uri"]).form(&form).send().await?;
            let location =
                response.headers().get("location").map(|value| value.to_str().unwrap_or_default().to_owned());
            let policy = response.headers()["content-security-policy"].to_str()?.to_owned();
            assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
            let status = response.status().as_u16();
            sender.send((status, location.unwrap_or_default(), response.text().await?))?;
            Ok(())
        }
    });
    let outcome = builder.build().unwrap().acquire_token_interactive([CALENDAR]).await;
    // Tokens need the page's nonce, which this user agent keeps for itself.
    assert!(outcome.is_err() && authority.pages().is_empty());
    receiver.recv().await.unwrap()
}

#[tokio::test]
async fn both_pages_can_be_replaced() {
    let authority = Authority::start().await;
    let (status, _, text) = last_page(&authority, authority.builder(), "server_error").await;
    assert_eq!(status, 200);
    assert!(text.contains("Not signed in") && text.contains("&lt;b&gt;no"), "{text}");

    let own = ResultPage::Html("<h1>Oh: {error}, {error_description}</h1>".to_owned());
    let (status, _, text) = last_page(&authority, authority.builder().failure_page(own), "server_error").await;
    assert_eq!((status, text.as_str()), (200, "<h1>Oh: server_error, &lt;b&gt;no&lt;/b&gt;</h1>"));

    let sorry = ResultPage::Redirect(Url::parse("https://app.example/sorry").unwrap());
    let (status, location, _) = last_page(&authority, authority.builder().failure_page(sorry), "server_error").await;
    assert_eq!((status, location.as_str()), (302, "https://app.example/sorry"));
}

#[tokio::test]
async fn the_page_of_a_success_can_be_replaced() {
    let authority = Authority::start().await;
    // The code is refused later; the browser has its page by then.
    authority.answers("authorization_code", 9, crate::support::refusal(70008, None, None)).await;
    let own = ResultPage::Html("<h1>Fine {error}</h1>".to_owned());
    let (status, _, text) = last_page(&authority, authority.builder().success_page(own), "").await;
    assert_eq!((status, text.as_str()), (200, "<h1>Fine {error}</h1>"));
    let (_, _, text) = last_page(&authority, authority.builder(), "").await;
    assert!(text.contains("You are signed in"), "{text}");
}
