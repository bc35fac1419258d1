//! What an API makes of a token: the decision of `policy`, seen from the other side (escalation reference 4.3, 2.7 F).
//!
//! Pure, like the rest of this module: a verified token and a route go in, data comes out; `http::api` writes the 401.

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    claims_request::{context_challenge, revocation_challenge},
    directory::Api,
};

/// The claims of a token that an API looks at. Its signature has been checked.
#[derive(Clone, Debug, Deserialize)]
pub struct Presented {
    /// Audience.
    pub aud: String,
    /// Issuer.
    pub iss: String,
    /// Expiry, unix seconds.
    pub exp: i64,
    /// Not before, unix seconds.
    pub nbf: i64,
    /// Tenant.
    pub tid: Uuid,
    /// User (or, for an application, its service principal).
    pub oid: Uuid,
    /// Delegated scopes.
    #[serde(default)]
    pub scp: String,
    /// Application permissions.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Authentication contexts that are met.
    #[serde(default)]
    pub acrs: Vec<String>,
    /// Methods of the sign-in; version 1 tokens only.
    #[serde(default)]
    pub amr: Vec<String>,
    /// Capabilities of the client, if the API takes part in continuous access evaluation.
    #[serde(default)]
    pub xms_cc: Vec<String>,
    /// Issued at, backdated, unix seconds.
    #[serde(default)]
    pub iat: i64,
    /// The sealed proof of how and when the token was got.
    #[serde(default)]
    pub aio: String,
    /// The browser session.
    pub sid: Option<Uuid>,
    /// Client id in version 1 tokens.
    pub appid: Option<Uuid>,
    /// Client id in version 2 tokens.
    pub azp: Option<Uuid>,
}

/// What the API answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Come in.
    Allowed,
    /// 401 `invalid_token`: expired, or for somebody else.
    InvalidToken(&'static str),
    /// 403 `insufficient_scope`.
    InsufficientScope,
    /// 401 `insufficient_claims`: get a better token with these claims.
    Challenge {
        /// The claims, as JSON text.
        claims: String,
        /// The rule behind it.
        because: String,
        /// What kind of challenge it is.
        cause: Cause,
    },
    /// 403: the API behind this one could not be called for the user, and no claims would help.
    Downstream(String),
}

/// What a challenge is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The route needs an authentication context.
    AuthenticationContext,
    /// Continuous access evaluation: something happened to the account since the token was issued.
    AccountEvent,
    /// The API behind this one demands more; the claims are its policy's.
    Downstream,
}

/// What an API knows when a token arrives.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The API.
    pub api: &'a Api,
    /// The issuers it trusts.
    pub issuers: &'a [String],
    /// The authentication context that the route needs.
    pub context: Option<&'a str>,
    /// The time, unix seconds.
    pub now: i64,
    /// When the token was issued.
    pub issued_at: Timestamp,
    /// Tokens of this user issued before are revoked.
    pub valid_from: Option<Timestamp>,
    /// Whether the account still exists and is enabled.
    pub usable: bool,
}

impl Presented {
    /// Whether the token was made for `api`, by its id or by its App ID URI.
    #[must_use]
    pub fn is_for(&self, api: &Api) -> bool {
        let ours = [api.id.to_string(), api.app_id_uri.trim_end_matches('/').to_owned()];
        ours.iter().any(|aud| self.aud.trim_end_matches('/').eq_ignore_ascii_case(aud))
    }
}

/// Judges a token.
#[must_use]
pub fn judge(token: &Presented, arrival: &Arrival<'_>) -> Verdict {
    let Arrival { api, issuers, context, now, .. } = *arrival;
    if !issuers.contains(&token.iss) {
        return Verdict::InvalidToken("the token is of another issuer");
    }
    if !token.is_for(api) {
        return Verdict::InvalidToken("the token is for another audience");
    }
    if token.exp <= now {
        return Verdict::InvalidToken("the token has expired");
    }
    if token.nbf > now {
        return Verdict::InvalidToken("the token is not valid yet");
    }
    if let Some(event) = account_event(token, arrival) {
        return Verdict::Challenge {
            claims: revocation_challenge(now),
            because: event.to_owned(),
            cause: Cause::AccountEvent,
        };
    }
    let scoped = token.scp.split(' ').any(|scope| api.scope(scope).is_some());
    if !scoped && token.roles.is_empty() {
        return Verdict::InsufficientScope;
    }
    match context {
        Some(context) if !token.acrs.iter().any(|met| met == context) => Verdict::Challenge {
            claims: context_challenge(context),
            because: format!("the route needs the authentication context {context}"),
            cause: Cause::AuthenticationContext,
        },
        _ => Verdict::Allowed,
    }
}

