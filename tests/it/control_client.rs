//! The typed client of the control API against the controls in process: every method once, and both see the same.

use std::fmt::Debug;

use jiff::{SignedDuration, Timestamp};
use mock_idp::{
    MockIdp, Question, TenantControls, TokenOrder,
    control::TenantDirectory,
    control_client::{ControlClient, ControlError, TenantClient},
    directory::{ChallengeDialect, ConsentSettings, Policy, RiskLevel},
    fault::{Endpoint, Fault},
    recorder::{ExchangeFilter, News},
    virtual_user::{Answer, VirtualUser},
};
use serde_json::{Value, json};
use tests::{CALENDAR, DESKTOP, MAIL, PAYROLL, RawClient};

/// Both are written alike.
macro_rules! same {
    ($far:expr, $near:expr) => {
        assert_eq!(serde_json::to_value($far).unwrap(), serde_json::to_value($near).unwrap())
    };
}

fn refused<T: Debug>(answer: Result<T, ControlError>, status: u16, code: &str, field: Option<&str>) {
    let error = answer.unwrap_err();
    let refused = error.refused().unwrap();
    assert_eq!((refused.status, refused.detail.code.as_str()), (status, code));
    assert_eq!(refused.detail.field.as_deref(), field);
    assert_eq!(error.to_string(), refused.detail.message);
}

async fn tenant(idp: &MockIdp) -> (TenantClient, TenantControls) {
    let server = ControlClient::new(idp.base(), idp.ca_pem()).unwrap();
    let far = server.new_tenant("contoso").await.unwrap();
    let near = idp.tenant_named(&far.id().to_string()).unwrap();
    (far, near)
}

#[tokio::test]
async fn a_server_is_asked_reset_and_configured() {
    let idp = MockIdp::builder().tls().start().await.unwrap();
    let server = ControlClient::new(idp.base(), idp.ca_pem()).unwrap();
    server.health().await.unwrap();
    assert_eq!(server.base(), idp.base());
    let (far, near) = tenant(&idp).await;
    assert_eq!(
        (far.id(), far.domain(), far.authority(), far.issuer()),
        (near.id(), near.domain(), near.authority(), near.issuer())
    );
    assert_eq!(*far.described(), near.described());
    assert_eq!(server.tenant_named(near.domain()).await.unwrap().id(), near.id());
    let document = server.document().await.unwrap();
    let text = serde_json::to_string(&document).unwrap();
    assert_eq!(server.import(text).await.unwrap().tenants.len(), 2);
    refused(server.tenant_named(near.domain()).await, 404, "unknown_tenant", Some("tenant"));
    let again = server.new_tenant("fabrikam").await.unwrap();
    server.reset().await.unwrap();
    refused(again.policies().await, 404, "unknown_tenant", Some("tenant"));
    refused(server.new_tenant("nobody").await, 404, "unknown_tenant", Some("like"));
    let mistake = server.import("version: 1\ntenantz: []").await.unwrap_err();
    assert_eq!(mistake.refused().map(|refused| (refused.detail.line, refused.detail.column)), Some((Some(2), Some(1))));
    assert!(server.open_api().await.unwrap().contains_key("paths"));
    let untrusted = ControlClient::new(idp.base(), None).unwrap().health().await.unwrap_err();
    assert!(matches!(untrusted, ControlError::Unreachable { .. }), "{untrusted}");
}

