//! What an authority's openid-configuration says (OpenID Connect Discovery 1.0, 3), what of it is
//! believed, and what follows from it for a request. No network.

use serde::Deserialize;
use url::Url;

use super::{Authority, EXTERNAL_ID, is_loopback, is_tenant_id};
use crate::error::{ClientErrorKind, Error};
use crate::scopes::Scopes;

/// The part of openid-configuration that this client uses.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    issuer: String,
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: Url,
    #[serde(default)]
    pub(crate) device_authorization_endpoint: Option<Url>,
    #[serde(default)]
    response_modes_supported: Option<Vec<String>>,
    #[serde(default)]
    scopes_supported: Option<Vec<String>>,
    #[serde(default)]
    prompt_values_supported: Option<Vec<String>>,
    /// RFC 9207, 3.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    /// Whose it is; set when checked.
    #[serde(skip)]
    of_entra: bool,
}

impl Metadata {
    /// The issuer that an ID token of tenant `tid` must name.
    pub(crate) fn issuer_for(&self, tid: &str) -> String {
        self.issuer.replace("{tenantid}", tid).replace("{tenant}", tid)
    }

    /// The id of the tenant that the authority stands for, where the issuer names one.
    pub(crate) fn tenant_id(&self) -> Option<String> {
        let issuer = Url::parse(&self.issuer).ok()?;
        let tenant = issuer.path_segments()?.next()?.to_ascii_lowercase();
        (self.of_entra && is_tenant_id(&tenant)).then_some(tenant)
    }

    /// Refuses an answer to the sign-in that comes from another server (mix-up attack, RFC 9207,
    /// 2.4): `iss` must be there if the server promises it, and right if it is there.
    pub(crate) fn check_response_issuer(&self, iss: Option<&str>) -> Result<(), Error> {
        let refuse = |why: &str| {
            Err(Error::client(
                ClientErrorKind::IssuerMismatch,
                format!(
                    "the answer to the sign-in {why} (RFC 9207); it was thrown away, sign in again and report it to the owner of {}",
                    self.issuer
                ),
            ))
        };
        match iss {
            Some(iss) if self.may_be_issuer(iss) => Ok(()),
            Some(iss) => refuse(&format!("comes from another server, {iss}")),
            None if self.authorization_response_iss_parameter_supported => {
                refuse("does not say which server it comes from, although the server promises to")
            }
            None => Ok(()),
        }
    }

