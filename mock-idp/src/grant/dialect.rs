//! The two dialects of the protocol endpoints. `/{t}/oauth2/v2.0/…` speaks v2, `/{t}/oauth2/…` speaks v1, which ADAL and
//! older programs use. Grants, policies and the pipeline are the same for both; everything that differs stands here:
//!
//! | | v2 | v1 |
//! |---|---|---|
//! | how a request is read | `scope` names API and permissions | `resource` names the API; without names in `scope` every permission that was consented to is meant |
//! | how an answer is written | numbers are numbers | numbers are strings; `expires_on`, `not_before`, `resource` are added (escalation reference 6.1) |
//! | how an error is written | `invalid_grant` with a suberror | `interaction_required` for what Conditional Access demands, `user_password_expired` for 50055; suberror and claims are the same (finding 1, 2.5, B8) |
//!
//! And the ID token follows the endpoint (6.2): [`crate::token::id_token_v1`]. The version of an access token is its API's
//! choice in either dialect.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    directory::{Dialect, Switches},
    error::{Aadsts, Refusal},
    params::Params,
    scopes::{Scopes, is_oidc},
};

use super::TokenAnswer;

/// The v1 endpoints know no `offline_access` and no `profile`: whoever signs in gets a refresh token and an ID token with
/// names in it.
const ALWAYS_ASKED_IN_V1: &str = "openid profile offline_access";

impl Dialect {
    /// The dialect of the protocol endpoint at `path`.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        match path.split('/').nth(3) {
            Some("v2.0") => Self::V2,
            _ => Self::V1,
        }
    }

    /// The dialect in which an endpoint of this one writes its errors: its own, unless the tenant's switch says v1.
    #[must_use]
    pub fn of_errors(self, switches: &Switches) -> Self {
        match self {
            Self::V2 => switches.error_dialect,
            Self::V1 => Self::V1,
        }
    }

    // ── How a request is read ──

    /// What a request in a user's name asks for, as a v2 scope list; `None` if it does not say.
    #[must_use]
    pub fn scope(self, params: &Params) -> Option<Cow<'_, str>> {
        self.scope_of(params.get("resource"), params.get("scope"))
    }

    /// The same for the two parameters that can say it.
    #[must_use]
    pub fn scope_of<'a>(self, resource: Option<&'a str>, scope: Option<&'a str>) -> Option<Cow<'a, str>> {
        match self {
            Self::V2 => scope.map(Cow::Borrowed),
            Self::V1 => resource.map(|resource| Cow::Owned(scope_list(Some(resource), scope))),
        }
    }

    /// What a client asks for that must say it here.
    ///
    /// # Errors
    ///
    /// 900144 for `scope` or `resource`, if it is absent.
    pub fn required_scope(self, params: &Params) -> Result<Cow<'_, str>, Refusal> {
        self.scope(params).ok_or_else(|| self.scope_missing())
    }

    /// What an authorization request asks for. A v1 request may leave `resource` to the redemption of its code.
    ///
    /// # Errors
    ///
    /// 900144 if there is no `scope`, in v2.
    pub fn scope_to_authorize(self, params: &Params) -> Result<Cow<'_, str>, Refusal> {
        match self {
            Self::V2 => self.required_scope(params),
            Self::V1 => Ok(Cow::Owned(scope_list(params.get("resource"), params.get("scope")))),
        }
    }

    /// What an application asks for in its own name: `{api}/.default`.
    ///
    /// # Errors
    ///
    /// 900144 for `scope` or `resource`, if it is absent.
    pub fn scope_of_an_application(self, params: &Params) -> Result<Cow<'_, str>, Refusal> {
        match self {
            Self::V2 => self.required_scope(params),
            Self::V1 => {
                let resource = params.get("resource").ok_or_else(|| self.scope_missing())?;
                Ok(Cow::Owned(qualified(resource, ".default")))
            }
        }
    }

    /// What a token request that does not say what it is for gets: the scopes that were `authorized`.
    ///
    /// # Errors
    ///
    /// 900144 if there are none, or if they are of a v1 request that left out `resource`.
    pub(super) fn scope_authorized(self, authorized: Option<&Scopes>) -> Result<&Scopes, Refusal> {
        let names_an_api = |scopes: &&Scopes| self == Self::V2 || !scopes.apis.is_empty();
        authorized.filter(names_an_api).ok_or_else(|| self.scope_missing())
    }

    fn scope_missing(self) -> Refusal {
        let parameter = match self {
            Self::V2 => "scope",
            Self::V1 => "resource",
        };
        Refusal::new(Aadsts::MissingParameter).with("parameter", parameter)
    }

    // ── How an answer is written ──

    /// A token answer, to be serialized.
    #[must_use]
    pub fn written(self, answer: &TokenAnswer) -> Written<'_> {
        match self {
            Self::V2 => Written::V2(answer),
            Self::V1 => Written::V1(Box::new(AnswerV1::of(answer))),
        }
    }

    /// The answer to a device that asks for its codes. `lifetime` and `interval` are seconds.
    #[must_use]
    pub fn device_codes(
        self,
        user_code: &str,
        device_code: &str,
        address: &str,
        lifetime: u64,
        interval: u32,
    ) -> Value {
        let message = format!(
            "To sign in, use a web browser to open the page {address} and enter the code {user_code} to authenticate."
        );
        match self {
            Self::V2 => json!({
                "user_code": user_code,
                "device_code": device_code,
                "verification_uri": address,
                "expires_in": lifetime,
                "interval": interval,
                "message": message,
            }),
            // The older name, and strings (wire reference, list of fixtures).
            Self::V1 => json!({
                "user_code": user_code,
                "device_code": device_code,
                "verification_url": address,
                "expires_in": lifetime.to_string(),
                "interval": interval.to_string(),
                "message": message,
            }),
        }
    }

    // ── How an error is written ──

    /// The refusal in this dialect. An error word that was chosen for the occasion or by a switch stays; saying so twice
    /// changes nothing.
    ///
    /// The suberror tells the demands of Conditional Access, which are `interaction_required` in v1, from missing consent
    /// and dead grants, which are `invalid_grant` in both.
    #[must_use]
    pub fn refused(self, refusal: Refusal) -> Refusal {
        let row = refusal.code.row();
        match (self, refusal.error, row.error, row.suberror) {
            (Self::V1, None, "invalid_grant", Some("basic_action" | "additional_action" | "message_only")) => {
                refusal.with_error("interaction_required")
            }
            (Self::V1, None, "invalid_grant", Some("user_password_expired")) => {
                refusal.with_error("user_password_expired")
            }
            _ => refusal,
        }
    }
}

