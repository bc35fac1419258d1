//! AADSTS50196: a client that asks the same again and again is told to stop (escalation reference 2.12).
//!
//! Off unless `switches.loop_detector` is set. What the requests were answered does not matter, and those that were told to
//! stop count as well: the time has to pass in peace.

use aws_lc_rs::digest::{SHA256, digest};

use crate::{
    directory::{Application, LoopDetector},
    error::{Aadsts, Refusal},
    policy::Reason,
};

use super::{Redeemed, TokenCall};

/// Counts this request.
pub(super) fn check(
    call: &TokenCall<'_>,
    client: &Application,
    redeemed: &Redeemed,
    reasons: &mut Vec<Reason>,
) -> Result<(), Refusal> {
    let mut state = call.tenant.state();
    let Some(LoopDetector { requests, within }) = state.directory.switches.loop_detector else { return Ok(()) };
    let kind = kind(call, client, redeemed);
    if !state.repetitions.is_one_too_many(&kind, call.tenant.now(), requests, within) {
        return Ok(());
    }
    let because = format!("the same request came {requests} times within {within:#}");
    reasons.push(Reason::new("loop_detector", because));
    Err(Refusal::new(Aadsts::LoopDetected))
}

/// What makes requests equal: client, user, grant type, scopes in any order, claims.
fn kind(call: &TokenCall<'_>, client: &Application, redeemed: &Redeemed) -> String {
    let user = match redeemed {
        Redeemed::User(grant) => grant.user.to_string(),
        Redeemed::Application => String::new(),
    };
    let sent = |name: &str| call.params.get(name).unwrap_or_default();
    let scope = call.dialect.scope(call.params).unwrap_or_default();
    let mut scopes: Vec<String> = scope.split_whitespace().map(str::to_lowercase).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let parts = [&client.client_id.to_string(), &user, sent("grant_type"), &scopes.join(" "), sent("claims")];
    // As JSON, so that no value can pass for two; and a digest, so that a long one takes no more room.
    let text = serde_json::json!(parts).to_string();
    digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
