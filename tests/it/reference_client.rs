//! The reference client's other verbs against the real pages and endpoints: device code, password, and the middle tier.

use std::sync::Arc;

use desktop_client::{
    BoxFuture, Classification, ClientCertificate, ConfidentialClientApplication, DeviceAuthorization,
    DeviceCodePromptError, Error, PublicClientApplication, TokenSource, UserAgent, UserAgentError,
};
use jiff::SignedDuration;
use mock_idp::{
    MockIdp,
    directory::{DAEMON_CERTIFICATE, DAEMON_KEY},
    virtual_user::{Answer, Browser, VirtualUser},
};
use rstest::rstest;
use tests::{CALENDAR, DESKTOP, MFA_FOR_PAYROLL, PAYROLL, Seat, TenantTime, jwt_claims, policy_claims};
use url::Url;

const PORTAL: &str = "d0000000-0000-4000-8000-000000000003";
const DAEMON: &str = "d0000000-0000-4000-8000-000000000004";
const ACCESS: &str = "api://portal/access_as_user";

fn ada() -> VirtualUser {
    VirtualUser::new("ada@contoso.test")
}

/// A host that can open nothing.
struct NoBrowser;

impl UserAgent for NoBrowser {
    fn open<'a>(&'a self, _: &'a Url) -> BoxFuture<'a, Result<(), UserAgentError>> {
        Box::pin(async { Err("there is none".into()) })
    }

    fn is_present(&self) -> bool {
        false
    }
}

/// The desktop on such a host; the person enters codes at another device.
fn headless(idp: &MockIdp, user: Option<VirtualUser>, capabilities: &[&str]) -> PublicClientApplication {
    let browser = Browser::new(None).unwrap();
    PublicClientApplication::builder(DESKTOP)
        .authority(idp.authority())
        .unwrap()
        .client_capabilities(capabilities.iter().copied())
        .clock(Arc::new(TenantTime(idp.tenant())))
        .user_agent(NoBrowser)
        .device_code_prompt(move |code: DeviceAuthorization| {
            let (browser, user) = (browser.clone(), user.clone());
            async move {
                if let Some(user) = user {
                    browser.enter_device_code(&code.verification_uri, &user, &code.user_code).await?;
                }
                Ok::<(), DeviceCodePromptError>(())
            }
        })
        .build()
        .unwrap()
}

