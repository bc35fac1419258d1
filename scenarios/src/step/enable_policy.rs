//! `enable_policy`: a policy comes into force.

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
pub struct EnablePolicy(pub String);

impl Verb for EnablePolicy {
    fn check(&self, path: &Path, names: &mut Names) {
        names.enabled_policy(&self.0, path);
    }

    fn story(&self) -> String {
        format!("the policy {} comes into force", self.0)
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let unknown = || Broken(format!("there is no policy {}", self.0));
        let policy = world.policy(&self.0).cloned().ok_or_else(unknown)?;
        if !world.is_in_force(&self.0).await? {
            world.tenant.add_policy(&policy).await?;
        }
        Ok(Taken::done("done"))
    }
}