/// The scope list that a v1 request stands for. Bare names in its `scope` are permissions of `resource`, if there is one;
/// without any the whole of what was consented to is meant.
fn scope_list(resource: Option<&str>, scope: Option<&str>) -> String {
    let mut words = vec![ALWAYS_ASKED_IN_V1.to_owned()];
    let (oidc, named): (Vec<&str>, Vec<&str>) =
        scope.unwrap_or_default().split_ascii_whitespace().partition(|word| is_oidc(word));
    words.extend(oidc.into_iter().map(str::to_owned));
    if let Some(resource) = resource {
        if named.is_empty() {
            words.push(qualified(resource, ".default"));
        }
        words.extend(named.into_iter().map(|name| match name.contains('/') {
            true => name.to_owned(),
            false => qualified(resource, name),
        }));
    }
    words.join(" ")
}

/// A resource is one word of the list, whatever it holds.
fn qualified(resource: &str, name: &str) -> String {
    format!("{}/{name}", resource.replace(char::is_whitespace, "%20"))
}

/// A token answer in one of the dialects.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Written<'a> {
    /// As it is.
    V2(&'a TokenAnswer),
    /// See [`AnswerV1`].
    V1(Box<AnswerV1<'a>>),
}

/// The v1 token answer, member by member in Entra's order.
#[derive(Serialize)]
pub struct AnswerV1<'a> {
    token_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    expires_in: String,
    ext_expires_in: String,
    /// `exp` of the access token.
    expires_on: String,
    /// `nbf` of the access token.
    not_before: String,
    /// The API as it was asked for.
    resource: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_in: Option<String>,
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    foci: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_info: Option<&'a str>,
}

impl<'a> AnswerV1<'a> {
    fn of(answer: &'a TokenAnswer) -> Self {
        Self {
            token_type: answer.token_type,
            scope: answer.scope.as_deref().map(names),
            expires_in: answer.expires_in.to_string(),
            ext_expires_in: answer.ext_expires_in.to_string(),
            expires_on: answer.expires_on.to_string(),
            not_before: answer.not_before.to_string(),
            resource: &answer.resource,
            refresh_in: answer.refresh_in.map(|seconds| seconds.to_string()),
            access_token: &answer.access_token,
            refresh_token: answer.refresh_token.as_deref(),
            foci: answer.foci,
            id_token: answer.id_token.as_deref(),
            client_info: answer.client_info.as_deref(),
        }
    }
}