#[tokio::test]
async fn what_a_tenant_knows_is_read_and_changed() {
    let idp = MockIdp::start().await;
    let (far, near) = tenant(&idp).await;
    let told = |near: &TenantControls| TenantDirectory::from(&near.directory());
    same!(&TenantDirectory::from(&far.directory().await.unwrap()), &told(&near));
    let directory = far.directory().await.unwrap();
    assert_eq!(
        directory.user("ada@contoso.test").map(|user| user.id),
        near.directory().user("ada").map(|user| user.id)
    );
    assert_eq!(far.username("ada").await.unwrap(), near.username("ada").unwrap());
    assert_eq!(far.client_id("desktop").await.unwrap(), near.client_id("desktop").unwrap());
    refused(far.username("adda").await, 404, "unknown_name", Some("user"));

    far.change_user("ada", |user| {
        user.locked = true;
        user.facts.risk.user = RiskLevel::High;
        user.methods.clear();
    })
    .await
    .unwrap();
    far.change_application("desktop", |application| application.assignment_required = true).await.unwrap();
    far.change_api("mail", |api| api.challenge = ChallengeDialect::Rfc9470).await.unwrap();
    far.change_switches(|switches| switches.stay_signed_in_page = true).await.unwrap();
    let seen = near.directory();
    let ada = seen.user("ada").unwrap();
    assert!(ada.locked && ada.facts.risk.user == RiskLevel::High && ada.methods.is_empty());
    assert!(ada.password.as_ref().is_some_and(|password| password.is("Passw0rd!")), "what is not told is not changed");
    assert!(seen.application("desktop").unwrap().assignment_required && seen.switches.stay_signed_in_page);
    assert_eq!(seen.api("mail").unwrap().challenge, ChallengeDialect::Rfc9470);
    assert_eq!(seen.application("portal").unwrap().secrets.len(), 1);

    let patch = |value: Value| value.as_object().cloned().unwrap();
    far.patch_user("ada", &patch(json!({ "locked": null, "groups": ["finance"] }))).await.unwrap();
    far.patch_application("desktop", &patch(json!({ "assignment_required": null }))).await.unwrap();
    far.patch_api("mail", &patch(json!({ "challenge": null }))).await.unwrap();
    far.patch_switches(&patch(json!({ "narrow_scp": true }))).await.unwrap();
    assert!(!far.user("ada").await.unwrap().locked);
    assert!(!far.application("desktop").await.unwrap().assignment_required);
    same!(&far.api("mail").await.unwrap(), &near.directory().api("mail").unwrap());
    same!(&far.switches().await.unwrap(), &*near.directory().switches);
    refused(far.patch_user("ada", &patch(json!({ "lokced": true }))).await, 422, "invalid_body", Some("lokced"));

    let settings = ConsentSettings { users_may_consent: false, request_workflow: true };
    far.set_consent_settings(settings).await.unwrap();
    assert_eq!((far.consent_settings().await.unwrap(), near.directory().consent_settings), (settings, settings));
    let places: Result<Vec<_>, _> = serde_json::from_value(json!([{ "name": "office", "ranges": ["203.0.113.0/24"] }]));
    far.set_named_locations(&places.unwrap()).await.unwrap();
    assert_eq!(far.named_locations().await.unwrap(), *near.directory().named_locations);
    same!(&TenantDirectory::from(&far.directory().await.unwrap()), &told(&near));
}

#[tokio::test]
async fn consents_and_policies_are_the_same_from_both_sides() {
    let idp = MockIdp::start().await;
    let (far, near) = tenant(&idp).await;
    far.grant_consent(Some("ada"), "desktop", "mail", &["Mail.Read"]).await.unwrap();
    near.grant_consent(None, "desktop", "calendar", &["Events.Read"]).unwrap();
    assert_eq!((far.consents().await.unwrap(), near.consents().len()), (near.consents(), 2));
    assert!(far.revoke_consent(Some("ada"), "desktop", "mail").await.unwrap());
    assert!(!far.revoke_consent(Some("ada"), "desktop", "mail").await.unwrap());
    refused(far.grant_consent(None, "desktop", "mial", &["Mail.Read"]).await, 404, "unknown_name", Some("api"));
    far.revoke_all_consents().await.unwrap();
    assert!(near.consents().is_empty());

    same!(&far.policies().await.unwrap(), &near.policies());
    let policy = |id: u8| -> Policy {
        let id = format!("f0000000-0000-4000-8000-0000000000{id:02}");
        serde_json::from_value(
            json!({ "id": id, "name": id, "targets": { "apis": ["mail"] }, "grant": { "all_of": ["mfa"] } }),
        )
        .unwrap()
    };
    far.add_policy(&policy(10)).await.unwrap();
    refused(far.add_policy(&policy(10)).await, 422, "invalid_body", Some("name"));
    let renamed = Policy { name: "mail".to_owned(), ..policy(10) };
    far.replace_policy(&policy(10).name, &renamed).await.unwrap();
    same!(&far.policies().await.unwrap(), &near.policies());
    assert_eq!(near.policies().last().unwrap().name, "mail");
    far.remove_policy("mail").await.unwrap();
    refused(far.remove_policy("mail").await, 404, "unknown_name", Some("policy"));
    far.set_policies(&[policy(11)]).await.unwrap();
    assert_eq!(near.policies().iter().map(|policy| policy.id).collect::<Vec<_>>(), [policy(11).id]);
}

