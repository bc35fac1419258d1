//! The faults of one tenant, in the order in which they were injected, and which of them a request meets.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Effect, Endpoint, Fault, InvalidFault, RetryAfter, Times};
use crate::{
    directory::Directory,
    grant::GRANTS,
    policy::Reason,
    yaml::{Path, Problem},
};

/// At most so many faults wait in one tenant.
const LIMIT: usize = 1_000;

/// What a fault looks for in a request; unknown where the request does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// Where it goes.
    pub endpoint: Endpoint,
    /// Client id.
    pub client: Option<Uuid>,
    /// Object id of the user in this tenant.
    pub user: Option<Uuid>,
    /// `grant_type`.
    pub grant_type: Option<String>,
    /// Short name of the API that is called.
    pub api: Option<String>,
}

impl Sought {
    /// Nothing is known but where it goes.
    #[must_use]
    pub fn at(endpoint: Endpoint) -> Self {
        Self { endpoint, client: None, user: None, grant_type: None, api: None }
    }
}

/// A fault that waits for requests, as it is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArmedFault {
    /// Names it from now on.
    pub id: Uuid,
    /// As it was injected.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests it concerns yet; `null` for no limit.
    pub remaining: Option<u32>,
}

/// A fault that waits for requests: its names are resolved.
#[derive(Clone, Debug)]
struct Armed {
    id: Uuid,
    fault: Fault,
    effect: Effect,
    client: Option<Uuid>,
    user: Option<Uuid>,
    /// How many requests it concerns yet.
    times: Times,
    to_pass: u32,
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// What it gets.
    pub effect: Effect,
    /// How long it waits first.
    pub latency: Duration,
    /// The header that goes with the answer.
    pub retry_after: Option<RetryAfter>,
    /// For the log: which fault, and how often it comes again.
    pub reason: Reason,
}

/// The faults of one tenant.
#[derive(Debug, Default)]
pub struct Faults(Vec<Armed>);

impl Faults {
    /// Adds `fault` under `id`; names are looked up in `directory`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, or that there are too many.
    pub fn arm(&mut self, id: Uuid, fault: Fault, directory: &Directory) -> Result<(), InvalidFault> {
        let root = Path::root();
        let mut problems = fault.problems(directory, &root);
        if self.0.len() >= LIMIT {
            let message = format!("{LIMIT} faults wait in this tenant already");
            problems.push(Problem::new(root.clone(), message).hint("clear them first"));
        }
        let effect = match fault.effect(&root) {
            Ok(effect) if problems.is_empty() => effect,
            _ => return Err(InvalidFault(problems)),
        };
        let client = fault.client.as_deref().and_then(|name| directory.application(name)).map(|known| known.client_id);
        let user = fault.user.as_deref().and_then(|name| directory.user(name)).map(|known| known.id);
        let (times, to_pass) = (fault.times, fault.after);
        self.0.push(Armed { id, effect, client, user, times, to_pass, fault });
        Ok(())
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that wait, in the order in which they were injected.
    #[must_use]
    pub fn list(&self) -> Vec<ArmedFault> {
        let told =
            |armed: &Armed| ArmedFault { id: armed.id, fault: armed.fault.clone(), remaining: armed.times.limit() };
        self.0.iter().map(told).collect()
    }

    /// Takes one away; says whether there was one.
    pub fn remove(&mut self, id: Uuid) -> bool {
        let before = self.0.len();
        self.0.retain(|armed| armed.id != id);
        self.0.len() < before
    }

    /// Takes all away.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault that a request meets: the first that matches and lets it not pass. One that is spent is forgotten.
    pub fn hit(&mut self, request: &Sought) -> Option<Hit> {
        let met = self.0.iter_mut().position(|armed| armed.meets(request))?;
        let armed = &mut self.0[met];
        armed.times.take();
        let hit = armed.hit();
        if armed.times.limit() == Some(0) {
            self.0.remove(met);
        }
        Some(hit)
    }
}

impl Armed {
    fn meets(&mut self, request: &Sought) -> bool {
        let concerns = self.matches(request);
        let passes = concerns && self.to_pass > 0;
        if passes {
            self.to_pass -= 1;
        }
        concerns && !passes
    }

    fn matches(&self, request: &Sought) -> bool {
        let at = match self.fault.endpoint() {
            Some(endpoint) => endpoint == request.endpoint,
            None => request.endpoint != Endpoint::Api,
        };
        at && self.client.is_none_or(|client| request.client == Some(client))
            && self.user.is_none_or(|user| request.user == Some(user))
            && self.fault.api.as_ref().is_none_or(|api| request.api.as_ref() == Some(api))
            && self.fault.grant_type.as_deref().is_none_or(|wanted| {
                request.grant_type.as_deref().is_some_and(|sent| sent == wanted || is_same_grant(sent, wanted))
            })
    }

    fn hit(&self) -> Hit {
        let left = match self.times.limit() {
            None => "again without limit".to_owned(),
            Some(0) => "not again".to_owned(),
            Some(1) => "once more".to_owned(),
            Some(times) => format!("{times} times more"),
        };
        let because = format!("fault {}: {}; {left}", self.id, self.fault.effect_in_words());
        Hit {
            effect: self.effect.clone(),
            latency: self.fault.latency.and_then(|latency| latency.try_into().ok()).unwrap_or_default(),
            retry_after: self.fault.retry_after.clone(),
            reason: Reason::new("fault", because),
        }
    }
}

/// Two names on the wire may mean one grant.
fn is_same_grant(one: &str, other: &str) -> bool {
    GRANTS.iter().any(|grant| grant.names.contains(&one) && grant.names.contains(&other))
}
