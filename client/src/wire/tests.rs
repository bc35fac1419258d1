use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use rstest::rstest;
use serde_json::{Value, json};

use super::body::ErrorBody;
use super::http::{AnswerHead, retry_after};
use super::{Classification, Error, from_body};

fn classify(body: &Value, status: u16) -> Error {
    let members = body.as_object().cloned().unwrap_or_default();
    let head =
        AnswerHead { status: StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT), retry_after: None };
    from_body(ErrorBody::from(members), Some(head), false)
}

#[rstest]
#[case::consent("invalid_grant", "consent_required", Classification::ConsentRequired)]
#[case::mfa("invalid_grant", "basic_action", Classification::BasicAction)]
#[case::device("invalid_grant", "additional_action", Classification::AdditionalAction)]
#[case::blocked("invalid_grant", "message_only", Classification::MessageOnly)]
#[case::password("invalid_grant", "user_password_expired", Classification::UserPasswordExpired)]
#[case::dead_grant("invalid_grant", "bad_token", Classification::None)]
#[case::too_old("invalid_grant", "token_expired", Classification::None)]
#[case::unknown("invalid_grant", "something_new", Classification::None)]
#[case::none("invalid_grant", "", Classification::None)]
#[case::v1("interaction_required", "basic_action", Classification::BasicAction)]
fn ui_required(#[case] error: &str, #[case] suberror: &str, #[case] expected: Classification) {
    let error = classify(&json!({"error": error, "suberror": suberror}), 400);
    assert_eq!(error.as_ui_required().map(|ui| ui.classification), Some(expected));
}

#[rstest]
#[case::other_family(json!({"error": "invalid_grant", "suberror": "client_mismatch"}), 400)]
#[case::app_protection(json!({"error": "invalid_grant", "suberror": "protection_policy_required"}), 400)]
#[case::loop_detected(json!({"error": "invalid_grant", "error_codes": [50196]}), 400)]
#[case::top_level_consent(json!({"error": "consent_required"}), 400)]
#[case::client(json!({"error": "invalid_client", "claims": "{}"}), 401)]
#[case::scope(json!({"error": "invalid_scope"}), 400)]
fn never_ui_required(#[case] body: Value, #[case] status: u16) {
    assert!(matches!(classify(&body, status), Error::Service(_)));
}

#[rstest]
#[case::seconds("5", Some(5))]
#[case::spaces(" 120 ", Some(120))]
#[case::none_at_all("0", Some(0))]
#[case::date("Thu, 01 Jan 2026 00:01:30 GMT", Some(90))]
#[case::past_date("Wed, 31 Dec 2025 23:59:59 GMT", Some(0))]
#[case::negative("-1", None)]
#[case::fraction("1.5", None)]
#[case::nonsense("soon", None)]
#[case::empty("", None)]
fn retry_after_header(#[case] value: &str, #[case] seconds: Option<u64>) {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
    let now = jiff::Timestamp::from_second(1_767_225_600).unwrap();
    assert_eq!(retry_after(&headers, now), seconds.map(std::time::Duration::from_secs));
    assert_eq!(retry_after(&HeaderMap::new(), now), None);
}

#[test]
fn every_member_survives_and_odd_types_do_no_harm() {
    let claims = "{ \"access_token\":{} }";
    let error = classify(
        &json!({
            "error": "invalid_grant", "error_description": "AADSTS50076: x. Trace ID: t",
            "error_codes": [50076, "7"], "suberror": 5, "claims": claims,
            "trace_id": "t", "correlation_id": "c", "timestamp": "2026-01-01 00:00:00Z",
        }),
        400,
    );
    let ui = error.as_ui_required().cloned().unwrap_or_default();
    assert_eq!(ui.claims.as_deref(), Some(claims));
    assert_eq!(ui.error_codes, [50076, 7]);
    assert_eq!(ui.suberror, None);
    assert_eq!((ui.trace_id.as_deref(), ui.correlation_id.as_deref()), (Some("t"), Some("c")));
    assert_eq!(ui.status, Some(400));
    assert!(!ui.to_string().contains("Trace ID"));
}
