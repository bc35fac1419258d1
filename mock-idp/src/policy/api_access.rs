//! What an API makes of a token: the decision of `policy`, seen from the other side (escalation reference 4.3, 2.7 F).
//!
//! Pure, like the rest of this module: a verified token and a route go in, data comes out; `http::api` writes the 401.

use serde::Deserialize;
use uuid::Uuid;

use crate::{claims_request::context_challenge, directory::Api};

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
    },
}

/// Judges a token at a route of `api`. `context` is the authentication context that the route needs.
#[must_use]
pub fn judge(token: &Presented, api: &Api, issuers: &[String], context: Option<&str>, now: i64) -> Verdict {
    let ours = [api.id.to_string(), api.app_id_uri.trim_end_matches('/').to_owned()];
    if !issuers.contains(&token.iss) {
        return Verdict::InvalidToken("the token is of another issuer");
    }
    if !ours.iter().any(|aud| token.aud.trim_end_matches('/').eq_ignore_ascii_case(aud)) {
        return Verdict::InvalidToken("the token is for another audience");
    }
    if token.exp <= now {
        return Verdict::InvalidToken("the token has expired");
    }
    if token.nbf > now {
        return Verdict::InvalidToken("the token is not valid yet");
    }
    let scoped = token.scp.split(' ').any(|scope| api.scope(scope).is_some());
    if !scoped && token.roles.is_empty() {
        return Verdict::InsufficientScope;
    }
    match context {
        Some(context) if !token.acrs.iter().any(|met| met == context) => Verdict::Challenge {
            claims: context_challenge(context),
            because: format!("the route needs the authentication context {context}"),
        },
        _ => Verdict::Allowed,
    }
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
        }
    )]
    fn a_token_is_judged(#[case] change: fn(&mut Presented), #[case] expected: Verdict) {
        let document = config::built_in();
        let vault = document.apis.iter().find(|api| api.name == "vault").unwrap();
        let mut token = token();
        change(&mut token);
        assert_eq!(judge(&token, vault, &["us".to_owned()], Some("c1"), 150), expected);
    }
}
