//! The authorization request: read once, complete and typed, or refused in one of two ways.
//!
//! Until client and redirect address are known to belong together, a mistake is shown as a page; after that it is sent to
//! the redirect address. Nothing is ever sent to an address that is not registered.

use uuid::Uuid;

use crate::{
    claims_request::ClaimsRequest,
    directory::{Application, Dialect, Directory, Policy, Switches},
    error::{Aadsts, Refusal},
    params::Params,
    scopes::Scopes,
};

use super::redirect::{ResponseMode, is_registered};

/// An authorization request (RFC 6749, 4.1.1; OpenID Connect Core 3.1.2.1; wire reference 2.1).
#[derive(Clone, Debug)]
pub struct AuthorizeRequest {
    /// Client id.
    pub client: Uuid,
    /// Where the answer goes.
    pub reply: ReplyTo,
    /// What is asked for, of all APIs.
    pub scopes: Scopes,
    /// What the client hands on from a challenge.
    pub claims: ClaimsRequest,
    /// The `claims` parameter as it was sent.
    pub claims_text: Option<String>,
    /// `prompt`.
    pub prompt: Option<Prompt>,
    /// `login_hint`.
    pub login_hint: Option<String>,
    /// PKCE challenge.
    pub pkce: Option<Pkce>,
    /// `nonce`, to be repeated in the ID token.
    pub nonce: Option<String>,
    /// Whether `client_info=1` was sent.
    pub client_info: bool,
    /// Whether `max_age` was sent: the ID token then names `auth_time`.
    pub max_age: Option<i64>,
}

/// Who gets the answer.
#[derive(Clone)]
pub enum ReplyTo {
    /// The client, at its redirect address.
    Redirect(Reply),
    /// The client, at its redirect address, about an administrator's consent for the whole tenant.
    AdminConsent(Reply),
    /// The device that waits with this device code.
    Device(String),
}

impl std::fmt::Debug for ReplyTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Redirect(reply) => f.debug_tuple("Redirect").field(reply).finish(),
            Self::AdminConsent(reply) => f.debug_tuple("AdminConsent").field(reply).finish(),
            Self::Device(_) => f.write_str("Device([redacted])"),
        }
    }
}

/// Where and how the answer goes.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The redirect address, exactly as it was sent.
    pub address: String,
    /// How.
    pub mode: ResponseMode,
    /// `state`, to be repeated exactly.
    pub state: Option<String>,
}

/// `prompt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// No page at all.
    None,
    /// Credentials again.
    Login,
    /// Consent again.
    Consent,
    /// The account picker.
    SelectAccount,
}

/// A PKCE challenge (RFC 7636).
#[derive(Clone, PartialEq, Eq)]
pub enum Pkce {
    /// The SHA-256 of the verifier, base64url.
    S256(String),
    /// The verifier itself.
    Plain(String),
}

impl std::fmt::Debug for Pkce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::S256(challenge) => f.debug_tuple("S256").field(challenge).finish(),
            Self::Plain(_) => f.write_str("Plain([redacted])"),
        }
    }
}

/// Why a request is not taken, and who is told.
#[derive(Debug)]
pub enum Rejected {
    /// The person in front of the browser.
    Page(Refusal),
    /// The client, at its redirect address.
    Redirect(Box<Reply>, Refusal),
}

impl Rejected {
    /// The same as the tenant's switches want it.
    #[must_use]
    pub fn changed_by(self, switches: &Switches) -> Self {
        match self {
            Self::Page(refusal) => Self::Page(refusal.changed_by(switches)),
            Self::Redirect(reply, refusal) => Self::Redirect(reply, refusal.changed_by(switches)),
        }
    }
}

