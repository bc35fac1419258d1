//! 2.3 B: the grant itself.

use jiff::SignedDuration;
use mock_idp::directory::{Policy, SessionControls, SignInFrequency, Targets};
use serde_json::json;
use tests::{CALENDAR, PAYROLL};

use super::{
    Case, case,
    compare::Expected,
    stage::{GUARD, Stage, ada},
};

/// The clock was stopped at this time when ada signed in.
const ISSUED: &str = "'2026-01-05T09:00:00.0000000Z'";

async fn revoked(stage: Stage) -> Stage {
    let stage = stage.later(SignedDuration::from_mins(1));
    stage.tenant().revoke_sessions("ada").unwrap();
    stage
}

/// A policy that wants a sign-in of the last nine hours for payroll.
fn nine_hours() -> Policy {
    let frequency = Some(SignInFrequency::Every(SignedDuration::from_hours(9)));
    Policy {
        id: GUARD,
        name: "guard".into(),
        targets: Targets { apis: vec!["payroll".into()], ..Targets::default() },
        session: SessionControls { sign_in_frequency: frequency, ..SessionControls::default() },
        ..Policy::default()
    }
}

pub(super) static CASES: &[Case] = &[
    case!(
        ["B1"],
        "unused for ninety days",
        Expected::grant(700_082).suberror("bad_token").says(&["2026-01-05T09:00:00.0000000Z", "90.00:00:00"]),
        |stage| stage.later(SignedDuration::from_hours(24 * 91)).refresh(CALENDAR).await
    ),
    case!(
        ["B2"],
        "the sign-in is too old for the policy",
        Expected::grant(70043).suberror("token_expired").no_uri().says(&["2026-01-05T09:00:00.0000000Z", "is 32400."]),
        |stage| stage.policy(nine_hours()).later(SignedDuration::from_hours(10)).refresh(PAYROLL).await
    ),
    case!(
        ["B3"],
        "sessions were revoked",
        Expected::grant(50173).suberror("bad_token").says(&[ISSUED, "'2026-01-05T09:01:00.0000000Z'"]),
        |stage| revoked(stage).await.refresh(CALENDAR).await
    ),
    case!(
        ["B3"],
        "sessions were revoked, and the request carries claims",
        Expected::grant(50173).suberror("bad_token"),
        |stage| {
            let stage = revoked(stage).await;
            let claims =
                r#"{"access_token":{"nbf":{"essential":true, "value":"1767603660"},"xms_cc":{"values":["cp1"]}}}"#;
            let form = [("grant_type", "refresh_token"), ("scope", CALENDAR), ("claims", claims)];
            stage.token(&[&form[..], &[("refresh_token", stage.refresh_token.as_str())]].concat()).await
        }
    ),
    case!(
        ["B4"],
        "a single-page application's token after a day",
        Expected::grant(700_084).suberror("bad_token").says(&["24:00:00", "2026-01-05T09:00:00.0000000Z"]),
        |stage| stage.single_page(SignedDuration::from_hours(25)).await
    ),
    case!(
        ["B5"],
        "the longest life is over",
        Expected::grant(700_081).says(&["2026-01-05T09:00:00.0000000Z"]),
        |stage| {
            let longest = SignedDuration::from_hours(24);
            let stage = stage.switches(|switches| switches.refresh_token_max_lifetime = Some(longest));
            stage.later(SignedDuration::from_hours(25)).refresh(CALENDAR).await
        }
    ),
    case!(["B6"], "no refresh token at all", Expected::grant(9_002_313).suberror("bad_token"), |stage| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", "rubbish"), ("scope", CALENDAR)];
        stage.token(&form).await
    }),
    case!(["B6"], "another client's refresh token", Expected::grant(70000).says(&["another client"]), |stage| {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", stage.refresh_token.as_str()),
            ("scope", CALENDAR),
            ("client_id", "d0000000-0000-4000-8000-000000000002"),
        ];
        stage.token(&form).await
    }),
    case!(["B7"], "the session ended with the password", Expected::grant(50132).suberror("bad_token"), |stage| {
        revoked(stage.renumbered(50173, 50132)).await.refresh(CALENDAR).await
    }),
    case!(
        ["B7"],
        "the session ended with the password, in the other number",
        Expected::grant(50133).suberror("bad_token"),
        |stage| revoked(stage.renumbered(50173, 50133)).await.refresh(CALENDAR).await
    ),
    case!(["B8"], "the password expired", Expected::grant(50055).suberror("user_password_expired"), |stage| stage
        .user(|ada| ada.password_expired = true)
        .refresh(CALENDAR)
        .await),
    case!(
        ["B8"],
        "the password of an on-premises account expired",
        Expected::grant(50144).suberror("user_password_expired"),
        |stage| {
            let stage = stage.renumbered(50055, 50144);
            stage.user(|ada| ada.password_expired = true).refresh(CALENDAR).await
        }
    ),
    case!(["B9"], "the account is disabled", Expected::grant(50057), |stage| stage
        .user(|ada| ada.enabled = false)
        .refresh(CALENDAR)
        .await),
    case!(
        ["B10"],
        "the account was deleted",
        Expected::grant(50034)
            .suberror("bad_token")
            .says(&["ada@contoso.test", "11111111-1111-4111-8111-111111111111"]),
        |stage| stage.user(|ada| ada.deleted = true).refresh(CALENDAR).await
    ),
    case!(
        ["B10"],
        "the account was deleted, in the other number",
        Expected::grant(51004).suberror("bad_token"),
        |stage| stage.renumbered(50034, 51004).user(|ada| ada.deleted = true).refresh(CALENDAR).await
    ),
    case!(["B11"], "the account is locked", Expected::grant(50053), |stage| stage
        .user(|ada| ada.locked = true)
        .refresh(CALENDAR)
        .await),
    case!(
        ["B12"],
        "a family's token, and no member",
        Expected::grant(70000).suberror("client_mismatch").members(&["error_additional_info"]),
        |stage| stage.family_of_others().await
    ),
    case!(
        ["B13"],
        "the device must be registered again",
        Expected::token(400, "device_authentication_failed", 50155).suberror("device_authentication_failed"),
        |stage| stage.fault(json!({ "endpoint": "token", "code": 50155 })).await.refresh(CALENDAR).await
    ),
    case!(["B14"], "single sign-on is not permitted", Expected::grant(9_002_341), |stage| stage
        .fault(json!({ "endpoint": "token", "code": 9_002_341 }))
        .await
        .refresh(CALENDAR)
        .await),
    case!(
        ["B10"],
        "nobody of that name",
        Expected::grant(50034).suberror("bad_token").says(&["nobody@contoso.test"]),
        |stage| {
            let form = [
                ("grant_type", "password"),
                ("username", "nobody@contoso.test"),
                ("password", "x"),
                ("scope", CALENDAR),
            ];
            stage.token(&form).await
        }
    ),
    case!(["B11"], "a wrong password", Expected::grant(50126), |stage| {
        let name = ada().username;
        let form = [("grant_type", "password"), ("username", &name), ("password", "wrong"), ("scope", CALENDAR)];
        stage.token(&form).await
    }),
];
