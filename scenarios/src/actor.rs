//! Who acts when a script says that the client does something: the client of this crate's seam, or somebody else's, which is
//! only watched. This is the one place that knows both.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;

use crate::{
    client::{Ask, ClientUnderTest, How},
    expected::{Caller, Ended, Expect, Operation, Outcome},
    foreign::{CommandEnded, Foreign, Watch},
    step::{By, CallApi, Taken},
    world::{Broken, World},
};

/// Who does the client's part.
#[derive(Clone)]
pub(crate) enum Actor {
    /// A client that is told each verb.
    Ours(Arc<dyn ClientUnderTest>),
    /// A command that does as it likes.
    Theirs(Arc<Foreign>),
}

impl World {
    /// The sign-in that is over when the scenario starts.
    pub(crate) async fn sign_in_before(&mut self, mut ask: Ask) -> Result<(), Broken> {
        let missed = match self.actor.clone() {
            Actor::Ours(client) => {
                ask.cancellation = self.person.gets_ready();
                let result = How::Interactive.get(&*client, &ask).await;
                let outcome = self.note(&result);
                (!matches!(outcome, Outcome::Token(_))).then(|| format!(" ended in {}", outcome.described()))
            }
            Actor::Theirs(foreign) => {
                let taken = foreign.asks(How::Interactive, &ask, &Expect::default(), self).await?;
                taken.missed.map(|missed| format!(": {missed}"))
            }
        };
        let Some(missed) = missed else { return Ok(()) };
        let trouble = self.person.trouble().map(|trouble| format!("; {trouble}")).unwrap_or_default();
        Err(Broken(format!("the sign-in before the scenario{missed}{trouble}")))
    }

    /// The client asks for a token; what came of it is compared with what was expected.
    pub(crate) async fn ask(&mut self, how: How, mut ask: Ask, expect: &Expect) -> Result<Taken, Broken> {
        let client = match self.actor.clone() {
            Actor::Ours(client) => client,
            Actor::Theirs(foreign) => return foreign.asks(how, &ask, expect, self).await,
        };
        let (_, before) = self.log().await?;
        ask.cancellation = self.person.gets_ready();
        let result = how.get(&*client, &ask).await;
        let outcome = self.note(&result);
        let exchanges = self.since(before).await?;
        let missed = expect.missed(&outcome, &exchanges, self).map(|missed| match self.person.trouble() {
            Some(trouble) => format!("{missed}; {trouble}"),
            None => missed,
        });
        let taken = Taken { expected: Some(expect.described()), seen: outcome.described(), missed, ..Taken::default() };
        let callers = || vec![Caller::new(how, &ask, Ended::Outcome(&outcome))];
        Ok(if expect.is_any { self.judged(before, callers(), taken).await? } else { taken })
    }

    /// The same, if it keeps the rules that hold whatever it ends in.
    pub(crate) async fn judged(&mut self, after: u64, callers: Vec<Caller<'_>>, taken: Taken) -> Result<Taken, Broken> {
        let (log, _) = self.log().await?;
        let operation = Operation { callers, log: &log, after, client_id: &self.client_id };
        Ok(match operation.breach() {
            Some((rule, sentence)) => Taken { missed: Some(sentence), rule: Some(rule), ..taken },
            None => taken,
        })
    }

