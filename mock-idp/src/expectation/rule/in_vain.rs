use crate::{
    expectation::{
        Asked,
        log::{
            LOOP_DETECTED, Log, described, described_reason, ends_grant, is_for_a_person, is_outage, is_silent,
            is_token, verdict,
        },
    },
    recorder::Exchange,
};

pub(in crate::expectation) fn check(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let violations = violations(log, is_beyond_help, "which no sign-in settles");
    verdict(*wanted, "no sign-in window was opened where none helps", &violations)
}

pub(in crate::expectation) fn at_a_block(log: &Log<'_>, wanted: &bool) -> Option<String> {
    let violations = violations(log, is_block, "of which the user is to be told first");
    verdict(*wanted, "no sign-in window was opened at a block", &violations)
}

fn violations(log: &Log<'_>, is_such: fn(&Exchange) -> bool, why: &str) -> Vec<String> {
    let followed = log.prompts().filter_map(|prompt| Some((prompt, silent_failure(log, prompt)?)));
    let in_vain = followed.filter(|(_, failure)| is_such(failure));
    let told = in_vain.map(|(prompt, failure)| {
        format!("{} followed {} ({}), {why}", described(prompt), described_reason(failure), said(failure))
    });
    told.collect()
}

/// The last silent failure for the very scopes that the window asks for, while the client had a grant to ask with.
fn silent_failure<'a>(log: &Log<'a>, prompt: &Exchange) -> Option<&'a Exchange> {
    let asked = Asked::of(prompt);
    for earlier in log.before(prompt) {
        let is_same = Asked::of(earlier).is_same_as(&asked);
        if is_silent(earlier) && is_same && !is_token(earlier) {
            // A finished grant is a reason for any window, even if its request was side by side with this one.
            return Some(earlier).filter(|failure| ends_grant(failure) || !log.is_of_a_dead_grant(failure));
        }
        // A finished grant is a reason for any window; a token has settled what was before it.
        if ends_grant(earlier) || (is_token(earlier) && is_same) {
            return None;
        }
    }
    None
}

/// What arrives as a failure of the user's and is none has a number; everything else is told apart by its error. Without one
/// the service has not spoken.
fn is_beyond_help(failure: &Exchange) -> bool {
    let answer = &failure.answer;
    let numbered = match answer.code {
        Some(LOOP_DETECTED) => true,
        Some(DEVICE_AUTHENTICATION) => answer.status == 401,
        _ => false,
    };
    numbered || is_outage(failure) || !is_for_a_person(failure)
}

fn is_block(failure: &Exchange) -> bool {
    matches!(failure.answer.suberror.as_deref(), Some("message_only" | "additional_action"))
}

/// `AADSTS53003, message_only`, or `status 503`.
fn said(failure: &Exchange) -> String {
    let answer = &failure.answer;
    match (answer.code, &answer.suberror) {
        (Some(code), Some(suberror)) => format!("AADSTS{code}, {suberror}"),
        (Some(code), None) => format!("AADSTS{code}"),
        (None, _) if answer.status == 0 => "no answer".to_owned(),
        (None, _) => format!("status {}", answer.status),
    }
}

/// The device must prove itself, which no window can do (escalation reference, finding 14).
const DEVICE_AUTHENTICATION: u32 = 50097;
