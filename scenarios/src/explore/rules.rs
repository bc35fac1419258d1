//! The universal rules: which expectations a generated scenario has, and which of what it misses is a mistake of the client.
//!
//! The rules themselves are `mock_idp::expectation`'s (of a run) and `expected::universal`'s (of an operation, `expect: any`).
//! What depends on the script is none of them: a policy that never came into play proves nothing, and breaks nothing.

use serde_json::{Map, Value, json};

use super::generate::Subject;
use crate::{Ended, Missed, Verdict};

/// Rules of a run that every client keeps at any time.
const ALWAYS: &[&str] = &[
    "no_prompt_before_silent",
    "no_prompt_where_none_helps",
    "claims_absent_when_none_given",
    "scopes_unchanged_on_escalation",
    "same_account_hinted",
    "concurrent_callers_share_prompt",
    "no_token_request_while_cached",
    "retry_after_respected",
    "foreign_state_refused",
    "fresh_state_nonce_pkce",
];

/// The document's `expect`. `declares`: whether the client was told to declare a capability.
pub(super) fn expect(subject: Subject, declares: bool) -> Map<String, Value> {
    let mut rules: Map<String, Value> = ALWAYS.iter().map(|name| ((*name).to_owned(), Value::Bool(true))).collect();
    let mut add = |name: &str, told: Value| rules.insert(name.to_owned(), told);
    if declares {
        add("capabilities_kept", true.into());
    }
    // Where capabilities are added the bytes are others; and SDKs add claims of their own.
    let claims = match subject {
        Subject::Told if !declares => "claims_forwarded_byte_for_byte",
        _ => "claims_forwarded_unmodified",
    };
    add(claims, true.into());
    if subject == Subject::Command {
        // Of a command nobody knows where one operation ends and the next begins; it is asked for everything once.
        add("no_identical_request_repeated", json!("2m"));
        add("api_retried_at_most_once", true.into());
    }
    rules
}

/// Whether a rule can be broken by a client in this scenario: where none is told to declare a capability, none can be kept; and
/// of a challenge to a call without `scopes`, which is not the client's, it never hears.
pub(super) fn applies(rule: &str, document: &Value) -> bool {
    let mut calls = document["steps"].as_array().into_iter().flatten().filter_map(|step| step.get("call_api"));
    if calls.any(|call| call.get("scopes").is_none()) {
        return false;
    }
    let declares = || document["given"]["capabilities"].as_array().is_some_and(|declared| !declared.is_empty());
    rule != "capabilities_kept" || declares()
}

/// The broken rule that explains most.
pub(super) fn broken(verdict: &Verdict) -> Option<&Missed> {
    verdict.missed.iter().find(|missed| match missed.assertion {
        "policies_fired" | Missed::GIVEN | Missed::OUTCOME => false,
        // A client may say with its status that it was refused. It may not go on for ever.
        Missed::COMMAND => verdict.command.as_ref().is_some_and(|command| matches!(command.ended, Ended::TimedOut(_))),
        _ => true,
    })
}

/// Why a case could not be played to its end, where that is no mistake of the client.
pub(super) fn why_void(verdict: &Verdict) -> Option<&str> {
    let is_not_the_clients = |missed: &&Missed| [Missed::GIVEN, Missed::OUTCOME].contains(&missed.assertion);
    let why = verdict.missed.iter().find(is_not_the_clients).map(|missed| missed.sentence.as_str());
    why.filter(|_| broken(verdict).is_none())
}
