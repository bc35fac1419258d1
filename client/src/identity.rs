//! Who an answer is about: reads `client_info` and the ID token (OpenID Connect Core, 2 and 3.1.3.7).
//!
//! The ID token came straight from the token endpoint, so its signature is not checked (ibid.,
//! 3.1.3.7, item 6); that it belongs to this app, authority and sign-in is. Access tokens are
//! never opened.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{ClientErrorKind, Error};
use crate::result::Account;

/// `uid` and `utid`: the user and the tenant at home.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ClientInfo {
    pub(crate) uid: String,
    pub(crate) utid: String,
}

impl ClientInfo {
    /// None for anything unreadable: it is a convenience, not a promise.
    pub(crate) fn parse(encoded: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64.decode(encoded).ok()?).ok()
    }

    pub(crate) fn home_account_id(&self) -> String {
        format!("{}.{}", self.uid, self.utid)
    }
}

/// The claims of an ID token.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdToken(pub(crate) Map<String, Value>);

impl IdToken {
    pub(crate) fn parse(jwt: &str) -> Result<Self, Error> {
        let mut parts = jwt.split('.');
        let payload = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(_), Some(payload), Some(_), None) => payload,
            _ => return Err(invalid("is not a JWT of three parts")),
        };
        let bytes = BASE64.decode(payload).map_err(|_| invalid("is not base64url"))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|_| invalid("holds no JSON object"))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Meant for this app, from this authority.
    pub(crate) fn check(&self, client_id: &str, issuer_for: impl Fn(&str) -> String) -> Result<(), Error> {
        let for_us = match self.0.get("aud") {
            Some(Value::String(one)) => one == client_id,
            Some(Value::Array(several)) => several.iter().any(|one| one == client_id),
            _ => false,
        };
        if !for_us {
            return Err(invalid("is meant for another app (aud)"));
        }
        let issuer = issuer_for(self.text("tid").unwrap_or_default());
        if self.text("iss") != Some(issuer.as_str()) {
            return Err(invalid("comes from another issuer (iss)"));
        }
        Ok(())
    }

    /// Answers the very sign-in that sent `nonce`.
    pub(crate) fn check_nonce(&self, nonce: &str) -> Result<(), Error> {
        if self.text("nonce") == Some(nonce) {
            return Ok(());
        }
        Err(Error::client(
            ClientErrorKind::NonceMismatch,
            "the ID token answers another sign-in (nonce); it was thrown away, sign in again",
        ))
    }
}

/// The account an answer is about. Without `client_info` the home account id falls back to `sub`.
pub(crate) fn account(
    client_info: Option<&ClientInfo>,
    id_token: &IdToken,
    environment: String,
    tenant: &str,
) -> Option<Account> {
    let home_account_id = match client_info {
        Some(info) => info.home_account_id(),
        None => id_token.text("sub")?.to_owned(),
    };
    let text = |name| id_token.text(name).map(str::to_owned);
    Some(Account {
        home_account_id,
        environment,
        tenant_id: text("tid").unwrap_or_else(|| tenant.to_owned()),
        local_account_id: text("oid").or_else(|| text("sub")).unwrap_or_default(),
        username: ["preferred_username", "upn", "email"].into_iter().find_map(text).unwrap_or_default(),
        name: text("name"),
    })
}

fn invalid(why: &str) -> Error {
    Error::client(
        ClientErrorKind::InvalidIdToken,
        format!("the ID token {why}; the answer was thrown away, check the authority and the client id"),
    )
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::{BASE64, ClientInfo, IdToken, account};

    fn token(claims: &Value) -> IdToken {
        let body = BASE64.encode(claims.to_string());
        IdToken::parse(&format!("e30.{body}.sig")).unwrap()
    }

    fn issuer_for(tid: &str) -> String {
        format!("https://idp/{tid}/v2.0")
    }

    #[rstest]
    #[case::fine(json!({"aud": "me", "iss": "https://idp/t/v2.0", "tid": "t"}), true)]
    #[case::audience_list(json!({"aud": ["x", "me"], "iss": "https://idp/t/v2.0", "tid": "t"}), true)]
    #[case::other_audience(json!({"aud": "you", "iss": "https://idp/t/v2.0", "tid": "t"}), false)]
    #[case::no_audience(json!({"iss": "https://idp/t/v2.0", "tid": "t"}), false)]
    #[case::other_issuer(json!({"aud": "me", "iss": "https://evil/t/v2.0", "tid": "t"}), false)]
    #[case::other_tenant(json!({"aud": "me", "iss": "https://idp/t/v2.0", "tid": "u"}), false)]
    fn audience_and_issuer(#[case] claims: Value, #[case] accepted: bool) {
        assert_eq!(token(&claims).check("me", issuer_for).is_ok(), accepted);
    }

    #[rstest]
    #[case::same(json!({"nonce": "n"}), true)]
    #[case::other(json!({"nonce": "m"}), false)]
    #[case::null(json!({"nonce": null}), false)]
    #[case::absent(json!({}), false)]
    fn nonce(#[case] claims: Value, #[case] accepted: bool) {
        assert_eq!(token(&claims).check_nonce("n").is_ok(), accepted);
    }

    #[rstest]
    #[case("")]
    #[case("a.b")]
    #[case("a.!!.c")]
    #[case("a.W10.c")]
    #[case("a.e30.c.d")]
    fn malformed(#[case] jwt: &str) {
        assert_eq!(IdToken::parse(jwt).unwrap_err().code(), "invalid_id_token");
    }

    #[test]
    fn a_guest_keeps_the_home_identity() {
        let info = ClientInfo::parse(&BASE64.encode(r#"{"uid":"u","utid":"home"}"#)).unwrap();
        let claims = json!({"tid": "resource", "oid": "guest", "sub": "s", "preferred_username": "cy"});
        let account = account(Some(&info), &token(&claims), "idp".to_owned(), "common").unwrap();
        assert_eq!(account.home_account_id, "u.home");
        assert_eq!(account.tenant_id, "resource");
        assert_eq!(account.local_account_id, "guest");
    }
}
