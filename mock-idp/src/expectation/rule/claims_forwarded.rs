use crate::{
    expectation::{
        Asked,
        claims::{Leaves, brief, carries, leaves},
        log::{Log, Pending, REMEMBERED, described, described_reason, is_prompt, is_silent, is_token, verdict},
    },
    recorder::Exchange,
};

use super::cached::may_be_renewal;

const KEPT: &str = "the claims were handed on as they were given";

pub(in crate::expectation) fn as_json(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let violations: Vec<_> = due(log)
        .filter_map(|(request, pending)| Given::of(pending).and_then(|given| given.missing_in(request)))
        .collect();
    verdict(*wanted, KEPT, &violations)
}

pub(in crate::expectation) fn as_bytes(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let violations: Vec<_> = due(log)
        .filter_map(|(request, pending)| {
            let given = Given::of(pending)?;
            given.missing_in(request).or_else(|| given.rewritten_in(request))
        })
        .collect();
    verdict(*wanted, KEPT, &violations)
}

/// The requests that have claims to hand on. A silent request hands on the API's, once: those of a token error, and what was
/// refused silently, are for the window; and one that renews a token in good time has nothing to do with a challenge.
fn due<'a>(log: &Log<'a>) -> impl Iterator<Item = (&'a Exchange, Pending<'a>)> {
    let log = *log;
    log.run().filter(|exchange| is_prompt(exchange) || is_silent(exchange)).map(move |exchange| {
        let mut pending = log.reasons_for(exchange);
        if is_silent(exchange) {
            pending.failure = None;
            let is_its_concern =
                |challenge: &&Exchange| !was_refused(&log, challenge, exchange) && !may_be_renewal(&log, exchange);
            pending.challenge = pending.challenge.filter(is_its_concern);
        }
        (exchange, pending)
    })
}

/// Whether a silent request with claims was refused between `challenge` and `request`; or with the challenge's own shortly
/// before it: a client tells that refusal again, from memory.
fn was_refused(log: &Log<'_>, challenge: &Exchange, request: &Exchange) -> bool {
    let asked = Asked::of(request);
    let mut refused = log
        .before(request)
        .filter(|earlier| is_silent(earlier) && !is_token(earlier) && Asked::of(earlier).shares_api_with(&asked));
    refused.any(|earlier| {
        let sent = earlier.claims.as_deref().and_then(leaves).unwrap_or_default();
        let is_the_same = carries(earlier.claims.as_deref(), challenge.answer.claims.as_deref());
        let is_remembered = is_the_same && challenge.at.duration_since(earlier.at) <= REMEMBERED;
        !sent.is_empty() && (earlier.number > challenge.number || is_remembered)
    })
}

/// The claims that are to be handed on. Where a failure and a challenge speak of the same claim, the API's word counts.
struct Given<'a> {
    sources: Vec<&'a Exchange>,
    leaves: Leaves,
}

impl<'a> Given<'a> {
    fn of(pending: Pending<'a>) -> Option<Self> {
        let sources: Vec<_> = [pending.failure, pending.challenge]
            .into_iter()
            .flatten()
            .filter(|source| source.answer.claims.is_some())
            .collect();
        let mut given = Leaves::new();
        for source in &sources {
            given.extend(source.answer.claims.as_deref().and_then(leaves).unwrap_or_default());
        }
        (!given.is_empty()).then_some(Self { sources, leaves: given })
    }

    fn missing_in(&self, request: &Exchange) -> Option<String> {
        let (who, source) = (described(request), self.source());
        let all = brief(self.leaves.keys());
        let Some(text) = request.claims.as_deref() else {
            return Some(format!("{who} carried no claims; {source} had given {all}"));
        };
        let Some(sent) = leaves(text) else {
            return Some(format!("{who} carried claims that are no JSON object; {source} had given {all}"));
        };
        let lost: Vec<_> = self.leaves.keys().filter(|name| !sent.contains_key(*name)).collect();
        if lost.len() == self.leaves.len() {
            return Some(format!("{who} carried none of the claims; {source} had given {all}"));
        }
        if !lost.is_empty() {
            return Some(format!("{who} lost {} of the claims; {source} had given {all}", brief(lost)));
        }
        let changed: Vec<_> = self.leaves.iter().filter(|(name, value)| sent.get(*name) != Some(value)).collect();
        let (name, value) = changed.first()?;
        Some(format!(
            "{who} changed {} of the claims to {}; {source} had given {value}",
            brief([*name]),
            sent.get(*name).map(ToString::to_string).unwrap_or_default()
        ))
    }

    fn rewritten_in(&self, request: &Exchange) -> Option<String> {
        let [source] = self.sources.as_slice() else { return None };
        (source.answer.claims != request.claims).then(|| {
            format!(
                "{} rewrote the claims: the same JSON as {} had given, but other bytes",
                described(request),
                described_reason(source)
            )
        })
    }

    fn source(&self) -> String {
        self.sources.iter().map(|source| described_reason(source)).collect::<Vec<_>>().join(" and ")
    }
}