    /// `{tenantid}` stands for any one part of the path.
    fn may_be_issuer(&self, iss: &str) -> bool {
        match self.issuer.split_once("{tenantid}") {
            Some((before, after)) => iss
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after))
                .is_some_and(|tid| !tid.is_empty() && !tid.contains(['/', '?', '#'])),
            None => iss == self.issuer,
        }
    }

    /// What to ask for besides the API's scopes. Entra always knows the three; of other providers
    /// only `openid` is certain, and some refuse what they do not list.
    pub(crate) fn scopes_to_send(&self, scopes: &Scopes) -> Scopes {
        let all = scopes.with_reserved();
        match &self.scopes_supported {
            Some(supported) if !self.of_entra => Scopes::new(all.to_vec().into_iter().filter(|scope| {
                let unasked = matches!(scope.as_str(), "profile" | "offline_access");
                !unasked || scopes.to_vec().contains(scope) || supported.contains(scope)
            })),
            _ => all,
        }
    }

    /// `form_post` keeps the code out of the browser's history; where it is not on offer the
    /// default of the server stands, which is the query (OAuth 2.0 Multiple Response Types, 2.1).
    pub(crate) fn offers_form_post(&self) -> bool {
        self.of_entra || offers(self.response_modes_supported.as_ref(), "form_post").unwrap_or(false)
    }

    /// OpenID Connect Core, 11: who asks for `offline_access` has to ask for the consent page too,
    /// else the scope is passed over and no refresh token comes. Entra needs no such thing.
    pub(crate) fn needs_consent_prompt(&self, sent: &Scopes) -> bool {
        !self.of_entra
            && sent.to_vec().iter().any(|scope| scope == "offline_access")
            && offers(self.prompt_values_supported.as_ref(), "consent").unwrap_or(true)
    }

    /// Refuses what another server may have put there.
    ///
    /// Entra's endpoints all lie on the authority's own origin: metadata from elsewhere would send
    /// the user's password and the refresh token there. Other providers spread theirs over hosts;
    /// there the issuer has to be the very address that was asked (OpenID Connect Discovery, 4.3).
    pub(super) fn check(mut self, authority: &Authority) -> Result<Self, Error> {
        self.of_entra = authority.is_entra();
        if authority.is_entra() {
            self.check_origins(authority)?;
        } else {
            self.check_open_id(authority)?;
        }
        Ok(self)
    }

    fn endpoints(&self) -> impl Iterator<Item = (&'static str, &Url)> {
        [
            ("authorization_endpoint", Some(&self.authorization_endpoint)),
            ("token_endpoint", Some(&self.token_endpoint)),
            ("device_authorization_endpoint", self.device_authorization_endpoint.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, url)| Some((name, url?)))
    }

    fn check_origins(&self, authority: &Authority) -> Result<(), Error> {
        let issuer = Url::parse(&self.issuer.replace(['{', '}'], "")).ok();
        let Some(issuer) = issuer else {
            return Err(not_its_own(authority, "issuer", "unreadable"));
        };
        for (name, url) in std::iter::once(("issuer", &issuer)).chain(self.endpoints()) {
            if url.origin() != authority.address().origin() {
                return Err(not_its_own(authority, name, url.as_str()));
            }
        }
        let of = issuer.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
        let other = |tenant: &str| is_tenant_id(of) && !of.eq_ignore_ascii_case(tenant);
        if authority.tenant_id().is_some_and(other) {
            return Err(not_its_own(authority, "issuer", &self.issuer));
        }
        Ok(())
    }

    fn check_open_id(&self, authority: &Authority) -> Result<(), Error> {
        if !is_issuer_of(&self.issuer, authority.address()) {
            return Err(Error::client(
                ClientErrorKind::InvalidMetadata,
                format!(
                    "the metadata of {authority} names another issuer, {}; give the issuer's address as the authority if you trust it",
                    self.issuer
                ),
            ));
        }
        // Only who runs on this computer may keep tokens from the wire; another's endpoint here is somebody else's program.
        let on_this_computer = is_loopback(authority.address());
        for (name, url) in self.endpoints() {
            if url.scheme() != "https" && !(on_this_computer && is_loopback(url)) {
                return Err(Error::client(
                    ClientErrorKind::InvalidMetadata,
                    format!(
                        "the metadata of {authority} puts its {name} at {url}, which is not https; tokens do not travel unprotected"
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// `None` when the server does not say.
fn offers(listed: Option<&Vec<String>>, value: &str) -> Option<bool> {
    listed.map(|values| values.iter().any(|one| one == value))
}

/// The same address, a slash at the end aside; or one that Entra External ID names a tenant by
/// (MSAL.NET, `OidcRetrieverWithCache.ValidateIssuer`).
fn is_issuer_of(issuer: &str, authority: &Url) -> bool {
    let plain = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
    if plain(issuer) == plain(authority.as_str()) {
        return true;
    }
    let tenant = authority.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
    let external_id = authority.host_str().is_some_and(|host| host.ends_with(EXTERNAL_ID)) && !tenant.is_empty();
    let own = format!("https://{tenant}{EXTERNAL_ID}");
    external_id
        && [own.clone(), format!("{own}/{tenant}"), format!("{own}/{tenant}/v2.0")]
            .iter()
            .any(|pattern| pattern.eq_ignore_ascii_case(&plain(issuer)))
}

fn not_its_own(authority: &Authority, name: &str, value: &str) -> Error {
    Error::client(
        ClientErrorKind::InvalidMetadata,
        format!("the metadata of {authority} is not its own: its {name} is {value}; check the authority's address"),
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::{Authority, Metadata};
    use crate::scopes::Scopes;

    const TENANT: &str = "11111111-1111-4111-8111-111111111111";

    fn metadata(changes: &Value) -> Metadata {
        let mut document = json!({
            "issuer": "https://localhost:8443/t/v2.0",
            "authorization_endpoint": "https://localhost:8443/t/oauth2/v2.0/authorize",
            "token_endpoint": "https://localhost:8443/t/oauth2/v2.0/token",
        });
        for (name, value) in changes.as_object().unwrap() {
            document[name] = value.clone();
        }
        serde_json::from_value(document).unwrap()
    }

    #[rstest]
    #[case::own("t", json!({}), true)]
    #[case::placeholder("t", json!({"issuer": "https://localhost:8443/{tenantid}/v2.0"}), true)]
    #[case::foreign("t", json!({"issuer": "https://evil.test/t/v2.0"}), false)]
    #[case::other_port("t", json!({"issuer": "https://localhost:1/t/v2.0"}), false)]
    #[case::unreadable("t", json!({"issuer": "nonsense"}), false)]
    #[case::foreign_token_endpoint("t", json!({"token_endpoint": "https://evil.test/token"}), false)]
    #[case::foreign_device_endpoint("t", json!({"device_authorization_endpoint": "https://evil.test/d"}), false)]
    #[case::own_tenant(TENANT, json!({"issuer": format!("https://localhost:8443/{TENANT}/v2.0")}), true)]
    #[case::other_tenant(
        TENANT,
        json!({"issuer": "https://localhost:8443/22222222-2222-4222-8222-222222222222/v2.0"}),
        false
    )]
    #[case::tenant_by_domain("contoso.test", json!({"issuer": format!("https://localhost:8443/{TENANT}/v2.0")}), true)]
    fn of_entra(#[case] tenant: &str, #[case] changes: Value, #[case] accepted: bool) {
        let authority = Authority::parse(&format!("https://localhost:8443/{tenant}")).unwrap();
        assert_eq!(metadata(&changes).check(&authority).is_ok(), accepted);
    }

    const GOOGLE: &str = "https://accounts.google.com";
    const CIAM: &str = "https://contoso.ciamlogin.com/11111111-1111-4111-8111-111111111111/v2.0";

    #[rstest]
    #[case::same("https://localhost:8443/t/v2.0", json!({}), true)]
    #[case::slash_at_the_end("https://localhost:8443/t/v2.0/", json!({}), true)]
    #[case::other_path("https://localhost:8443/t", json!({}), false)]
    #[case::other_case("https://localhost:8443/T/v2.0", json!({}), false)]
    #[case::endpoints_elsewhere(GOOGLE, json!({"issuer": GOOGLE, "token_endpoint": "https://oauth2.googleapis.com/token"}), true)]
    #[case::endpoint_without_tls(GOOGLE, json!({"issuer": GOOGLE, "token_endpoint": "http://oauth2.googleapis.com/token"}), false)]
    #[case::endpoint_on_this_computer(GOOGLE, json!({"issuer": GOOGLE, "token_endpoint": "http://localhost:1/token"}), false)]
    #[case::endpoint_beside_an_issuer_on_this_computer(
        "https://localhost:8443/t/v2.0",
        json!({"token_endpoint": "http://127.0.0.1:1/token"}),
        true
    )]
    #[case::external_id(CIAM, json!({"issuer": format!("https://{TENANT}.ciamlogin.com/{TENANT}/v2.0")}), true)]
    #[case::external_id_of_another(CIAM, json!({"issuer": "https://evil.ciamlogin.com/evil/v2.0"}), false)]
    #[case::like_external_id("https://localhost:8443/t", json!({"issuer": "https://t.ciamlogin.com/t/v2.0"}), false)]
    fn of_openid_providers(#[case] address: &str, #[case] changes: Value, #[case] accepted: bool) {
        let authority = Authority::parse_open_id(address).unwrap();
        assert_eq!(metadata(&changes).check(&authority).is_ok(), accepted);
    }

    fn open_id(changes: &Value) -> Metadata {
        let authority = Authority::parse_open_id("https://localhost:8443/t/v2.0").unwrap();
        metadata(changes).check(&authority).unwrap()
    }

    #[rstest]
    #[case::silent_server(json!({}), "openid profile offline_access")]
    #[case::all(json!({"scopes_supported": ["openid", "profile", "offline_access"]}), "openid profile offline_access")]
    #[case::no_refresh(json!({"scopes_supported": ["openid", "profile", "email"]}), "openid profile")]
    #[case::openid_only(json!({"scopes_supported": []}), "openid")]
    fn scopes_of_openid_providers(#[case] changes: Value, #[case] expected: &str) {
        assert_eq!(open_id(&changes).scopes_to_send(&Scopes::new(["openid"])).to_string(), expected);
    }

    #[test]
    fn what_the_app_asks_for_is_sent_whatever_the_server_lists() {
        let metadata = open_id(&json!({"scopes_supported": ["openid"]}));
        let asked = Scopes::new(["openid offline_access api.read"]);
        assert_eq!(metadata.scopes_to_send(&asked).to_string(), "openid offline_access api.read");
    }

    #[rstest]
    #[case::silent_server(json!({}), false, true)]
    #[case::listed(json!({"response_modes_supported": ["query", "form_post"], "prompt_values_supported": ["consent"]}), true, true)]
    #[case::not_listed(json!({"response_modes_supported": ["query"], "prompt_values_supported": ["none", "login"]}), false, false)]
    fn what_openid_providers_offer(#[case] changes: Value, #[case] form_post: bool, #[case] consent: bool) {
        let metadata = open_id(&changes);
        assert_eq!(metadata.offers_form_post(), form_post);
        assert_eq!(metadata.needs_consent_prompt(&Scopes::new(["openid offline_access"])), consent);
        assert!(!metadata.needs_consent_prompt(&Scopes::new(["openid"])));
    }

    const ISSUER: &str = "https://localhost:8443/t/v2.0";

    #[rstest]
    #[case::promised(true, Some(ISSUER), true)]
    #[case::promised_and_missing(true, None, false)]
    #[case::promised_and_other(true, Some("https://evil.test"), false)]
    #[case::not_promised(false, None, true)]
    #[case::not_promised_and_right(false, Some(ISSUER), true)]
    #[case::not_promised_and_other(false, Some("https://evil.test"), false)]
    #[case::a_slash_matters(true, Some("https://localhost:8443/t/v2.0/"), false)]
    fn issuer_of_the_response(#[case] promised: bool, #[case] iss: Option<&str>, #[case] accepted: bool) {
        let metadata = open_id(&json!({"authorization_response_iss_parameter_supported": promised}));
        assert_eq!(metadata.check_response_issuer(iss).is_ok(), accepted);
    }

    #[rstest]
    #[case::some_tenant("https://localhost:8443/11111111-1111-4111-8111-111111111111/v2.0", true)]
    #[case::no_tenant("https://localhost:8443//v2.0", false)]
    #[case::deeper("https://localhost:8443/a/b/v2.0", false)]
    #[case::elsewhere("https://evil.test/t/v2.0", false)]
    #[case::unfilled("https://localhost:8443/{tenantid}/v2.1", false)]
    fn issuer_of_the_response_of_common(#[case] iss: &str, #[case] accepted: bool) {
        let authority = Authority::parse("https://localhost:8443/common").unwrap();
        let metadata =
            metadata(&json!({"issuer": "https://localhost:8443/{tenantid}/v2.0"})).check(&authority).unwrap();
        assert_eq!(metadata.check_response_issuer(Some(iss)).is_ok(), accepted);
    }
}
