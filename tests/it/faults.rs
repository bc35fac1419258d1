//! Faults on the wire: an answer for the next matching requests, and the unmodified flow afterwards (contract §7;
//! escalation reference 2.8 G8 and G9, 2.12).

use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    directory::{LoopDetector, OAuthError},
    fault::{Endpoint, Fault, RetryAfter, Times},
    recorder::Exchange,
    virtual_user::VirtualUser,
};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use tests::{Answer, CALENDAR, DESKTOP, MAIL, RawClient};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

fn fault(text: Value) -> Fault {
    serde_json::from_value(text).unwrap()
}

/// Ada, signed in to the calendar, and her refresh token.
async fn signed_in() -> (MockIdp, RawClient, String) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&ada(), CALENDAR).await;
    let refresh_token = first.text_of("refresh_token").to_owned();
    (idp, client, refresh_token)
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.get(name).map(|value| value.to_str().unwrap())
}

fn last(idp: &MockIdp) -> std::sync::Arc<Exchange> {
    idp.exchanges().last().unwrap().clone()
}

/// 2.12 K and what else only a fault can provoke: status, error, number, suberror, Retry-After.
#[rstest]
#[case::throttled(json!({ "code": 90055, "retry_after": 30 }), 429, "temporarily_unavailable", 90055, None, Some("30"))]
#[case::throttled_without_a_time(json!({ "code": 90055 }), 429, "temporarily_unavailable", 90055, None, None)]
#[case::until_a_date(
    json!({ "code": 90055, "retry_after": "Wed, 21 Oct 2026 07:28:00 GMT" }),
    429, "temporarily_unavailable", 90055, None, Some("Wed, 21 Oct 2026 07:28:00 GMT"))]
