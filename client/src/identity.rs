//! Who an answer is about: reads `client_info` and the ID token (OpenID Connect Core, 2 and 3.1.3.7).
//!
//! The ID token came straight from the token endpoint, so its signature is not checked (ibid.,
//! 3.1.3.7, item 6); that it belongs to this app, authority and sign-in is. Access tokens are
//! never opened.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{ClientErrorKind, Error};
use crate::result::Account;

/// So far the clocks of authority and app may lie apart.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

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

    /// Meant for this app, from this authority, and not expired (items 2, 3 and 9).
    pub(crate) fn check(
        &self,
        client_id: &str,
        now: Timestamp,
        issuer_for: impl Fn(&str) -> String,
    ) -> Result<(), Error> {
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
        self.check_expiry(now)
    }

    fn check_expiry(&self, now: Timestamp) -> Result<(), Error> {
        let seconds = self.0.get("exp").and_then(Value::as_f64);
        let end = seconds.and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok());
        let end = end.ok_or_else(|| invalid("does not say when it expires (exp)"))?;
        if now.as_duration() < end.saturating_add(CLOCK_SKEW) {
            return Ok(());
        }
        Err(Error::client(
            ClientErrorKind::InvalidIdToken,
            "the ID token has expired (exp); the answer was thrown away, check this computer's clock and sign in again",
        ))
    }

    /// True if it speaks of another user than `account`, as far as `oid` tells: a user has one in each tenant.
    pub(crate) fn is_of_another_than(&self, account: &Account) -> bool {
        let (Some(oid), Some(tid)) = (self.text("oid"), self.text("tid")) else {
            return false;
        };
        let here = Some((account.local_account_id.as_str(), account.tenant_id.as_str()));
        let known = [here, account.home_parts()].into_iter().flatten();
        known
            .filter(|(id, tenant)| !id.is_empty() && tenant.eq_ignore_ascii_case(tid))
            .any(|(id, _)| !id.eq_ignore_ascii_case(oid))
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

/// The same user in another tenant, where the user has another id, unless it is home.
pub(crate) fn in_tenant(account: &Account, tenant: &str) -> Account {
    if account.tenant_id.eq_ignore_ascii_case(tenant) {
        return account.clone();
    }
    let at_home = account.home_parts().filter(|(_, home)| home.eq_ignore_ascii_case(tenant));
    let local_account_id = at_home.map(|(id, _)| id.to_owned()).unwrap_or_default();
    Account { tenant_id: tenant.to_owned(), local_account_id, ..account.clone() }
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
    use jiff::Timestamp;
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::{Account, BASE64, ClientInfo, IdToken, account, in_tenant};

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
        let mut claims = claims;
        claims["exp"] = json!(1);
        assert_eq!(token(&claims).check("me", Timestamp::UNIX_EPOCH, issuer_for).is_ok(), accepted);
    }

    /// OpenID Connect Core, 3.1.3.7, item 9, with five minutes of leeway.
    #[rstest]
    #[case::before(json!(3600), 3599, true)]
    #[case::within_the_leeway(json!(3600), 3600 + 299, true)]
    #[case::after_the_leeway(json!(3600), 3600 + 300, false)]
    #[case::with_a_fraction(json!(3600.5), 3600 + 300, true)]
    #[case::absurdly_late(json!(1e300), 0, false)]
    #[case::text(json!("3600"), 0, false)]
    #[case::absent(Value::Null, 0, false)]
    fn expiry(#[case] exp: Value, #[case] now: i64, #[case] accepted: bool) {
        let claims = json!({"aud": "me", "iss": "https://idp/t/v2.0", "tid": "t", "exp": exp});
        let now = Timestamp::from_second(now).unwrap();
        let checked = token(&claims).check("me", now, issuer_for);
        assert_eq!(checked.is_ok(), accepted);
        assert!(
            checked.err().is_none_or(|error| error.code() == "invalid_id_token" && error.to_string().contains("exp"))
        );
    }

    /// `u.home` is known as `local` in the tenant `t`.
    #[rstest]
    #[case::same(json!({"tid": "t", "oid": "local"}), false)]
    #[case::same_at_home(json!({"tid": "home", "oid": "U"}), false)]
    #[case::another(json!({"tid": "T", "oid": "bo"}), true)]
    #[case::another_at_home(json!({"tid": "home", "oid": "local"}), true)]
    #[case::in_a_tenant_not_seen_before(json!({"tid": "third", "oid": "guest"}), false)]
    #[case::says_nothing(json!({"sub": "s"}), false)]
    fn another_user(#[case] claims: Value, #[case] expected: bool) {
        assert_eq!(token(&claims).is_of_another_than(&known_user()), expected);
    }

    #[rstest]
    #[case::same("T", "local")]
    #[case::home("home", "u")]
    #[case::not_seen_before("third", "")]
    fn the_same_user_in_a_tenant(#[case] tenant: &str, #[case] local_account_id: &str) {
        let account = in_tenant(&known_user(), tenant);
        assert!(account.tenant_id.eq_ignore_ascii_case(tenant));
        assert_eq!(account.local_account_id, local_account_id);
        assert_eq!(account.home_account_id, "u.home");
    }

    fn known_user() -> Account {
        let info = ClientInfo { uid: "u".to_owned(), utid: "home".to_owned() };
        let claims = json!({"tid": "t", "oid": "local", "preferred_username": "cy"});
        account(Some(&info), &token(&claims), "idp".to_owned(), "common").unwrap()
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
