//! Who may consent, and how an administrator does it for everybody (escalation reference 2.4 and 3.2).

use mock_idp::{
    MockIdp,
    directory::{ConsentSettings, Preauthorized},
    virtual_user::{PageKind, VirtualUser, Visit},
};
use rstest::rstest;
use tests::{CALENDAR, DESKTOP, MAIL, RawClient, jwt_claims};
use url::Url;

const MANAGE: &str = "api://mail/Mail.Manage";

fn user(name: &str) -> VirtualUser {
    VirtualUser::new(format!("{name}@contoso.test"))
}

fn pages(visit: &Visit) -> Vec<PageKind> {
    visit.pages.iter().map(|page| page.kind).collect()
}

struct Case {
    settings: ConsentSettings,
    risky: bool,
    scope: &'static str,
    number: u32,
    requestable: bool,
}

fn case(users_may_consent: bool, request_workflow: bool, risky: bool, scope: &'static str, number: u32) -> Case {
    let settings = ConsentSettings { users_may_consent, request_workflow };
    Case { settings, risky, scope, number, requestable: request_workflow }
}

/// C5 to C7: the page says why, the way back is `access_denied` with `error_subcode=cancel`, and the silent request is told
/// no more than that consent is missing.
#[rstest]
#[case::admin_only_scope(case(true, false, false, MANAGE, 90094))]
#[case::with_requests(case(true, true, false, MANAGE, 90095))]
#[case::users_may_not(case(false, false, false, MAIL, 90093))]
#[case::users_may_not_with_requests(case(false, true, false, MAIL, 90095))]
#[case::risky(case(true, false, true, MAIL, 900_941))]
#[case::risky_with_requests(case(true, true, true, MAIL, 900_981))]
#[tokio::test]
async fn a_user_who_needs_an_administrator(#[case] case: Case) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&user("ada"), CALENDAR).await;
    idp.tenant().set_consent_settings(case.settings);
    idp.tenant().change_application("desktop", |desktop| desktop.risky = case.risky).unwrap();

    let silent = client.refresh(first.text_of("refresh_token"), case.scope, &[]).await;
    assert_eq!((silent.status, silent.code()), (400, Some(65001)), "{}", silent.text);
    assert_eq!(silent.text_of("suberror"), "consent_required");
    assert!(silent.body.get("error_uri").is_none() && silent.body.get("claims").is_none());

    let visit = client.visit(&user("ada"), case.scope, &[]).await;
    let expected: &[PageKind] = if case.requestable {
        &[PageKind::RequestApproval, PageKind::RequestSent, PageKind::FormPost]
    } else {
        &[PageKind::Error, PageKind::FormPost]
    };
    // Without `response_mode` the answer travels in the query.
    assert_eq!(pages(&visit), expected[..expected.len() - 1], "{visit:#?}");
    assert_eq!(visit.outcome.parameter("error"), Some("access_denied"));
    assert_eq!(visit.outcome.parameter("error_subcode"), Some("cancel"));
    let description = visit.outcome.parameter("error_description").unwrap();
    assert!(description.starts_with(&format!("AADSTS{}: ", case.number)), "{description}");

    // An administrator may, and for everybody if she ticks the box.
    let eve = VirtualUser { consents_for_everybody: true, ..user("eve") };
    let visit = client.visit(&eve, case.scope, &[("prompt", "select_account")]).await;
    assert!(visit.outcome.parameter("code").is_some(), "{visit:#?}");
    let visit = client.visit(&user("ada"), case.scope, &[("prompt", "select_account")]).await;
    assert!(visit.outcome.parameter("code").is_some(), "{visit:#?}");
    assert!(!pages(&visit).contains(&PageKind::Consent), "{visit:#?}");
}

fn admin_consent(client: &RawClient, extra: &[(&str, &str)]) -> Url {
    let mut parameters =
        vec![("client_id", DESKTOP), ("redirect_uri", client.redirect_uri.as_str()), ("state", "s|1=")];
    parameters.extend(extra);
    Url::parse_with_params(&format!("{}/v2.0/adminconsent", client.authority), parameters).unwrap()
}

/// 3.2: success names tenant, scope and state, and afterwards nobody is asked.
#[rstest]
#[case::some(&[("scope", "api://mail/Mail.Read api://mail/Mail.Manage")], "api://mail/Mail.Read api://mail/Mail.Manage", MANAGE)]
#[case::everything_registered(&[], "https://graph.microsoft.com/User.Read api://calendar/Events.Read", CALENDAR)]
#[tokio::test]
async fn an_administrator_consents_for_the_tenant(
    #[case] extra: &[(&str, &str)],
    #[case] scope: &str,
    #[case] then: &str,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let visit = client.browser.visit(&admin_consent(&client, extra), &user("eve")).await.unwrap();
    assert_eq!(pages(&visit), [PageKind::Username, PageKind::Password, PageKind::Consent], "{visit:#?}");
    assert_eq!(visit.outcome.parameter("admin_consent"), Some("True"));
    assert_eq!(visit.outcome.parameter("tenant"), Some(idp.tenant().id().to_string().as_str()));
    assert!(visit.outcome.parameter("scope").unwrap().starts_with(scope), "{visit:#?}");
    assert_eq!(visit.outcome.parameter("state"), Some("s|1="));

    let ada = RawClient::new(&idp).await;
    let visit = ada.visit(&user("ada"), then, &[]).await;
    assert_eq!(pages(&visit), [PageKind::Username, PageKind::Password], "nobody is asked: {visit:#?}");
}

