//! `advance_clock`: time passes, for the tenant and for the client.

use jiff::SignedDuration;
use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// How much time passes, such as `5s`, `2m` or `1h 30m`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct AdvanceClock(#[schemars(with = "String")] pub SignedDuration);

impl Verb for AdvanceClock {
    fn check(&self, path: &Path, names: &mut Names) {
        if self.0.is_negative() {
            names.problem(path.clone(), "time does not run backwards", "set `given.clock` to start at another time");
        }
    }

    fn story(&self) -> String {
        format!("{:#} pass", self.0)
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let now = world.clock.advance(self.0).await?;
        Ok(Taken::done(format!("it is {now}")))
    }
}
