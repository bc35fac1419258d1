//! What holds for every operation of a client, whatever it ends in (`expect: any`): at most one window and none in the
//! background, no loop, and a token or a refusal that tells what the server said. Each rule has a name, under which a verdict
//! tells it; what the log of a whole run must keep is `mock_idp::expectation`'s.
//!
//! Pure: what the client was asked, what it said and the log in, the first broken rule out.

use std::sync::Arc;

use jiff::SignedDuration;
use mock_idp::{
    expectation::{Asked, Expectation, Log, Repetition, is_prompt},
    recorder::{Endpoint, Exchange},
};

use super::{Outcome, counted};
use crate::client::{Ask, How};

/// What a client was asked to do, and did.
pub(crate) struct Operation<'a> {
    /// Who asked; several, if at the same time.
    pub(crate) callers: Vec<Caller<'a>>,
    /// The log up to its end.
    pub(crate) log: &'a [Arc<Exchange>],
    /// Its exchanges lie behind this one.
    pub(crate) after: u64,
    pub(crate) client_id: &'a str,
}

/// A part of the app that asks for something.
pub(crate) struct Caller<'a> {
    asked: Asked,
    may: May,
    ended: Ended<'a>,
}

/// What it ended in.
#[derive(Clone, Copy)]
pub(crate) enum Ended<'a> {
    /// A token, or a refusal.
    Outcome(&'a Outcome),
    /// An answer of the API that was called.
    Answered,
}

/// What may be shown to the user.
#[derive(Clone, Copy, PartialEq, Eq)]
enum May {
    /// Nothing.
    Nothing,
    /// A window, if one is needed.
    Window,
    /// A window, because the user or the app wants one.
    WindowByWish,
}

/// A broken rule: its name, and the sentence.
pub(crate) type Breach = (&'static str, String);

impl<'a> Caller<'a> {
    pub(crate) fn new(how: How, ask: &Ask, ended: Ended<'a>) -> Self {
        let may = match how {
            How::Silent => May::Nothing,
            How::Interactive => May::WindowByWish,
            How::ByRightSteps if ask.background => May::Nothing,
            How::ByRightSteps if ask.user_gesture => May::WindowByWish,
            How::ByRightSteps => May::Window,
        };
        Self { asked: Asked::parse(&ask.scopes.join(" ")), may, ended }
    }

    /// What the client says went wrong.
    fn refusal(&self) -> Option<&'a Outcome> {
        match self.ended {
            Ended::Outcome(outcome) if !matches!(outcome, Outcome::Token(_)) => Some(outcome),
            _ => None,
        }
    }
}

