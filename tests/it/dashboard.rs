//! The dashboard's files and what it reads: headers, the guard, the sequence, explanations, exports.

use mock_idp::{
    MockIdp,
    control_client::ControlClient,
    recorder::{ExchangeFilter, TokenRole},
    virtual_user::VirtualUser,
};
use reqwest::{Method, StatusCode, header};
use rstest::rstest;
use serde_json::json;
use tests::{DESKTOP, MAIL, PAYROLL, RawClient};

const FILES: &[&str] = &["/", "/_mock/assets/main.js", "/_mock/assets/style.css"];

#[tokio::test]
async fn files_carry_a_strict_policy_and_are_known_by_their_tags() {
    let idp = MockIdp::start().await;
    let http = reqwest::Client::new();
    for path in FILES {
        let url = format!("{}{path}", idp.base());
        let answer = http.get(&url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let headers = answer.headers().clone();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for part in
            ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
        {
            assert!(policy.contains(part), "{part} in {policy}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(
            (&headers["x-content-type-options"], &headers["x-frame-options"]),
            (&"nosniff".parse().unwrap(), &"DENY".parse().unwrap())
        );
        let again = http.get(&url).header(header::IF_NONE_MATCH, &headers["etag"]).send().await.unwrap();
        assert_eq!(
            (again.status(), again.headers()["etag"].clone()),
            (StatusCode::NOT_MODIFIED, headers["etag"].clone())
        );
        assert_eq!(again.text().await.unwrap(), "");
    }
    let missing = http.get(format!("{}/_mock/assets/nothing.js", idp.base())).send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let posted = http.post(format!("{}/", idp.base())).send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[rstest]
#[case::rebound("host", "evil.test")]
#[case::another_page("origin", "https://evil.test")]
#[case::sandboxed("origin", "null")]
#[tokio::test]
async fn other_names_and_pages_get_no_file(#[case] header: &str, #[case] value: &str) {
    let idp = MockIdp::start().await;
    for path in FILES {
        let request = reqwest::Client::new().get(format!("{}{path}", idp.base())).header(header, value);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn the_log_is_told_as_a_sequence_and_each_exchange_explained() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let tenant = idp.tenant();
    tenant.grant_consent(None, "desktop", "mail", &["Mail.Read"]).unwrap();
    tenant.grant_consent(None, "desktop", "payroll", &["Salary.Read"]).unwrap();
    let ada = VirtualUser::new("ada@contoso.test");
    let first = client.sign_in(&ada, &format!("openid offline_access {MAIL}")).await;
    let token = first.text_of("access_token").to_owned();
    let refused = client.refresh(first.text_of("refresh_token"), PAYROLL, &[]).await;
    assert_eq!(refused.code(), Some(50_076));
    client.send(client.request(Method::GET, "/api/mail").bearer_auth(&token)).await;

    let far = ControlClient::new(idp.base(), None).unwrap().tenant_named("contoso").await.unwrap();
    let whole = far.timeline(&ExchangeFilter::default()).await.unwrap();
    assert_eq!(whole, tenant.timeline(&ExchangeFilter::default()));
    let numbers: Vec<u64> = whole.rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert_eq!(whole.last, numbers.len() as u64);
    let late = far.timeline(&ExchangeFilter { limit: Some(2), ..ExchangeFilter::default() }).await.unwrap();
    assert_eq!((late.rows.as_slice(), late.earlier), (&whole.rows[numbers.len() - 2..], numbers.len() as u64 - 2));
    let sought = ExchangeFilter { text: Some("aadsts50076".to_owned()), ..ExchangeFilter::default() };
    let row = far.timeline(&sought).await.unwrap().rows.remove(0);
    assert!(row.refused && row.lines[1][0].text.starts_with("400 AADSTS50076"), "{row:?}");

    let told = far.exchange_told(row.number).await.unwrap();
    assert_eq!(told, tenant.exchange_told(row.number).unwrap());
    let error = told.error.unwrap();
    assert!(error.code == 50_076 && error.cure.contains("second factor") && !error.provoke.is_empty());
    let issued = far.exchange_told(row.number - 1).await.unwrap();
    let roles: Vec<_> = issued.tokens.iter().map(|token| token.role).collect();
    assert_eq!(roles, [TokenRole::AccessToken, TokenRole::IdToken]);
    for claim in issued.tokens.iter().flat_map(|token| &token.claims) {
        assert!(claim.meaning.is_some(), "{} is not explained", claim.name);
        assert!(!["exp", "iat", "nbf"].contains(&claim.name.as_str()) || claim.time.is_some(), "{}", claim.name);
    }
    let called = far.exchange_told(row.number + 1).await.unwrap();
    assert_eq!(called.tokens[0].role, TokenRole::Presented);
    let signature = token.rsplit('.').next().unwrap();
    let log = client.send(client.request(Method::GET, "/_mock/tenants/contoso/exchanges")).await;
    assert!(!log.text.contains(signature) && log.text.contains("presented"), "claims are kept, and no token");
    let missing = client.send(client.request(Method::GET, "/_mock/tenants/contoso/exchanges/99")).await;
    assert_eq!((missing.status, missing.body["error"]["field"].as_str()), (404, Some("exchange")));
}

#[tokio::test]
async fn a_hostile_log_is_exported_as_text() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let far = ControlClient::new(idp.base(), None).unwrap().tenant_named("contoso").await.unwrap();
    let nothing = far.scenario(0).await.unwrap_err();
    assert_eq!(
        nothing.refused().map(|refused| (refused.status, refused.detail.code.clone())),
        Some((409, "nothing_to_export".to_owned()))
    );
    let scope = format!("api://mail/<script>alert(1)</script>\"'\u{202e}{}", "x".repeat(10_000));
    let form =
        [("grant_type", "refresh_token"), ("client_id", DESKTOP), ("refresh_token", "none"), ("scope", scope.as_str())];
    let path = format!("/{}/oauth2/v2.0/token", idp.tenant().id());
    client.send(client.request(Method::POST, &path).form(&form)).await;
    let report = far.report(0).await.unwrap();
    assert!(
        report.contains("&#60;script&#62;alert(1)") && !report.contains("<script"),
        "{}",
        &report[..400.min(report.len())]
    );
    let scenario = far.scenario(0).await.unwrap();
    assert!(
        scenario.starts_with("# Repeats what a client did") && scenarios::check("export.yaml", &scenario).is_ok(),
        "{scenario}"
    );
    let row = &far.timeline(&ExchangeFilter::default()).await.unwrap().rows[0];
    assert!(row.lines.iter().flatten().all(|message| message.text.chars().count() <= 161));
    let answer = client.send(client.request(Method::GET, "/_mock/tenants/contoso/exchanges/export?as=report")).await;
    assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
}

#[tokio::test]
async fn tenants_credentials_and_snippets_are_listed() {
    let idp = MockIdp::start().await;
    let server = ControlClient::new(idp.base(), idp.ca_pem()).unwrap();
    let (one, two) = (server.new_tenant("contoso").await.unwrap(), server.new_tenant("contoso").await.unwrap());
    let tenants = server.tenants().await.unwrap();
    let ids: Vec<_> = tenants.iter().map(|tenant| (tenant.isolated, tenant.tenant_id)).collect();
    assert_eq!(ids[2..], [(true, one.id()), (true, two.id())]);
    assert!(tenants[0].name == "contoso" && !tenants[0].isolated && tenants[0].exchanges == 0);
    let typed = json!(one.credentials().await.unwrap());
    assert_eq!(typed["users"][0]["password"], "Passw0rd!");
    assert_eq!(typed["users"][1]["one_time_code"], json!(null), "bo has no method");
    assert_eq!(typed["users"][2]["password"], "Passw0rd!", "cy's is that of home");
    let snippets = one.snippets().await.unwrap();
    // Those that need TLS are not shown without it.
    assert!(snippets.iter().any(|snippet| snippet.title == "curl"));
    assert!(snippets.iter().all(|snippet| snippet.text.contains(&one.authority()) && !snippet.text.contains('%')));
}
