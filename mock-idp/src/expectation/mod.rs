//! What can be asserted about a client, from the exchange log alone (contract §8).
//!
//! Owns the list of expectations, their names and the sentences that say how one was missed. Pure functions over the log:
//! knows no HTTP, no store and no client, so scenario files, the control API and Rust tests all judge by the same rules.
//!
//! ```text
//! Expectations (a document) ──► Expectation (one) ── check(&Log) ──► one sentence a failure
//! ```
//!
//! A new expectation is one file in `rule/` and one line in the list below.

mod asked;
mod claims;
mod log;
mod rule;

use std::sync::Arc;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use asked::Asked;
pub use claims::in_brief as claims_in_brief;
pub use log::{Log, is_prompt};
pub use rule::{Grant, Repetition, SeenPage};

use crate::recorder::Exchange;

/// One line an expectation: its name in documents, its name in Rust, what it is told, and the function that checks it.
macro_rules! expectations {
    ($($(#[doc = $doc:literal])+ $name:ident: $variant:ident($value:ty) => $check:path,)+) => {
        /// One thing that must hold for a run.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Expectation {
            $($(#[doc = $doc])+ $variant($value),)+
        }

        /// What must hold for a run, by name; what is left out is not looked at.
        ///
        /// Of a rule that is told `true` or `false`, `false` says that the client is to break it, in order to show what
        /// happens then.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Expectations {
            $($(#[doc = $doc])+ #[serde(default, skip_serializing_if = "Option::is_none")] pub $name: Option<$value>,)+
        }

        impl Expectation {
            /// The name in documents.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => stringify!($name),)+ }
            }

            fn sentence(&self, log: &Log<'_>) -> Option<String> {
                match self { $(Self::$variant(wanted) => $check(log, wanted),)+ }
            }
        }

        impl Expectations {
            /// One by one, in the order of the list.
            #[must_use]
            pub fn list(&self) -> Vec<Expectation> {
                let mut list = Vec::new();
                $(if let Some(wanted) = &self.$name { list.push(Expectation::$variant(wanted.clone())); })+
                list
            }
        }
    };
}

// Duties first; of several that one deed breaks, the one that explains most.
expectations! {
    /// No request is sent again unchanged within this time (a loop), such as `2m`. One that met an outage may be tried once
    /// more.
    no_identical_request_repeated: NoIdenticalRequestRepeated(Repetition) => rule::repeated::check,
    /// Where a refresh token is at hand, each sign-in window follows a silent attempt for the same API.
    no_prompt_before_silent: NoPromptBeforeSilent(bool) => rule::silent_first::check,
    /// No sign-in window follows a silent failure that no sign-in settles: a mistake of the application or its registration,
    /// load, an outage, a loop, a device that has to prove itself (escalation reference 2.11, 2.12).
    no_prompt_where_none_helps: NoPromptWhereNoneHelps(bool) => rule::in_vain::check,
    /// No sign-in window follows a silent failure that wants a message, or a remedy elsewhere, before a window: a policy
    /// blocks, or the device does not comply (`message_only`, `additional_action`). Not for a client whose user has pressed
    /// the button that opens one.
    no_prompt_at_a_block: NoPromptAtABlock(bool) => rule::in_vain::at_a_block,
    /// The claims of a failure or challenge reach the next request for that API unchanged (as JSON; the client's own
    /// capabilities may be added).
    claims_forwarded_unmodified: ClaimsForwardedUnmodified(bool) => rule::claims_forwarded::as_json,
    /// The same, byte for byte.
    claims_forwarded_byte_for_byte: ClaimsForwardedByteForByte(bool) => rule::claims_forwarded::as_bytes,
    /// No request carries claims that nobody gave, apart from the client's own capabilities.
    claims_absent_when_none_given: ClaimsAbsentWhenNoneGiven(bool) => rule::claims_absent::check,
    /// A capability that one request declares (`xms_cc`) is declared by all.
    capabilities_kept: CapabilitiesKept(bool) => rule::capabilities::check,
    /// After a silent failure the window asks for exactly the scopes that failed.
    scopes_unchanged_on_escalation: ScopesUnchangedOnEscalation(bool) => rule::same_scopes::check,
    /// After a silent failure the window names the account that the failure was about.
    same_account_hinted: SameAccountHinted(bool) => rule::same_account::check,
    /// No sign-in window is opened while another one of the client is open: concurrent callers share one prompt.
    concurrent_callers_share_prompt: ConcurrentCallersSharePrompt(bool) => rule::concurrent::check,
    /// No refresh token is redeemed while an access token for the same scopes is good for five more minutes.
    no_token_request_while_cached: NoTokenRequestWhileCached(bool) => rule::cached::check,
    /// A call that an API has challenged is sent again at most once for the same challenge.
    api_retried_at_most_once: ApiRetriedAtMostOnce(bool) => rule::api_retries::check,
    /// While the server wants to be left alone (`Retry-After`), a silent request is not sent again.
    retry_after_respected: RetryAfterRespected(bool) => rule::retry_after::check,
    /// A code that came back with another `state` than was sent is not redeemed.
    foreign_state_refused: ForeignStateRefused(bool) => rule::foreign_state::check,
    /// `state`, `nonce` and the PKCE verifier are there and new with each sign-in.
    fresh_state_nonce_pkce: FreshStateNoncePkce(bool) => rule::fresh::check,
    /// Sign-in windows opened (`prompt=none` opens none).
    prompts: Prompts(usize) => rule::prompts::check,
    /// Requests to the token endpoint by grant; of a grant that is not named, none.
    token_requests: TokenRequests(IndexMap<Grant, usize>) => rule::token_requests::check,
    /// The pages that the user saw, in order; a page that comes back counts again.
    pages: Pages(Vec<SeenPage>) => rule::pages::check,
    /// The policies that came into play, by name or id: exactly these.
    policies_fired: PoliciesFired(Vec<String>) => rule::policies::check,
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{sentence}")]
pub struct Failure {
    /// Name of the expectation.
    pub expectation: &'static str,
    /// What was expected and what was seen, with the numbers of the exchanges.
    pub sentence: String,
}

impl Expectation {
    /// Checks it against `exchanges`, oldest first.
    ///
    /// # Errors
    ///
    /// One sentence: what was expected, what was seen.
    pub fn check(&self, exchanges: &[Arc<Exchange>]) -> Result<(), Failure> {
        self.check_in(&Log::new(exchanges))
    }

    /// Checks it against a part of a log, which knows more.
    ///
    /// # Errors
    ///
    /// One sentence: what was expected, what was seen.
    pub fn check_in(&self, log: &Log<'_>) -> Result<(), Failure> {
        match self.sentence(log) {
            None => Ok(()),
            Some(sentence) => Err(Failure { expectation: self.name(), sentence }),
        }
    }

    /// Whether it is a duty of every client at any time, and so can be judged of a run that was broken off; counts cannot.
    #[must_use]
    pub fn is_duty(&self) -> bool {
        !matches!(self, Self::Prompts(_) | Self::TokenRequests(_) | Self::Pages(_) | Self::PoliciesFired(_))
    }

    /// Whether it can be judged of a run that was broken off: a duty always, windows as soon as there is one too many.
    #[must_use]
    pub fn is_certain_in(&self, log: &Log<'_>) -> bool {
        match self {
            Self::Prompts(wanted) => log.prompts().count() > *wanted,
            other => other.is_duty(),
        }
    }
}

impl Expectations {
    /// All that do not hold: broken duties first, then counts.
    #[must_use]
    pub fn check(&self, log: &Log<'_>) -> Vec<Failure> {
        self.list().iter().filter_map(|expectation| expectation.check_in(log).err()).collect()
    }
}

#[cfg(test)]
mod tests;
