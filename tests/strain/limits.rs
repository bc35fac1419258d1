//! Limits: who stands still is shown the door, who sends too much is told so, and what grows forgets its oldest.

use std::time::Duration;

use mock_idp::{Limits, MockIdp, control::Dropped, control_client::ControlClient, virtual_user::VirtualUser};
use reqwest::Method;
use rstest::rstest;
use serde_json::Value;
use tests::{CALENDAR, RawClient};

use crate::wire::{FORM, Wire, head};

const SHORT: Duration = Duration::from_millis(50);

async fn impatient() -> MockIdp {
    MockIdp::builder().limits(Limits { head: SHORT, body: SHORT, ..Limits::default() }).start().await.unwrap()
}

#[rstest]
#[case::nothing("")]
#[case::half_a_line("GET /common/disc")]
#[case::half_a_head("GET /common/discovery/instance HTTP/1.1\r\nhost: localhost\r\nx-more: ")]
#[case::the_first_words_of_http_2("PRI * HTTP/2.0\r\n")]
#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for(#[case] sent: &str) {
    let idp = impatient().await;
    let mut wire = Wire::to(&idp).await;
    wire.sends(sent).await;
    let answer = wire.reads_to_the_end().await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let limits = Limits { head: SHORT, ..Limits::default() };
    let idp = MockIdp::builder().tls().limits(limits).start().await.unwrap();
    assert_eq!(Wire::to(&idp).await.reads_to_the_end().await, "");
}

#[tokio::test]
async fn the_proxy_does_not_wait_for_a_head_either() {
    let limits = Limits { head: SHORT, ..Limits::default() };
    let builder = MockIdp::builder().also_as("login.microsoftonline.com").limits(limits);
    let idp = builder.start().await.unwrap();
    let proxy = idp.proxy_url().unwrap();
    let mut wire = Wire::at(proxy.rsplit(':').next().unwrap().parse().unwrap()).await;
    wire.sends("CONNECT login.micro").await;
    assert_eq!(wire.reads_to_the_end().await, "");
}

#[tokio::test]
async fn a_connection_without_a_next_request_is_closed() {
    let idp = impatient().await;
    let mut wire = Wire::to(&idp).await;
    wire.sends("GET /_mock/health HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let answer = wire.reads_to_the_end().await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"status":"ok"}"#), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_and_not_waited_for() {
    let idp = impatient().await;
    let mut wire = Wire::to(&idp).await;
    wire.sends(&head(&idp, FORM.len(), "")).await;
    wire.sends(&FORM[..20]).await;
    let answer = wire.reads_to_the_end().await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(r#""error":"invalid_request""#), "{answer}");
    assert!(answer.contains("AADSTS90013") && answer.contains("not there within 0.05 seconds"), "{answer}");
    assert_eq!(idp.exchanges().len(), 1, "it is in the log");

    let mut wire = Wire::to(&idp).await;
    wire.sends("POST /_mock/tenants HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{").await;
    let answer = wire.reads_to_the_end().await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(r#""code":"too_slow""#), "{answer}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_called_too_large() {
    let idp = MockIdp::start().await;
    let mut wire = Wire::to(&idp).await;
    let request = head(&idp, 0, "").replace("content-length: 0", "transfer-encoding: chunked");
    wire.sends(&format!("{request}zz\r\n")).await;
    let answer = wire.reads_to_the_end().await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("the body broke off"), "{answer}");
}

#[rstest]
#[case::body("/contoso.test/oauth2/v2.0/token", 0, 0, 65 * 1024, 413, "its body may have at most 65536 bytes")]
#[case::query("/contoso.test/oauth2/v2.0/authorize", 33 * 1024, 0, 0, 414, "its query may have at most 32768 bytes")]
#[case::header("/contoso.test/oauth2/v2.0/token", 0, 33 * 1024, 0, 431, "its header may have at most 32768 bytes")]
#[tokio::test]
async fn what_is_too_large_is_told_in_entras_words(
    #[case] path: &str,
    #[case] query: usize,
    #[case] header: usize,
    #[case] body: usize,
    #[case] status: u16,
    #[case] sentence: &str,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let (method, path) = match query {
        0 => (Method::POST, path.to_owned()),
        length => (Method::GET, format!("{path}?state={}", "x".repeat(length))),
    };
    let request = client.request(method, &path).header("x-large", "x".repeat(header)).body("x".repeat(body));
    let answer = client.send(request).await;
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(answer.text.contains("AADSTS90015") && answer.text.contains(sentence), "{}", answer.text);
}

#[tokio::test]
async fn the_control_api_tells_it_in_its_own() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let request = client.request(Method::GET, "/_mock/health").header("x-large", "x".repeat(33 * 1024));
    let answer = client.send(request).await;
    assert_eq!((answer.status, answer.body["error"]["code"].as_str()), (431, Some("too_large")));
}

