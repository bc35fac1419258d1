//! `authorize_request`: anything is sent to the authorization endpoint, through the person's browser.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::{By, Taken, Verb, short};
use crate::{
    check::Names,
    expected::AuthorizeExpected,
    raw::{self, Dialect, Params},
    world::{Broken, World},
};

/// An authorization request with these parameters; the person goes through the pages, with the cookies that her browser has.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorizeRequest {
    /// Short name of the application whose `client_id` is sent; none is, if left out.
    #[serde(default, rename = "as")]
    pub client: Option<String>,
    /// Scopes, such as `mail/Mail.Read`; those of OpenID Connect too, if they are wanted.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Parameters that are sent besides or instead of the usual ones: `response_type=code`, a `redirect_uri` at which
    /// somebody listens, `state`, and PKCE. `null` leaves one out. Placeholders are those of `token_request`.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, Option<String>>")]
    pub params: Params,
    /// Where it is sent.
    #[serde(default)]
    pub endpoint: Door,
    /// The protocol version of the endpoint.
    #[serde(default)]
    pub dialect: Dialect,
    /// `own` (the scenario's), `common`, `organizations`, `consumers`, or another tenant by name, domain or id.
    #[serde(default)]
    pub tenant: Option<String>,
    /// What it must end in; a code, if nothing is said. The code is kept for `{code}`.
    #[serde(default)]
    pub expect: AuthorizeExpected,
}

/// An endpoint that begins with a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// `/authorize`: somebody signs in. What must come of it is a code.
    #[default]
    Authorize,
    /// `/adminconsent`: an administrator consents for everybody. There is no code in the end, and no PKCE is sent.
    AdminConsent,
}

impl Verb for AuthorizeRequest {
    fn check(&self, path: &Path, names: &mut Names) {
        raw::check(self.client.as_ref(), &self.params, path, names);
        self.expect.check(self.endpoint, &path.key("expect"), names);
        names.at_hand.extend(["code", "code_verifier", "redirect_uri"]);
    }

    fn story(&self) -> String {
        let who = self.client.as_deref().unwrap_or("somebody");
        let how = match self.params.get("prompt") {
            Some(Some(prompt)) => format!(" with prompt={prompt}"),
            _ => String::new(),
        };
        let what = if self.scopes.is_empty() { "nothing".to_owned() } else { short(&self.scopes) };
        let door = match self.endpoint {
            Door::Authorize => "authorization",
            Door::AdminConsent => "admin consent",
        };
        format!("{who} sends the browser to the {door} endpoint{how}, for {what}")
    }

    fn by(&self) -> By {
        By::Somebody
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let (_, before) = world.log().await?;
        let redirect_uri = match self.params.get("redirect_uri") {
            Some(given) => world.filled(given.as_deref().unwrap_or_default())?,
            None => world.at_hand.redirect_uri().await?,
        };
        let sign_in = world.at_hand.next_sign_in();
        let verifier = format!("a-verifier-nobody-has-to-guess-{}-{sign_in:08}", world.tenant.id());
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
        let mut usual = vec![
            ("response_type", "code".to_owned()),
            ("redirect_uri", redirect_uri.clone()),
            ("state", format!("state-{sign_in}")),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256".to_owned()),
        ];
        if !self.scopes.is_empty() {
            usual.push(("scope", world.scopes_in_full(&self.scopes.join(" "))));
        }
        if self.params.contains_key("code_challenge") {
            usual.retain(|(name, _)| *name != "code_challenge_method");
        }
        let name = match self.endpoint {
            Door::Authorize => "authorize",
            Door::AdminConsent => {
                usual.retain(|(name, _)| ["redirect_uri", "state", "scope"].contains(name));
                "adminconsent"
            }
        };
        let usual = usual.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let form = world.form(self.client.as_deref(), usual, &self.params)?;
        let endpoint = world.endpoint(self.tenant.as_deref(), self.dialect, name);
        let url = Url::parse_with_params(&endpoint, form)
            .map_err(|error| Broken(format!("{endpoint} is no address: {error}")))?;
        let ended = world.person.visits(&url).await?;
        if let Some(code) = ended.parameter("code") {
            for (name, value) in [("code", code), ("code_verifier", &verifier), ("redirect_uri", &redirect_uri)] {
                world.at_hand.keep(name, value);
            }
        }
        world.learn_redirect(&ended);
        let exchanges = world.since(before).await?;
        Ok(self.expect.judge(&ended, &exchanges, world))
    }
}
