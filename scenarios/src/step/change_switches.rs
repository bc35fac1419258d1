//! `change_switches`: points on which records of Entra differ are decided otherwise from now on.

use mock_idp::{directory::Switches, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    script::Patch,
    world::{Broken, World},
};

/// The switches that change; the others stay.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ChangeSwitches(pub Patch<Switches>);

impl Verb for ChangeSwitches {
    fn check(&self, path: &Path, names: &mut Names) {
        names.change(|standing| standing.switches(&self.0, path));
    }

    fn story(&self) -> String {
        format!("the server behaves otherwise from now on: {}", self.0.described())
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.tenant.patch_switches(self.0.members()).await?;
        world.changed().await
    }
}
