//! Refusals: what goes wrong, as a value, and the one place that writes it as Entra's JSON.
//!
//! Domain code returns a [`Refusal`]; only `http` turns it into a response, as a body at an endpoint, as a redirect, or as
//! a page.

mod catalogue;
pub mod client;
mod example;
mod row;
pub mod see;
#[cfg(test)]
mod tests;

use std::fmt::{Display, Write as _};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use uuid::Uuid;

pub use catalogue::Aadsts;
pub use example::{example, explained};
pub use row::{Ask, Evidence, Place, Row, Setting, Table};

use crate::directory::{ErrorChange, Switches, Trailer};

/// A request that is refused, and everything the client may learn about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The catalogue's number.
    pub code: Aadsts,
    /// The claims challenge that goes with it, as JSON text: the unmet policies.
    pub claims: Option<String>,
    /// Overrides the catalogue's OAuth error, where an endpoint uses another word for the same number.
    pub error: Option<&'static str>,
    /// Overrides the catalogue's status.
    pub status: Option<u16>,
    suberror: Option<Option<&'static str>>,
    number: Option<u32>,
    error_uri: Option<bool>,
    values: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal with the catalogue's number.
    #[must_use]
    pub fn new(code: Aadsts) -> Self {
        Self {
            code,
            claims: None,
            error: None,
            status: None,
            suberror: None,
            number: None,
            error_uri: None,
            values: Vec::new(),
        }
    }

    /// Fills a placeholder of the sentence.
    #[must_use]
    pub fn with(mut self, placeholder: &'static str, value: impl Display) -> Self {
        self.values.push((placeholder, value.to_string()));
        self
    }

    /// Attaches a claims challenge.
    #[must_use]
    pub fn with_claims(mut self, claims: Option<String>) -> Self {
        self.claims = claims;
        self
    }

    /// Answers with another OAuth error than the catalogue's.
    #[must_use]
    pub fn with_error(mut self, error: &'static str) -> Self {
        self.error = Some(error);
        self
    }

    /// Answers with another status than the catalogue's.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Answers with another suberror than the catalogue's, or with none.
    #[must_use]
    pub fn with_suberror(mut self, suberror: Option<&'static str>) -> Self {
        self.suberror = Some(suberror);
        self
    }

    /// The refusal as the tenant's switches want it (`switches.errors`). Saying so twice changes nothing.
    #[must_use]
    pub fn changed_by(mut self, switches: &Switches) -> Self {
        let Some(change) = switches.errors.get(&self.code.row().number.to_string()) else { return self };
        let ErrorChange { number, error, suberror, status, claims, error_uri } = change;
        self.number = number.or(self.number);
        self.error = error.map(crate::directory::OAuthError::word).or(self.error);
        self.suberror = suberror.map(crate::directory::Suberror::word).or(self.suberror);
        self.status = status.or(self.status);
        self.error_uri = error_uri.or(self.error_uri);
        if *claims == Some(false) {
            self.claims = None;
        }
        self
    }

    /// The AADSTS number.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number.unwrap_or(self.code.row().number)
    }

    /// Whether the body carries `error_uri`.
    #[must_use]
    pub fn has_error_uri(&self) -> bool {
        self.error_uri.unwrap_or(self.code.row().error_uri)
    }

    /// The suberror, which selects the client's behaviour.
    #[must_use]
    pub fn suberror(&self) -> Option<&'static str> {
        self.suberror.unwrap_or(self.code.row().suberror)
    }

    /// The HTTP status at the token endpoint.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.unwrap_or(self.code.row().status)
    }

    /// The OAuth error.
    #[must_use]
    pub fn error(&self) -> &'static str {
        self.error.unwrap_or(self.code.row().error)
    }

    /// The sentence, without number and trailer.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut text = self.code.row().text.to_owned();
        for (placeholder, value) in &self.values {
            text = text.replace(&format!("{{{placeholder}}}"), value);
        }
        text
    }
}

/// What ties an answer to its request in both parties' logs.
#[derive(Clone, Copy, Debug)]
pub struct Trace {
    /// Ours; equals the response header `x-ms-request-id`.
    pub trace_id: Uuid,
    /// The client's, echoed from `client-request-id`; ours if it sent none.
    pub correlation_id: Uuid,
    /// When the answer was made.
    pub at: Timestamp,
}

/// The error body of the token endpoint, member by member in Entra's order (escalation reference 2.1).
#[derive(Debug, Serialize)]
pub struct ErrorBody {
    /// OAuth error.
    pub error: &'static str,
    /// `AADSTS<number>: <sentence>` and the trailer.
    pub error_description: String,
    /// The AADSTS numbers; one.
    pub error_codes: [u32; 1],
    /// `YYYY-MM-DD HH:MM:SSZ`.
    pub timestamp: String,
    /// See [`Trace::trace_id`].
    pub trace_id: Uuid,
    /// See [`Trace::correlation_id`].
    pub correlation_id: Uuid,
    /// Entra's look-up page, for the numbers that it knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_uri: Option<String>,
    /// Selects the client's behaviour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suberror: Option<&'static str>,
    /// A string that holds JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// `client_mismatch` once more, where older MSALs look for it; absent in every other error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_additional_info: Option<&'static str>,
    /// Where a new password is set; only the v1 endpoint says so, with 50055.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_change_url: Option<&'static str>,
}

