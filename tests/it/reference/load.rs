//! 2.12 K: load and outage. None of these is ever a reason to prompt.

use mock_idp::directory::LoopDetector;
use serde_json::json;
use tests::CALENDAR;

use super::{Case, Seen, case, compare::Expected, stage::Stage};

async fn faulty(stage: Stage, number: u32) -> Seen {
    stage.fault(json!({ "endpoint": "token", "code": number })).await.refresh(CALENDAR).await
}

pub(super) static CASES: &[Case] = &[
    case!(["429"], "back off, for so long", Expected::Outage(429, Some("30")), |stage| {
        let fault = json!({ "endpoint": "token", "status": 429, "retry_after": "30" });
        stage.fault(fault).await.refresh(CALENDAR).await
    }),
    case!(["429"], "back off", Expected::Outage(429, None), |stage| {
        stage.fault(json!({ "endpoint": "token", "status": 429 })).await.refresh(CALENDAR).await
    }),
    case!(["5xx"], "an outage", Expected::Outage(503, None), |stage| {
        stage.fault(json!({ "endpoint": "token", "status": 503 })).await.refresh(CALENDAR).await
    }),
    case!(["90033"], "a transient error", Expected::token(503, "temporarily_unavailable", 90033), |stage| {
        faulty(stage, 90033).await
    }),
    case!(["90006"], "no directory", Expected::token(503, "temporarily_unavailable", 90006), |stage| faulty(
        stage, 90006
    )
    .await),
    case!(["90012"], "a timeout", Expected::token(503, "temporarily_unavailable", 90012), |stage| faulty(stage, 90012)
        .await),
    case!(["90024"], "too many requests", Expected::token(503, "temporarily_unavailable", 90024), |stage| {
        faulty(stage, 90024).await
    }),
    case!(["50033"], "a transient sign-in error", Expected::token(503, "temporarily_unavailable", 50033), |stage| {
        faulty(stage, 50033).await
    }),
    case!(["50087"], "a transient signing error", Expected::token(503, "temporarily_unavailable", 50087), |stage| {
        faulty(stage, 50087).await
    }),
    case!(["90055"], "the tenant is throttled", Expected::token(429, "temporarily_unavailable", 90055), |stage| {
        faulty(stage, 90055).await
    }),
    case!(["50196"], "a loop", Expected::grant(50196), |stage| {
        let within = jiff::SignedDuration::from_mins(5);
        let stage = stage.switches(|switches| switches.loop_detector = Some(LoopDetector { requests: 3, within }));
        stage.refresh(CALENDAR).await;
        stage.refresh(CALENDAR).await;
        stage.refresh(CALENDAR).await
    }),
];
