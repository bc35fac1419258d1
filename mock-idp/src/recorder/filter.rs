//! Which exchanges are meant, of all that a log holds. One meaning for the list, the stream, the timeline and the export.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Endpoint, Exchange};

/// Which exchanges are meant: all that agree with each of those that are set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeFilter {
    /// Only those with a higher number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// Only those that were added behind the first so many: the `added` of an earlier answer. Exchanges are added when they
    /// are answered, which need not be in the order of their numbers; who reads on by this misses none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<u64>,
    /// Only those with a lower number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// Only those that were sent under this client id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Only those in the name of this user, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Only those that have this text, in any case, in their path, their parameters, the reasons, the answer or an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only those that went there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// At most so many: the last ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl ExchangeFilter {
    /// Every exchange behind number `since`.
    #[must_use]
    pub fn since(since: u64) -> Self {
        Self { since: Some(since), ..Self::default() }
    }

    /// Every exchange that was added behind the first `skip`.
    #[must_use]
    pub fn skip(skip: u64) -> Self {
        Self { skip: Some(skip), ..Self::default() }
    }

    /// Those of `exchanges` that are meant, in their order. What was skipped before them is the caller's to know.
    pub(super) fn apply(&self, exchanges: impl DoubleEndedIterator<Item = Arc<Exchange>>) -> Vec<Arc<Exchange>> {
        let limit = self.limit.map_or(usize::MAX, |limit| size(limit.into()));
        let mut meant: Vec<_> = exchanges.rev().filter(|exchange| self.is_met_by(exchange)).take(limit).collect();
        meant.reverse();
        meant
    }

    /// Whether `exchange` is one of those that are meant, but for their place (`skip`, `limit`).
    #[must_use]
    pub fn is_met_by(&self, exchange: &Exchange) -> bool {
        let is = |wanted: &Option<String>, seen: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(seen.as_deref().unwrap_or_default()))
        };
        self.since.is_none_or(|since| exchange.number > since)
            && self.before.is_none_or(|before| exchange.number < before)
            && is(&self.client_id, &exchange.client_id)
            && is(&self.user, &exchange.user)
            && self.endpoint.is_none_or(|endpoint| endpoint == exchange.endpoint)
            && self.text.as_ref().is_none_or(|text| has_text(exchange, text))
    }
}

/// As many as can be counted.
pub(super) fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn has_text(exchange: &Exchange, text: &str) -> bool {
    let wanted = text.to_lowercase();
    let has = |seen: &str| seen.to_lowercase().contains(&wanted);
    let answer = &exchange.answer;
    let optional = [&exchange.client_id, &exchange.user, &exchange.grant_type, &answer.error, &answer.suberror];
    let more = [&answer.claims, &answer.scope, &answer.api];
    has(&exchange.path)
        || has(&answer.kind)
        || optional.into_iter().chain(more).flatten().any(|seen| has(seen))
        || exchange.parameters.iter().any(|(name, value)| has(name) || has(value))
        || exchange.reasons.iter().any(|reason| has(&reason.rule) || has(&reason.because))
        || answer.code.is_some_and(|code| has(&format!("AADSTS{code}")))
        || has(&exchange.correlation_id.to_string())
        || has(&exchange.trace_id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorder::{Answer, tests::exchange};

    #[test]
    fn a_filter_takes_what_agrees_with_all_of_it() {
        let sent = |number: u64, client: &str, endpoint: Endpoint| {
            Arc::new(Exchange { number, client_id: Some(client.to_owned()), endpoint, ..exchange() })
        };
        let log = [
            sent(1, "one", Endpoint::Token),
            sent(2, "two", Endpoint::Token),
            sent(3, "one", Endpoint::Authorize),
            sent(4, "ONE", Endpoint::Token),
        ];
        let numbers = |filter: ExchangeFilter| -> Vec<u64> {
            filter.apply(log.iter().cloned()).iter().map(|exchange| exchange.number).collect()
        };
        let filter = ExchangeFilter::default();
        assert_eq!(numbers(filter.clone()), [1, 2, 3, 4]);
        assert_eq!(numbers(ExchangeFilter { limit: Some(2), ..filter.clone() }), [3, 4]);
        assert_eq!(numbers(ExchangeFilter { client_id: Some("one".to_owned()), ..filter.clone() }), [1, 3, 4]);
        let token = ExchangeFilter { endpoint: Some(Endpoint::Token), ..filter };
        assert_eq!(numbers(ExchangeFilter { since: Some(1), limit: Some(1), ..token }), [4]);
        assert_eq!(numbers(ExchangeFilter { before: Some(4), limit: Some(1), ..ExchangeFilter::default() }), [3]);
    }

    #[rstest::rstest]
    #[case("AADSTS50076", true)]
    #[case("ADA@", true)]
    #[case("salary.read", true)]
    #[case("no policy says so", false)]
    fn a_text_is_sought_in_any_case_wherever_people_see_it(#[case] text: &str, #[case] is_there: bool) {
        let exchange = Exchange {
            user: Some("ada@contoso.test".to_owned()),
            parameters: vec![("scope".to_owned(), "api://payroll/Salary.Read".to_owned())],
            answer: Answer { code: Some(50_076), ..Answer::of(400, "error") },
            ..exchange()
        };
        let filter = ExchangeFilter { text: Some(text.to_owned()), ..ExchangeFilter::default() };
        assert_eq!(filter.is_met_by(&exchange), is_there);
    }
}
