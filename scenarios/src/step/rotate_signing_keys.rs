//! `rotate_signing_keys`: the tenant signs with another key from now on.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// The published keys are the new one and the one before it; tokens that an older one signed are no longer good.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateSigningKeys {}

impl Verb for RotateSigningKeys {
    fn check(&self, _: &Path, _: &mut Names) {}

    fn story(&self) -> String {
        "the tenant signs with another key from now on".to_owned()
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let kid = world.tenant.rotate_signing_keys().await?;
        Ok(Taken::done(format!("the key is {kid}")))
    }
}
