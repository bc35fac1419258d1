//! `change_user`: a user is changed in the directory.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb};
use crate::{
    check::Names,
    script::UserPatch,
    world::{Broken, World},
};

/// A change in the directory.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeUser {
    /// Short name of the user.
    pub user: String,
    /// What changes; what is left out stays.
    pub set: UserPatch,
}

impl Verb for ChangeUser {
    fn check(&self, path: &Path, names: &mut Names) {
        names.user(&self.user, &path.key("user"));
    }

    fn story(&self) -> String {
        let set = &self.set;
        let mut words = Vec::new();
        let mut say = |given: Option<bool>, yes: &str, no: &str| {
            words.extend(given.map(|on| if on { yes } else { no }.to_owned()));
        };
        say(set.enabled, "enabled", "disabled");
        say(set.administrator, "made an administrator", "no administrator any more");
        say(
            set.per_user_mfa,
            "told to use multifactor authentication always",
            "no longer told to use multifactor authentication",
        );
        if let Some(methods) = &set.methods {
            words.push(
                if methods.is_empty() { "left without a second factor" } else { "given a second factor" }.to_owned(),
            );
        }
        format!("{} is {}", self.user, words.join(" and "))
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        world.tenant.change_user(&self.user, |user| self.set.apply(user))?;
        world.directory = world.tenant.directory();
        Ok(Taken::done("done"))
    }
}
