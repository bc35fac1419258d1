//! `revoke_all_consents`: every consent is taken off the record.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// Every consent of the tenant, by users and for everybody, to whatever application.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeAllConsents {}

impl Verb for RevokeAllConsents {
    fn check(&self, _: &Path, _: &mut Names) {}

    fn story(&self) -> String {
        "every consent is revoked".to_owned()
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.tenant.revoke_all_consents().await?;
        Ok(Taken::done("done"))
    }
}