#[tokio::test]
async fn clocks_faults_persons_and_keys_are_the_same_from_both_sides() {
    let idp = MockIdp::start().await;
    let (far, near) = tenant(&idp).await;
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(far.freeze_clock(start).await.unwrap(), start);
    let later = far.advance_clock(SignedDuration::from_hours(2)).await.unwrap();
    assert_eq!((later, far.now().await.unwrap(), far.clock_is_frozen().await.unwrap()), (near.now(), near.now(), true));
    far.reset_clock().await.unwrap();
    assert!(!near.clock_is_frozen());

    let fault = Fault {
        endpoint: Some(Endpoint::Token),
        status: Some(503),
        latency: Some(SignedDuration::from_millis(1)),
        ..Fault::default()
    };
    let id = far.inject_fault(&fault).await.unwrap();
    assert_eq!(far.faults().await.unwrap(), near.faults());
    refused(far.inject_fault(&Fault { code: Some(1), ..Fault::default() }).await, 422, "invalid_body", Some("code"));
    assert!(far.remove_fault(id).await.unwrap() && !far.remove_fault(id).await.unwrap());
    far.inject_fault(&fault).await.unwrap();
    far.clear_faults().await.unwrap();
    assert!(near.faults().is_empty());

    let person = VirtualUser { consent: Answer::Decline, skips_pages: true, ..VirtualUser::new("ada") };
    far.set_virtual_user(&person).await.unwrap();
    assert_eq!((far.virtual_user().await.unwrap(), near.virtual_user()), (person.clone(), person));

    let kid = far.rotate_signing_keys().await.unwrap();
    assert_eq!((far.signing_keys().await.unwrap(), Some(&kid)), (near.signing_keys(), near.signing_keys().first()));
    let order = TokenOrder { user: Some("ada".to_owned()), expired: true, ..TokenOrder::new("calendar", "desktop") };
    let (minted, own) = (far.mint_token(&order).await.unwrap(), near.mint_token(&order).unwrap());
    assert_eq!((&minted.claims["aud"], &minted.claims["oid"]), (&own.claims["aud"], &own.claims["oid"]));
    refused(
        far.mint_token(&TokenOrder { mfa: true, ..TokenOrder::new("calendar", "desktop") }).await,
        422,
        "invalid_body",
        Some("mfa"),
    );
    let question = Question {
        user: "ada".to_owned(),
        client: "desktop".to_owned(),
        scope: PAYROLL.to_owned(),
        interactive: true,
        ..Question::default()
    };
    far.freeze_clock(start).await.unwrap();
    assert_eq!(far.judge(&question).await.unwrap(), near.judge(&question).unwrap());
}

