//! `change_application`: an application is changed in the directory.

use mock_idp::{directory::Application, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    script::Patch,
    world::{Broken, World},
};

/// A change to an application, as the tenant of the scenario sees it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeApplication {
    /// Short name of the application.
    pub application: String,
    /// What changes; what is left out stays.
    pub set: Patch<Application>,
}

impl Verb for ChangeApplication {
    fn check(&self, path: &Path, names: &mut Names) {
        names.application(&self.application, &path.key("application"));
        names.change(|standing| standing.application(&self.application, &self.set, &path.key("set")));
    }

    fn story(&self) -> String {
        format!("the application {} is changed: {}", self.application, self.set.described())
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.tenant.patch_application(&self.application, self.set.members()).await?;
        world.changed().await
    }
}
