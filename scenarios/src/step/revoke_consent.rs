//! `revoke_consent`: consent is taken off the record.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// All consent of the user to the client's use of an API.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeConsent {
    /// Short name of the API.
    pub api: String,
    /// Short name of the user; the user of the scenario if left out.
    #[serde(default)]
    pub user: Option<String>,
    /// True for what an administrator consented to for everybody.
    #[serde(default)]
    pub for_everybody: bool,
}

impl Verb for RevokeConsent {
    fn check(&self, path: &Path, names: &mut Names) {
        names.api(&self.api, &path.key("api"));
        if let Some(user) = &self.user {
            names.user(user, &path.key("user"));
        }
    }

    fn story(&self) -> String {
        format!("the consent to {} is revoked", self.api)
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let user = self.user.clone().unwrap_or_else(|| world.script.given.user.clone());
        let user = (!self.for_everybody).then_some(user.as_str());
        if world.tenant.revoke_consent(user, &world.script.given.client, &self.api).await? {
            Ok(Taken::done("done"))
        } else {
            Err(Broken(format!("there was no consent to {} on record, so none could be revoked", self.api)))
        }
    }
}
