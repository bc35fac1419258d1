//! `revoke_sessions`: an administrator ends all sessions and grants of a user.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// Short name of the user.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RevokeSessions(pub String);

impl Verb for RevokeSessions {
    fn check(&self, path: &Path, names: &mut Names) {
        names.user(&self.0, path);
    }

    fn story(&self) -> String {
        format!("an administrator ends all sessions of {}", self.0)
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.tenant.revoke_sessions(&self.0).await?;
        Ok(Taken::done("done"))
    }
}