fn portal(idp: &MockIdp) -> ConfidentialClientApplication {
    ConfidentialClientApplication::builder(PORTAL)
        .authority(idp.authority())
        .unwrap()
        .client_secret("portal-secret")
        .clock(Arc::new(TenantTime(idp.tenant())))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_device_code_carries_the_policys_claims_and_settles_it() {
    let idp = MockIdp::start().await;
    for (api, scope) in [("calendar", "Events.Read"), ("payroll", "Salary.Read")] {
        idp.tenant().grant_consent(None, "desktop", api, &[scope]).unwrap();
    }
    let app = headless(&idp, Some(ada()), &["cp1"]);
    let first = app.token_for([CALENDAR]).await.unwrap();
    assert_eq!(first.account.username, "ada@contoso.test");

    let error = app.acquire_token_silent([PAYROLL]).with_account(&first.account).await.unwrap_err();
    let needed = error.as_ui_required().unwrap();
    assert_eq!(needed.classification, Classification::BasicAction);
    let claims = needed.claims.clone().unwrap();
    assert_eq!(claims, policy_claims(MFA_FOR_PAYROLL));

    let payroll = app.token_for([PAYROLL]).await.unwrap();
    assert_eq!(jwt_claims(payroll.access_token.secret())["amr"], serde_json::json!(["pwd", "mfa"]));
    let answer = app.call_api(app.http_client().get(idp.api_url("payroll")), [PAYROLL]).await.unwrap();
    assert_eq!(answer.status(), 200);

    // Both legs named the policy, and the capability as well.
    let exchanges = idp.exchanges();
    let with_claims = |path: &str| {
        let sent = exchanges.iter().filter(|one| one.path.ends_with(path));
        sent.filter_map(|one| one.claims.as_deref())
            .filter(|claims| claims.contains(MFA_FOR_PAYROLL) && claims.contains("cp1"))
            .count()
    };
    assert_eq!(with_claims("/devicecode"), 1);
    assert!(with_claims("/token") >= 1);
}

#[rstest]
#[case::declined(Some(VirtualUser { consent: Answer::Decline, ..ada() }), "authorization_declined")]
#[case::nobody(None, "code_expired")]
#[tokio::test]
async fn a_device_code_that_leads_nowhere_ends(#[case] user: Option<VirtualUser>, #[case] code: &str) {
    let idp = MockIdp::start().await;
    let begin = idp.tenant().now();
    let error = headless(&idp, user, &[]).acquire_token_by_device_code([CALENDAR]).await.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    if code == "code_expired" {
        assert!(idp.tenant().now().duration_since(begin) >= SignedDuration::from_mins(15));
    }
}

#[tokio::test]
#[expect(deprecated, reason = "tested all the same")]
async fn a_password_gets_what_needs_no_more_than_a_password() {
    let idp = MockIdp::start().await;
    for (api, scope) in [("calendar", "Events.Read"), ("payroll", "Salary.Read")] {
        idp.tenant().grant_consent(None, "desktop", api, &[scope]).unwrap();
    }
    let app = headless(&idp, None, &[]);
    let calendar = app.acquire_token_by_username_password([CALENDAR], "ada@contoso.test", "Passw0rd!").await.unwrap();
    assert_eq!(calendar.account.username, "ada@contoso.test");
    let error = app.acquire_token_by_username_password([PAYROLL], "ada@contoso.test", "Passw0rd!").await.unwrap_err();
    assert_eq!(error.as_ui_required().unwrap().classification, Classification::BasicAction);
    assert_eq!(error.as_ui_required().unwrap().claims, Some(policy_claims(MFA_FOR_PAYROLL)));
    let error = app.acquire_token_by_username_password([CALENDAR], "ada@contoso.test", "wrong").await.unwrap_err();
    assert_eq!(error.as_ui_required().unwrap().error_codes, [50126]);
}

#[rstest]
#[case::ps256(false)]
#[case::rs256(true)]
#[tokio::test]
async fn a_certificate_takes_the_place_of_the_secret(#[case] rs256: bool) {
    let idp = MockIdp::start().await;
    let certificate = ClientCertificate::from_pem(DAEMON_CERTIFICATE.as_bytes(), DAEMON_KEY.as_bytes()).unwrap();
    let certificate = if rs256 { certificate.with_rs256() } else { certificate };
    let builder = ConfidentialClientApplication::builder(DAEMON).authority(idp.authority()).unwrap();
    let builder = builder.client_certificate(certificate).clock(Arc::new(TenantTime(idp.tenant())));
    let app = builder.build().unwrap();
    let token = app.acquire_token_for_client(["api://calendar/.default"]).await.unwrap();
    assert_eq!(jwt_claims(token.access_token.secret())["roles"], serde_json::json!(["Events.Read.All"]));
    let again = app.acquire_token_for_client(["api://calendar/.default"]).await.unwrap();
    assert_eq!(again.source, TokenSource::Cache);
}

#[tokio::test]
async fn a_wrong_secret_is_refused_by_name() {
    let idp = MockIdp::start().await;
    let builder = ConfidentialClientApplication::builder(DAEMON).authority(idp.authority()).unwrap();
    let app = builder.client_secret("wrong").build().unwrap();
    let error = app.acquire_token_for_client(["api://calendar/.default"]).await.unwrap_err();
    assert_eq!(error.code(), "invalid_client");
}

/// F6 and 4.8 with the reference client at both ends: the middle tier's failure becomes a challenge, the desktop signs in
/// to the middle tier with its claims, and the next assertion carries the strength.
#[tokio::test]
async fn the_claims_of_the_api_behind_travel_through_the_middle_tier() {
    let idp = MockIdp::start().await;
    let seat = Seat::new(&idp.tenant(), ada(), &[]);
    let portal = portal(&idp);
    let weak = seat.app.token_for([ACCESS]).await.unwrap();

    let error = portal.acquire_token_on_behalf_of([PAYROLL], weak.access_token.secret()).await.unwrap_err();
    let Error::UiRequired(needed) = error else { panic!("{error}") };
    assert_eq!(needed.claims, Some(policy_claims(MFA_FOR_PAYROLL)));
    let header = portal.challenge(&needed);
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("www-authenticate", header.parse().unwrap());
    let challenges = desktop_client::challenge::from_headers(&headers);
    let desktop_client::challenge::ChallengeClaims::Json(claims) = challenges[0].claims() else { panic!("{header}") };
    assert_eq!(claims, policy_claims(MFA_FOR_PAYROLL));

    let strong = seat.app.token_for([ACCESS]).with_claims(claims).await.unwrap();
    assert_eq!(seat.visits().len(), 2);
    let salary = portal.acquire_token_on_behalf_of([PAYROLL], strong.access_token.secret()).await.unwrap();
    assert_eq!(salary.account.username, "ada@contoso.test");
    assert_eq!(jwt_claims(salary.access_token.secret())["amr"], serde_json::json!(["pwd", "mfa"]));
    let again = portal.acquire_token_on_behalf_of([PAYROLL], strong.access_token.secret()).await.unwrap();
    assert_eq!(again.source, TokenSource::Cache);
}
