//! A token as the log keeps it: its header and claims. The signature is left out, so what is kept opens nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

/// A token of an exchange, decoded and without its signature.
///
/// Header and claims stay text until somebody looks at them: every token that is issued gets here, and few are looked at.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TokenSeen {
    /// What it was in the exchange.
    pub role: TokenRole,
    /// The header.
    #[schemars(with = "Map<String, Value>")]
    header: Box<RawValue>,
    /// The claims, in the order in which they stand.
    #[schemars(with = "Map<String, Value>")]
    claims: Box<RawValue>,
}

/// What a token was in an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenRole {
    /// An access token that was issued.
    AccessToken,
    /// An ID token that was issued.
    IdToken,
    /// What the caller of an API presented, good or not.
    Presented,
}

impl TokenSeen {
    /// Decodes `token`; `None` if it is no JSON Web Token, or too long to be one of ours.
    #[must_use]
    pub fn decoded(role: TokenRole, token: &str) -> Option<Self> {
        let mut parts = Some(token).filter(|token| token.len() <= LONGEST)?.split('.');
        let mut part = || {
            let json = String::from_utf8(URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok()?;
            RawValue::from_string(json).ok().filter(|json| json.get().trim_start().starts_with('{'))
        };
        Some(Self { role, header: part()?, claims: part()? })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> Map<String, Value> {
        members(&self.header)
    }

    /// The claims, in the order in which they stand.
    #[must_use]
    pub fn claims(&self) -> Map<String, Value> {
        members(&self.claims)
    }
}

impl PartialEq for TokenSeen {
    fn eq(&self, other: &Self) -> bool {
        (self.role, self.header.get(), self.claims.get()) == (other.role, other.header.get(), other.claims.get())
    }
}

fn members(json: &RawValue) -> Map<String, Value> {
    // An object, or it would not have got here; from elsewhere it is what the control API says.
    serde_json::from_str(json.get()).unwrap_or_default()
}

const LONGEST: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_is_not_decoded() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let good = format!("{}.{}.signature", part(r#"{"alg":"RS256"}"#), part(r#"{"aud":"a"}"#));
        let seen = TokenSeen::decoded(TokenRole::Presented, &good).unwrap();
        assert_eq!((&seen.header()["alg"], &seen.claims()["aud"]), (&"RS256".into(), &"a".into()));
        let written = serde_json::to_string(&seen).unwrap();
        assert!(!written.contains("signature"));
        assert_eq!(serde_json::from_str::<TokenSeen>(&written).unwrap(), seen);
        let long = format!("{good}{}", "x".repeat(LONGEST));
        for bad in ["", ".", "a.b.c", &format!("{}.{}", part("[]"), part("{}")), &long] {
            assert_eq!(TokenSeen::decoded(TokenRole::Presented, bad), None, "{bad}");
        }
    }
}