impl AuthorizeRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    ///
    /// See [`Rejected`].
    pub fn parse(params: &Params, dialect: Dialect, directory: &Directory) -> Result<Self, Rejected> {
        let client = params.require("client_id").and_then(|id| client(id, directory)).map_err(Rejected::Page)?;
        is_enabled(client).map_err(Rejected::Page)?;
        let address = redirect_address(params, client).map_err(Rejected::Page)?;
        let mode = ResponseMode::parse(params.get("response_mode"));
        let reply =
            Reply { address, mode: mode.unwrap_or(ResponseMode::Query), state: params.get("state").map(str::to_owned) };
        Self::parse_rest(params, dialect, directory, client, mode, &reply)
            .map_err(|refusal| Rejected::Redirect(Box::new(reply), refusal))
    }

    /// Reads the parameters of `/adminconsent` (escalation reference 3.2): without `scope`, everything that is registered.
    ///
    /// # Errors
    ///
    /// See [`Rejected`].
    pub fn parse_admin_consent(params: &Params, directory: &Directory) -> Result<Self, Rejected> {
        let client = params.require("client_id").and_then(|id| client(id, directory)).map_err(Rejected::Page)?;
        is_enabled(client).map_err(Rejected::Page)?;
        let address = redirect_address(params, client).map_err(Rejected::Page)?;
        let reply = Reply { address, mode: ResponseMode::Query, state: params.get("state").map(str::to_owned) };
        let scopes = match params.get("scope") {
            Some(text) => Scopes::parse(text, client, directory),
            None => Ok(Scopes::registered(client, directory)),
        };
        Ok(Self {
            client: client.client_id,
            scopes: scopes.map_err(Rejected::Page)?,
            reply: ReplyTo::AdminConsent(reply),
            claims: ClaimsRequest::default(),
            claims_text: None,
            prompt: None,
            login_hint: params.get("login_hint").map(str::to_owned),
            pkce: None,
            nonce: None,
            client_info: false,
            max_age: None,
        })
    }

    fn parse_rest(
        params: &Params,
        dialect: Dialect,
        directory: &Directory,
        client: &Application,
        mode: Option<ResponseMode>,
        reply: &Reply,
    ) -> Result<Self, Refusal> {
        if mode.is_none() {
            let given = params.get("response_mode").unwrap_or_default();
            return Err(Refusal::new(Aadsts::UnsupportedResponseMode).with("response_mode", given));
        }
        match params.require("response_type")? {
            "code" => {}
            other => {
                let known = other.split(' ').all(|word| ["code", "id_token", "token", "none"].contains(&word));
                let code = if known { Aadsts::UnsupportedResponseType } else { Aadsts::UnknownResponseType };
                return Err(Refusal::new(code).with("response_type", other));
            }
        }
        let scopes = Scopes::parse(&dialect.scope_to_authorize(params)?, client, directory)?;
        let claims_text = params.get("claims").map(str::to_owned);
        Ok(Self {
            client: client.client_id,
            reply: ReplyTo::Redirect(reply.clone()),
            scopes,
            claims: claims_text.as_deref().map(ClaimsRequest::parse).transpose()?.unwrap_or_default(),
            claims_text,
            prompt: params.get("prompt").map(Prompt::parse).transpose()?,
            login_hint: params.get("login_hint").map(str::to_owned),
            pkce: Pkce::parse(params)?,
            nonce: params.get("nonce").map(str::to_owned),
            client_info: params.get("client_info") == Some("1"),
            max_age: params.get("max_age").and_then(|age| age.parse().ok()),
        })
    }
}

/// Whether the tenant lets anybody use the application.
///
/// # Errors
///
/// 7000112.
fn is_enabled(client: &Application) -> Result<(), Refusal> {
    if client.enabled {
        return Ok(());
    }
    let refusal = Refusal::new(Aadsts::ApplicationDisabled);
    Err(refusal.with("client", client.client_id).with("client_name", client.display_name()))
}

impl AuthorizeRequest {
    /// The same with what `acr_values` wishes for (RFC 9470, 4): the first word that a policy or a route of an API knows as
    /// an authentication context.
    #[must_use]
    pub fn wishing(mut self, params: &Params, directory: &Directory, policies: &[Policy]) -> Self {
        let Some(acr_values) = params.get("acr_values") else { return self };
        let guarded = policies.iter().flat_map(|policy| &policy.targets.authentication_contexts);
        let routes = directory.apis.iter().flat_map(|api| &api.protected_routes);
        let asked = routes.filter_map(|route| route.authentication_context.as_ref());
        let known: Vec<&String> = guarded.chain(asked).collect();
        self.claims = self.claims.wishing(acr_values, |word| known.iter().any(|context| *context == word));
        self
    }
}

/// The application with the client id `id`.
///
/// # Errors
///
/// 700038 or 700016.
pub fn client<'a>(id: &str, directory: &'a Directory) -> Result<&'a Application, Refusal> {
    let id: Uuid = id.parse().map_err(|_| Refusal::new(Aadsts::MalformedClientId).with("client", id))?;
    directory
        .applications
        .iter()
        .find(|application| application.client_id == id)
        .ok_or_else(|| Refusal::new(Aadsts::UnknownClient).with("client", id).with("tenant", &directory.display_name))
}

fn redirect_address(params: &Params, client: &Application) -> Result<String, Refusal> {
    match (params.get("redirect_uri"), client.redirect_uris.as_slice()) {
        (Some(given), _) if is_registered(client, given) => Ok(given.to_owned()),
        (Some(given), _) => {
            Err(Refusal::new(Aadsts::RedirectMismatch).with("given", given).with("client", client.client_id))
        }
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(Refusal::new(Aadsts::NoReplyAddress).with("client", client.client_id)),
    }
}

impl Prompt {
    fn parse(text: &str) -> Result<Self, Refusal> {
        match text {
            "none" => Ok(Self::None),
            "login" => Ok(Self::Login),
            "consent" => Ok(Self::Consent),
            "select_account" => Ok(Self::SelectAccount),
            other => Err(Refusal::new(Aadsts::UnsupportedPrompt).with("prompt", other)),
        }
    }
}

impl Pkce {
    fn parse(params: &Params) -> Result<Option<Self>, Refusal> {
        let malformed = || Refusal::new(Aadsts::ChallengeMalformed);
        let Some(challenge) = params.get("code_challenge") else {
            return if params.get("code_challenge_method").is_some() { Err(malformed()) } else { Ok(None) };
        };
        let legal = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if !(43..=128).contains(&challenge.len()) || !challenge.chars().all(legal) {
            return Err(malformed());
        }
        match params.get("code_challenge_method") {
            Some("S256") => Ok(Some(Self::S256(challenge.to_owned()))),
            None | Some("plain") => Ok(Some(Self::Plain(challenge.to_owned()))),
            Some(_) => Err(malformed()),
        }
    }

    /// Whether `verifier` belongs to this challenge.
    #[must_use]
    pub fn is_answered_by(&self, verifier: &str) -> bool {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::S256(challenge) => {
                let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
                *challenge == URL_SAFE_NO_PAD.encode(digest)
            }
        }
    }
}
