//! `clear_exchanges`: what was asked and answered so far is forgotten.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// The log is empty from here; the expectations of the run judge only what follows, and the report shows no more.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearExchanges {}

impl Verb for ClearExchanges {
    fn check(&self, _: &Path, _: &mut Names) {}

    fn story(&self) -> String {
        "what happened so far is forgotten".to_owned()
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.forget_log().await?;
        Ok(Taken::done("done"))
    }
}
