//! `token_for`: the client gets a token by the steps it thinks right.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{By, Taken, Verb, short};
use crate::{
    check::Names,
    client::{Ask, How},
    expected::{Expect, any_or, schema_of_any_or},
    world::{Broken, World},
};

/// The client gets a token by the steps it thinks right: silently, then with at most one window.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenFor {
    /// Scopes of one API.
    pub scopes: Vec<String>,
    /// Scopes of other APIs to consent to, should there be a window.
    #[serde(default)]
    pub extra_scopes: Vec<String>,
    /// True for work in the background, which may not open a window.
    #[serde(default)]
    pub background: bool,
    /// True when the user has just asked for it: then even what was declined before may open the window once.
    #[serde(default)]
    pub user_gesture: bool,
    /// What it must end in; a token, if nothing is said.
    #[serde(default, deserialize_with = "any_or")]
    #[schemars(schema_with = "schema_of_any_or::<Expect>")]
    pub expect: Expect,
}

impl Verb for TokenFor {
    fn check(&self, path: &Path, names: &mut Names) {
        names.some_scopes(&self.scopes, &path.key("scopes"));
        names.scopes(&self.extra_scopes, &path.key("extra_scopes"));
        self.expect.check(&self.scopes, &path.key("expect"), names);
    }

    fn story(&self) -> String {
        let how = if self.background { ", in the background" } else { "" };
        format!("gets a token for {}{how}", short(&self.scopes))
    }

    fn by(&self) -> By {
        By::Client
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let ask = self.ask(world)?;
        world.ask(How::ByRightSteps, ask, &self.expect).await
    }
}

impl TokenFor {
    /// What the client is told.
    pub(super) fn ask(&self, world: &World) -> Result<Ask, Broken> {
        Ok(Ask {
            scopes: world.full(&self.scopes)?,
            extra_scopes: world.full(&self.extra_scopes)?,
            account: world.account.clone(),
            background: self.background,
            user_gesture: self.user_gesture,
            ..Ask::default()
        })
    }
}