    /// Several parts of the client ask at the same time.
    pub(crate) async fn ask_at_once(&mut self, asks: Vec<(Ask, &Expect)>) -> Result<Taken, Broken> {
        let expects: Vec<_> = asks.iter().map(|(_, expect)| *expect).collect();
        let (_, before) = self.log().await?;
        let mut outcomes = Vec::new();
        let (seen, mut missed): (Vec<_>, Vec<_>) = match self.actor.clone() {
            Actor::Ours(client) => {
                outcomes = self.all_of(&client, &asks).await;
                let exchanges = self.since(before).await?;
                let missed = expects.iter().zip(&outcomes);
                let missed = missed.map(|(expect, outcome)| expect.missed(outcome, &exchanges, self)).collect();
                (outcomes.iter().map(Outcome::described).collect(), missed)
            }
            Actor::Theirs(foreign) => {
                let taken = foreign.asks_at_once(&asks, self).await?;
                taken.into_iter().map(|taken| (taken.seen, taken.missed)).unzip()
            }
        };
        // What all of them miss is told once.
        let mut missed: Vec<String> = missed.drain(..).flatten().collect();
        missed.dedup();
        missed.extend(self.person.trouble().filter(|_| !missed.is_empty()));
        let taken = Taken {
            expected: Some(expects.iter().map(|expect| expect.described()).collect::<Vec<_>>().join(", ")),
            seen: seen.join(", "),
            missed: (!missed.is_empty()).then(|| missed.join("; ")),
            ..Taken::default()
        };
        let ended = asks.iter().zip(&outcomes);
        let callers: Vec<_> =
            ended.map(|((ask, _), outcome)| Caller::new(How::ByRightSteps, ask, Ended::Outcome(outcome))).collect();
        let is_any = expects.iter().any(|expect| expect.is_any);
        Ok(if is_any && !callers.is_empty() { self.judged(before, callers, taken).await? } else { taken })
    }

    async fn all_of(&mut self, client: &Arc<dyn ClientUnderTest>, asks: &[(Ask, &Expect)]) -> Vec<Outcome> {
        let cancellation = self.person.gets_ready();
        // Not in tasks of their own: each has begun before one of them can have ended.
        let callers = asks.iter().map(|(ask, _)| {
            let ask = Ask { cancellation: cancellation.clone(), ..ask.clone() };
            async move { How::ByRightSteps.get(&**client, &ask).await }
        });
        let results = join_all(callers).await;
        results.iter().map(|result| self.note(result)).collect()
    }

    /// The client calls an API.
    pub(crate) async fn call(&mut self, call: &CallApi) -> Result<Taken, Broken> {
        match self.actor.clone() {
            Actor::Ours(client) => call.by_client(&*client, self).await,
            Actor::Theirs(foreign) => {
                let scopes = self.full(call.scopes.as_deref().unwrap_or_default())?;
                foreign.calls(call, scopes, self).await
            }
        }
    }

    /// Before a step: while somebody else than the client sends requests, the client cannot wait for its turn.
    pub(crate) async fn makes_way(&self, by: By) -> Result<(), Broken> {
        if let (Actor::Theirs(_), By::Somebody) = (&self.actor, by) {
            self.tenant.pace(None).await?;
        }
        Ok(())
    }

    /// The place in the log up to which steps were taken.
    pub(crate) async fn place(&mut self) -> Result<u64, Broken> {
        match &self.actor {
            Actor::Ours(_) => self.log().await.map(|(_, last)| last),
            Actor::Theirs(_) => Ok(self.watched),
        }
    }

    /// Follows the log.
    pub(crate) fn watch(&self) -> Watch {
        match &self.actor {
            Actor::Ours(_) => Watch { tenant: self.tenant.clone(), paces: false, ended: None, visits: None },
            Actor::Theirs(foreign) => foreign.watch(),
        }
    }

    /// How long something is waited for that may never come; a command's end comes in any case.
    pub(crate) fn patience(&self) -> Option<Duration> {
        matches!(self.actor, Actor::Ours(_)).then_some(PATIENCE)
    }

    /// How the client's command ended, if it is one.
    pub(crate) async fn ends(&self) -> Option<CommandEnded> {
        match &self.actor {
            Actor::Ours(_) => None,
            Actor::Theirs(foreign) => Some(foreign.end().await),
        }
    }
}

/// A client of ours has done its part when its step ends; what it does behind its back comes soon.
const PATIENCE: Duration = Duration::from_secs(2);