/// What the HTTP library refuses by itself has no body, and a status that says why.
#[rstest]
#[case::address(&format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(66 * 1024)), "HTTP/1.1 414 ")]
#[case::fields(&format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(200)), "HTTP/1.1 431 ")]
#[tokio::test]
async fn what_cannot_be_read_at_all_is_refused_with_a_status(#[case] sent: &str, #[case] start: &str) {
    let idp = MockIdp::start().await;
    let mut wire = Wire::to(&idp).await;
    wire.sends(sent).await;
    let answer = wire.reads_until("\r\n\r\n").await;
    assert!(answer.starts_with(start), "{answer}");
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_has_its_place_once_another_has_gone() {
    const HEALTH: &str = "GET /_mock/health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let limits = Limits { connections: 1, ..Limits::default() };
    let idp = MockIdp::builder().limits(limits).start().await.unwrap();
    let mut first = Wire::to(&idp).await;
    first.sends(HEALTH).await;
    first.reads_until("ok").await;
    assert_eq!(Wire::to(&idp).await.reads_to_the_end().await, "");
    first.sends(HEALTH).await;
    first.reads_until("ok").await;
    drop(first);
    // When the server hears that it has gone is its own affair.
    loop {
        let mut next = Wire::to(&idp).await;
        next.sends("GET /_mock/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
        if next.reads_to_the_end().await.contains("ok") {
            break;
        }
    }
}

#[tokio::test]
async fn the_oldest_tenant_makes_room_and_is_counted() {
    let limits = Limits { tenants: 2, ..Limits::default() };
    let idp = MockIdp::builder().limits(limits).start().await.unwrap();
    let before = idp.tenant_counts();
    let made: Vec<_> = (0..4).map(|_| idp.new_tenant("contoso").unwrap()).collect();
    let found = made.iter().map(|tenant| idp.tenant_named(&tenant.id().to_string()).is_some());
    assert_eq!(found.collect::<Vec<_>>(), [false, false, true, true]);
    assert!(idp.tenant_named(made[0].domain()).is_none(), "nor by its name");
    assert!(idp.tenant_named("contoso").is_some() && idp.tenant_named("fabrikam").is_some(), "those stay");
    assert_eq!(idp.tenant_counts().0, before.0 + 2);
    let client = RawClient::new(&idp).await;
    let listed = client.send(client.request(Method::GET, "/_mock/tenants")).await.body;
    assert_eq!((listed["tenants"].as_array().unwrap().len(), &listed["dropped"]), (before.0 + 2, &Value::from(2)));
    idp.reset();
    assert_eq!(idp.tenant_counts(), before);
}

#[tokio::test]
async fn one_policy_too_many_is_refused() {
    let idp = MockIdp::start().await;
    let tenant = idp.tenant();
    let first = tenant.policies()[0].clone();
    let numbered = |number: u128| mock_idp::directory::Policy {
        id: uuid::Uuid::from_u128(number),
        name: format!("policy {number}"),
        ..first.clone()
    };
    tenant.set_policies((1..=1_000).map(numbered).collect());
    let told = tenant.add_policy(numbered(1_001)).unwrap_err().to_string();
    assert!(told.contains("1000 policies are in force in this tenant already"), "{told}");
}

#[tokio::test]
async fn the_oldest_of_each_kind_is_forgotten_and_counted() {
    let limits = Limits { entries: 2, ..Limits::default() };
    let idp = MockIdp::builder().limits(limits).start().await.unwrap();
    let ada = VirtualUser::new("ada@contoso.test");
    let mut codes = Vec::new();
    for _ in 0..3 {
        // Another browser each time.
        let client = RawClient::new(&idp).await;
        codes.push(client.code(&ada, CALENDAR, &[]).await);
        let left = VirtualUser { closes_at: Some(mock_idp::virtual_user::PageKind::Username), ..ada.clone() };
        client.visit(&left, CALENDAR, &[("prompt", "login")]).await;
        let device = client.request(Method::POST, &format!("/{}/oauth2/v2.0/devicecode", idp.tenant().id()));
        client.send(device.form(&[("client_id", tests::DESKTOP), ("scope", CALENDAR)])).await;
    }
    let listed = ControlClient::new(idp.base(), None).unwrap().tenants().await.unwrap();
    let expected = Dropped { browsers: 1, sign_ins: 1, codes: 1, device_codes: 1, ..Dropped::default() };
    assert_eq!(listed[0].dropped, expected);
    let client = RawClient::new(&idp).await;
    let mut answers = Vec::new();
    for code in &codes {
        answers.push(client.redeem(code, &[("redirect_uri", "http://localhost/elsewhere")]).await.code());
    }
    assert_eq!(answers, [Some(70000), Some(500_112), Some(500_112)], "the oldest was never issued, as far as is known");
}
