//! The `claims` parameter (OpenID Connect Core 5.5): what a client hands on from a challenge, or says of itself.
//!
//! Only `access_token` members that Entra gives a meaning are read; everything else, and everything that is not
//! `essential`, is a wish without effect. The presence of the parameter alone is never a step-up: newer MSALs always send it.

use std::net::IpAddr;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::{Aadsts, Refusal};

/// What a `claims` parameter asks of the access token.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClaimsRequest {
    /// Essential `capolids` (old name `polids`): policies that must be met.
    pub policies: Vec<Uuid>,
    /// Essential `acrs`: authentication contexts that must be met.
    pub contexts: Vec<String>,
    /// Essential `nbf`: the token must be issued at or after this time (unix seconds).
    pub not_before: Option<i64>,
    /// `xms_rp_ipaddr`: the address at which the API saw the user, essential or not (escalation reference 4.2).
    pub reported_address: Option<IpAddr>,
    /// `xms_cc`: the client's capabilities, lower-cased; `cp1` is the only one in use.
    pub capabilities: Vec<String>,
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// # Errors
    ///
    /// 9002313 if it is not a JSON object.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let malformed = || Refusal::new(Aadsts::Malformed).with("what", "the 'claims' parameter is not a JSON object");
        let document: Map<String, Value> = serde_json::from_str(text).map_err(|_| malformed())?;
        let Some(asked) = document.get("access_token").and_then(Value::as_object) else {
            return Ok(Self::default());
        };
        Ok(Self {
            policies: ["capolids", "polids"]
                .iter()
                .flat_map(|name| essential(asked.get(*name)))
                .filter_map(|id| Uuid::parse_str(&id).ok())
                .collect(),
            contexts: essential(asked.get("acrs")),
            not_before: essential(asked.get("nbf")).iter().find_map(|time| time.parse().ok()),
            reported_address: values(asked.get("xms_rp_ipaddr")).iter().find_map(|address| address.parse().ok()),
            capabilities: values(asked.get("xms_cc")).iter().map(|value| value.to_ascii_lowercase()).collect(),
        })
    }

    /// Whether the client declared that it handles claims challenges (`cp1`).
    #[must_use]
    pub fn is_capable(&self) -> bool {
        self.capabilities.iter().any(|capability| capability == "cp1")
    }
}

/// The challenge that names `policies`, as the JSON text of an error's `claims` member. `None` if there is none to name.
#[must_use]
pub fn policies_challenge(policies: &[Uuid]) -> Option<String> {
    (!policies.is_empty()).then(|| {
        serde_json::json!({ "access_token": { "capolids": { "essential": true, "values": policies } } }).to_string()
    })
}

/// The challenge for an authentication context, as JSON text.
#[must_use]
pub fn context_challenge(context: &str) -> String {
    serde_json::json!({ "access_token": { "acrs": { "essential": true, "value": context } } }).to_string()
}

/// The challenge of continuous access evaluation: a token issued at or after `now` (unix seconds), as JSON text. Real ones
/// have this space, and clients must not mind.
#[must_use]
pub fn revocation_challenge(now: i64) -> String {
    format!(r#"{{"access_token":{{"nbf":{{"essential":true, "value":"{now}"}}}}}}"#)
}

/// The values of a claim that is marked essential.
fn essential(claim: Option<&Value>) -> Vec<String> {
    match claim.and_then(|claim| claim.get("essential")) {
        Some(Value::Bool(true)) => values(claim),
        _ => Vec::new(),
    }
}

/// `value` and `values` of a claim, as text. Old documents write `Values`.
fn values(claim: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let Some(claim) = claim.and_then(Value::as_object) else { return Vec::new() };
    let one = claim.get("value").and_then(text);
    let many = ["values", "Values"].iter().filter_map(|name| claim.get(*name)).filter_map(Value::as_array).flatten();
    one.into_iter().chain(many.filter_map(text)).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const POLICY: &str = "f0000000-0000-4000-8000-000000000001";

    #[rstest]
    #[case::conditional_access(
        r#"{"access_token":{"capolids":{"essential":true,"values":["f0000000-0000-4000-8000-000000000001"]}}}"#
    )]
    #[case::old_name(
        r#"{"access_token":{"polids":{"essential":true,"Values":["f0000000-0000-4000-8000-000000000001"]}}}"#
    )]
    #[case::one_value(
        r#"{"access_token":{"capolids":{"essential":true,"value":"F0000000-0000-4000-8000-000000000001"}}}"#
    )]
    fn essential_policies_are_read(#[case] claims: &str) {
        let request = ClaimsRequest::parse(claims).expect("a JSON object");
        assert_eq!(request.policies, [Uuid::parse_str(POLICY).expect("a GUID")]);
    }

    #[rstest]
    #[case::newer_msal_node(r#"{"id_token":{"signin_state":{"essential":false},"login_hint":{"essential":false}}}"#)]
    #[case::not_essential(r#"{"access_token":{"acrs":{"value":"c1"}}}"#)]
    #[case::null(r#"{"access_token":{"acrs":null}}"#)]
    #[case::unknown(r#"{"access_token":{"shoe_size":{"essential":true,"value":"44"}}}"#)]
    #[case::empty("{}")]
    fn everything_else_is_a_wish_without_effect(#[case] claims: &str) {
        assert_eq!(ClaimsRequest::parse(claims), Ok(ClaimsRequest::default()));
    }

    #[rstest]
    #[case("")]
    #[case("[]")]
    #[case("{")]
    #[case("null")]
    fn what_is_no_json_object_is_refused(#[case] claims: &str) {
        assert_eq!(ClaimsRequest::parse(claims).expect_err("refused").code, Aadsts::Malformed);
    }

    #[test]
    fn contexts_times_and_capabilities_are_read() {
        let request = ClaimsRequest::parse(
            r#"{"access_token":{"acrs":{"essential":true,"values":["c1","p1"]},"nbf":{"essential":true,"value":"1635527790"},"xms_cc":{"values":["CP1"]}}}"#,
        )
        .expect("a JSON object");
        assert_eq!(request.contexts, ["c1", "p1"]);
        assert_eq!(request.not_before, Some(1_635_527_790));
        assert!(request.is_capable());
    }
}
