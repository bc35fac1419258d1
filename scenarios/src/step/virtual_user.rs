//! `virtual_user`: what the person in front of the pages does from now on.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    script::Person,
    world::{Broken, World},
};

/// What she does from now on; what is left out is as usual again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct VirtualUser(pub Person);

impl Verb for VirtualUser {
    fn check(&self, path: &Path, names: &mut Names) {
        names.person(&self.0, path);
    }

    fn story(&self) -> String {
        "the person in front of the browser changes her mind".to_owned()
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.becomes(&self.0).await?;
        Ok(Taken::done("done"))
    }
}
