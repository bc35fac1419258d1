//! Writes the challenge by which a middle tier hands on a failure (RFC 6750, 3; escalation reference 4.3, 4.8).
//! [`crate::challenge`] reads what this writes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::Base;
use crate::error::{UiRequired, first_sentence};

/// One `Bearer` challenge, every value quoted. The claims are base64, as Entra's own APIs write them; without claims the
/// caller's token is called invalid, so that the caller asks for another and its user is asked then.
pub(super) fn write(base: &Base, error: &UiRequired) -> String {
    let code = if error.claims.is_some() { "insufficient_claims" } else { "invalid_token" };
    let mut parameters = vec![
        ("realm", String::new()),
        ("authorization_uri", base.authority.authorization_uri()),
        ("client_id", base.client_id.clone()),
        ("error", code.to_owned()),
        ("error_description", first_sentence(&error.error_description)),
    ];
    if let Some(claims) = &error.claims {
        parameters.push(("claims", STANDARD.encode(claims)));
    }
    let written: Vec<String> =
        parameters.into_iter().map(|(name, value)| format!("{name}=\"{}\"", quotable(&value))).collect();
    format!("Bearer {}", written.join(", "))
}

/// What may stand in `error_description` (RFC 6750, 3), the strictest of them: ASCII without quote and backslash.
fn quotable(value: &str) -> String {
    let safe = |c: char| if matches!(c, ' '..='~') { c } else { '?' };
    value.chars().map(|c| if matches!(c, '"' | '\\') { '\'' } else { safe(c) }).collect()
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
    use rstest::rstest;

    use crate::ConfidentialClientApplication;
    use crate::challenge::{ChallengeClaims, from_headers};
    use crate::error::UiRequired;

    const CLAIMS: &str = r#"{ "access_token":{"capolids":{"essential":true, "values":["p1"]}}}"#;

    fn written(error: &UiRequired) -> String {
        let builder = ConfidentialClientApplication::builder("portal").client_secret("s");
        builder.authority("https://login.example/t").unwrap().build().unwrap().challenge(error)
    }

    fn needed(description: &str, claims: Option<&str>) -> UiRequired {
        UiRequired {
            error: "invalid_grant".to_owned(),
            error_description: description.to_owned(),
            claims: claims.map(str::to_owned),
            ..UiRequired::default()
        }
    }

    #[test]
    fn the_claims_arrive_byte_for_byte() {
        let header = written(&needed("AADSTS50076: x. Trace ID: t", Some(CLAIMS)));
        assert!(header.starts_with(
            r#"Bearer realm="", authorization_uri="https://login.example/t/oauth2/v2.0/authorize", client_id="portal", error="insufficient_claims", error_description="AADSTS50076: x", claims=""#
        ), "{header}");
        let mut headers = HeaderMap::new();
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_str(&header).unwrap());
        let challenges = from_headers(&headers);
        assert_eq!(challenges.len(), 1);
        assert_eq!(challenges[0].claims(), ChallengeClaims::Json(CLAIMS.to_owned()));
    }

    #[rstest]
    #[case::quotes(r#"say "no", claims="e30=""#)]
    #[case::backslash("a\\")]
    #[case::new_lines("a\r\nSet-Cookie: b=c")]
    #[case::other_letters("Müller")]
    #[case::nothing("")]
    fn what_the_server_wrote_cannot_break_the_header(#[case] description: &str) {
        let header = written(&needed(description, None));
        let mut headers = HeaderMap::new();
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_str(&header).unwrap());
        let challenges = from_headers(&headers);
        assert_eq!(challenges.len(), 1, "{header}");
        assert_eq!(challenges[0].parameter("error"), Some("invalid_token"));
        assert_eq!(challenges[0].claims(), ChallengeClaims::Absent);
    }
}