#[case::transient(json!({ "code": 90033 }), 503, "temporarily_unavailable", 90033, None, None)]
#[case::directory_down(json!({ "code": 90006, "retry_after": 5 }), 503, "temporarily_unavailable", 90006, None, Some("5"))]
#[case::timed_out(json!({ "code": 90012 }), 503, "temporarily_unavailable", 90012, None, None)]
#[case::over_budget(json!({ "code": 90024 }), 503, "temporarily_unavailable", 90024, None, None)]
#[case::sign_in_transient(json!({ "code": 50033 }), 503, "temporarily_unavailable", 50033, None, None)]
#[case::signing_transient(json!({ "code": 50087 }), 503, "temporarily_unavailable", 50087, None, None)]
#[case::loop_detected(json!({ "code": 50196 }), 400, "invalid_grant", 50196, None, None)]
#[case::blocked_by_risk(json!({ "code": 53011 }), 400, "invalid_grant", 53011, Some("message_only"), None)]
#[case::wrong_client(json!({ "code": 700_016 }), 400, "unauthorized_client", 700_016, None, None)]
#[tokio::test]
async fn the_catalogues_refusal_comes_once_and_the_flow_goes_on(
    #[case] text: Value,
    #[case] status: u16,
    #[case] error: &str,
    #[case] number: u64,
    #[case] suberror: Option<&str>,
    #[case] retry_after: Option<&str>,
) {
    let (idp, client, refresh_token) = signed_in().await;
    idp.tenant().inject_fault(Fault { endpoint: Some(Endpoint::Token), ..fault(text) }).unwrap();
    let id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    let answer = client.refresh(&refresh_token, CALENDAR, &[("client-request-id", id)]).await;
    assert_eq!(
        (answer.status, answer.text_of("error"), answer.code()),
        (status, error, Some(number)),
        "{}",
        answer.text
    );
    assert_eq!(answer.body["suberror"].as_str(), suberror);
    assert_eq!(header(&answer, "retry-after"), retry_after);
    // The rest is as in any other refusal.
    assert_eq!(header(&answer, "content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(header(&answer, "x-ms-request-id"), answer.body["trace_id"].as_str());
    assert_eq!(answer.text_of("correlation_id"), id);
    assert!(answer.text_of("error_description").starts_with(&format!("AADSTS{number}: ")), "{}", answer.text);
    let members: Vec<&str> = answer.body.as_object().unwrap().keys().map(String::as_str).collect();
    let always = ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"];
    assert_eq!(members, [always.as_slice(), suberror.map(|_| "suberror").as_slice()].concat());

    let logged = last(&idp);
    assert_eq!((logged.answer.status, logged.answer.code), (status, u32::try_from(number).ok()));
    assert_eq!((logged.user.as_deref(), logged.client_id.as_deref()), (Some("ada@contoso.test"), Some(DESKTOP)));
    assert_eq!(logged.reasons[0].rule, "fault");
    assert!(logged.reasons[0].because.ends_with("; not again"), "{:?}", logged.reasons);
    assert!(!format!("{logged:?}").contains(&refresh_token), "secrets are hidden as ever");

    assert_eq!(client.refresh(&refresh_token, CALENDAR, &[]).await.status, 200);
}

/// 2.12 K: what stands in front of the authority answers, so nothing of the body or the headers is the authority's.
#[rstest]
#[case::outage(json!({ "status": 503 }), 503, "text/html; charset=utf-8", "<h1>503 Service Unavailable</h1>")]
#[case::bad_gateway(json!({ "status": 502 }), 502, "text/html; charset=utf-8", "<h1>502 Bad Gateway</h1>")]
#[case::timeout(json!({ "status": 408 }), 408, "text/html; charset=utf-8", "408 Request Timeout")]
#[case::throttled(json!({ "status": 429, "retry_after": 30 }), 429, "text/html; charset=utf-8", "429 Too Many Requests")]
#[case::no_name(json!({ "status": 599 }), 599, "text/html; charset=utf-8", "599 Fault")]
#[case::text(json!({ "status": 500, "body": "oops" }), 500, "text/plain; charset=utf-8", "oops")]
#[case::json(json!({ "status": 400, "body": "{\"error\":\"slow_down\"}" }), 400, "application/json; charset=utf-8", "{\"error\":\"slow_down\"}")]
#[case::told(json!({ "status": 200, "body": "<p>told", "content_type": "text/html" }), 200, "text/html", "<p>told")]
#[tokio::test]
async fn an_outage_answers_in_its_own_words(
    #[case] text: Value,
    #[case] status: u16,
    #[case] content_type: &str,
    #[case] says: &str,
    #[values("token", "device_code", "discovery", "keys", "authorize", "logout", "api")] endpoint: &str,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let mut fault = fault(text);
    fault.endpoint = Some(serde_json::from_value(json!(endpoint)).unwrap());
    let retry_after = fault.retry_after.clone();
    idp.tenant().inject_fault(fault).unwrap();
    let answer = ask(&client, endpoint).await;
    assert_eq!((answer.status, header(&answer, "content-type")), (status, Some(content_type)));
    assert!(answer.text.contains(says), "{}", answer.text);
    assert_eq!(header(&answer, "retry-after"), retry_after.map(|after| after.to_string()).as_deref());
    assert!(header(&answer, "x-ms-request-id").is_none());
    let logged = last(&idp);
    assert_eq!((logged.answer.status, logged.answer.kind.as_str()), (status, "fault"));
    assert_eq!(logged.reasons[0].rule, "fault");
    // The next one is served.
    let own = ask(&client, endpoint).await;
    assert!(!own.text.contains(says) && own.text != answer.text, "{}", own.text);
}

/// A request to an endpoint, good or not.
async fn ask(client: &RawClient, endpoint: &str) -> Answer {
    let tenant = client.authority.strip_prefix(&client.base).unwrap();
    let (method, path) = match endpoint {
        "token" => (Method::POST, format!("{tenant}/oauth2/v2.0/token")),
        "device_code" => (Method::POST, format!("{tenant}/oauth2/v2.0/devicecode")),
        "discovery" => (Method::GET, format!("{tenant}/v2.0/.well-known/openid-configuration")),
        "keys" => (Method::GET, format!("{tenant}/discovery/v2.0/keys")),
        "authorize" => (Method::GET, format!("{tenant}/oauth2/v2.0/authorize?client_id={DESKTOP}")),
        "logout" => (Method::GET, format!("{tenant}/oauth2/v2.0/logout")),
        "page" => (Method::POST, format!("{tenant}/login")),
        _ => (Method::GET, "/api/mail".to_owned()),
    };
    client.send(client.request(method, &path)).await
}

/// No byte comes back, and the connection is over.
#[tokio::test]
async fn a_dropped_connection_gets_no_answer_at_all() {
    let idp = MockIdp::start().await;
    let tenant = idp.tenant().id();
    idp.tenant().inject_fault(fault(json!({ "endpoint": "keys", "drop": true }))).unwrap();
    let request = format!("GET /{tenant}/discovery/v2.0/keys HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut connection = TcpStream::connect(("127.0.0.1", idp.port())).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "");
    let logged = last(&idp);
    assert_eq!((logged.answer.status, logged.answer.kind.as_str()), (0, "dropped"));

    let mut connection = TcpStream::connect(("127.0.0.1", idp.port())).await.unwrap();
    connection.write_all(request.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
    connection.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK"), "the next one is served");
}

#[tokio::test]
async fn a_connection_is_dropped_under_tls_too() {
    let idp = MockIdp::builder().tls().start().await.unwrap();
    let authority = reqwest::Certificate::from_pem(idp.ca_pem().unwrap().as_bytes()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap();
    let url = format!("{}/oauth2/v2.0/token", idp.authority());
    idp.tenant().inject_fault(fault(json!({ "endpoint": "token", "drop": true }))).unwrap();
    let failure = http.post(&url).send().await.unwrap_err();
    assert!(failure.is_request() && failure.status().is_none() && !failure.is_timeout(), "{failure:?}");
    assert_eq!(http.post(&url).send().await.unwrap().status(), 400);
}

/// It is served normally, and the log says that it was late.
#[rstest]
#[tokio::test]
async fn a_late_answer_is_the_endpoints_own(
    #[values("token", "device_code", "discovery", "keys", "authorize", "page", "logout", "api")] endpoint: &str,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let own = ask(&client, endpoint).await;
    idp.tenant().clear_exchanges();
    idp.tenant().inject_fault(fault(json!({ "endpoint": endpoint, "latency": "1ms" }))).unwrap();
    let late = ask(&client, endpoint).await;
    assert_eq!((late.status, late.text.len()), (own.status, own.text.len()));
    assert_eq!(idp.exchanges().len(), 1);
    let logged = last(&idp);
    assert_eq!(logged.reasons[0].rule, "fault");
    assert!(logged.reasons[0].because.contains("the usual answer, 1ms late"), "{:?}", logged.reasons);
    assert!(idp.tenant().faults().is_empty());
}

/// 2.8 G1: told to the person; everything else reaches the client.
#[rstest]
#[case(700_016)]
#[case(700_038)]
#[case(50011)]
#[case(900_971)]
#[case(50194)]
#[case(500_021)]
#[case(500_022)]
#[case(500_212)]
#[case(500_213)]
#[case(90090)]
#[tokio::test]
async fn some_numbers_are_a_page_at_authorize(#[case] number: u32) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().inject_fault(fault(json!({ "endpoint": "authorize", "code": number }))).unwrap();
    let url = client.authorize_url(CALENDAR, &[]);
    let path = url.as_str().strip_prefix(&client.base).unwrap().to_owned();
    let answer = client.send(client.request(Method::GET, &path)).await;
    assert!(header(&answer, "location").is_none());
    assert!(answer.text.contains(&format!("AADSTS{number}")) && answer.text.contains("exceptionMessageContainer"));
    assert_eq!((last(&idp).answer.kind.as_str(), last(&idp).answer.code), ("error page", Some(number)));
    client.code(&ada(), CALENDAR, &[]).await;
}

/// 2.8 G5, G7: the row's word, where an authorization answer may have it (RFC 6749, 4.1.2.1).
#[rstest]
#[case::transient(90033, "", "temporarily_unavailable")]
#[case::not_in_tenant(500_011, "", "invalid_resource")]
#[case::blocked(53003, "", "access_denied")]
#[case::blocked_silently(53003, "none", "interaction_required")]
#[case::no_session(50058, "none", "login_required")]
#[tokio::test]
async fn other_numbers_are_a_redirect(#[case] number: u32, #[case] prompt: &str, #[case] error: &str) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().inject_fault(fault(json!({ "endpoint": "authorize", "code": number }))).unwrap();
    let visit = client.visit(&ada(), CALENDAR, &[("prompt", prompt)]).await;
    assert_eq!(visit.outcome.parameter("error"), Some(error), "{visit:#?}");
    assert!(visit.outcome.parameter("error_description").unwrap().starts_with(&format!("AADSTS{number}: ")));
    assert_eq!(visit.outcome.parameter("state"), Some("a+b/c=|d"));
    let logged = last(&idp);
    assert_eq!((logged.answer.kind.as_str(), logged.interaction), ("redirect error", Some(logged.number)));
    client.code(&ada(), CALENDAR, &[]).await;
}

/// 2.8 G9.
#[tokio::test]
async fn a_redirect_error_can_come_without_a_description() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let outage = Fault {
        endpoint: Some(Endpoint::Authorize),
        redirect_error: Some(OAuthError::ServerError),
        ..Fault::default()
    };
    idp.tenant().inject_fault(outage).unwrap();
    let url = client.authorize_url(CALENDAR, &[]);
    let path = url.as_str().strip_prefix(&client.base).unwrap().to_owned();
    let answer = client.send(client.request(Method::GET, &path)).await;
    let expected = format!("{}?error=server_error&state=a%2Bb%2Fc%3D%7Cd#", client.redirect_uri);
    assert_eq!((answer.status, header(&answer, "location")), (302, Some(expected.as_str())));
    client.code(&ada(), CALENDAR, &[]).await;
}

/// 2.8 G8.
#[tokio::test]
async fn the_state_of_an_answer_can_be_another() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().inject_fault(fault(json!({ "endpoint": "authorize", "tamper_state": true }))).unwrap();
    let visit = client.visit(&ada(), CALENDAR, &[]).await;
    assert_eq!(visit.outcome.parameter("state"), Some("a+b/c=|dtampered"));
    assert!(visit.outcome.parameter("code").is_some(), "{visit:#?}");
    let begun = idp.exchanges()[0].clone();
    assert!(begun.parameters.contains(&("state".to_owned(), "a+b/c=|d".to_owned())), "the log says what was sent");
    assert_eq!(begun.reasons[0].rule, "fault");
    let visit = client.visit(&ada(), CALENDAR, &[]).await;
    assert_eq!(visit.outcome.parameter("state"), Some("a+b/c=|d"));
}

/// A page of a sign-in that has begun.
#[tokio::test]
async fn a_submitted_page_can_fail() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    idp.tenant().inject_fault(fault(json!({ "endpoint": "page", "client": "desktop", "code": 90033 }))).unwrap();
    let failed = client.browser.visit(&client.authorize_url(CALENDAR, &[]), &ada()).await;
    assert!(format!("{failed:?}").contains("ErrorPage { code: Some(90033)"), "{failed:?}");
    let logged = last(&idp);
    assert_eq!((logged.answer.kind.as_str(), logged.answer.code), ("error page", Some(90033)));
    assert_eq!((logged.interaction, logged.client_id.as_deref()), (Some(1), Some(DESKTOP)));
    client.code(&ada(), CALENDAR, &[]).await;
}

/// Who sent it is told by what it carries.
#[tokio::test]
async fn a_fault_can_be_for_one_user_one_grant_one_api() {
    let (idp, client, refresh_token) = signed_in().await;
    let token = client.refresh(&refresh_token, CALENDAR, &[]).await;
    let access_token = token.text_of("access_token");
    let bo = RawClient::new(&idp).await;
    let bos = bo.sign_in(&VirtualUser::new("bo@contoso.test"), CALENDAR).await;

    idp.tenant().inject_fault(fault(json!({ "endpoint": "token", "user": "ada", "status": 503, "times": 3 }))).unwrap();
    assert_eq!(bo.refresh(bos.text_of("refresh_token"), CALENDAR, &[]).await.status, 200);
    assert_eq!(client.refresh(&refresh_token, CALENDAR, &[]).await.status, 503);
    let scope = format!("{CALENDAR} offline_access");
    let code = client.code(&ada(), &scope, &[]).await;
    assert_eq!(client.redeem(&code, &[]).await.status, 503);
    let password = [
        ("client_id", DESKTOP),
        ("grant_type", "password"),
        ("username", "Ada@contoso.test"),
        ("password", "Passw0rd!"),
        ("scope", CALENDAR),
    ];
    assert_eq!(client.token(&password, &[]).await.status, 503);
    assert_eq!(client.redeem(&code, &[]).await.status, 200, "the code was not burnt");

    idp.tenant().inject_fault(fault(json!({ "api": "calendar", "user": "ada", "status": 500 }))).unwrap();
    assert_eq!(bo.call("/api/calendar", bos.text_of("access_token")).await.status, 200);
    assert_eq!(client.call("/api/mail", access_token).await.status, 401, "a token for another API");
    assert_eq!(client.call("/api/calendar/events", access_token).await.status, 500);
    assert_eq!(last(&idp).answer.api.as_deref(), Some("calendar"));
    assert_eq!(client.call("/api/calendar", access_token).await.status, 200);

    let grant = json!({ "endpoint": "token", "grant_type": "authorization_code", "status": 503 });
    idp.tenant().inject_fault(fault(grant)).unwrap();
    assert_eq!(client.refresh(&refresh_token, CALENDAR, &[]).await.status, 200);
    let code = client.code(&ada(), &scope, &[]).await;
    assert_eq!(client.redeem(&code, &[]).await.status, 503);
}

/// At `/common` it is the tenant that would serve the request.
#[tokio::test]
async fn a_word_in_place_of_the_tenant_does_not_hide_a_request() {
    let (idp, client, refresh_token) = signed_in().await;
    idp.tenant().inject_fault(fault(json!({ "endpoint": "token", "code": 50196 }))).unwrap();
    let form = [
        ("client_id", DESKTOP),
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
        ("scope", CALENDAR),
    ];
    let ask = || client.send(client.request(Method::POST, "/common//oauth2/v2.0/token").form(&form));
    assert_eq!(ask().await.code(), Some(50196));
    assert_eq!(ask().await.status, 200);

    for path in [
        "/common/discovery/instance?authorization_endpoint=https://localhost/contoso.test/oauth2",
        "/common/userrealm/ada@contoso.test",
    ] {
        idp.tenant().inject_fault(fault(json!({ "endpoint": "discovery", "status": 503 }))).unwrap();
        assert_eq!(client.send(client.request(Method::GET, path)).await.status, 503, "{path}");
        assert_eq!(client.send(client.request(Method::GET, path)).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn tenants_do_not_see_each_others_faults_and_a_reset_clears_them() {
    let idp = MockIdp::start().await;
    let other = idp.new_tenant("contoso").unwrap();
    let mut client = RawClient::new(&idp).await;
    let unlimited = || fault(json!({ "status": 503, "times": "unlimited" }));
    idp.tenant().inject_fault(unlimited()).unwrap();
    for endpoint in ["token", "keys", "discovery", "token"] {
        assert_eq!(ask(&client, endpoint).await.status, 503);
    }
    client.authority = other.authority();
    assert_eq!(ask(&client, "keys").await.status, 200);
    assert!(other.faults().is_empty());

    idp.tenant().clear_faults();
    client.authority = idp.authority();
    assert_eq!(ask(&client, "keys").await.status, 200);
    idp.tenant().inject_fault(unlimited()).unwrap();
    idp.reset();
    assert_eq!(ask(&client, "keys").await.status, 200);
}

/// A request that is too large stays too large when a fault was looked for.
#[tokio::test]
async fn looking_for_a_fault_changes_no_other_answer() {
    let (idp, client, refresh_token) = signed_in().await;
    let large = "x".repeat(70_000);
    let own = client.refresh(&refresh_token, &large, &[]).await;
    idp.tenant().inject_fault(fault(json!({ "endpoint": "logout", "drop": true }))).unwrap();
    let answer = client.refresh(&refresh_token, &large, &[]).await;
    assert_eq!((answer.status, answer.code()), (own.status, own.code()));
    assert_eq!(client.refresh(&refresh_token, CALENDAR, &[]).await.status, 200);
    assert_eq!(idp.tenant().faults().len(), 1);
}

/// Rust tests write it as a value; a client that honours Retry-After is not in a hurry.
#[tokio::test]
async fn a_fault_is_a_value() {
    let (idp, client, refresh_token) = signed_in().await;
    let throttled = Fault {
        endpoint: Some(Endpoint::Token),
        client: Some("desktop".to_owned()),
        status: Some(429),
        retry_after: Some(RetryAfter::Seconds(60)),
        times: Times::Next(2),
        ..Fault::default()
    };
    let id = idp.tenant().inject_fault(throttled).unwrap();
    let listed = idp.tenant().faults();
    assert_eq!((listed[0].id, listed[0].remaining), (id, Some(2)));
    for left in [Some(1), None] {
        let answer = client.refresh(&refresh_token, CALENDAR, &[]).await;
        assert_eq!((answer.status, header(&answer, "retry-after")), (429, Some("60")));
        assert_eq!(idp.tenant().faults().first().and_then(|fault| fault.remaining), left);
    }
    assert_eq!(client.refresh(&refresh_token, CALENDAR, &[]).await.status, 200);
    assert!(!idp.tenant().remove_fault(id), "it is spent");
    assert!(idp.tenant().inject_fault(Fault::default()).unwrap_err().to_string().contains("nothing would happen"));
}

/// 2.12 K, 50196: equal requests, whatever they were answered, until the time has passed in peace.
#[tokio::test]
async fn a_loop_is_detected_by_request_and_ends_with_time() {
    let (idp, client, refresh_token) = signed_in().await;
    idp.tenant().grant_consent(None, "desktop", "mail", &["Mail.Read"]).unwrap();
    idp.tenant().change_switches(|switches| {
        switches.loop_detector = Some(LoopDetector { requests: 3, within: SignedDuration::from_mins(5) });
    });
    let ask = async |scope: &str, extra: &[(&str, &str)]| {
        let answer = client.refresh(&refresh_token, scope, extra).await;
        (answer.status, answer.code())
    };
    let (fine, stopped) = ((200, None), (400, Some(50196)));
    assert_eq!(ask(CALENDAR, &[]).await, fine);
    assert_eq!(ask(MAIL, &[]).await, fine, "another scope");
    assert_eq!(ask(CALENDAR, &[("claims", r#"{"access_token":{}}"#)]).await, fine, "other claims");
    assert_eq!(ask(CALENDAR, &[]).await, fine);
    let answer = client.refresh(&refresh_token, CALENDAR, &[]).await;
    assert_eq!((answer.status, answer.code()), stopped, "{}", answer.text);
    assert_eq!(answer.text_of("error"), "invalid_grant");
    assert!(answer.body.get("suberror").is_none() && answer.body.get("claims").is_none());
    let logged = last(&idp);
    assert_eq!(logged.reasons[0].rule, "loop_detector");
    assert_eq!(logged.reasons[0].because, "the same request came 3 times within 5m");
    assert_eq!(ask(MAIL, &[]).await, fine);

    idp.tenant().advance_clock(SignedDuration::from_mins(3));
    assert_eq!(ask(CALENDAR, &[]).await, stopped, "the time has not passed in peace");
    idp.tenant().advance_clock(SignedDuration::from_mins(6));
    assert_eq!(ask(CALENDAR, &[]).await, fine);

    let asked_in_v1 = async |resource: &str| {
        let mut v1 = RawClient::new(&idp).await;
        v1.protocol = "oauth2";
        v1.refresh(&refresh_token, "", &[("resource", resource)]).await.code()
    };
    idp.tenant().advance_clock(SignedDuration::from_mins(6));
    for resource in ["api://calendar", "api://mail", "api://calendar", "api://mail"] {
        assert_eq!(asked_in_v1(resource).await, None, "another resource");
    }
    assert_eq!(asked_in_v1("api://mail").await, Some(50196));
    idp.tenant().advance_clock(SignedDuration::from_mins(6));

    // Refused requests count, too.
    for code in [65001, 65001, 50196] {
        assert_eq!(ask("api://vault/Secrets.Read", &[]).await, (400, Some(code)));
    }
}