/// C9: a fault in the way of the administrator is told in the form of this endpoint.
#[tokio::test]
async fn a_fault_at_admin_consent_is_told_as_its_other_refusals() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let fault = serde_json::from_value(serde_json::json!({ "endpoint": "authorize", "code": 90033 })).unwrap();
    idp.tenant().inject_fault(fault).unwrap();
    let visit = client.browser.visit(&admin_consent(&client, &[]), &user("eve")).await.unwrap();
    assert_eq!(visit.outcome.parameter("error"), Some("temporarily_unavailable"), "{visit:#?}");
    assert_eq!(visit.outcome.parameter("admin_consent"), Some("True"));
    assert_eq!(visit.outcome.parameter("state"), Some("s|1="));
}

/// C9.
#[rstest]
#[case::no_administrator("ada", None, "access_denied", 90094)]
#[case::declined("eve", Some(PageKind::Consent), "access_denied", 65004)]
#[tokio::test]
async fn an_administrators_consent_can_be_refused(
    #[case] name: &str,
    #[case] cancel_at: Option<PageKind>,
    #[case] error: &str,
    #[case] number: u32,
) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let visit =
        client.browser.visit(&admin_consent(&client, &[]), &VirtualUser { cancel_at, ..user(name) }).await.unwrap();
    assert_eq!(visit.outcome.parameter("error"), Some(error), "{visit:#?}");
    assert_eq!(visit.outcome.parameter("admin_consent"), Some("True"));
    assert_eq!(visit.outcome.parameter("state"), Some("s|1="));
    let description = visit.outcome.parameter("error_description").unwrap();
    assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
    assert!(idp.tenant().consents().is_empty());
}

#[tokio::test]
async fn preauthorized_scopes_need_no_page_and_are_in_the_token() {
    let idp = MockIdp::start().await;
    let row = Preauthorized { client: "desktop".into(), scopes: vec!["Mail.Read".into()] };
    idp.tenant().change_api("mail", |mail| mail.preauthorized.push(row)).unwrap();
    let client = RawClient::new(&idp).await;
    let visit = client.visit(&user("ada"), MAIL, &[]).await;
    assert_eq!(pages(&visit), [PageKind::Username, PageKind::Password]);
    let token = client.redeem(visit.outcome.parameter("code").unwrap(), &[]).await;
    assert_eq!(jwt_claims(token.text_of("access_token"))["scp"], "Mail.Read");
}

/// C2: another number, and no suberror to tell it by.
#[tokio::test]
async fn a_personal_account_without_consent() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&user("ada"), CALENDAR).await;
    idp.tenant().change_user("ada", |ada| ada.personal_account = true).unwrap();
    let silent = client.refresh(first.text_of("refresh_token"), MAIL, &[]).await;
    assert_eq!((silent.status, silent.text_of("error"), silent.code()), (400, "invalid_grant", Some(70000)));
    assert!(silent.body.get("suberror").is_none() && silent.body.get("claims").is_none());
    assert!(silent.text_of("error_description").contains("unauthorized or expired"));
}

/// C11: at /authorize, and silently.
#[tokio::test]
async fn first_party_pairs() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&user("ada"), CALENDAR).await;
    idp.tenant().change_application("desktop", |desktop| desktop.first_party = true).unwrap();
    idp.tenant().change_api("mail", |mail| mail.first_party = true).unwrap();
    let silent = client.refresh(first.text_of("refresh_token"), MAIL, &[]).await;
    assert_eq!((silent.status, silent.text_of("error"), silent.code()), (400, "invalid_client", Some(65002)));
    let quiet = client.visit(&user("ada"), MAIL, &[("prompt", "none")]).await;
    assert_eq!(quiet.outcome.parameter("error"), Some("invalid_client"));
}

/// 2.11: an API that the tenant has no more.
#[rstest]
#[case(mock_idp::directory::Availability::Disabled, 50001)]
#[case(mock_idp::directory::Availability::NotSubscribed, 650_052)]
#[case(mock_idp::directory::Availability::Removed, 650_054)]
#[tokio::test]
async fn an_api_that_is_gone(#[case] availability: mock_idp::directory::Availability, #[case] number: u64) {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let first = client.sign_in(&user("ada"), CALENDAR).await;
    idp.tenant().change_api("mail", |mail| mail.availability = availability).unwrap();
    let silent = client.refresh(first.text_of("refresh_token"), MAIL, &[]).await;
    assert_eq!((silent.status, silent.text_of("error"), silent.code()), (400, "invalid_resource", Some(number)));
    let visit = client.visit(&user("ada"), MAIL, &[]).await;
    assert_eq!(visit.outcome.parameter("error"), Some("invalid_resource"), "{visit:#?}");
}

/// The switch of section 8, 12.
#[tokio::test]
async fn an_unregistered_api_can_be_let_through() {
    let idp = MockIdp::start().await;
    idp.tenant().change_switches(|switches| switches.unregistered_apis = true);
    let client = RawClient::new(&idp).await;
    let token = client.sign_in(&user("ada"), "api://archive/Files.Read").await;
    assert_eq!(token.status, 200, "{}", token.text);
}
