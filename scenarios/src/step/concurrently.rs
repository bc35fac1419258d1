//! `concurrently`: several parts of the client want a token at the same time.

use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::task::JoinSet;

use super::{Taken, TokenFor, Verb, short};
use crate::{
    check::Names,
    client::How,
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

    fn by_client(&self) -> bool {
        true
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let (_, before) = world.log();
        let cancellation = world.person.gets_ready();
        let mut callers = JoinSet::new();
        for (index, caller) in self.0.iter().enumerate() {
            let mut ask = caller.ask(world)?;
            ask.cancellation = cancellation.clone();
            let client = world.client.clone();
            callers.spawn(async move { (index, How::ByRightSteps.get(&*client, &ask).await) });
        }
        let mut results = callers.join_all().await;
        results.sort_by_key(|(index, _)| *index);
        let outcomes: Vec<_> = results.iter().map(|(_, result)| world.note(result)).collect();
        let exchanges = world.since(before);
        let mut missed: Vec<_> = self
            .0
            .iter()
            .zip(&outcomes)
            .filter_map(|(caller, outcome)| caller.expect.missed(outcome, &exchanges, world))
            .collect();
        // What all of them miss is told once.
        missed.dedup();
        missed.extend(world.person.trouble().filter(|_| !missed.is_empty()));
        Ok(Taken {
            expected: Some(listed(self.0.iter().map(|caller| caller.expect.described()))),
            seen: listed(outcomes.iter().map(crate::expected::Outcome::described)),
            missed: (!missed.is_empty()).then(|| missed.join("; ")),
        })
    }
}

fn listed(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