#[tokio::test]
async fn the_log_is_the_same_from_both_sides() {
    let idp = MockIdp::start().await;
    let (far, near) = tenant(&idp).await;
    let mut client = RawClient::new(&idp).await;
    client.authority = far.authority();
    let ada = VirtualUser::new(near.username("ada").unwrap());
    let first = client.sign_in(&ada, CALENDAR).await;
    let before = near.exchanges().last().unwrap().number;
    far.advance_clock(SignedDuration::from_secs(1)).await.unwrap();
    far.revoke_sessions("ada").await.unwrap();
    assert_eq!(client.refresh(first.text_of("refresh_token"), MAIL, &[]).await.code(), Some(50173));

    let seen = far.exchanges().await.unwrap();
    assert_eq!((seen.exchanges, seen.dropped), (near.exchanges(), 0));
    let since = far.exchanges_since(before).await.unwrap().exchanges;
    assert_eq!(since.iter().map(|seen| seen.answer.code).collect::<Vec<_>>(), [Some(50173)]);
    for (prompts, since, client) in [(1, 0, None), (1, before, None), (0, before, Some(DESKTOP)), (1, 0, Some("x"))] {
        let expectations = serde_json::from_value(json!({ "prompts": prompts })).unwrap();
        let verdict = far.verify(&expectations, since, client).await.unwrap();
        assert_eq!(verdict, near.verify(&expectations, since, client));
        assert_eq!(verdict.passed, verdict.failures.is_empty());
    }
    let news = far.exchanges_like(&ExchangeFilter::skip(seen.added)).await.unwrap();
    assert_eq!((news.exchanges, news.added), (Vec::new(), seen.added));
    far.clear_exchanges().await.unwrap();
    assert!(near.exchanges().is_empty());

    far.delete().await.unwrap();
    refused(far.delete().await, 404, "unknown_tenant", Some("tenant"));
    let configured = ControlClient::new(idp.base(), None).unwrap().tenant_named("contoso").await.unwrap();
    refused(configured.delete().await, 409, "configured_tenant", None);
}

#[tokio::test]
async fn a_log_is_followed_to_its_end() {
    let idp = MockIdp::start().await;
    let (far, near) = tenant(&idp).await;
    let mut client = RawClient::new(&idp).await;
    client.authority = far.authority();
    let mut now = far.follow(None).await.unwrap();
    client.token(&[], &[]).await;
    client.token(&[], &[]).await;
    let [first, second] = &near.exchanges()[..] else { panic!("two requests") };
    assert_eq!(now.next().await.unwrap(), News::Exchange(first.clone()));
    assert_eq!(now.next().await.unwrap(), News::Exchange(second.clone()));
    let mut resumed = far.follow(Some(first.number)).await.unwrap();
    assert_eq!(resumed.next().await.unwrap(), News::Exchange(second.clone()));
    far.clear_exchanges().await.unwrap();
    assert_eq!(far.follow(Some(1)).await.unwrap().next().await.unwrap(), News::Lagged(1));
    far.delete().await.unwrap();
    for follower in [&mut now, &mut resumed] {
        assert_eq!(follower.next().await.unwrap(), News::Ended);
    }
    refused(far.follow(None).await, 404, "unknown_tenant", Some("tenant"));
}

/// What is changed before a paced client's next request is answered is changed for it.
#[tokio::test]
async fn the_clients_of_a_tenant_are_paced() {
    let idp = MockIdp::start().await;
    let (far, _) = tenant(&idp).await;
    let mut client = RawClient::new(&idp).await;
    client.authority = far.authority();
    client.token(&[], &[]).await;
    let mut news = far.follow(None).await.unwrap();
    far.pace(Some(0)).await.unwrap();
    let next = tokio::spawn(async move { (client.token(&[], &[]).await, client.token(&[], &[]).await) });
    for status in [503, 418] {
        far.inject_fault(&Fault { status: Some(status), ..Fault::default() }).await.unwrap();
        let added = far.exchanges().await.unwrap().added;
        assert_eq!(added, if status == 503 { 1 } else { 2 }, "it waits for its turn");
        far.pace((status == 503).then_some(added)).await.unwrap();
        let News::Exchange(answered) = news.next().await.unwrap() else { panic!("an exchange") };
        assert_eq!(answered.answer.status, status);
    }
    let (one, other) = next.await.unwrap();
    assert_eq!((one.status, other.status), (503, 418));
}
