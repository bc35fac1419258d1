//! 2.5 D and 2.6 E: Conditional Access, multifactor authentication, devices, risk; accounts and tenants.

use jiff::SignedDuration;
use mock_idp::{
    directory::{
        Conditions, ContextClaims, EvaluationMode, GrantControl, LocationFilter, NamedLocation, Policy, RiskLevel,
        SessionControls, SignInFrequency, Targets, UserAction,
    },
    virtual_user::{MfaAnswer, VirtualUser},
};
use serde_json::json;
use tests::{CALENDAR, MAIL, PAYROLL, VAULT};
use uuid::Uuid;

use super::{
    Case, case,
    compare::{Claims, Expected},
    stage::{Stage, ada, guard},
};

/// The application id of payroll, which the sentences name.
const RESOURCE: &[&str] = &["'b0000000-0000-4000-8000-000000000003'"];

const fn demanded(number: u32, suberror: &'static str) -> Expected {
    Expected::grant(number).suberror(suberror).claims(Claims::Guard)
}

/// A policy of the context `c1`.
fn context(control: GrantControl) -> Policy {
    let targets = Targets { authentication_contexts: vec!["c1".into()], ..Targets::default() };
    Policy { targets, ..guard(control) }
}

const C1: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

async fn with_claims(stage: Stage, scope: &str, claims: &str) -> super::Seen {
    let form = [("grant_type", "refresh_token"), ("scope", scope), ("claims", claims)];
    stage.token(&[&form[..], &[("refresh_token", stage.refresh_token.as_str())]].concat()).await
}

/// Payroll is for the office only.
fn office(mode: Option<EvaluationMode>) -> Policy {
    let locations = LocationFilter { include: Vec::new(), exclude: vec!["office".into()] };
    Policy {
        conditions: Conditions { locations, ..Conditions::default() },
        session: SessionControls { continuous_access_evaluation: mode, ..SessionControls::default() },
        ..guard(GrantControl::Block)
    }
}

fn in_the_office(stage: Stage) -> Stage {
    let ranges = vec!["203.0.113.0/24".parse().unwrap()];
    stage.tenant().set_named_locations(vec![NamedLocation { name: "office".into(), ranges, trusted: true }]);
    stage.user(|ada| ada.facts.network.address = "203.0.113.7".parse().unwrap())
}

/// Somebody without a method, and nobody may register one from here.
fn guarded_registration() -> Policy {
    Policy {
        id: Uuid::from_u128(8),
        name: "registration".into(),
        targets: Targets { user_actions: vec![UserAction::RegisterSecurityInfo], ..Targets::default() },
        ..guard(GrantControl::Block)
    }
}

