//! A client without opinions: sends exactly the parameters a test gives it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_idp::{
    MockIdp,
    virtual_user::{Browser, VirtualUser, Visit},
};
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

use crate::{DESKTOP, Landing};

/// A PKCE verifier and its S256 challenge (RFC 7636, appendix B).
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Acts as the application `desktop` of the first tenant.
#[derive(Debug)]
pub struct RawClient {
    /// Origin of the server.
    pub base: String,
    /// Authority with the tenant.
    pub authority: String,
    /// The protocol's place below the authority: `oauth2/v2.0`, or `oauth2` for the v1 dialect.
    pub protocol: &'static str,
    /// Client id that is sent.
    pub client_id: String,
    /// Redirect address that is sent.
    pub redirect_uri: String,
    /// The `Origin` that token requests are sent with, as from a page.
    pub origin: Option<String>,
    /// The browser with its session.
    pub browser: Browser,
    http: reqwest::Client,
    /// Where redirects land.
    _landing: Landing,
}

/// What an endpoint answered.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as JSON; `null` if it is none.
    pub body: Value,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// A member of the body as text; empty if absent.
    #[must_use]
    pub fn text_of(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_default()
    }

    /// The first AADSTS number.
    #[must_use]
    pub fn code(&self) -> Option<u64> {
        self.body["error_codes"][0].as_u64()
    }
}

#[expect(clippy::expect_used, clippy::panic, reason = "test support: a failure here is the test's failure")]
impl RawClient {
    /// Against the first tenant of `idp`.
    pub async fn new(idp: &MockIdp) -> Self {
        Self::at(idp.base(), idp.authority()).await
    }

    /// Against the tenant of `authority` of the server at `base`.
    pub async fn at(base: &str, authority: String) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let landing = Landing::start().await;
        Self {
            base: base.to_owned(),
            authority,
            protocol: "oauth2/v2.0",
            client_id: DESKTOP.to_owned(),
            redirect_uri: landing.address(),
            origin: None,
            browser: Browser::new(None).expect("a browser"),
            http,
            _landing: landing,
        }
    }

    /// The address that starts a sign-in, with PKCE and form post; `extra` adds or overrides parameters, an empty value
    /// leaves one out.
    #[must_use]
    pub fn authorize_url(&self, scope: &str, extra: &[(&str, &str)]) -> Url {
        let mut parameters = vec![
            ("client_id", self.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", &self.redirect_uri),
            ("scope", scope),
            ("state", "a+b/c=|d"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("client_info", "1"),
        ];
        for (name, value) in extra {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        let address = format!("{}/{}/authorize", self.authority, self.protocol);
        Url::parse_with_params(&address, parameters).expect("an address")
    }

    /// Lets `user` go through the pages.
    pub async fn visit(&self, user: &VirtualUser, scope: &str, extra: &[(&str, &str)]) -> Visit {
        self.browser.visit(&self.authorize_url(scope, extra), user).await.expect("a visit")
    }

    /// Signs in and returns the code.
    pub async fn code(&self, user: &VirtualUser, scope: &str, extra: &[(&str, &str)]) -> String {
        let visit = self.visit(user, scope, extra).await;
        visit.outcome.parameter("code").unwrap_or_else(|| panic!("no code: {visit:#?}")).to_owned()
    }

    /// Signs in and redeems; returns the token answer.
    pub async fn sign_in(&self, user: &VirtualUser, scope: &str) -> Answer {
        let scope = format!("{scope} openid profile offline_access");
        let code = self.code(user, &scope, &[]).await;
        self.redeem(&code, &[("scope", scope.as_str())]).await
    }

    /// Redeems a code; `extra` as in [`authorize_url`](Self::authorize_url).
    pub async fn redeem(&self, code: &str, extra: &[(&str, &str)]) -> Answer {
        let redirect_uri = self.redirect_uri.clone();
        let base = [
            ("client_id", self.client_id.as_str()),
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
            ("client_info", "1"),
        ];
        self.token(&base, extra).await
    }

    /// Asks with a refresh token.
    pub async fn refresh(&self, refresh_token: &str, scope: &str, extra: &[(&str, &str)]) -> Answer {
        let scope = format!("{scope} openid profile offline_access");
        let base = [
            ("client_id", self.client_id.as_str()),
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("scope", scope.as_str()),
            ("client_info", "1"),
        ];
        self.token(&base, extra).await
    }

    /// Posts to the token endpoint.
    pub async fn token(&self, base: &[(&str, &str)], extra: &[(&str, &str)]) -> Answer {
        let mut form: Vec<(&str, &str)> = base.to_vec();
        for (name, value) in extra {
            form.retain(|(known, _)| known != name);
            if !value.is_empty() {
                form.push((name, value));
            }
        }
        self.send(self.from_page(self.http.post(format!("{}/{}/token", self.authority, self.protocol))).form(&form))
            .await
    }

    /// The request with the client's `Origin`, if it has one.
    pub fn from_page(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
    }

    /// Calls an API with a token.
    pub async fn call(&self, path: &str, access_token: &str) -> Answer {
        self.send(self.http.get(format!("{}{path}", self.base)).bearer_auth(access_token)).await
    }

    /// Any request below the origin, to be completed and handed to [`send`](Self::send).
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.expect("an answer")
    }

    /// Sends a request, to which there may be no answer.
    ///
    /// # Errors
    ///
    /// If the server is not there, or goes away.
    pub async fn try_send(&self, request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        Ok(Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text })
    }
}

/// The claims of a JWT, unverified.
///
/// # Panics
///
/// If it is no JWT.
#[must_use]
#[track_caller]
#[expect(clippy::expect_used, reason = "test support")]
pub fn jwt_claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
}