/// What happened to the account since the token was issued, if API and client take part in continuous access evaluation.
/// Any other token stays good until it expires (escalation reference 4.5 and 4.6).
fn account_event(token: &Presented, arrival: &Arrival<'_>) -> Option<&'static str> {
    let capable = token.xms_cc.iter().any(|capability| capability.eq_ignore_ascii_case("cp1"));
    if !capable || !arrival.api.continuous_access_evaluation {
        return None;
    }
    if arrival.valid_from.is_some_and(|valid_from| arrival.issued_at < valid_from) {
        return Some(
            "continuous access evaluation asks for a new sign-in: InteractionRequired, TokenIssuedBeforeRevocationTimestamp",
        );
    }
    (!arrival.usable).then_some(
        "continuous access evaluation asks for a new sign-in: InteractionRequired, the account is disabled or deleted",
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config;

    fn token() -> Presented {
        serde_json::from_value(serde_json::json!({
            "aud": "b0000000-0000-4000-8000-000000000004",
            "iss": "us",
            "exp": 200,
            "nbf": 100,
            "tid": Uuid::nil(),
            "oid": Uuid::nil(),
            "scp": "Secrets.Read",
            "acrs": ["c1"],
        }))
        .unwrap()
    }

    #[rstest]
    #[case::good(|_: &mut Presented| {}, Verdict::Allowed)]
    #[case::by_address(|token: &mut Presented| token.aud = "api://vault/".into(), Verdict::Allowed)]
    #[case::issuer(|token: &mut Presented| token.iss = "them".into(), Verdict::InvalidToken("the token is of another issuer"))]
    #[case::audience(|token: &mut Presented| token.aud = "api://mail".into(), Verdict::InvalidToken("the token is for another audience"))]
    #[case::expired(|token: &mut Presented| token.exp = 150, Verdict::InvalidToken("the token has expired"))]
    #[case::early(|token: &mut Presented| token.nbf = 151, Verdict::InvalidToken("the token is not valid yet"))]
    #[case::scope(|token: &mut Presented| token.scp = "openid".into(), Verdict::InsufficientScope)]
    #[case::context(
        |token: &mut Presented| token.acrs.clear(),
        Verdict::Challenge {
            claims: r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#.into(),
            because: "the route needs the authentication context c1".into(),
            cause: Cause::AuthenticationContext,
        }
    )]
    fn a_token_is_judged(#[case] change: fn(&mut Presented), #[case] expected: Verdict) {
        let document = config::built_in();
        let vault = document.apis.iter().find(|api| api.name == "vault").unwrap();
        let mut token = token();
        change(&mut token);
        assert_eq!(judge(&token, &arrival(vault)), expected);
    }

    fn arrival(api: &Api) -> Arrival<'_> {
        static ISSUERS: std::sync::LazyLock<[String; 1]> = std::sync::LazyLock::new(|| ["us".to_owned()]);
        let issued_at = Timestamp::from_second(120).unwrap();
        Arrival { api, issuers: &*ISSUERS, context: Some("c1"), now: 150, issued_at, valid_from: None, usable: true }
    }

    /// F1: only a token of which client and API agreed that it can be revoked, and only if it is older.
    #[rstest]
    #[case::revoked(true, &["CP1"], Some(121), true, true)]
    #[case::deleted(true, &["cp1"], None, false, true)]
    #[case::issued_after(true, &["cp1"], Some(120), true, false)]
    #[case::client_not_capable(true, &[], Some(121), false, false)]
    #[case::api_not_capable(false, &["cp1"], Some(121), false, false)]
    fn a_revoked_token_is_challenged(
        #[case] api_takes_part: bool,
        #[case] capabilities: &[&str],
        #[case] valid_from: Option<i64>,
        #[case] usable: bool,
        #[case] challenged: bool,
    ) {
        let document = config::built_in();
        let mut vault = document.apis.iter().find(|api| api.name == "vault").unwrap().clone();
        vault.continuous_access_evaluation = api_takes_part;
        let mut token = token();
        token.xms_cc = capabilities.iter().map(|word| (*word).to_owned()).collect();
        let valid_from = valid_from.map(|second| Timestamp::from_second(second).unwrap());
        let verdict = judge(&token, &Arrival { valid_from, usable, ..arrival(&vault) });
        match verdict {
            Verdict::Challenge { claims, cause: Cause::AccountEvent, .. } => {
                assert!(challenged);
                assert_eq!(claims, r#"{"access_token":{"nbf":{"essential":true, "value":"150"}}}"#);
            }
            other => assert!(!challenged && other == Verdict::Allowed, "{other:?}"),
        }
    }
}
