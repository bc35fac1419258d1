//! One scenario from its start to its verdict.

use std::time::Duration;

use mock_idp::{
    control_client::{ControlError, TenantClient},
    expectation::{Expectation, Failure, Log, is_prompt},
    recorder::Exchange,
    yaml::Path,
};

use serde_json::Value;

use crate::{
    Loaded, Missed, Place, Step, StepTaken, Verdict,
    script::Given,
    stage::Stage,
    step::Taken,
    stopwatch::Stopwatch,
    verdict::Expected,
    world::{Broken, World},
};

/// Runs a scenario in `tenant`, and deletes the tenant.
pub(super) async fn run(
    script: &Loaded,
    tenant: Result<TenantClient, ControlError>,
    stage: &Stage,
    seed: u64,
) -> Verdict {
    let watch = Stopwatch::start();
    let tenant = match tenant {
        Ok(tenant) => tenant,
        Err(error) => return broken(script, &format!("the scenario got no tenant: {error}")),
    };
    let world = World::new(&script.script, tenant.clone(), stage, seed).await;
    // A command has a time limit of its own.
    let patience = stage.client.exec().map_or(PATIENCE, |exec| exec.timeout.saturating_add(PATIENCE));
    let mut verdict = match world {
        Err(Broken(why)) => broken(script, &format!("the scenario could not be set up: {why}")),
        Ok(world) => match tokio::time::timeout(patience, play(script, world)).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(Broken(why))) => broken(script, &format!("the scenario could not go on: {why}")),
            Err(_) => {
                let exchanges = tenant.exchanges().await.map(|log| log.exchanges).unwrap_or_default();
                let sentence = format!("the scenario did not end within {} s", patience.as_secs());
                let mut verdict = broken(script, &sentence);
                verdict.missed.iter_mut().for_each(|missed| missed.assertion = Missed::END);
                Verdict { exchanges, ..verdict }
            }
        },
    };
    // What was seen is judged, whether there is still a server that could delete the tenant or not.
    let _ = tenant.delete().await;
    verdict.took = watch.elapsed();
    verdict
}

/// A verdict on a scenario that could not be judged.
pub(super) fn broken(script: &Loaded, why: &str) -> Verdict {
    let missed =
        Missed { assertion: Missed::GIVEN, sentence: why.to_owned(), place: place(script, &Path::root().key("given")) };
    Verdict { passed: false, missed: vec![missed], ..begun(script) }
}

async fn play(script: &Loaded, mut world: World) -> Result<Verdict, Broken> {
    let mut verdict = begun(script);
    let steps = Path::root().key("steps");
    if let Err(Broken(why)) = world.begin().await {
        let place = place(script, &Path::root().key("given").key("signed_in"));
        verdict.missed.push(Missed { assertion: Missed::GIVEN, sentence: why, place });
    } else {
        verdict.since = world.place().await?;
        for (index, step) in script.script.steps.iter().enumerate() {
            let path = steps.index(index).key(step.verb());
            let (taken, missed) = take(script, step, &path, &mut world).await?;
            verdict.steps.push(taken);
            if let Some(missed) = missed {
                // What follows would only tell the same once more.
                verdict.missed.push(missed);
                break;
            }
        }
    }
    verdict.command = world.ends().await;
    (verdict.exchanges, _) = world.log().await?;
    judge(script, &world, &mut verdict);
    Ok(verdict)
}

async fn take(
    script: &Loaded,
    step: &Step,
    path: &Path,
    world: &mut World,
) -> Result<(StepTaken, Option<Missed>), Broken> {
    let after = world.place().await?;
    world.makes_way(step.by()).await?;
    let result = step.run(world).await;
    world.looks_at_the_clock().await?;
    let Taken { expected, seen, missed: sentence, rule } = match result {
        Ok(taken) => taken,
        Err(Broken(why)) => Taken { seen: why.clone(), missed: Some(why), ..Taken::default() },
    };
    let taken = StepTaken {
        verb: step.verb(),
        story: step.story(),
        told: step.told(),
        expected,
        seen,
        passed: sentence.is_none(),
        after,
        until: world.place().await?,
        place: place(script, path),
    };
    let missed = sentence.map(|sentence| Missed {
        assertion: rule.unwrap_or(Missed::OUTCOME),
        sentence: format!("{}: {sentence}", taken.told),
        place: place(script, &path.key("expect")),
    });
    Ok((taken, missed))
}