/// Entra's address, as the record of 2019 has it. Here the sign-in pages ask for the new password.
const PASSWORD_CHANGE: &str = "https://portal.microsoftonline.com/ChangePassword.aspx";

impl ErrorBody {
    /// Writes `refusal` down.
    #[must_use]
    pub fn new(refusal: &Refusal, trace: &Trace, trailer: Trailer) -> Self {
        let number = refusal.number();
        let timestamp = entra_time(trace.at);
        let separator = match trailer {
            Trailer::Space => " ",
            Trailer::Crlf => "\r\n",
        };
        let mut description = format!("AADSTS{number}: {}", refusal.sentence());
        for (name, value) in [
            ("Trace ID", &trace.trace_id.to_string()),
            ("Correlation ID", &trace.correlation_id.to_string()),
            ("Timestamp", &timestamp),
        ] {
            // Writing to a string cannot fail.
            let _ = write!(description, "{separator}{name}: {value}");
        }
        Self {
            error: refusal.error(),
            error_description: description,
            error_codes: [number],
            timestamp,
            trace_id: trace.trace_id,
            correlation_id: trace.correlation_id,
            error_uri: refusal
                .has_error_uri()
                .then(|| format!("https://login.microsoftonline.com/error?code={number}")),
            suberror: refusal.suberror(),
            claims: refusal.claims.clone(),
            error_additional_info: refusal.suberror().filter(|suberror| *suberror == CLIENT_MISMATCH),
            password_change_url: (refusal.error() == "user_password_expired" && number == 50055)
                .then_some(PASSWORD_CHANGE),
        }
    }
}

/// The suberror for a refresh token of the family that a client outside of it sends (escalation reference B12, rulings).
pub const CLIENT_MISMATCH: &str = "client_mismatch";

/// A span of time as Entra writes it inside sentences: `[days.]hh:mm:ss`.
#[must_use]
pub fn entra_span(span: jiff::SignedDuration) -> String {
    let seconds = span.as_secs();
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    match seconds / 86_400 {
        0 => clock,
        days => format!("{days}.{clock}"),
    }
}

/// `YYYY-MM-DD HH:MM:SSZ`, as Entra writes times in errors.
#[must_use]
pub fn entra_time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A time with seven fractional digits, as Entra writes it inside a few sentences (escalation reference 2.1).
#[must_use]
pub fn precise_time(at: Timestamp) -> String {
    let zoned = at.to_zoned(TimeZone::UTC);
    format!("{}.{:07}Z", zoned.strftime("%Y-%m-%dT%H:%M:%S"), zoned.subsec_nanosecond() / 100)
}

#[cfg(test)]
mod body_tests {
    use super::*;

    fn trace() -> Trace {
        Trace {
            trace_id: Uuid::from_u128(1),
            correlation_id: Uuid::from_u128(2),
            at: "2026-03-01T09:08:07.6543210Z".parse().expect("a time"),
        }
    }

    #[test]
    fn the_body_has_entras_members_in_entras_order() {
        let refusal = Refusal::new(Aadsts::MfaRequired).with("resource", "b0").with_claims(Some("{}".into()));
        let body = serde_json::to_value(ErrorBody::new(&refusal, &trace(), Trailer::Space)).expect("JSON");
        let members: Vec<&String> = body.as_object().expect("an object").keys().collect();
        assert_eq!(
            members,
            [
                "error",
                "error_description",
                "error_codes",
                "timestamp",
                "trace_id",
                "correlation_id",
                "error_uri",
                "suberror",
                "claims"
            ]
        );
        assert_eq!(body["timestamp"], "2026-03-01 09:08:07Z");
        assert_eq!(body["error_uri"], "https://login.microsoftonline.com/error?code=50076");
        assert_eq!(
            body["error_description"],
            "AADSTS50076: A change by the administrator or a new location makes multifactor authentication necessary to access 'b0'. \
             Trace ID: 00000000-0000-0000-0000-000000000001 Correlation ID: 00000000-0000-0000-0000-000000000002 Timestamp: 2026-03-01 09:08:07Z"
        );
    }

    #[test]
    fn absent_members_are_absent_and_the_trailer_can_be_of_before_2023() {
        let refusal = Refusal::new(Aadsts::ConsentRequired).with("client", "c").with("client_name", "n");
        let body = serde_json::to_value(ErrorBody::new(&refusal, &trace(), Trailer::Crlf)).expect("JSON");
        assert!(body.get("claims").is_none() && body.get("error_uri").is_none());
        assert_eq!(body["error_description"].as_str().expect("text").matches("\r\n").count(), 3);
    }

    #[test]
    fn spans_inside_sentences_have_days_only_if_there_are_some() {
        let spans = [90 * 24 * 60, 25 * 60 + 1, 59].map(|minutes| entra_span(jiff::SignedDuration::from_mins(minutes)));
        assert_eq!(spans, ["90.00:00:00", "1.01:01:00", "00:59:00"]);
    }

    #[test]
    fn times_inside_sentences_have_seven_digits() {
        assert_eq!(precise_time(trace().at), "2026-03-01T09:08:07.6543210Z");
    }
}
