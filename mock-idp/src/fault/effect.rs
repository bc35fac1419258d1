//! What a fault does to a request: exactly one thing, and what may go with it.

use jiff::SignedDuration;

use super::{Endpoint, Fault};
use crate::{
    directory::OAuthError,
    error::Aadsts,
    yaml::{Path, Problem, nearest},
};

/// What a request gets instead of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The refusal of the catalogue.
    Refuse(Aadsts),
    /// A status and a body that is not the authority's own.
    Status {
        /// The status.
        status: u16,
        /// The body; a gateway's page if absent.
        body: Option<String>,
        /// The body's type, if it was told.
        content_type: Option<String>,
    },
    /// No answer at all.
    Drop,
    /// A redirect with an error and nothing else.
    RedirectError(OAuthError),
    /// Its own answer, in the end with another `state`.
    TamperState,
    /// Its own answer, later.
    Delay,
}

/// Nobody waits longer for an answer.
const LONGEST_LATENCY: SignedDuration = SignedDuration::from_mins(10);

impl Fault {
    /// Its one effect.
    pub(super) fn effect(&self, path: &Path) -> Result<Effect, Problem> {
        let mut effects = Vec::new();
        if let Some(number) = self.code {
            effects.push(("code", Effect::Refuse(catalogued(number, &path.key("code"))?)));
        }
        if let Some(status) = self.status {
            let (body, content_type) = (self.body.clone(), self.content_type.clone());
            effects.push(("status", Effect::Status { status, body, content_type }));
        }
        if self.drop {
            effects.push(("drop", Effect::Drop));
        }
        if let Some(error) = self.redirect_error {
            effects.push(("redirect_error", Effect::RedirectError(error)));
        }
        if self.tamper_state {
            effects.push(("tamper_state", Effect::TamperState));
        }
        match effects.as_slice() {
            [] if self.latency.is_some() => Ok(Effect::Delay),
            [] => Err(Problem::new(path.clone(), "nothing would happen to the request")
                .hint("add one of `code`, `status`, `drop`, `redirect_error`, `tamper_state`, or `latency`")),
            [(_, effect)] => Ok(effect.clone()),
            [(first, _), (second, _), ..] => {
                Err(Problem::new(path.key(*second), format!("a request gets one answer, and `{first}` is one already"))
                    .hint(format!("keep `{first}` or `{second}`")))
            }
        }
    }

    /// Members that have nothing to act on, or no sensible value.
    pub(super) fn misplaced(&self, path: &Path) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut wrong = |member: &str, message: &str, hint: &str| {
            problems.push(Problem::new(path.key(member), message).hint(hint));
        };
        if self.status.is_some_and(|status| !(200..600).contains(&status)) {
            wrong("status", "this is no status of an answer", "write one from 200 to 599");
        }
        if self.code.is_some() && self.endpoint() == Some(Endpoint::Api) {
            wrong("code", "an API does not answer with AADSTS numbers", "use `status`, or another `endpoint`");
        }
        for (member, is_given) in
            [("redirect_error", self.redirect_error.is_some()), ("tamper_state", self.tamper_state)]
        {
            if is_given && self.endpoint != Some(Endpoint::Authorize) {
                wrong(member, "only a sign-in ends in a redirect", "add `endpoint: authorize`");
            }
        }
        for (member, is_given) in [("body", self.body.is_some()), ("content_type", self.content_type.is_some())] {
            if is_given && self.status.is_none() {
                wrong(member, "it belongs to a `status`", "add one, such as `status: 503`");
            }
        }
        if self.retry_after.is_some() && self.status.is_none() && self.code.is_none() {
            wrong("retry_after", "there is no answer to put it on", "add `code` or `status`, such as `status: 429`");
        }
        let header = |text: &str| text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if self.retry_after.as_ref().is_some_and(|after| !header(&after.to_string())) {
            wrong("retry_after", "this text cannot be sent in a header", "use printable ASCII");
        }
        if self.content_type.as_ref().is_some_and(|kind| !header(kind)) {
            wrong("content_type", "this text cannot be sent in a header", "use printable ASCII");
        }
        if self.latency.is_some_and(|latency| latency.is_negative() || latency > LONGEST_LATENCY) {
            wrong("latency", "a request cannot wait that long", "write `0s` to `10m`");
        }
        if self.times.limit() == Some(0) {
            wrong("times", "it would never happen", "write a number from 1, or `unlimited`");
        }
        problems
    }
}

fn catalogued(number: u32, path: &Path) -> Result<Aadsts, Problem> {
    if let Some(code) = Aadsts::ALL.iter().find(|code| code.row().number == number) {
        return Ok(*code);
    }
    let numbers: Vec<String> = Aadsts::ALL.iter().map(|code| code.row().number.to_string()).collect();
    let hint = match nearest(&number.to_string(), numbers.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`? `mock-idp errors` lists them all"),
        None => "`mock-idp errors` lists them all".to_owned(),
    };
    Err(Problem::new(path.clone(), format!("the catalogue has no AADSTS{number}")).hint(hint))
}
