//! `sign_in`: somebody signs in of whom the client knows nothing.

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

/// The client opens a sign-in window without naming anybody; who signs in there is the account from now on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Scopes of the API that the token is to be for.
    pub scopes: Vec<String>,
    /// Scopes of other APIs to consent to in the same go.
    #[serde(default)]
    pub extra_scopes: Vec<String>,
    /// What it must end in; a token, if nothing is said.
    #[serde(default, deserialize_with = "any_or")]
    #[schemars(schema_with = "schema_of_any_or::<Expect>")]
    pub expect: Expect,
}

impl Verb for SignIn {
    fn check(&self, path: &Path, names: &mut Names) {
        names.some_scopes(&self.scopes, &path.key("scopes"));
        names.scopes(&self.extra_scopes, &path.key("extra_scopes"));
        self.expect.check(&self.scopes, &path.key("expect"), names);
    }

    fn story(&self) -> String {
        format!("signs somebody in for {}", short(&self.scopes))
    }

    fn by(&self) -> By {
        By::Client
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let ask =
            Ask { scopes: world.full(&self.scopes)?, extra_scopes: world.full(&self.extra_scopes)?, ..Ask::default() };
        world.ask(How::Interactive, ask, &self.expect).await
    }
}
