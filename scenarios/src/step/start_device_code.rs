//! `start_device_code`: a device asks for a code that somebody can type elsewhere.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{By, Taken, Verb, short};
use crate::{
    check::Names,
    expected::AnswerExpected,
    raw::{self, Answer, Dialect, Params},
    world::{Broken, World},
};

/// A device asks for a code. Polls are `token_request`s with `{device_code}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartDeviceCode {
    /// Short name of the application whose `client_id` is sent.
    #[serde(default, rename = "as")]
    pub client: Option<String>,
    /// Scopes, such as `mail/Mail.Read`; those of OpenID Connect too, if they are wanted.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The claims that are asked for, as JSON text; `{claims}` for those of the last failure.
    #[serde(default)]
    pub claims: Option<String>,
    /// `own` (the scenario's), `common`, `organizations`, `consumers`, or another tenant by name, domain or id.
    #[serde(default)]
    pub tenant: Option<String>,
    /// What it must end in; a pair of codes, if nothing is said.
    #[serde(default)]
    pub expect: AnswerExpected,
}

impl Verb for StartDeviceCode {
    fn check(&self, path: &Path, names: &mut Names) {
        raw::check(self.client.as_ref(), &Params::new(), path, names);
        if let Some(claims) = &self.claims {
            raw::check_text(claims, &path.key("claims"), names);
        }
        self.expect.check(&self.scopes, &path.key("expect"), names);
        names.at_hand.extend(["device_code", "user_code"]);
    }

    fn story(&self) -> String {
        format!(
            "a device asks {} for a code, for {}",
            self.client.as_deref().unwrap_or("as nobody"),
            short(&self.scopes)
        )
    }

    fn by(&self) -> By {
        By::Somebody
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let mut form = world.form(self.client.as_deref(), Vec::new(), &Params::new())?;
        if !self.scopes.is_empty() {
            form.push(("scope".to_owned(), world.scopes_in_full(&self.scopes.join(" "))));
        }
        if let Some(claims) = &self.claims {
            form.push(("claims".to_owned(), world.filled(claims)?));
        }
        let url = world.endpoint(self.tenant.as_deref(), Dialect::V2, "devicecode");
        let answer = Answer::of(world.http.post(url).form(&form)).await?;
        for name in ["device_code", "user_code", "verification_uri"] {
            if let Some(value) = answer.text(name) {
                world.at_hand.keep(name, value);
            }
        }
        Ok(self.expect.judge(&answer, world))
    }
}
