//! The log as the rules look at it: which part is judged, what went before, and what an exchange was about.

use std::sync::Arc;

use jiff::SignedDuration;
use uuid::Uuid;

use crate::{
    directory::Policy,
    recorder::{Endpoint, Exchange},
};

use super::{
    Asked,
    claims::{carries, in_brief},
};

/// A log, of which the part behind `since` is judged; what is before it is context.
#[derive(Clone, Copy, Debug)]
pub struct Log<'a> {
    exchanges: &'a [Arc<Exchange>],
    since: u64,
    client: Option<&'a str>,
    policies: &'a [Policy],
}

impl<'a> Log<'a> {
    /// A log to be judged as a whole.
    #[must_use]
    pub fn new(exchanges: &'a [Arc<Exchange>]) -> Self {
        Self { exchanges, since: 0, client: None, policies: &[] }
    }

    /// Judges only exchanges with a higher number than `since`.
    #[must_use]
    pub fn since(mut self, since: u64) -> Self {
        self.since = since;
        self
    }

    /// Judges the application with this client id and passes over what others sent. The pages that the user saw and the
    /// policies that came into play are those of all.
    #[must_use]
    pub fn of_client(mut self, client_id: &'a str) -> Self {
        self.client = Some(client_id);
        self
    }

    /// Lets `policies_fired` know the names of policies.
    #[must_use]
    pub fn with_policies(mut self, policies: &'a [Policy]) -> Self {
        self.policies = policies;
        self
    }

