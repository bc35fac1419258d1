//! `change_user`: a user is changed in the directory.

use mock_idp::{directory::User, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{Taken, Verb};
use crate::{
    check::Names,
    script::Patch,
    world::{Broken, World},
};

/// A change to a user in the directory.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// Short name of the user.
    pub user: String,
    /// What changes; what is left out stays.
    pub set: Patch<User>,
}

impl Verb for ChangeUser {
    fn check(&self, path: &Path, names: &mut Names) {
        names.user(&self.user, &path.key("user"));
        names.change(|standing| standing.user(&self.user, &self.set, &path.key("set")));
    }

    fn story(&self) -> String {
        let single = self.set.names().count() == 1;
        let flag = |name: &str| self.set.get(name).and_then(Value::as_bool);
        let common = [
            ("enabled", "is enabled", "is disabled"),
            ("locked", "is locked out", "is no longer locked out"),
            ("deleted", "is deleted", "is back"),
            ("administrator", "becomes an administrator", "is no administrator any more"),
            (
                "per_user_mfa",
                "is told to use multifactor authentication always",
                "is no longer told to use multifactor authentication",
            ),
        ];
        let known = common.iter().find_map(|(name, yes, no)| flag(name).map(|on| if on { yes } else { no }));
        match known.filter(|_| single) {
            Some(words) => format!("{} {words}", self.user),
            None => format!("{} is changed: {}", self.user, self.set.described()),
        }
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.tenant.patch_user(&self.user, self.set.members()).await?;
        world.changed().await
    }
}
