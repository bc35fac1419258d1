//! Runs scripts: one server, a tenant for each script, all at once.

mod scenario;

use std::{collections::HashMap, sync::Arc};

use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    ClientFactory, Loaded, Server, StageError, Verdict,
    stage::{SEED, Stage},
};

/// How scripts are run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Makes the client of each scenario; by default the reference client.
    pub client: ClientFactory,
    /// A server that is there already; by default one is started for the run.
    pub server: Option<Server>,
    /// How many scenarios run at the same time, at most. Somebody else's client always runs alone.
    pub at_once: usize,
}

impl Default for Options {
    fn default() -> Self {
        // More at once would only wait for one another.
        Self { client: ClientFactory::default(), server: None, at_once: 64 }
    }
}

/// What a run showed.
#[derive(Debug)]
pub struct Run {
    /// One verdict a script, in their order.
    pub verdicts: Vec<Verdict>,
}

impl Run {
    /// Whether every scenario passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.passed)
    }
}

/// Runs the scripts in parallel; `on_verdict` hears of each as soon as it ends.
///
/// # Errors
///
/// If no server can be started, or the one that is named cannot be used.
pub async fn run(
    scripts: &[Loaded],
    options: Options,
    mut on_verdict: impl FnMut(&Verdict),
) -> Result<Run, StageError> {
    let at_once = if options.client.exec().is_some() { 1 } else { options.at_once.clamp(1, Semaphore::MAX_PERMITS) };
    let turns = Arc::new(Semaphore::new(at_once));
    let stage = Arc::new(Stage::set(options).await?);
    let mut tenants = Vec::new();
    for script in scripts {
        // Made one after the other, so that every tenant's ids are the same in every run.
        tenants.push(stage.control.new_tenant(&script.script.given.tenant).await);
    }
    let mut tasks = JoinSet::new();
    let mut index = HashMap::new();
    for ((number, script), tenant) in scripts.iter().enumerate().zip(tenants) {
        let at_hand = tenant.as_ref().ok().cloned();
        let (script, turns, stage) = (script.clone(), turns.clone(), stage.clone());
        let task = tasks.spawn(async move {
            let _turn = turns.acquire_owned().await;
            scenario::run(&script, tenant, &stage, SEED + number as u64).await
        });
        index.insert(task.id(), (number, at_hand));
    }
    let mut verdicts: Vec<Option<Verdict>> = scripts.iter().map(|_| None).collect();
    while let Some(ended) = tasks.join_next_with_id().await {
        let (id, verdict) = match ended {
            Ok((id, verdict)) => (id, Some(verdict)),
            Err(error) => (error.id(), None),
        };
        let Some((number, tenant)) = index.remove(&id) else { continue };
        let Some(script) = scripts.get(number) else { continue };
        let verdict = match verdict {
            Some(verdict) => verdict,
            None => {
                if let Some(tenant) = tenant {
                    // The mistake is told; that something of it may be left there is the least of it.
                    let _ = tenant.delete().await;
                }
                scenario::broken(
                    script,
                    "the runner broke down in the middle of this scenario; this is a mistake of the runner",
                )
            }
        };
        on_verdict(&verdict);
        verdicts[number] = Some(verdict);
    }
    Ok(Run { verdicts: verdicts.into_iter().flatten().collect() })
}
