//! Runs scripts: one server, a tenant for each script, all at once.

mod scenario;

use std::sync::Arc;

use mock_idp::{MockIdp, StartError};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{ClientFactory, Loaded, Verdict, world::Stage};

/// How scripts are run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Makes the client of each scenario; by default the reference client.
    pub client: ClientFactory,
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
/// If no server can be started.
pub async fn run(
    scripts: &[Loaded],
    options: Options,
    mut on_verdict: impl FnMut(&Verdict),
) -> Result<Run, StartError> {
    let builder = MockIdp::builder().seed(SEED);
    // SDKs talk to nothing but TLS.
    let builder = match options.client.exec() {
        Some(exec) => builder.tls_from(&exec.cert_dir),
        None => builder,
    };
    let server = builder.start().await?;
    let ca = server.ca_pem().map(str::to_owned).zip(server.ca_path().map(ToOwned::to_owned));
    let turns = Arc::new(Semaphore::new(if options.client.exec().is_some() { 1 } else { AT_ONCE }));
    let stage = Arc::new(Stage { base: server.base().to_owned(), ca, client: options.client });
    let mut tasks = JoinSet::new();
    let mut index = std::collections::HashMap::new();
    for (number, script) in scripts.iter().enumerate() {
        // Made here, one after the other, so that every tenant's ids are the same in every run.
        let tenant = server.new_tenant(&script.script.given.tenant);
        let (script, turns, stage) = (script.clone(), turns.clone(), stage.clone());
        let task = tasks.spawn(async move {
            let _turn = turns.acquire_owned().await;
            scenario::run(&script, tenant, &stage, SEED + number as u64).await
        });
        index.insert(task.id(), number);
    }
    let mut verdicts: Vec<Option<Verdict>> = scripts.iter().map(|_| None).collect();
    while let Some(ended) = tasks.join_next_with_id().await {
        let (id, verdict) = match ended {
            Ok((id, verdict)) => (id, Some(verdict)),
            Err(error) => (error.id(), None),
        };
        let Some((number, script)) = index.get(&id).and_then(|number| Some((*number, scripts.get(*number)?))) else {
            continue;
        };
        let verdict = verdict.unwrap_or_else(|| {
            scenario::broken(
                script,
                "the runner broke down in the middle of this scenario; this is a mistake of the runner",
            )
        });
        on_verdict(&verdict);
        verdicts[number] = Some(verdict);
    }
    Ok(Run { verdicts: verdicts.into_iter().flatten().collect() })
}

const SEED: u64 = 20_260_105;

/// More at once would only wait for one another.
const AT_ONCE: usize = 64;
