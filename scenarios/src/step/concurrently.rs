//! `concurrently`: several parts of the client want a token at the same time.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{By, Taken, TokenFor, Verb, short};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// What each of them is told, as for `token_for`; requests and pages that an item expects are those of all.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Concurrently(pub Vec<TokenFor>);

impl Verb for Concurrently {
    fn check(&self, path: &Path, names: &mut Names) {
        if self.0.len() < 2 {
            names.problem(path.clone(), "one caller alone is not concurrent", "add another, or write `token_for`");
        }
        for (index, caller) in self.0.iter().enumerate() {
            caller.check(&path.index(index), names);
        }
    }

    fn story(&self) -> String {
        let what: Vec<_> = self.0.iter().map(|caller| short(&caller.scopes)).collect();
        format!("gets {} tokens at the same time, for {}", what.len(), what.join(", "))
    }

    fn by(&self) -> By {
        By::Client
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let mut asks = Vec::new();
        for caller in &self.0 {
            asks.push((caller.ask(world)?, &caller.expect));
        }
        world.ask_at_once(asks).await
    }
}
