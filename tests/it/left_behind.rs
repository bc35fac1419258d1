//! What is left of a tenant once the server is reset or the tenant deleted: nothing.

use jiff::SignedDuration;
use mock_idp::{
    MockIdp, TenantControls,
    control::TenantDirectory,
    directory::ConsentSettings,
    fault::Fault,
    virtual_user::{Answer as Will, VirtualUser},
};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, CALENDAR, DESKTOP, RawClient, jwt_claims};
use url::Url;

/// Everything that was got in a tenant and could still be shown somewhere.
struct Got {
    client: RawClient,
    token: Answer,
    code: String,
    device: Answer,
}

impl Got {
    async fn in_tenant(idp: &MockIdp, tenant: &TenantControls) -> Self {
        let mut client = RawClient::new(idp).await;
        client.authority = tenant.authority();
        let ada = VirtualUser::new(tenant.username("ada").unwrap());
        let token = client.sign_in(&ada, CALENDAR).await;
        assert_eq!(token.status, 200, "{}", token.text);
        let code = client.code(&ada, CALENDAR, &[]).await;
        let device = client.request(Method::POST, &format!("/{}/oauth2/v2.0/devicecode", tenant.id()));
        let device = client.send(device.form(&[("client_id", DESKTOP), ("scope", CALENDAR)])).await;
        assert_eq!(device.status, 200, "{}", device.text);
        Self { client, token, code, device }
    }

    /// Nothing of it is good at `authority`.
    async fn is_worth_nothing_at(&mut self, authority: &str) {
        authority.clone_into(&mut self.client.authority);
        let refreshed = self.client.refresh(self.token.text_of("refresh_token"), CALENDAR, &[]).await;
        assert_eq!(refreshed.text_of("error"), "invalid_grant", "{authority}: {}", refreshed.text);
        let redeemed = self.client.redeem(&self.code, &[]).await;
        assert_eq!(redeemed.text_of("error"), "invalid_grant", "{authority}: {}", redeemed.text);
        let poll = [
            ("client_id", DESKTOP),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", self.device.text_of("device_code")),
        ];
        let polled = self.client.token(&poll, &[]).await;
        assert!(polled.status == 400 && polled.text_of("error") != "authorization_pending", "{}", polled.text);
        let page = Url::parse(self.device.text_of("verification_uri")).unwrap();
        let (code, browser) = (self.device.text_of("user_code"), &self.client.browser);
        let typed = browser.enter_device_code(&page, &VirtualUser::new("ada"), code).await.unwrap_err();
        assert!(typed.to_string().contains("AADSTS70018"), "{authority}: the user code is forgotten: {typed}");
        let silent = self.client.visit(&VirtualUser::new("ada"), CALENDAR, &[("prompt", "none")]).await;
        assert_eq!(silent.outcome.parameter("error"), Some("login_required"), "{authority}: {silent:#?}");
    }
}

/// All that can be set in a tenant, as it stands.
fn settings(tenant: &TenantControls) -> Value {
    json!({
        "directory": TenantDirectory::from(&tenant.directory()),
        "policies": tenant.policies(),
        "consents": tenant.consents(),
        "faults": tenant.faults(),
        "virtual_user": tenant.virtual_user(),
        "signing_keys": tenant.signing_keys(),
        "frozen": tenant.clock_is_frozen(),
    })
}

/// Sets everything otherwise.
fn upset(tenant: &TenantControls) {
    tenant.change_user("ada", |ada| ada.locked = true).unwrap();
    tenant.change_application("desktop", |desktop| desktop.assignment_required = true).unwrap();
    tenant.change_api("mail", |mail| mail.scopes.clear()).unwrap();
    tenant.change_switches(|switches| switches.stay_signed_in_page = true);
    tenant.set_consent_settings(ConsentSettings { users_may_consent: false, request_workflow: true });
    tenant.set_named_locations(serde_json::from_value(json!([{ "name": "x", "ranges": ["203.0.113.0/24"] }])).unwrap());
    tenant.set_policies(Vec::new());
    tenant.grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    tenant.inject_fault(Fault { status: Some(503), ..Fault::default() }).unwrap();
    tenant.set_virtual_user(VirtualUser { consent: Will::Decline, ..VirtualUser::new("bo") });
    tenant.rotate_signing_keys();
    tenant.freeze_clock("2030-01-01T00:00:00Z".parse().unwrap());
    tenant.pace(Some(0));
}

