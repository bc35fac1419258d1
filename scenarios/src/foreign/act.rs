//! The client's verbs, done by somebody else: waited for, looked at, compared with what the step expects.

use std::sync::Arc;

use mock_idp::{
    expectation::{Asked, Expectation, Log},
    recorder::{Endpoint, Exchange},
};

use super::{
    CommandEnded, Foreign, Watch,
    sight::{self, Run, Sought},
};
use crate::{
    client::{Ask, How},
    expected::{Expect, Sight},
    step::{CallApi, Taken},
    world::{Broken, Failed, World},
};

impl Foreign {
    /// Waits until the client has asked for a token, and judges what came of it.
    pub(crate) async fn asks(&self, how: How, ask: &Ask, expect: &Expect, world: &mut World) -> Result<Taken, Broken> {
        let before = world.watched;
        match self.sees(how, ask, expect, world).await? {
            Ok(sight) => {
                let taken = self.learn(&sight, expect, before, world).await?;
                let lost = match &ask.claims {
                    Some(_) => self.claims_lost(before, world).await?,
                    None => None,
                };
                Ok(Taken { missed: lost.or(taken.missed), ..taken })
            }
            Err(ended) => Ok(nothing(expect.described(), wanting(how), &ended)),
        }
    }

    /// The same for several at the same time.
    pub(crate) async fn asks_at_once(&self, asks: &[(Ask, &Expect)], world: &mut World) -> Result<Vec<Taken>, Broken> {
        let before = world.watched;
        let mut sights = Vec::new();
        for (ask, expect) in asks {
            sights.push(self.sees(How::ByRightSteps, ask, expect, world).await?);
        }
        let mut taken = Vec::new();
        for (sight, (_, expect)) in sights.into_iter().zip(asks) {
            taken.push(match sight {
                Ok(sight) => self.learn(&sight, expect, before, world).await?,
                Err(ended) => nothing(expect.described(), wanting(How::ByRightSteps), &ended),
            });
        }
        Ok(taken)
    }

    /// Waits until the client has called an API.
    pub(crate) async fn calls(&self, call: &CallApi, scopes: Vec<String>, world: &mut World) -> Result<Taken, Broken> {
        if let Some(refusal) = call.expect.as_refusal() {
            let ask = Ask { scopes, ..Ask::default() };
            return self.asks(How::ByRightSteps, &ask, &refusal, world).await;
        }
        let (route, wanted) = (call.route(), call.expect.wanted_status());
        // Who answers challenges may get some on the way.
        let status = call.scopes.is_some().then_some(wanted);
        let found = self.watch().until(|log| sight::call(&self.run(log, world), &route, status).cloned()).await?;
        let answered = match found {
            Ok(answered) => answered,
            Err(ended) => {
                let (log, _) = world.log().await?;
                let last = self.run(&log, world);
                let last =
                    last.iter().rev().find(|exchange| exchange.endpoint == Endpoint::Api && exchange.path == route);
                let Some(last) = last.cloned() else {
                    return Ok(nothing(call.expect.described(), &format!("a call to {route}"), &ended));
                };
                last
            }
        };
        world.watched = world.watched.max(answered.number);
        if let Some(claims) = &answered.answer.claims {
            world.failed = Some(Failed { claims: Some(claims.clone()), for_a_person: true });
        }
        let seen = format!("an answer with status {} (exchange {})", answered.answer.status, answered.number);
        let is_more_expected = call.expect.challenge.is_some() || call.expect.body.is_some();
        let unseen = if is_more_expected { "; not to be seen from outside: headers and body" } else { "" };
        let expected = call.expect.described();
        let missed = (answered.answer.status != wanted).then(|| format!("expected {expected}, saw {seen}"));
        Ok(Taken { expected: Some(expected), seen: format!("{seen}{unseen}"), missed, ..Taken::default() })
    }

    /// Follows the log of its tenant.
    pub(crate) fn watch(&self) -> Watch {
        Watch {
            tenant: self.tenant.clone(),
            paces: true,
            ended: Some(self.command.ended()),
            visits: Some(self.person.visits_ended()),
        }
    }