/// Judges the run as a whole. The client's duties are judged in any case and explain most; counts only of a run that came
/// to its end.
fn judge(script: &Loaded, world: &World, verdict: &mut Verdict) {
    let ended = verdict.missed.is_empty();
    let client = world.client_id.as_str();
    let log = Log::new(&verdict.exchanges).since(verdict.since).of_client(client).with_policies(world.policies());
    let mut duties = Vec::new();
    let mut counts = Vec::new();
    for (expectation, path) in expectations(script) {
        let judged = ended || expectation.is_certain_in(&log);
        let outcome = if judged { expectation.check_in(&log) } else { Ok(()) };
        verdict.expectations.push(Expected {
            name: expectation.name(),
            wanted: wanted(&expectation),
            held: judged.then_some(outcome.is_ok()),
        });
        if let Err(Failure { expectation: assertion, sentence }) = outcome {
            let list = if expectation.is_duty() { &mut duties } else { &mut counts };
            // Two rules may be broken by the same deed; once is enough.
            if !list.iter().any(|told: &Missed| told.sentence == sentence) {
                list.push(Missed { assertion, sentence, place: place(script, &path) });
            }
        }
    }
    let steps = std::mem::take(&mut verdict.missed);
    // Counts that are off because a duty was broken would only tell the same once more.
    let counts = if duties.is_empty() { counts } else { Vec::new() };
    verdict.missed = duties.into_iter().chain(steps).chain(counts).collect();
    // Last, for the others say why.
    if let Some(command) = verdict.command.as_ref().filter(|command| !command.ended.is_success()) {
        let sentence = format!("the command {}", command.ended);
        verdict.missed.push(Missed { assertion: Missed::COMMAND, sentence, place: place(script, &Path::root()) });
    }
    verdict.passed = verdict.missed.is_empty();
    let by_client =
        |exchange: &Exchange| exchange.client_id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(client));
    let run = verdict.exchanges.iter().filter(|exchange| exchange.number > verdict.since);
    verdict.prompts = run.filter(|exchange| is_prompt(exchange) && by_client(exchange)).count();
}

/// What must hold, with its place. Every policy in force has to come into play: else the scenario proved nothing.
fn expectations(script: &Loaded) -> Vec<(Expectation, Path)> {
    let expect = Path::root().key("expect");
    let mut list: Vec<_> = script
        .script
        .expect
        .list()
        .into_iter()
        .map(|expectation| {
            let path = expect.key(expectation.name());
            (expectation, path)
        })
        .collect();
    let named = script.script.expect.policies_fired.is_some();
    let policies = in_force(script);
    if !named && !policies.is_empty() {
        list.push((Expectation::PoliciesFired(policies), Path::root().key("given").key("policies")));
    }
    list
}

/// Every policy that is in force at some time.
fn in_force(script: &Loaded) -> Vec<String> {
    let mut names = script.script.given.policies.clone();
    for step in &script.script.steps {
        match step {
            Step::SetPolicies(set) => names.extend(set.0.iter().cloned()),
            Step::EnablePolicy(enable) => names.push(enable.0.clone()),
            _ => {}
        }
    }
    let mut seen = Vec::new();
    names.retain(|name| {
        !seen.contains(name) && {
            seen.push(name.clone());
            true
        }
    });
    names
}

fn begun(script: &Loaded) -> Verdict {
    Verdict {
        id: script.id.clone(),
        title: script.script.title.clone(),
        about: script.script.about.trim().to_owned(),
        source: script.script.source.clone(),
        file: script.file.clone(),
        passed: true,
        missed: Vec::new(),
        prompts: 0,
        took: Duration::ZERO,
        given: given(&script.script.given),
        steps: Vec::new(),
        expectations: Vec::new(),
        since: 0,
        exchanges: Vec::new(),
        command: None,
    }
}

/// How things stand at the start, in words.
fn given(given: &Given) -> Vec<String> {
    let mut words = vec![format!("{} sits in front of {}", given.user, given.client)];
    if let Some(signed_in) = &given.signed_in {
        words.push(format!("signed in to {}", signed_in.scopes.join(", ")));
        if !signed_in.extra_scopes.is_empty() {
            words.push(format!("consented in the same go to {}", signed_in.extra_scopes.join(", ")));
        }
    } else {
        words.push("nobody is signed in".to_owned());
    }
    let mut say = |what: &str, names: &[String]| {
        if !names.is_empty() {
            words.push(format!("{what} {}", names.join(", ")));
        }
    };
    say("consent on record for", &given.consents);
    say("consent for everybody for", &given.tenant_consents);
    say("policies in force:", &given.policies);
    say("the client declares", &given.capabilities);
    words.extend(given.faults.iter().map(ToString::to_string));
    words
}

fn wanted(expectation: &Expectation) -> String {
    if let Expectation::NoIdenticalRequestRepeated(within) = expectation {
        return format!("within {:#}", within.0);
    }
    let document = serde_json::to_value(expectation).unwrap_or_default();
    match &document[expectation.name()] {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            members.iter().map(|(name, count)| format!("{name}: {count}")).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

fn place(script: &Loaded, path: &Path) -> Place {
    script.place(path)
}

/// No scenario waits for anything but this machine.
const PATIENCE: Duration = Duration::from_secs(60);
