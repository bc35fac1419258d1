//! Devices: one that is not managed and what helps, and one that is signed in by its code.

use mock_idp::{
    MockIdp,
    directory::{Device, GrantControls, Policy, Targets},
    policy::GrantControl,
    virtual_user::{Browser, PageKind, VirtualUser},
};
use reqwest::Method;
use rstest::rstest;
use tests::{CALENDAR, DESKTOP, RawClient};
use url::Url;

use super::{Hand, TENANT};

fn guarding_the_calendar(name: &str, control: GrantControl) -> Policy {
    Policy {
        id: "f0000000-0000-4000-8000-00000000ca1e".parse().unwrap(),
        name: name.to_owned(),
        targets: Targets { apis: vec!["calendar".to_owned()], ..Targets::default() },
        grant: GrantControls { all_of: vec![control], ..GrantControls::default() },
        ..Policy::default()
    }
}

/// The page tells what is missing, and its button makes it so; the sign-in goes on.
#[rstest]
#[case(GrantControl::CompliantDevice, 53000, Device { compliant: true, ..Device::default() })]
#[case(GrantControl::DomainJoinedDevice, 53001, Device { domain_joined: true, ..Device::default() })]
#[case(GrantControl::RegisteredDevice, 50129, Device { registered: true, ..Device::default() })]
#[case(GrantControl::DeviceAuthentication, 50097, Device { authenticated: true, ..Device::default() })]
#[tokio::test]
async fn a_device_is_made_ready(#[case] control: GrantControl, #[case] number: u32, #[case] ready: Device) {
    let idp = MockIdp::start().await;
    let policy = guarding_the_calendar("managed", control);
    idp.tenant().add_policy(policy).unwrap();
    idp.tenant().grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    let client = RawClient::new(&idp).await;
    let mut hand = Hand::begin(&client, CALENDAR, &[]).await.signed_in().await;
    hand.shows(&format!("AADSTS{number}"));
    hand.shows("idSubmit_Device_Ready");
    hand.submit(&[("step", "device_ready"), ("answer", "next")]).await;
    hand.has_a_code();
    assert_eq!(idp.tenant().directory().user("ada").unwrap().facts.device, ready);
}

#[tokio::test]
async fn a_block_offers_no_remedy() {
    let idp = MockIdp::start().await;
    idp.tenant().add_policy(guarding_the_calendar("closed", GrantControl::Block)).unwrap();
    let client = RawClient::new(&idp).await;
    let hand = Hand::begin(&client, CALENDAR, &[]).await.signed_in().await;
    hand.shows("AADSTS53003");
    hand.shows("<bdi>policy closed guards calendar: not met</bdi>");
    assert!(!hand.page.text.contains("idSubmit_Device_Ready"));
}

/// Who says no to the confirmation has declined.
#[tokio::test]
async fn a_device_is_confirmed_or_gets_nothing() {
    let idp = MockIdp::start().await;
    let client = RawClient::new(&idp).await;
    let start = client.request(Method::POST, &format!("/{TENANT}/oauth2/v2.0/devicecode"));
    let start = client.send(start.form(&[("client_id", DESKTOP), ("scope", CALENDAR)])).await;
    let url = Url::parse(&format!("{}/deviceauth", idp.base())).unwrap();
    let user = VirtualUser { cancel_at: Some(PageKind::ConfirmDevice), ..VirtualUser::default() };
    let browser = Browser::new(None).unwrap();
    browser.enter_device_code(&url, &user, start.text_of("user_code")).await.unwrap();
    let grant = [
        ("client_id", DESKTOP),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", start.text_of("device_code")),
    ];
    let answer = client.token(&grant, &[]).await;
    assert_eq!((answer.text_of("error"), answer.code()), ("authorization_declined", Some(65004)), "{}", answer.text);
}