impl Operation<'_> {
    /// The first rule that is broken.
    pub(crate) fn breach(&self) -> Option<Breach> {
        let alone = match self.callers.as_slice() {
            [caller] => Some(caller),
            _ => None,
        };
        self.windows()
            .or_else(|| self.loops())
            .or_else(|| self.blocks())
            .or_else(|| alone.and_then(|caller| self.progress(caller)))
    }

    fn exchanges(&self) -> impl DoubleEndedIterator<Item = &Arc<Exchange>> {
        let is_its_own = |exchange: &&Arc<Exchange>| {
            exchange.client_id.as_deref().is_none_or(|id| id.eq_ignore_ascii_case(self.client_id))
        };
        self.log.iter().filter(|exchange| exchange.number > self.after).filter(is_its_own)
    }

    fn judged(&self) -> Log<'_> {
        Log::new(self.log).since(self.after).of_client(self.client_id)
    }

    /// One window for each that needs one of its own; callers for the same share it, unless the user wants one of them now.
    fn windows(&self) -> Option<Breach> {
        let seen: Vec<_> = self.exchanges().filter(|exchange| is_prompt(exchange)).collect();
        let mut needs: Vec<&Caller<'_>> = Vec::new();
        for caller in self.callers.iter().filter(|caller| caller.may != May::Nothing) {
            if !needs.iter().any(|other| other.may == caller.may && other.asked.is_same_as(&caller.asked)) {
                needs.push(caller);
            }
        }
        if seen.len() <= needs.len() {
            return None;
        }
        let numbers: Vec<_> = seen.iter().map(|window| window.number.to_string()).collect();
        let saw = format!("{} (exchange {})", counted(seen.len(), "sign-in window"), numbers.join(", "));
        Some(match needs.len() {
            0 => ("no_prompt_in_background", format!("nothing was to be shown, and there was {saw}")),
            most => {
                ("one_prompt_per_operation", format!("expected at most {}, saw {saw}", counted(most, "sign-in window")))
            }
        })
    }

    /// The same silent request once more is a loop, unless a token or an API's refusal has come between; or another part of
    /// the app wants the same.
    fn loops(&self) -> Option<Breach> {
        let is_judged = |exchange: &&Arc<Exchange>| matches!(exchange.endpoint, Endpoint::Token | Endpoint::Api);
        let exchanges: Vec<_> = self.exchanges().filter(is_judged).cloned().collect();
        let mut stretches = exchanges.split(|exchange| is_token(exchange) || exchange.endpoint == Endpoint::Api);
        let repeated = Expectation::NoIdenticalRequestRepeated(Repetition(LOOP));
        let broken = stretches.find_map(|stretch| repeated.check(stretch).err()).filter(|_| self.callers.len() == 1);
        let broken = broken.or_else(|| Expectation::ApiRetriedAtMostOnce(true).check_in(&self.judged()).err());
        broken.map(|failure| (failure.expectation, failure.sentence))
    }

    fn blocks(&self) -> Option<Breach> {
        if self.callers.iter().any(|caller| caller.may == May::WindowByWish) {
            return None;
        }
        let broken = Expectation::NoPromptAtABlock(true).check_in(&self.judged());
        broken.err().map(|failure| (failure.expectation, failure.sentence))
    }

    /// A token, or a refusal that is the server's and no other.
    fn progress(&self, caller: &Caller<'_>) -> Option<Breach> {
        let refusal = caller.refusal()?;
        let said = refusal.described();
        let is_for_it = |exchange: &&Arc<Exchange>| {
            exchange.endpoint == Endpoint::Token && Asked::of(exchange).is_same_as(&caller.asked)
        };
        let last = self.exchanges().rev().find(is_for_it)?;
        if is_token(last) {
            let calls = |exchange: &Arc<Exchange>| exchange.endpoint == Endpoint::Api && exchange.number > last.number;
            let is_of_another = matches!(refusal, Outcome::Failed(error) if error.code() == OTHER_USER);
            let is_excused = is_of_another || self.exchanges().any(calls);
            let sentence = format!("the server issued a token at exchange {}, and the client says {said}", last.number);
            return (!is_excused).then_some(("issued_token_handed_out", sentence));
        }
        if last.grant_type.as_deref() != Some("refresh_token") {
            return None;
        }
        let failure = format!("the silent failure at {} ({})", last.number, told(last));
        match (caller.may, refusal) {
            (May::Nothing, Outcome::Failed(_)) if can_be_settled(last) => Some((
                "failure_told_as_it_is",
                format!("{failure} is one that a person can settle, and the client says {said}"),
            )),
            (May::Nothing, Outcome::UiRequired(_)) if is_outage(last) => Some((
                "failure_told_as_it_is",
                format!("{failure} is none that a person can settle, and the client says {said}"),
            )),
            (May::Window | May::WindowByWish, _) if can_be_settled(last) && !self.was_declined(last, caller) => Some((
                "window_where_a_person_helps",
                format!("{failure} is one that a person can settle, and no window was opened; the client says {said}"),
            )),
            _ => None,
        }
    }

    /// Whether a window for it was opened now or before: without consent, the user has had her say.
    fn was_declined(&self, failure: &Exchange, caller: &Caller<'_>) -> bool {
        let windows = self.log.iter().filter(|exchange| is_prompt(exchange));
        let mut windows = windows.filter(|window| Asked::of(window).is_same_as(&caller.asked));
        let since = if failure.answer.suberror.as_deref() == Some("consent_required") { 0 } else { self.after };
        windows.any(|window| window.number > since)
    }
}

fn is_token(exchange: &Exchange) -> bool {
    exchange.endpoint == Endpoint::Token && exchange.answer.kind == "token"
}

/// Errors and suberrors that a sign-in settles (escalation reference 2.3 to 2.5). Without a suberror it may be so or not; and
/// no client of MSAL's kind takes the v1 endpoint's error `user_password_expired` for one (B8).
fn can_be_settled(failure: &Exchange) -> bool {
    let (error, suberror) = (failure.answer.error.as_deref(), failure.answer.suberror.as_deref());
    error.is_some_and(|error| ["invalid_grant", "interaction_required"].contains(&error))
        && suberror.is_some_and(|suberror| {
            ["basic_action", "consent_required", "bad_token", "token_expired", "user_password_expired"]
                .contains(&suberror)
        })
}

fn is_outage(failure: &Exchange) -> bool {
    matches!(failure.answer.status, 0 | 429 | 500..)
}

fn told(failure: &Exchange) -> String {
    match failure.answer.code {
        Some(code) => format!("AADSTS{code}"),
        None => format!("status {}", failure.answer.status),
    }
}

/// Somebody else signed in than was to: the token is not handed on.
const OTHER_USER: &str = "user_mismatch";

/// Within one operation, nothing is worth the same request again.
const LOOP: SignedDuration = SignedDuration::from_hours(1);
