//! `disable_policy`: a policy is no longer in force.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// Name of the policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct DisablePolicy(pub String);

impl Verb for DisablePolicy {
    fn check(&self, path: &Path, names: &mut Names) {
        names.policy(&self.0, path);
    }

    fn story(&self) -> String {
        format!("the policy {} is no longer in force", self.0)
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        if world.is_in_force(&self.0).await? {
            world.tenant.remove_policy(&self.0).await?;
        }
        Ok(Taken::done("done"))
    }
}