    async fn sees(
        &self,
        how: How,
        ask: &Ask,
        expect: &Expect,
        world: &World,
    ) -> Result<Result<Sight, CommandEnded>, Broken> {
        if expect.is_unseen() {
            return Ok(Ok(Sight::Unseen));
        }
        let is_met = |refused: &Exchange| expect.is_met_by(refused, world);
        let sought = Sought {
            asked: Asked::parse(&ask.scopes.join(" ")),
            may_be_unseen: expect.may_be_unseen(),
            wants_token: expect.is_token(),
            is_met: &is_met,
        };
        let look = |log: &[Arc<Exchange>]| {
            let run = self.run(log, world);
            let closed = self.person.is_troubled();
            match how {
                How::Silent => sight::silent(&run, &sought),
                How::Interactive => sight::window(&run, &sought, closed.as_deref()),
                How::ByRightSteps => sight::right_steps(&run, &sought, closed.as_deref()),
            }
        };
        Ok(match self.watch().until(look).await? {
            // A client that has ended has asked for nothing more.
            Err(ended) if ended.ended.is_success() && sought.may_be_unseen && how != How::Interactive => {
                Ok(Sight::Unseen)
            }
            other => other,
        })
    }

    /// Compares, and remembers what the next steps build on.
    async fn learn(&self, sight: &Sight, expect: &Expect, before: u64, world: &mut World) -> Result<Taken, Broken> {
        let until = sight.number().unwrap_or(before);
        let (log, _) = world.log().await?;
        let step: Vec<_> =
            log.iter().filter(|exchange| exchange.number > before && exchange.number <= until).cloned().collect();
        let taken = expect.judge_outside(sight, &step, world);
        world.watched = world.watched.max(until);
        if let Sight::Refused(refused) = sight {
            let error = refused.answer.error.as_deref().unwrap_or_default();
            let for_a_person = FOR_A_PERSON.contains(&error);
            world.failed = Some(Failed { claims: refused.answer.claims.clone(), for_a_person });
        }
        if matches!(sight, Sight::Closed(..)) {
            // Told once.
            self.person.trouble();
        }
        Ok(taken)
    }

    /// The sentence for claims that the script hands on and the client has not; unless a rule of the run tells it anyway.
    async fn claims_lost(&self, before: u64, world: &mut World) -> Result<Option<String>, Broken> {
        let expect = &world.script.expect;
        if expect.claims_forwarded_unmodified.is_some() || expect.claims_forwarded_byte_for_byte.is_some() {
            return Ok(None);
        }
        let (mut log, _) = world.log().await?;
        log.retain(|exchange| exchange.number <= world.watched);
        let log = Log::new(&log).since(before).of_client(&self.client_id);
        Ok(Expectation::ClaimsForwardedUnmodified(true).check_in(&log).err().map(|failure| failure.sentence))
    }

    /// The client's exchanges behind the last step.
    fn run(&self, log: &[Arc<Exchange>], world: &World) -> Box<Run> {
        let is_its_own = |exchange: &Exchange| match &exchange.client_id {
            Some(id) => id.eq_ignore_ascii_case(&self.client_id),
            None => exchange.endpoint == Endpoint::Api,
        };
        log.iter().filter(|exchange| exchange.number > world.watched && is_its_own(exchange)).cloned().collect()
    }
}

/// The command ended, or its time was over, before the step was taken.
fn nothing(expected: String, what: &str, ended: &CommandEnded) -> Taken {
    let seen = format!("the command {} without {what}", ended.ended);
    Taken { missed: Some(format!("expected {expected}; {seen}")), expected: Some(expected), seen, ..Taken::default() }
}

fn wanting(how: How) -> &'static str {
    match how {
        How::Silent => "a silent request for it",
        How::Interactive => "an answer from a sign-in window for it",
        How::ByRightSteps => "such an end to a request for it",
    }
}

/// OAuth errors that ask for a person (OpenID Connect Core 3.1.2.6, MSAL's `invalid_grant`).
const FOR_A_PERSON: &[&str] =
    &["invalid_grant", "interaction_required", "login_required", "consent_required", "account_selection_required"];
