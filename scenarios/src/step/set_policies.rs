//! `set_policies`: exactly these policies are in force from now on.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// Names of the policies that are in force from now on; no other is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct SetPolicies(pub Vec<String>);

impl Verb for SetPolicies {
    fn check(&self, path: &Path, names: &mut Names) {
        for (index, name) in self.0.iter().enumerate() {
            names.enabled_policy(name, &path.index(index));
        }
    }

    fn story(&self) -> String {
        match self.0.as_slice() {
            [] => "no policy is in force any more".to_owned(),
            some => format!("exactly these policies are in force: {}", some.join(", ")),
        }
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.set_policies(&self.0).await?;
        Ok(Taken::done("done"))
    }
}
