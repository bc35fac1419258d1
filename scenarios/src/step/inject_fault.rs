//! `inject_fault`: the next matching requests are answered otherwise.

use mock_idp::{fault::Fault, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// Which requests, what they get, how often.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct InjectFault(pub Fault);

impl Verb for InjectFault {
    fn check(&self, path: &Path, names: &mut Names) {
        names.fault(&self.0, path);
    }

    fn story(&self) -> String {
        self.0.to_string()
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.tenant.inject_fault(&self.0).await?;
        Ok(Taken::done("done"))
    }
}
