//! `reset_clock`: the tenant's time runs with this machine's again.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// From now on the clock shows what this machine's does, for server and client; what was got before has mostly expired.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetClock {}

impl Verb for ResetClock {
    fn check(&self, _: &Path, _: &mut Names) {}

    fn story(&self) -> String {
        "the clock shows this machine's time from now on".to_owned()
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.clock.run().await?;
        Ok(Taken::done("done"))
    }
}
