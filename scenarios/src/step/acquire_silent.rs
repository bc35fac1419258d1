//! `acquire_silent`: the client asks for a token without showing anything.

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

/// The client asks silently for a token.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcquireSilent {
    /// Scopes, such as `mail/Mail.Read`.
    pub scopes: Vec<String>,
    /// Passes the cached access token over.
    #[serde(default)]
    pub force_refresh: bool,
    /// What it must end in; a token, if nothing is said.
    #[serde(default, deserialize_with = "any_or")]
    #[schemars(schema_with = "schema_of_any_or::<Expect>")]
    pub expect: Expect,
}

impl Verb for AcquireSilent {
    fn check(&self, path: &Path, names: &mut Names) {
        names.some_scopes(&self.scopes, &path.key("scopes"));
        self.expect.check(&self.scopes, &path.key("expect"), names);
    }

    fn story(&self) -> String {
        format!("asks silently for {}", short(&self.scopes))
    }

    fn by(&self) -> By {
        By::Client
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let ask = Ask {
            scopes: world.full(&self.scopes)?,
            account: world.account.clone(),
            force_refresh: self.force_refresh,
            ..Ask::default()
        };
        world.ask(How::Silent, ask, &self.expect).await
    }
}
