//! `change_api`: an API is changed in the directory.

use mock_idp::{directory::Api, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    script::Patch,
    world::{Broken, World},
};

/// A change to an API, as the tenant of the scenario sees it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeApi {
    /// Short name of the API.
    pub api: String,
    /// What changes; what is left out stays.
    pub set: Patch<Api>,
}

impl Verb for ChangeApi {
    fn check(&self, path: &Path, names: &mut Names) {
        names.api(&self.api, &path.key("api"));
        names.change(|standing| standing.api(&self.api, &self.set, &path.key("set")));
    }

    fn story(&self) -> String {
        format!("the API {} is changed: {}", self.api, self.set.described())
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.tenant.patch_api(&self.api, self.set.members()).await?;
        world.changed().await
    }
}
