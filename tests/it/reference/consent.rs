//! 2.4 C: consent.

use mock_idp::{
    directory::{Availability, GrantControl, RedemptionConsentError},
    virtual_user::{Answer, PageKind, VirtualUser},
};
use serde_json::json;
use tests::{CALENDAR, DESKTOP, MAIL, PAYROLL};

use super::{
    Case, case,
    compare::{Claims, Expected},
    stage::{Stage, ada, guard},
};

const MANAGE: &str = "api://mail/Mail.Manage";
const NAMES: &[&str] = &["'d0000000-0000-4000-8000-000000000001'", "named 'Desktop sample'", "interactive"];

async fn admin_consent(stage: &Stage, user: VirtualUser) -> super::Seen {
    let parameters =
        [("client_id", DESKTOP), ("redirect_uri", stage.client.redirect_uri.as_str()), ("state", "a+b/c=|d")];
    let address = format!("{}/v2.0/adminconsent", stage.client.authority);
    let url = url::Url::parse_with_params(&address, parameters).unwrap();
    stage.client.browser.visit(&url, &user).await.unwrap().into()
}

pub(super) static CASES: &[Case] = &[
    case!(["C1", "C7"], "no consent, and no policy", missing(), |stage| stage.refresh(MAIL).await),
    case!(["C1"], "no consent, and a policy that covers the request", missing().claims(Claims::Guard), |stage| {
        stage.tenant().set_policies(vec![guard(GrantControl::Mfa)]);
        stage.refresh(PAYROLL).await
    }),
    case!(["C7"], "consent that only an administrator can give, silently", missing(), |stage| {
        stage.refresh(MANAGE).await
    }),
    case!(["C2"], "a personal account", Expected::grant(70000).says(&["unauthorized or expired"]), |stage| stage
        .user(|ada| ada.personal_account = true)
        .refresh(MAIL)
        .await),
    case!(["C3"], "consent was revoked", missing(), |stage| {
        let stage = stage.consent("mail", "Mail.Read");
        stage.tenant().revoke_consent(None, "desktop", "mail").unwrap();
        stage.refresh(MAIL).await
    }),
    case!(["C4"], "a code's scopes were never authorized", missing(), |stage| {
        let code = stage.client.code(&ada(), CALENDAR, &[]).await;
        stage.redeem(&code, &[("scope", MAIL)]).await
    }),
    case!(
        ["C4"],
        "a code's scopes were never authorized, in the words of one page",
        Expected::token(400, "consent_required", 65001).no_uri(),
        |stage| {
            let stage =
                stage.switches(|switches| switches.redemption_consent_error = RedemptionConsentError::ConsentRequired);
            let code = stage.client.code(&ada(), CALENDAR, &[]).await;
            stage.redeem(&code, &[("scope", MAIL)]).await
        }
    ),
    case!(["C5"], "an administrator is needed", Expected::cancelled(90094), |stage| stage.window(MANAGE, &[]).await),
    case!(["C5"], "users may not consent", Expected::cancelled(90093), |stage| {
        let mut settings = stage.tenant().directory().consent_settings;
        settings.users_may_consent = false;
        stage.tenant().set_consent_settings(settings);
        stage.window(MAIL, &[]).await
    }),
    case!(["C5"], "a risky application", Expected::cancelled(900_941), |stage| {
        stage.application(|desktop| desktop.risky = true).window(MAIL, &[]).await
    }),
    case!(["C6"], "an administrator can be asked", Expected::cancelled(90095), |stage| {
        stage.with_requests().window(MANAGE, &[]).await
    }),
    case!(["C6"], "an administrator can be asked about a risky application", Expected::cancelled(900_981), |stage| {
        stage.with_requests().application(|desktop| desktop.risky = true).window(MAIL, &[]).await
    }),
    case!(["C8"], "the user declines", Expected::cancelled(65004).no_uri(), |stage| {
        stage.visit(&VirtualUser { consent: Answer::Decline, ..ada() }, MAIL, &[]).await
    }),
    case!(["C9"], "the administrator declines", Expected::redirect("access_denied", 65004).no_uri(), |stage| {
        let eve = VirtualUser::new("eve@contoso.test");
        admin_consent(&stage.fresh_browser(), VirtualUser { cancel_at: Some(PageKind::Consent), ..eve }).await
    }),
    case!(
        ["C10"],
        "an API that the registration does not list",
        Expected::redirect("invalid_client", 650_057).no_uri().says(&[
            "d0000000-0000-4000-8000-000000000001",
            "Desktop sample",
            "api://archive",
            "b0000000-0000-4000-8000-000000000007",
            "00000003-0000-0000-c000-000000000000"
        ]),
        |stage| stage.window("api://archive/Files.Read", &[]).await
    ),
    case!(["C10"], "the same in an old number", Expected::redirect("invalid_client", 65005).no_uri(), |stage| {
        stage.renumbered(650_057, 65005).window("api://archive/Files.Read", &[]).await
    }),
    case!(
        ["C10"],
        "a registration that does not fit",
        Expected::redirect("invalid_client", 650_056).no_uri(),
        |stage| { stage.fault(json!({ "endpoint": "authorize", "code": 650_056 })).await.window(MAIL, &[]).await }
    ),
    case!(["C11"], "a first-party pair", Expected::token(400, "invalid_client", 65002), |stage| {
        let stage = stage.application(|desktop| desktop.first_party = true);
        stage.tenant().change_api("mail", |mail| mail.first_party = true).unwrap();
        stage.refresh(MAIL).await
    }),
    case!(["C12"], "the consent is not written", Expected::Page(90090), |stage| {
        stage.fault(json!({ "endpoint": "page", "code": 90090 })).await.window(MAIL, &[]).await
    }),
    case!(
        ["C13"],
        "a scope that the API does not define",
        Expected::redirect("invalid_client", 650_053).says(&["Desktop sample", "Mail.Typo", "b0000000"]),
        |stage| stage.window("api://mail/Mail.Typo", &[]).await
    ),
    case!(["650052"], "nobody has subscribed to the API", Expected::token(400, "invalid_resource", 650_052), |stage| {
        stage.tenant().change_api("mail", |mail| mail.availability = Availability::NotSubscribed).unwrap();
        stage.refresh(MAIL).await
    }),
];

const fn missing() -> Expected {
    Expected::grant(65001).suberror("consent_required").no_uri().says(NAMES)
}