#[tokio::test]
async fn a_reset_leaves_every_setting_as_it_was() {
    let idp = MockIdp::start().await;
    let before = settings(&idp.tenant());
    let held = idp.tenant();
    upset(&held);
    for (name, value) in settings(&held).as_object().unwrap() {
        assert_ne!(before[name], *value, "{name} is set otherwise");
    }
    idp.reset();
    assert_eq!(settings(&idp.tenant()), before);
    let apart = idp.tenant().now().duration_since(held.now());
    assert!(apart < SignedDuration::ZERO, "the time is no longer that of 2030");
    assert_ne!(settings(&held), before, "who holds on to the tenant of before has that one");
    // And nobody waits for a turn that somebody gave who has gone.
    assert_eq!(RawClient::new(&idp).await.sign_in(&VirtualUser::new("ada"), CALENDAR).await.status, 200);
}

#[tokio::test]
async fn a_reset_leaves_nothing_good_that_was_given_out() {
    let idp = MockIdp::start().await;
    let mut got = Got::in_tenant(&idp, &idp.tenant()).await;
    assert!(!idp.exchanges().is_empty());
    idp.reset();
    assert_eq!(idp.exchanges().len(), 0);
    let authority = idp.authority();
    got.is_worth_nothing_at(&authority).await;
}

/// The log that is verified is that of the tenant that is there.
#[tokio::test]
async fn the_first_tenant_is_that_of_the_directory_as_it_is_now() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    client.sign_in(&VirtualUser::new("ada"), CALENDAR).await;
    let document = client.send(client.request(Method::GET, "/_mock/directory")).await.body;
    let mut other = document.clone();
    other["tenants"].as_array_mut().unwrap().remove(0);
    let imported = client.send(client.request(Method::PUT, "/_mock/directory").json(&other)).await;
    assert_eq!(imported.status, 200, "{}", imported.text);
    assert_eq!(idp.tenant().domain(), "fabrikam.test");
    assert!(idp.authority().ends_with(imported.body["tenants"][0]["tenant_id"].as_str().unwrap()));
    assert_eq!(idp.exchanges().len(), 0);
}

#[tokio::test]
async fn nothing_that_a_deleted_tenant_gave_out_is_good_anywhere() {
    let idp = MockIdp::start().await;
    let tenant = idp.new_tenant("contoso").unwrap();
    let mut got = Got::in_tenant(&idp, &tenant).await;
    let token = got.token.text_of("access_token").to_owned();
    assert_eq!(got.client.call("/api/calendar", &token).await.status, 200);
    assert_eq!(jwt_claims(&token)["tid"], tenant.id().to_string());
    tenant.pace(Some(0));
    assert!(tenant.delete());
    assert_eq!(got.client.call("/api/calendar", &token).await.status, 401);
    let gone = got.client.refresh(got.token.text_of("refresh_token"), CALENDAR, &[]).await;
    assert_eq!(gone.code(), Some(90002), "{}", gone.text);
    for authority in [idp.authority(), format!("{}/common", idp.base())] {
        got.is_worth_nothing_at(&authority).await;
    }
}

#[rstest::rstest]
#[case::dropped(false)]
#[case::stopped(true)]
#[tokio::test]
async fn a_server_lets_go_of_its_port(#[case] is_stopped: bool) {
    let idp = MockIdp::start().await;
    let port = idp.port();
    let client = RawClient::new(&idp).await;
    assert_eq!(client.send(client.request(Method::GET, "/contoso.test/discovery/v2.0/keys")).await.status, 200);
    if is_stopped {
        idp.stop().await;
    } else {
        drop(idp);
    }
    // What was spawned ends in its own time.
    for _ in 0..1_000 {
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("port {port} is still taken");
}