    /// Every exchange of the client, oldest first.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &'a Exchange> + use<'a> {
        let client = self.client;
        self.exchanges.iter().map(AsRef::as_ref).filter(move |exchange| match (client, &exchange.client_id) {
            (None, _) => true,
            (Some(client), Some(sender)) => sender.eq_ignore_ascii_case(client),
            // A call without a token may be the client's; a request for tokens would name it.
            (Some(_), None) => matches!(exchange.endpoint, Endpoint::Api | Endpoint::Discovery | Endpoint::Page),
        })
    }

    /// The exchanges that are judged, whoever sent them.
    pub(super) fn run_of_all(&self) -> impl DoubleEndedIterator<Item = &'a Exchange> + use<'a> {
        let since = self.since;
        self.exchanges.iter().map(AsRef::as_ref).filter(move |exchange: &&Exchange| exchange.number > since)
    }

    /// The exchanges of the client that are judged.
    pub(super) fn run(&self) -> impl DoubleEndedIterator<Item = &'a Exchange> + use<'a> {
        let since = self.since;
        self.all().filter(move |exchange| exchange.number > since)
    }

    /// The sign-in windows among them.
    pub(super) fn prompts(&self) -> impl DoubleEndedIterator<Item = &'a Exchange> + use<'a> {
        self.run().filter(|exchange| is_prompt(exchange))
    }

    /// What was logged before `exchange`, newest first.
    pub(super) fn before(&self, exchange: &Exchange) -> impl Iterator<Item = &'a Exchange> + use<'a> {
        let number = exchange.number;
        self.all().rev().filter(move |earlier| earlier.number < number)
    }

    /// Why `exchange`, a request for tokens, may have been sent: the failures for the same API since its last token. A refusal of
    /// the very same scopes that a client may remember comes before a later one of others.
    pub(super) fn reasons_for(&self, exchange: &Exchange) -> Pending<'a> {
        let asked = Asked::of(exchange);
        let mut pending = Pending::default();
        let mut remembered = None;
        let (mut is_dead, mut is_told, mut is_begun_anew, mut is_owed) = (false, false, false, false);
        for earlier in self.before(exchange).filter(|earlier| same_client(earlier, exchange)) {
            // What was refused to a grant that is finished since is no longer what stands in the way.
            let was_alive = !is_dead && !self.is_of_a_dead_grant(earlier);
            is_dead |= ends_grant(earlier);
            is_begun_anew |= is_dead;
            match earlier.endpoint {
                Endpoint::Token if !asked.shares_api_with(&Asked::of(earlier)) => {}
                Endpoint::Token if is_token(earlier) => break,
                Endpoint::Token => {
                    // The client has done with a challenge what can be done, and has told its caller: at once, or when the
                    // service was down or busy and it has begun anew since, without the challenge. If it tried again and a
                    // person was needed, the challenge is still to be met.
                    let has_claims = earlier.claims.as_deref().and_then(in_brief).is_some();
                    is_told |= has_claims && is_over(earlier, is_begun_anew && !is_owed);
                    is_owed |= has_claims && is_silent(earlier) && is_for_a_person(earlier);
                    is_begun_anew |= is_silent(earlier) && !has_claims;
                    let failure = was_alive.then_some(earlier);
                    pending.failure = pending.failure.or(failure);
                    remembered = remembered.or(failure.filter(|failure| is_remembered(failure, exchange)));
                }
                Endpoint::Api if is_told || (!is_owed && self.is_told_from_memory(earlier, is_begun_anew)) => {}
                Endpoint::Api if earlier.answer.claims.is_some() && asked.is_for(earlier.answer.api.as_deref()) => {
                    pending.challenge = pending.challenge.or(Some(earlier));
                }
                _ => {}
            }
        }
        // A token that came after the challenge did not settle it if it was not asked with the claims; but what a client
        // may remember ends with the token, so `break` above is right for both.
        pending.failure = remembered.or(pending.failure);
        pending
    }

    /// Whether a client knows without asking that `challenge` comes to nothing: shortly before, its claims were refused so.
    fn is_told_from_memory(&self, challenge: &Exchange, is_begun_anew: bool) -> bool {
        let is_recent = |earlier: &&Exchange| challenge.at.duration_since(earlier.at) <= REMEMBERED;
        let recent = self.before(challenge).take_while(is_recent).filter(|earlier| same_client(earlier, challenge));
        let mut with_its_claims = recent.filter(|earlier| {
            is_silent(earlier)
                && Asked::of(earlier).is_for(challenge.answer.api.as_deref())
                && carries(earlier.claims.as_deref(), challenge.answer.claims.as_deref())
        });
        with_its_claims.next().is_some_and(|last| is_over(last, is_begun_anew))
    }

    /// Whether a request was sent while another, side by side with it, was told that their grant is finished.
    pub(super) fn is_of_a_dead_grant(&self, request: &Exchange) -> bool {
        let of_client = self.before(request).filter(|earlier| same_client(earlier, request));
        of_client.take_while(|earlier| !is_token(earlier)).any(ends_grant)
    }

    /// The answer that brought the refresh token which the client has at `prompt` for the account that it names, if it has
    /// one: the last tokens, unless the server has called their grant finished since.
    pub(super) fn grant_at_hand(&self, prompt: &Exchange) -> Option<&'a Exchange> {
        let hint = parameter(prompt, "login_hint");
        let is_hers = |earlier: &&Exchange| match (hint, &earlier.user) {
            (Some(hint), Some(user)) => user.eq_ignore_ascii_case(hint),
            _ => true,
        };
        self.before(prompt)
            .filter(is_hers)
            .find(|earlier| is_token(earlier) || ends_grant(earlier))
            .filter(|last| is_token(last))
    }

    pub(super) fn policy_name(&self, id: Uuid) -> Option<&'a str> {
        self.policies.iter().find(|policy| policy.id == id).map(|policy| policy.name.as_str())
    }

    pub(super) fn policy_id(&self, name: &str) -> Option<Uuid> {
        let named = self.policies.iter().find(|policy| policy.name == name).map(|policy| policy.id);
        named.or_else(|| Uuid::parse_str(name).ok())
    }
}

/// How long MSAL answers the same silent request with its last refusal (escalation reference A9).
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_mins(2);

/// Whether a client may know from memory that `request`, asked silently, comes to `failure`.
fn is_remembered(failure: &Exchange, request: &Exchange) -> bool {
    let is_recent = request.at.duration_since(failure.at) <= REMEMBERED;
    is_recent && is_silent(failure) && is_for_a_person(failure) && Asked::of(failure).is_same_as(&Asked::of(request))
}

/// What is unsettled for an API.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pending<'a> {
    /// The last refusal of the token endpoint.
    pub(super) failure: Option<&'a Exchange>,
    /// The last challenge of the API.
    pub(super) challenge: Option<&'a Exchange>,
}

