//! `grant_consent`: consent is put on record without a page.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb, short};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// Consent to the client.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantConsent {
    /// Scopes, such as `mail/Mail.Read`.
    pub scopes: Vec<String>,
    /// Short name of the user; the user of the scenario if left out.
    #[serde(default)]
    pub user: Option<String>,
    /// True if an administrator consents for everybody.
    #[serde(default)]
    pub for_everybody: bool,
}

impl Verb for GrantConsent {
    fn check(&self, path: &Path, names: &mut Names) {
        names.some_scopes(&self.scopes, &path.key("scopes"));
        if let Some(user) = &self.user {
            names.user(user, &path.key("user"));
            if self.for_everybody {
                names.problem(path.key("user"), "consent is by one user or for everybody", "leave one of them out");
            }
        }
    }

    fn story(&self) -> String {
        let who = if self.for_everybody { "an administrator, for everybody" } else { "the user" };
        format!("consent to {} goes on record, by {who}", short(&self.scopes))
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let user = self.user.clone().unwrap_or_else(|| world.script.given.user.clone());
        world.grant((!self.for_everybody).then_some(user.as_str()), &self.scopes).await?;
        Ok(Taken::done("done"))
    }
}
