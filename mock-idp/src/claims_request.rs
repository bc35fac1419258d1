//! The `claims` parameter (OpenID Connect Core 5.5): what a client hands on from a challenge, or says of itself.
//!
//! Only `access_token` members that Entra gives a meaning are read; everything else, and everything that is not
//! `essential`, is a wish without effect. The presence of the parameter alone is never a step-up: newer MSALs always send it.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
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
    /// The authentication context that `acr_values` of the authorization request wished for (RFC 9470, 4); it is among
    /// `contexts`, too.
    pub wished_context: Option<String>,
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// # Errors
    ///
    /// 90013 if it is not a JSON object.
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
            wished_context: None,
        })
    }

    /// Adds what `acr_values` wishes (OpenID Connect Core 3.1.2.1): a list in the order of preference, any one of which
    /// satisfies. The first that `is_known` as an authentication context counts like an essential `acrs`; a wish for what
    /// nobody knows has no effect.
    #[must_use]
    pub fn wishing(mut self, acr_values: &str, is_known: impl Fn(&str) -> bool) -> Self {
        if let Some(context) = acr_values.split_ascii_whitespace().find(|word| is_known(word)) {
            self.contexts.retain(|other| other != context);
            self.contexts.insert(0, context.to_owned());
            self.wished_context = Some(context.to_owned());
        }
        self
    }

    /// The claims of a token request whose authorization request was `earlier`: a wish that was made there still holds,
    /// since there is no other place for it.
    #[must_use]
    pub fn after(self, earlier: &Self) -> Self {
        match &earlier.wished_context {
            Some(wished) => self.wishing(wished, |_| true),
            None => self,
        }
    }

    /// Whether a token issued at `now` is what `nbf` asks for. The clock of an API may be a little fast; a time further
    /// ahead can't be satisfied yet.
    #[must_use]
    pub fn is_issuable_at(&self, now: Timestamp) -> bool {
        self.not_before.is_none_or(|not_before| not_before <= (now + LEEWAY).as_second())
    }

    /// Whether the client declared that it handles claims challenges (`cp1`).
    #[must_use]
    pub fn is_capable(&self) -> bool {
        self.capabilities.iter().any(|capability| capability == "cp1")
    }
}

/// How far clocks may be apart; as much as tokens are backdated.
const LEEWAY: SignedDuration = SignedDuration::from_mins(5);

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

/// The same where the API saw the user at `address`. That member is not marked essential, as in the records.
#[must_use]
pub fn location_challenge(now: i64, address: IpAddr) -> String {
    format!(
        r#"{{"access_token":{{"nbf":{{"essential":true, "value":"{now}"}}, "xms_rp_ipaddr":{{"value":"{address}"}}}}}}"#
    )
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

    #[rstest]
    #[case::p1(r#"{"access_token":{"acrs":{"essential":true,"value":"p1"}}}"#, &["p1"])]
    #[case::registration(
        r#"{"access_token":{"acrs":{"essential":true,"values":["urn:user:registersecurityinfo"]}}}"#,
        &["urn:user:registersecurityinfo"]
    )]
    #[case::both_members(r#"{"access_token":{"acrs":{"essential":true,"value":"c1","values":["c2"]}}}"#, &["c1", "c2"])]
    #[case::written_by_us(&context_challenge("c7"), &["c7"])]
    fn contexts_are_read_in_every_form(#[case] claims: &str, #[case] expected: &[&str]) {
        assert_eq!(ClaimsRequest::parse(claims).expect("a JSON object").contexts, expected);
    }

    #[rstest]
    #[case::as_recorded(&location_challenge(5, [192, 0, 2, 7].into()), Some("192.0.2.7"))]
    #[case::essential(
        r#"{"access_token":{"xms_rp_ipaddr":{"essential":true,"value":"2001:db8::1"}}}"#,
        Some("2001:db8::1")
    )]
    #[case::no_address(r#"{"access_token":{"xms_rp_ipaddr":{"value":"here"}}}"#, None)]
    fn the_address_that_an_api_saw_is_read(#[case] claims: &str, #[case] expected: Option<&str>) {
        let request = ClaimsRequest::parse(claims).expect("a JSON object");
        assert_eq!(request.reported_address, expected.map(|address| address.parse().expect("an address")));
    }

    #[rstest]
    #[case::none("{}", true)]
    #[case::past(r#"{"access_token":{"nbf":{"essential":true,"value":"900"}}}"#, true)]
    #[case::a_number(r#"{"access_token":{"nbf":{"essential":true,"value":1301}}}"#, false)]
    #[case::a_little_fast(r#"{"access_token":{"nbf":{"essential":true,"value":"1300"}}}"#, true)]
    #[case::the_future(r#"{"access_token":{"nbf":{"essential":true,"value":"1301"}}}"#, false)]
    #[case::a_wish(r#"{"access_token":{"nbf":{"value":"1301"}}}"#, true)]
    fn no_token_is_issued_from_the_future(#[case] claims: &str, #[case] issuable: bool) {
        let now = Timestamp::from_second(1000).expect("a time");
        assert_eq!(ClaimsRequest::parse(claims).expect("a JSON object").is_issuable_at(now), issuable);
    }

    #[rstest]
    #[case::known("c1", &["c1", "c5"], Some("c1"))]
    #[case::by_preference("urn:mace:incommon:iap:silver c2 c1", &["c2", "c5"], Some("c2"))]
    #[case::also_in_the_claims("c5", &["c5"], Some("c5"))]
    #[case::unknown("phr 1", &["c5"], None)]
    #[case::empty("", &["c5"], None)]
    fn the_first_context_that_is_known_is_wished_for(
        #[case] acr_values: &str,
        #[case] contexts: &[&str],
        #[case] wished: Option<&str>,
    ) {
        let claims = ClaimsRequest { contexts: vec!["c5".to_owned()], ..ClaimsRequest::default() };
        let claims = claims.wishing(acr_values, |word| ["c1", "c2", "c5"].contains(&word));
        assert_eq!(
            (claims.contexts.iter().map(String::as_str).collect(), claims.wished_context.as_deref()),
            (contexts.to_vec(), wished)
        );
        let at_redemption =
            ClaimsRequest::parse(r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#).expect("a JSON object");
        let at_redemption = at_redemption.after(&claims);
        assert_eq!(at_redemption.contexts.first().map(String::as_str), wished);
    }
}