/// Whether a sign-in window was opened.
#[must_use]
pub fn is_prompt(exchange: &Exchange) -> bool {
    exchange.endpoint == Endpoint::Authorize && parameter(exchange, "prompt") != Some("none")
}

/// Whether it is a silent attempt.
pub(super) fn is_silent(exchange: &Exchange) -> bool {
    exchange.endpoint == Endpoint::Token && exchange.grant_type.as_deref() == Some("refresh_token")
}

/// Whether tokens were issued.
pub(super) fn is_token(exchange: &Exchange) -> bool {
    exchange.endpoint == Endpoint::Token && exchange.answer.kind == "token"
}

/// Whether a grant is refused for good: a client drops its refresh token (escalation reference 2.3).
pub(super) fn ends_grant(exchange: &Exchange) -> bool {
    is_silent(exchange) && exchange.answer.suberror.as_deref() == Some("bad_token")
}

/// Whether there was no answer, or none of the service itself: a server error or a broken connection.
pub(super) fn is_outage(exchange: &Exchange) -> bool {
    exchange.answer.status == 0 || exchange.answer.status >= 500
}

/// Whether a silent request is of no more consequence once its caller has been told how it ended.
fn is_over(exchange: &Exchange, is_begun_anew: bool) -> bool {
    is_refused_for_good(exchange) || (is_begun_anew && is_for_later(exchange))
}

/// Whether a silent request says nothing but that it came at a bad time.
fn is_for_later(exchange: &Exchange) -> bool {
    is_silent(exchange) && (is_outage(exchange) || exchange.answer.status == 429)
}

/// Whether a silent request itself is refused: neither a person nor time can help (escalation reference 2.1, 2.4 C4), or the
/// server has called it a loop, which looks like a case for a person and is none (5.5).
pub(super) fn is_refused_for_good(exchange: &Exchange) -> bool {
    let answer = &exchange.answer;
    let is_a_verdict = answer.error.is_some() && (400..429).contains(&answer.status);
    is_silent(exchange) && is_a_verdict && (!is_for_a_person(exchange) || answer.code == Some(LOOP_DETECTED))
}

/// The server says that the client runs in circles (escalation reference 2.12).
pub(super) const LOOP_DETECTED: u32 = 50_196;

/// Whether a person may be needed, by the error.
pub(super) fn is_for_a_person(exchange: &Exchange) -> bool {
    exchange.answer.error.as_deref().is_some_and(|error| FOR_A_PERSON.contains(&error))
}

const FOR_A_PERSON: &[&str] = &["invalid_grant", "interaction_required", "consent_required", "login_required"];

/// A parameter of the request.
pub(super) fn parameter<'a>(exchange: &'a Exchange, name: &str) -> Option<&'a str> {
    exchange.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// "the interactive request for payroll (exchange 7)"
pub(super) fn described(exchange: &Exchange) -> String {
    let kind = match exchange.endpoint {
        Endpoint::Authorize => "interactive request",
        Endpoint::Token if is_silent(exchange) => "silent request",
        Endpoint::Token => "token request",
        _ => "request",
    };
    format!("the {kind} for {} (exchange {})", Asked::of(exchange), exchange.number)
}

/// "the silent failure at 4"
pub(super) fn described_reason(exchange: &Exchange) -> String {
    let kind = match exchange.endpoint {
        Endpoint::Api => "API's challenge",
        _ if is_silent(exchange) => "silent failure",
        _ => "failure",
    };
    format!("the {kind} at {}", exchange.number)
}

/// The one sentence for a rule that is told `true` or `false`: the first violation, and how many more there are.
pub(super) fn verdict(wanted: bool, what: &str, violations: &[String]) -> Option<String> {
    match (wanted, violations) {
        (true, []) => None,
        (true, [only]) => Some(only.clone()),
        (true, [first, more @ ..]) => Some(format!("{first} (and {} more like it)", more.len())),
        (false, []) => Some(format!("expected the client to break a rule, and it kept it: {what}")),
        (false, _) => None,
    }
}

fn same_client(one: &Exchange, other: &Exchange) -> bool {
    match (&one.client_id, &other.client_id) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => true,
    }
}
