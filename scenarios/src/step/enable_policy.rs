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
        let mut names: Vec<_> = world.tenant.policies().await?.into_iter().map(|policy| policy.name).collect();
        names.push(self.0.clone());
        world.set_policies(&names).await?;
        Ok(Taken::done("done"))
    }
}
