//! What a poll's failure means: wait on, and how long, or the end (RFC 8628, 3.5; escalation reference 2.10). Pure.

use std::time::Duration;

use crate::error::Error;

/// The time until the next poll, or none when this failure is the end.
pub(super) fn next_interval(error: &Error, interval: Duration) -> Option<Duration> {
    match error {
        Error::Service(refused) => match refused.error.as_str() {
            "authorization_pending" => Some(interval),
            "slow_down" => Some(interval.saturating_add(SLOWER)),
            _ if refused.is_retryable() => Some(back_off(interval).max(refused.retry_after.unwrap_or_default())),
            _ => None,
        },
        Error::Client(_) if error.is_retryable() => Some(back_off(interval)),
        Error::Client(_) | Error::UiRequired(_) => None,
    }
}

fn back_off(interval: Duration) -> Duration {
    interval.saturating_mul(2).min(LONGEST_BACK_OFF).max(interval)
}

/// The failure with a next step that fits a device-code sign-in.
pub(super) fn with_advice(mut error: Error) -> Error {
    match &mut error {
        Error::UiRequired(needed) if needed.error_codes.contains(&WRONG_DATA_CENTRE) => {
            needed.advice = Some("start again for a new code");
        }
        Error::UiRequired(needed) => {
            needed.advice = Some(
                "do not ask again by device code, which policies often block; sign in with a browser (acquire_token_interactive) or show this to the user",
            );
        }
        Error::Service(refused) if refused.is_declined() => {
            refused.advice =
                Some("the user declined; tokens of other APIs stay good, ask again only when the user asks for it");
        }
        Error::Service(refused) => match refused.error.as_str() {
            "expired_token" | "bad_verification_code" => refused.advice = Some("start again for a new code"),
            "access_denied" => {
                refused.advice = Some(
                    "a policy blocks sign-in by device code; sign in with a browser (acquire_token_interactive) or ask the administrator",
                );
            }
            _ => {}
        },
        Error::Client(_) => {}
    }
    error
}

/// RFC 8628, 3.5.
const SLOWER: Duration = Duration::from_secs(5);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// The code belongs to another region's directory. Read for the wording only, as all numbers.
const WRONG_DATA_CENTRE: u64 = 50134;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::{next_interval, with_advice};
    use crate::error::{ClientErrorKind, Error, ServiceError, UiRequired};

    fn service(error: &str, status: u16, codes: &[u64]) -> Error {
        let error = error.to_owned();
        Error::service(ServiceError {
            error,
            status: Some(status),
            error_codes: codes.to_vec(),
            ..ServiceError::default()
        })
    }

    fn asked_to_wait(seconds: u64) -> Error {
        let retry_after = Some(Duration::from_secs(seconds));
        Error::service(ServiceError {
            error: "request_throttled".to_owned(),
            status: Some(429),
            retry_after,
            ..ServiceError::default()
        })
    }

    fn blocked(code: u64) -> Error {
        Error::ui_required(UiRequired {
            error: "invalid_grant".to_owned(),
            error_codes: vec![code],
            after_prompt: true,
            ..UiRequired::default()
        })
    }

    #[rstest]
    #[case::i1_pending(service("authorization_pending", 400, &[70016]), 5, Some(5))]
    #[case::i2_declined(service("authorization_declined", 400, &[65004]), 5, None)]
    #[case::i2_declined_rfc(service("access_denied", 400, &[]), 5, None)]
    #[case::i3_unknown(service("bad_verification_code", 400, &[70019]), 5, None)]
    #[case::i4_expired(service("expired_token", 400, &[70020]), 5, None)]
    #[case::i5_slow_down(service("slow_down", 400, &[]), 5, Some(10))]
    #[case::i5_slow_down_again(service("slow_down", 400, &[]), 10, Some(15))]
    #[case::i6_blocked(blocked(53003), 5, None)]
    #[case::i6_blocked_otherwise(service("access_denied", 400, &[53003]), 5, None)]
    #[case::i6_confirmation(blocked(50199), 5, None)]
    #[case::i7_not_here(service("invalid_request", 400, &[90133]), 5, None)]
    #[case::i8_wrong_data_centre(blocked(50134), 5, None)]
    #[case::lost_connection(Error::client(ClientErrorKind::Transport, "x"), 5, Some(10))]
    #[case::no_answer(Error::client(ClientErrorKind::RequestTimeout, "x"), 40, Some(60))]
    #[case::never_shorter(Error::client(ClientErrorKind::Transport, "x"), 90, Some(90))]
    #[case::outage(service("server_error", 503, &[]), 5, Some(10))]
    #[case::told_to_wait(asked_to_wait(30), 5, Some(30))]
    #[case::hostile(Error::client(ClientErrorKind::InvalidResponse, "x"), 5, None)]
    fn after_a_poll(#[case] error: Error, #[case] interval: u64, #[case] next: Option<u64>) {
        let next = next.map(Duration::from_secs);
        assert_eq!(next_interval(&error, Duration::from_secs(interval)), next);
    }

    #[rstest]
    #[case::i2_declined(service("authorization_declined", 400, &[65004]), "the user declined")]
    #[case::i2_declined_rfc(service("access_denied", 400, &[]), "the user declined")]
    #[case::i3_unknown(service("bad_verification_code", 400, &[70019]), "start again for a new code")]
    #[case::i4_expired(service("expired_token", 400, &[70020]), "start again for a new code")]
    #[case::i6_blocked(blocked(53003), "sign in with a browser")]
    #[case::i6_blocked_otherwise(service("access_denied", 400, &[53003]), "sign in with a browser")]
    #[case::i7_not_here(service("invalid_request", 400, &[90133]), "correct the app's registration or request")]
    #[case::i8_wrong_data_centre(blocked(50134), "start again for a new code")]
    fn the_end_says_what_to_do(#[case] error: Error, #[case] next: &str) {
        let told = with_advice(error).to_string();
        assert!(told.contains(next), "{told}");
    }
}
