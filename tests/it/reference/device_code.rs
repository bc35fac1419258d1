//! 2.10 I: device codes.

use jiff::SignedDuration;
use mock_idp::{
    directory::GrantControl,
    virtual_user::{Answer, VirtualUser},
};
use serde_json::json;
use tests::{CALENDAR, MAIL, PAYROLL};

use super::{Case, case, compare::Expected, stage::ada};

pub(super) static CASES: &[Case] = &[
    case!(["I1"], "waiting", Expected::token(400, "authorization_pending", 70016), |stage| {
        let started = stage.device_code(CALENDAR).await;
        stage.poll(&started.code).await
    }),
    case!(["I2"], "the user declines", Expected::token(400, "authorization_declined", 65004).no_uri(), |stage| {
        let started = stage.device_code(MAIL).await;
        stage.enter(&started, &VirtualUser { consent: Answer::Decline, ..ada() }).await;
        stage.poll(&started.code).await
    }),
    case!(["I3"], "an unknown code", Expected::token(400, "bad_verification_code", 70019), |stage| {
        stage.poll("undefined").await
    }),
    case!(["I3"], "a code that was used", Expected::token(400, "bad_verification_code", 70019), |stage| {
        let started = stage.device_code(CALENDAR).await;
        stage.enter(&started, &ada()).await;
        stage.poll(&started.code).await;
        stage.poll(&started.code).await
    }),
    case!(["I4"], "expired", Expected::token(400, "expired_token", 70020), |stage| {
        let started = stage.device_code(CALENDAR).await;
        stage.later(SignedDuration::from_mins(16)).poll(&started.code).await
    }),
    case!(["I5"], "too fast", Expected::token(400, "slow_down", 70016), |stage| {
        let stage = stage.switches(|switches| switches.device_code_slow_down = true);
        let started = stage.device_code(CALENDAR).await;
        stage.poll(&started.code).await;
        stage.poll(&started.code).await
    }),
    case!(
        ["I6"],
        "a policy blocks the flow",
        Expected::token(400, "access_denied", 53003).suberror("message_only"),
        |stage| {
            let stage = stage.guard(GrantControl::Block);
            let started = stage.device_code(PAYROLL).await;
            stage.enter(&started, &ada()).await;
            stage.poll(&started.code).await
        }
    ),
    case!(["I6"], "the user has to confirm", Expected::grant(50199), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 50199 })).await.poll("any").await
    }),
    case!(["I7"], "not at this endpoint", Expected::token(400, "invalid_request", 90133), |stage| {
        stage.fault(json!({ "endpoint": "device_code", "code": 90133 })).await.start_device_code(CALENDAR).await
    }),
    case!(["I7"], "no tenant", Expected::token(400, "invalid_request", 50059), |stage| {
        stage.fault(json!({ "endpoint": "device_code", "code": 50059 })).await.start_device_code(CALENDAR).await
    }),
    case!(["I8"], "the wrong data centre", Expected::grant(50134), |stage| {
        stage.fault(json!({ "endpoint": "token", "code": 50134 })).await.poll("any").await
    }),
];