pub(super) static CASES: &[Case] = &[
    case!(["D1"], "a second factor", demanded(50076, "basic_action").says(RESOURCE), |stage| {
        stage.guard(GrantControl::Mfa).refresh(PAYROLL).await
    }),
    case!(
        ["D2"],
        "a second factor that no policy asks for",
        Expected::grant(50076).suberror("basic_action"),
        |stage| { stage.user(|ada| ada.per_user_mfa = true).refresh(CALENDAR).await }
    ),
    case!(["D3"], "enrolment", demanded(50079, "basic_action").says(RESOURCE), |stage| {
        stage.user(|ada| ada.methods.clear()).guard(GrantControl::Mfa).refresh(PAYROLL).await
    }),
    case!(["D4"], "the second factor is too old", demanded(50078, "basic_action").says(RESOURCE), |stage| {
        let frequency = Some(SignInFrequency::Every(SignedDuration::from_hours(1)));
        let session = SessionControls { sign_in_frequency: frequency, ..SessionControls::default() };
        let stage = stage.policy(Policy { session, ..guard(GrantControl::Mfa) });
        // The second factor first, the password an hour later.
        let all = Policy {
            targets: Targets { apis: vec!["calendar".into()], ..Targets::default() },
            ..guard(GrantControl::Mfa)
        };
        let before = stage.tenant().policies();
        stage.tenant().set_policies(vec![all]);
        stage.client.code(&ada(), CALENDAR, &[]).await;
        stage.tenant().set_policies(before);
        let stage = stage.later(SignedDuration::from_hours(2));
        let scope = format!("{CALENDAR} offline_access");
        let code = stage.client.code(&ada(), &scope, &[("prompt", "login")]).await;
        let token = stage.client.redeem(&code, &[]).await;
        let refresh_token = token.text_of("refresh_token").to_owned();
        Stage { refresh_token, ..stage }.refresh(PAYROLL).await
    }),
    case!(["D5"], "the second factor fails", Expected::cancelled(65004).no_uri(), |stage| {
        // The page says AADSTS50074 each time; she gives up, and the application is told no more than that.
        let fails = VirtualUser { mfa: MfaAnswer::Fail, ..ada() };
        let stage = stage.guard(GrantControl::Mfa);
        let seen = stage.visit(&fails, PAYROLL, &[]).await;
        let visit = seen.visit();
        assert!(visit.pages.iter().any(|page| page.error.as_deref().is_some_and(|text| text.contains("AADSTS50074"))));
        visit.into()
    }),
    case!(["D6"], "terms of use", demanded(50158, "basic_action").says(&["terms of use"]), |stage| {
        stage.guard(GrantControl::TermsOfUse).refresh(PAYROLL).await
    }),
    case!(["D6"], "another provider", demanded(50158, "basic_action"), |stage| {
        stage.guard(GrantControl::ExternalChallenge).refresh(PAYROLL).await
    }),
    case!(["D7"], "a block", demanded(53003, "message_only"), |stage| {
        stage.guard(GrantControl::Block).refresh(PAYROLL).await
    }),
    case!(["D7"], "a block, in the window", Expected::cancelled(53003), |stage| {
        stage.guard(GrantControl::Block).window(PAYROLL, &[]).await
    }),
    case!(["D7"], "a security policy", Expected::grant(530_032).suberror("message_only"), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 530_032 })).await.refresh(CALENDAR).await
    }),
    case!(["D7"], "security defaults", Expected::grant(530_035).suberror("message_only"), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 530_035 })).await.refresh(CALENDAR).await
    }),
    case!(
        ["D8"],
        "a compliant device",
        demanded(53000, "additional_action").says(&["'compliant'", "'unregistered'"]),
        |stage| { stage.guard(GrantControl::CompliantDevice).refresh(PAYROLL).await }
    ),
    case!(["D8"], "a compliant device, in short", Expected::grant(530_002).suberror("additional_action"), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 530_002 })).await.refresh(CALENDAR).await
    }),
    case!(["D8"], "a managed device, in short", Expected::grant(530_003).suberror("additional_action"), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 530_003 })).await.refresh(CALENDAR).await
    }),
    case!(["D8"], "a device that cannot be judged", Expected::grant(530_001).suberror("additional_action"), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 530_001 })).await.refresh(CALENDAR).await
    }),
    case!(
        ["D9"],
        "a joined device",
        demanded(53001, "additional_action").says(&["'domain_joined'", "'compliant'"]),
        |stage| {
            let stage = stage.user(|ada| ada.facts.device.compliant = true);
            stage.guard(GrantControl::DomainJoinedDevice).refresh(PAYROLL).await
        }
    ),
    case!(["D10"], "an approved application", demanded(53002, "message_only").says(&["'Desktop sample'"]), |stage| {
        stage.guard(GrantControl::ApprovedApplication).refresh(PAYROLL).await
    }),
    case!(
        ["D11"],
        "app protection",
        Expected::token(400, "unauthorized_client", 53009).suberror("protection_policy_required").claims(Claims::Guard),
        |stage| stage.guard(GrantControl::AppProtection).refresh(PAYROLL).await
    ),
    case!(
        ["D11"],
        "app protection, in the old number",
        Expected::token(400, "unauthorized_client", 53005).suberror("protection_policy_required").claims(Claims::Guard),
        |stage| { stage.renumbered(53009, 53005).guard(GrantControl::AppProtection).refresh(PAYROLL).await }
    ),
    case!(["D12"], "a new password from a user at risk", demanded(50135, "basic_action").says(&["'high'"]), |stage| {
        let stage = stage.user(|ada| ada.facts.risk.user = RiskLevel::High);
        stage.guard(GrantControl::PasswordChange).refresh(PAYROLL).await
    }),
    case!(["D12"], "enrolment at risk", demanded(53004, "message_only"), |stage| {
        let stage = stage.user(|ada| {
            ada.methods.clear();
            ada.facts.risk.sign_in = RiskLevel::High;
        });
        stage.guard(GrantControl::Mfa).refresh(PAYROLL).await
    }),
    case!(["D12"], "blocked by risk", Expected::grant(53011).suberror("message_only"), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 53011 })).await.refresh(CALENDAR).await
    }),
    case!(["D12"], "suspicious activity", Expected::grant(50131).suberror("basic_action"), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 50131 })).await.refresh(CALENDAR).await
    }),
    case!(["D13"], "enrolment from an untrusted place", demanded(53010, "message_only"), |stage| {
        let stage = stage.user(|ada| ada.methods.clear()).consent("payroll", "Salary.Read");
        stage.tenant().set_policies(vec![guard(GrantControl::Mfa), guarded_registration()]);
        stage.refresh(PAYROLL).await
    }),
    case!(["D14"], "a registered device", demanded(50129, "additional_action"), |stage| {
        stage.guard(GrantControl::RegisteredDevice).refresh(PAYROLL).await
    }),
    case!(["D14"], "a broker", Expected::grant(50127).suberror("additional_action"), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 50127 })).await.refresh(CALENDAR).await
    }),
    case!(["D15"], "an authentication context", demanded(50076, "basic_action"), |stage| {
        let stage = stage.policy(context(GrantControl::Mfa)).consent("vault", "Secrets.Read");
        with_claims(stage, VAULT, C1).await
    }),
    case!(
        ["D15"],
        "an authentication context, echoed",
        Expected::grant(50076).suberror("basic_action").claims(Claims::Text(C1)),
        |stage| {
            let stage = stage.switches(|switches| switches.context_claims = ContextClaims::Context);
            let stage = stage.policy(context(GrantControl::Mfa)).consent("vault", "Secrets.Read");
            with_claims(stage, VAULT, C1).await
        }
    ),
    case!(["D16"], "an authentication context that is blocked", demanded(53003, "message_only"), |stage| {
        let stage = stage.policy(context(GrantControl::Block)).consent("vault", "Secrets.Read");
        with_claims(stage, VAULT, C1).await
    }),
    case!(["D17"], "still outside", demanded(53003, "message_only"), |stage| {
        let stage = in_the_office(stage).policy(office(Some(EvaluationMode::StrictLocation)));
        let claims = r#"{"access_token":{"nbf":{"essential":true, "value":"1767603600"},"xms_rp_ipaddr":{"value":"198.51.100.1"}}}"#;
        with_claims(stage, PAYROLL, claims).await
    }),
    case!(["D18"], "the device must prove itself", Expected::token(401, "invalid_grant", 50097), |stage| {
        stage.guard(GrantControl::DeviceAuthentication).refresh(PAYROLL).await
    }),
    case!(["E1"], "not assigned", Expected::grant(50105).says(&["ada@contoso.test", "Desktop sample"]), |stage| {
        stage.application(|desktop| desktop.assignment_required = true).refresh(CALENDAR).await
    }),
    case!(["E1"], "not assigned, in the window", Expected::cancelled(50105), |stage| {
        stage.application(|desktop| desktop.assignment_required = true).window(CALENDAR, &[]).await
    }),
    case!(["E2"], "no guest here", Expected::grant(50020).says(&["ada@contoso.test", "Contoso"]), |stage| {
        let form = [("grant_type", "refresh_token"), ("scope", CALENDAR)];
        let form = [&form[..], &[("refresh_token", stage.refresh_token.as_str())]].concat();
        stage.token_at("fabrikam.test", &form).await
    }),
    case!(["E2"], "the wrong kind of account", Expected::Page(500_208), |stage| {
        let stage = stage.fault(json!({ "endpoint": "authorize", "code": 500_208 })).await;
        stage.page(&stage.authorize(MAIL, &[])).await
    }),
    case!(["E2"], "an external user and multifactor authentication", Expected::grant(90072), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 90072 })).await.refresh(CALENDAR).await
    }),
    case!(["E3"], "the home tenant lets nobody out", Expected::Page(500_212), |stage| {
        let stage = stage.fault(json!({ "endpoint": "authorize", "code": 500_212 })).await;
        stage.page(&stage.authorize(MAIL, &[])).await
    }),
    case!(["E3"], "the tenant lets nobody in", Expected::Page(500_213), |stage| {
        let stage = stage.fault(json!({ "endpoint": "authorize", "code": 500_213 })).await;
        stage.page(&stage.authorize(MAIL, &[])).await
    }),
    case!(["E4"], "a proxy restricts tenants", Expected::Page(500_021), |stage| stage.restricted().await),
    case!(["E4"], "a policy restricts tenants", Expected::Page(500_022), |stage| {
        let stage = stage.fault(json!({ "endpoint": "authorize", "code": 500_022 })).await;
        stage.page(&stage.authorize(MAIL, &[])).await
    }),
    case!(["E5", "G3"], "several sessions", Expected::redirect("interaction_required", 16000), |stage| {
        stage.two_sessions().await.window(CALENDAR, &[("prompt", "none")]).await
    }),
    case!(["E5"], "a session has to be chosen", Expected::redirect("interaction_required", 16001), |stage| {
        stage.fault(json!({ "endpoint": "authorize", "code": 16001 })).await.window(CALENDAR, &[]).await
    }),
    case!(["E6", "90002"], "no such tenant", Expected::token(400, "invalid_request", 90002), |stage| {
        stage.token_at("nowhere.test", &[("grant_type", "refresh_token")]).await
    }),
    case!(["E7", "50194"], "a single-tenant application at /common", Expected::Page(50194), |stage| {
        let stage = stage.application(|desktop| desktop.single_tenant = true);
        let tenant = stage.tenant().id().to_string();
        stage.page(&stage.authorize(CALENDAR, &[]).replace(&tenant, "common")).await
    }),
    case!(["D1"], "an authentication strength", demanded(50079, "basic_action"), |stage| {
        stage.guard(GrantControl::PhishingResistantMfa).refresh(PAYROLL).await
    }),
];