/// A v1 answer names permissions without their API, and no `.default`.
fn names(scope: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for word in scope.split(' ') {
        let name = word.rsplit('/').next().unwrap_or(word);
        if name != ".default" && !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::error::{ErrorBody, Trace};

    #[rstest]
    #[case("/contoso.test/oauth2/v2.0/token", Dialect::V2)]
    #[case("/common/oauth2/v2.0/authorize", Dialect::V2)]
    #[case("/contoso.test/oauth2/token", Dialect::V1)]
    #[case("/v2.0/oauth2/token", Dialect::V1)]
    fn the_path_tells_the_dialect(#[case] path: &str, #[case] dialect: Dialect) {
        assert_eq!(Dialect::of_path(path), dialect);
    }

    #[rstest]
    #[case::resource_alone("resource=api://mail", " api://mail/.default")]
    #[case::closing_slash("resource=api://mail/", " api://mail//.default")]
    #[case::beside_openid("resource=api://mail&scope=openid+email", " openid email api://mail/.default")]
    #[case::names_of_the_resource("resource=api://mail&scope=Mail.Read+openid", " openid api://mail/Mail.Read")]
    #[case::names_in_full("resource=api://mail&scope=api://mail/Mail.Read", " api://mail/Mail.Read")]
    #[case::two_words("resource=api://mail/Mail.Read+api://vault", " api://mail/Mail.Read%20api://vault/.default")]
    fn a_resource_is_read_as_the_scopes_of_an_api(#[case] query: &str, #[case] expected: &str) {
        let params = Params::parse(query.as_bytes()).unwrap();
        let scope = Dialect::V1.scope(&params).unwrap();
        assert_eq!(scope.strip_prefix(ALWAYS_ASKED_IN_V1), Some(expected));
    }

    #[test]
    fn a_scope_names_no_api_in_v1() {
        let params = Params::parse(b"scope=api://mail/Mail.Read").unwrap();
        assert_eq!(Dialect::V1.scope(&params), None);
        assert_eq!(Dialect::V1.scope_to_authorize(&params).unwrap(), ALWAYS_ASKED_IN_V1);
        let refusal = Dialect::V1.required_scope(&params).unwrap_err();
        assert!(refusal.code == Aadsts::MissingParameter && refusal.sentence().contains("'resource'"));
    }

    /// 2.5 D, and what is not part of it.
    #[rstest]
    #[case::d1(Aadsts::MfaRequired, "interaction_required")]
    #[case::d3(Aadsts::MfaEnrolmentRequired, "interaction_required")]
    #[case::d4(Aadsts::MfaTooOld, "interaction_required")]
    #[case::d6(Aadsts::ExternalChallenge, "interaction_required")]
    #[case::d7(Aadsts::Blocked, "interaction_required")]
    #[case::d8(Aadsts::DeviceNotCompliant, "interaction_required")]
    #[case::d9(Aadsts::DeviceNotDomainJoined, "interaction_required")]
    #[case::d10(Aadsts::ApplicationNotApproved, "interaction_required")]
    #[case::d11(Aadsts::AppProtectionRequired, "unauthorized_client")]
    #[case::d12(Aadsts::PasswordChangeRequired, "interaction_required")]
    #[case::d14(Aadsts::DeviceNotRegistered, "interaction_required")]
    #[case::d18(Aadsts::DeviceAuthenticationRequired, "invalid_grant")]
    #[case::b1(Aadsts::GrantInactive, "invalid_grant")]
    #[case::b2(Aadsts::SignInTooOld, "invalid_grant")]
    #[case::b3(Aadsts::GrantRevoked, "invalid_grant")]
    #[case::b8(Aadsts::PasswordExpired, "user_password_expired")]
    #[case::b9(Aadsts::AccountDisabled, "invalid_grant")]
    #[case::c1(Aadsts::ConsentRequired, "invalid_grant")]
    #[case::h1(Aadsts::CodeRedeemed, "invalid_grant")]
    #[case::j(Aadsts::ResourceNotFound, "invalid_resource")]
    fn errors_have_other_words_in_v1(#[case] code: Aadsts, #[case] v1: &str) {
        let refusal = || Refusal::new(code).with_claims(Some("{}".to_owned()));
        let (written, as_it_is) = (Dialect::V1.refused(refusal()), Dialect::V2.refused(refusal()));
        assert_eq!(written.error(), v1);
        assert_eq!(as_it_is, refusal());
        assert_eq!(Dialect::V1.refused(written.clone()), written);
        // All else is the same in both.
        assert_eq!((written.status(), written.number()), (as_it_is.status(), as_it_is.number()));
        assert_eq!((written.suberror(), written.claims), (as_it_is.suberror(), as_it_is.claims));
    }

    #[test]
    fn a_word_chosen_for_the_occasion_stays() {
        let refusal = Refusal::new(Aadsts::Blocked).with_error("access_denied");
        assert_eq!(Dialect::V1.refused(refusal).error(), "access_denied");
    }

    #[rstest]
    #[case(Dialect::V1, true)]
    #[case(Dialect::V2, false)]
    fn an_expired_password_is_changed_at_an_address_that_v1_tells(#[case] dialect: Dialect, #[case] told: bool) {
        let refusal = dialect.refused(Refusal::new(Aadsts::PasswordExpired));
        let id = uuid::Uuid::nil();
        let trace = Trace { trace_id: id, correlation_id: id, at: jiff::Timestamp::UNIX_EPOCH };
        let body = serde_json::to_value(ErrorBody::new(&refusal, &trace, crate::directory::Trailer::Space)).unwrap();
        assert_eq!(body["suberror"], "user_password_expired");
        assert_eq!(body.as_object().unwrap().keys().next_back().unwrap() == "password_change_url", told);
    }
}
