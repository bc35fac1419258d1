//! `change_policy`: a Conditional Access policy is changed.

use mock_idp::{directory::Policy, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    script::Patch,
    world::{Broken, World},
};

/// A change to a policy. One that is not in force stays so; the change counts when it comes into force.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePolicy {
    /// Name of the policy.
    pub policy: String,
    /// What changes; what is left out stays.
    pub set: Patch<Policy>,
}

impl Verb for ChangePolicy {
    fn check(&self, path: &Path, names: &mut Names) {
        names.policy(&self.policy, &path.key("policy"));
        names.change(|standing| standing.policy(&self.policy, &self.set, &path.key("set")));
    }

    fn story(&self) -> String {
        format!("the policy {} is changed: {}", self.policy, self.set.described())
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let unknown = || Broken(format!("there is no policy {}", self.policy));
        let policy = self.set.apply(world.policy(&self.policy).ok_or_else(unknown)?, &Path::root());
        let policy = policy
            .map_err(|problems| Broken(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
        if world.is_in_force(&self.policy).await? {
            world.tenant.replace_policy(&self.policy, &policy).await?;
        }
        world.learn_policy(&policy);
        Ok(Taken::done("done"))
    }
}
