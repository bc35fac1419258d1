//! `clear_faults`: no answer is made to order any more.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// Every fault that still waits for requests is taken away.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearFaults {}

impl Verb for ClearFaults {
    fn check(&self, _: &Path, _: &mut Names) {}

    fn story(&self) -> String {
        "the trouble is over: no answer is made to order any more".to_owned()
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.tenant.clear_faults().await?;
        Ok(Taken::done("done"))
    }
}
