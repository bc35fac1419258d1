//! A complete answer to look at: a refusal of the catalogue with the built-in directory's values in its placeholders.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::{Aadsts, ErrorBody, Refusal, Setting, Trace, precise_time, see};
use crate::{claims_request::policies_challenge, directory::Trailer};

/// 2026-01-05 09:00:00Z.
const NOW: i64 = 1_767_603_600;

/// The body that the token endpoint sends for `code`, filled in: what desktop, ada and the built-in APIs get. `claims` is
/// there if a policy would be.
#[must_use]
pub fn example(code: Aadsts) -> ErrorBody {
    let now = Timestamp::constant(NOW, 0);
    let trace = Trace {
        trace_id: Uuid::from_u128(0x7ace_0000_0000_4000_8000_0000_0000_0001),
        correlation_id: Uuid::from_u128(0xc011_0000_0000_4000_8000_0000_0000_0001),
        at: now,
    };
    let claims = code.row().claims.then(|| policies_challenge(&[policy(code)])).flatten();
    let mut refusal = Refusal::new(code).with_claims(claims);
    for name in placeholders(code.row().text) {
        refusal = refusal.with(name, value(code, name, now));
    }
    ErrorBody::new(&refusal, &trace, Trailer::Space)
}

/// The policy that the row's settings make, or the built-in one that guards payroll.
fn policy(code: Aadsts) -> Uuid {
    let makes_one = code.row().set.iter().any(|setting| matches!(setting, Setting::Policy(_)));
    if makes_one { see::policy_id(code) } else { Uuid::from_u128(0xf000_0000_0000_4000_8000_0000_0000_0001) }
}

/// The names between braces.
fn placeholders(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn value(code: Aadsts, name: &str, now: Timestamp) -> String {
    let hours_ago = |hours| precise_time(now - jiff::SignedDuration::from_hours(hours));
    match (name, code) {
        ("resource", Aadsts::MfaRequired | Aadsts::MfaEnrolmentRequired | Aadsts::EnrolmentInterrupt) => {
            "b0000000-0000-4000-8000-000000000003".to_owned()
        }
        ("resource", Aadsts::ResourceNotFound) => "api://nowhere".to_owned(),
        ("resource", Aadsts::UnregisteredResource) => "api://archive".to_owned(),
        ("resource_id", _) => "b0000000-0000-4000-8000-000000000007".to_owned(),
        ("resource", _) => "b0000000-0000-4000-8000-000000000002".to_owned(),
        ("valid", _) => "00000003-0000-0000-c000-000000000000, b0000000-0000-4000-8000-000000000001".to_owned(),
        ("client", Aadsts::MalformedClientId) => "desktop".to_owned(),
        ("client", Aadsts::UnknownClient) => "99999999-9999-4999-8999-999999999999".to_owned(),
        ("client", _) => "d0000000-0000-4000-8000-000000000001".to_owned(),
        ("client_name", _) => "Desktop sample".to_owned(),
        ("tenant", Aadsts::UnknownTenant) => "nowhere.test".to_owned(),
        ("tenant", Aadsts::UnknownClient | Aadsts::ResourceNotFound) => "Contoso".to_owned(),
        ("tenant", _) => "11111111-1111-4111-8111-111111111111".to_owned(),
        ("user", Aadsts::UserUnknown) => "nobody@contoso.test".to_owned(),
        ("user", Aadsts::NotInTenant) => "cy@fabrikam.test".to_owned(),
        ("user", _) => "ada@contoso.test".to_owned(),
        ("home", _) => "https://localhost:8443/22222222-2222-4222-8222-222222222222/".to_owned(),
        ("issued", Aadsts::GrantInactive) => hours_ago(2161),
        ("issued", Aadsts::SpaGrantExpired) => hours_ago(25),
        ("issued", Aadsts::GrantTooOld) => hours_ago(48),
        ("issued", _) => hours_ago(2),
        ("valid_from", _) => hours_ago(1),
        ("inactivity", _) => "90.00:00:00".to_owned(),
        // In seconds for the sign-in frequency, as a span elsewhere (2.1).
        ("lifetime", Aadsts::SignInTooOld) => "3600".to_owned(),
        ("lifetime", _) => "24:00:00".to_owned(),
        ("state", _) => "unregistered".to_owned(),
        ("risk", _) => "high".to_owned(),
        ("audience", _) => "b0000000-0000-4000-8000-000000000002".to_owned(),
        ("scope", Aadsts::SeveralResources) => "api://calendar/Events.Read api://mail/Mail.Read".to_owned(),
        ("scope", Aadsts::UnknownScope) => "Mail.Typo".to_owned(),
        ("scope", _) => "api://mail/.default api://mail/Mail.Read".to_owned(),
        ("given", _) => "https://elsewhere.test".to_owned(),
        ("origin", _) => "https://app.example".to_owned(),
        ("expected", _) => "http://localhost".to_owned(),
        ("parameter", Aadsts::DuplicateParameter) => "client_id".to_owned(),
        ("parameter", _) => "grant_type".to_owned(),
        ("grant_type" | "response_type", Aadsts::UnsupportedResponseType) => "token".to_owned(),
        ("grant_type" | "response_type", _) => "magic".to_owned(),
        ("grant", _) => "client_credentials".to_owned(),
        ("word", _) => "common".to_owned(),
        ("response_mode", _) => "pigeon".to_owned(),
        ("prompt", _) => "maybe".to_owned(),
        ("part", _) => "body".to_owned(),
        ("limit", _) => "65536".to_owned(),
        ("method", _) => "GET".to_owned(),
        ("what", Aadsts::ExternalChallenge) => "terms of use".to_owned(),
        ("what", _) => "what is wrong, in a few words".to_owned(),
        _ => "…".to_owned(),
    }
}

/// A claims challenge in words, one sentence a claim; empty if it is not one.
#[must_use]
pub fn explained(claims: &str) -> Vec<String> {
    let Ok(Value::Object(document)) = serde_json::from_str::<Value>(claims) else { return Vec::new() };
    let Some(Value::Object(requested)) = document.get("access_token") else { return Vec::new() };
    let listed = |value: &Value| -> String {
        let one = value.get("value").into_iter();
        let many = value.get("values").and_then(Value::as_array).into_iter().flatten();
        one.chain(many)
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", ")
    };
    requested
        .iter()
        .map(|(name, value)| {
            let values = listed(value);
            match name.as_str() {
                "capolids" => format!(
                    "the access token must come from a sign-in that meets the Conditional Access policies {values}"
                ),
                "acrs" => format!("the access token must carry the authentication context {values}"),
                "nbf" => format!("the access token must be issued at {values} (Unix seconds) or later"),
                "xms_rp_ipaddr" => format!("the API saw the client come from {values}"),
                "xms_cc" => format!("the client declares that it can do {values}"),
                other => format!("the access token must carry {other} {values}"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_has_a_value() {
        for code in Aadsts::ALL {
            let body = example(*code);
            assert!(!body.error_description.contains(['{', '}', '…']), "{}", body.error_description);
            assert_eq!(body.claims.is_some(), code.row().claims);
        }
    }

    #[test]
    fn claims_are_told_in_words() {
        let claims = example(Aadsts::MfaRequired).claims.expect("claims");
        let told = explained(&claims);
        assert!(told.len() == 1 && told[0].contains("policies f0000000-0000-4000-8000-000000000001"), "{told:?}");
        assert!(explained("rubbish").is_empty());
        assert!(explained(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#)[0].ends_with("context c1"));
    }
}
