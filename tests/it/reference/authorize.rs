//! 2.8 G: what /authorize says.

use mock_idp::{
    directory::{GrantControl, PromptNoneConsent, PromptNoneSeveral},
    virtual_user::{PageKind, VirtualUser},
};
use serde_json::json;
use tests::{CALENDAR, MAIL, PAYROLL};

use super::{Case, case, compare::Expected, stage::ada};

const SILENT: &[(&str, &str)] = &[("prompt", "none")];

pub(super) static CASES: &[Case] = &[
    case!(["G1"], "an unknown client", Expected::Page(700_016), |stage| {
        stage.page(&stage.authorize(CALENDAR, &[("client_id", "00000000-0000-4000-8000-000000000000")])).await
    }),
    case!(["G1"], "no client id", Expected::Page(700_038), |stage| {
        stage.page(&stage.authorize(CALENDAR, &[("client_id", "desktop")])).await
    }),
    case!(["G1", "50011"], "another redirect address", Expected::Page(50011), |stage| {
        stage.page(&stage.authorize(CALENDAR, &[("redirect_uri", "https://elsewhere.test")])).await
    }),
    case!(["G1"], "no redirect address", Expected::Page(900_971), |stage| {
        let daemon = [("client_id", "d0000000-0000-4000-8000-000000000004"), ("redirect_uri", "")];
        stage.page(&stage.authorize(CALENDAR, &daemon)).await
    }),
    case!(["G2"], "no session", Expected::redirect("login_required", 50058), |stage| {
        stage.fresh_browser().window(CALENDAR, SILENT).await
    }),
    case!(["G3"], "several sessions, in the words of one page", Expected::redirect("login_required", 16000), |stage| {
        let stage = stage.switches(|switches| switches.prompt_none_several = PromptNoneSeveral::LoginRequired);
        stage.two_sessions().await.window(CALENDAR, SILENT).await
    }),
    case!(["G4"], "consent is missing", Expected::redirect("consent_required", 65001).no_uri(), |stage| {
        stage.window(MAIL, SILENT).await
    }),
    case!(
        ["G4"],
        "consent is missing, in the words of one page",
        Expected::redirect("interaction_required", 65001).no_uri(),
        |stage| {
            let consent = PromptNoneConsent::InteractionRequired;
            stage.switches(|switches| switches.prompt_none_consent = consent).window(MAIL, SILENT).await
        }
    ),
    case!(["G5"], "a second factor is missing", Expected::redirect("interaction_required", 50076), |stage| {
        stage.guard(GrantControl::Mfa).window(PAYROLL, SILENT).await
    }),
    case!(["G6"], "the user cancels", Expected::cancelled(65004).no_uri(), |stage| {
        stage.visit(&VirtualUser { cancel_at: Some(PageKind::Consent), ..ada() }, MAIL, &[]).await
    }),
    case!(["G7"], "an unknown resource", Expected::redirect("invalid_resource", 500_011), |stage| {
        stage.window("api://nowhere/Read", &[]).await
    }),
    case!(["G7", "700054"], "a token at once", Expected::redirect("unsupported_response_type", 700_054), |stage| {
        stage.window(CALENDAR, &[("response_type", "token")]).await
    }),
    case!(["70005"], "no such response type", Expected::redirect("unsupported_response_type", 70005), |stage| {
        stage.window(CALENDAR, &[("response_type", "magic")]).await
    }),
    case!(["70007"], "no such response mode", Expected::redirect("invalid_request", 70007), |stage| {
        stage.window(CALENDAR, &[("response_mode", "pigeon")]).await
    }),
    case!(["G7"], "no such prompt", Expected::redirect("invalid_request", 90023), |stage| {
        stage.window(CALENDAR, &[("prompt", "maybe")]).await
    }),
    case!(["G7"], "temporarily unavailable", Expected::redirect("temporarily_unavailable", 90033), |stage| {
        stage.fault(json!({ "endpoint": "authorize", "code": 90033 })).await.window(CALENDAR, &[]).await
    }),
    case!(["G8"], "the state differs", Expected::Success, |stage| {
        let stage = stage.fault(json!({ "endpoint": "authorize", "tamper_state": true })).await;
        let visit = stage.window(CALENDAR, &[]).await.visit();
        assert_ne!(visit.outcome.parameter("state"), Some("a+b/c=|d"));
        stage.refresh(CALENDAR).await
    }),
    case!(["G9"], "an outage without a word", Expected::bare_redirect("server_error"), |stage| {
        let fault = json!({ "endpoint": "authorize", "redirect_error": "server_error" });
        stage.fault(fault).await.window(CALENDAR, &[]).await
    }),
];
