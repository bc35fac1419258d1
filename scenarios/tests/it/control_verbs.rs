//! Verbs of an administrator and of tokens made to order: what is wrong with one is told with its place; what is there
//! otherwise than expected is told in a sentence. That each does what it says, `tests/coverage` shows.

use rstest::rstest;
use scenarios::load;

use super::{sentences, verdict_on};

fn script(step: &str) -> String {
    format!("version: 1\ntitle: t\nsteps: [{{{step}}}]\n")
}

#[rstest]
#[case::two_tokens(
    "call_api: {api: mail, without_token: true, with_token: {}}",
    "s:3:53: a call carries one token",
    "leave out `scopes` and `without_token`, or `with_token`"
)]
#[case::token_of_nobody(
    "call_api: {api: mail, with_token: {user: adda}}",
    "s:3:51: unknown user `adda`",
    "did you mean `ada`?"
)]
#[case::token_of_both(
    "call_api: {api: mail, with_token: {user: ada, roles: [x]}}",
    "s:3:56: an application's own token is about no user and has no scopes",
    "leave out `roles`, or `user` and `scopes`"
)]
#[case::nothing_to_look_at(
    "look_at: {}",
    "s:3:10: nothing is looked at",
    "say how something must stand, such as `look_at: { consents: [mail/Mail.Read] }`"
)]
#[case::secret("look_at: {users: {ada: {password: x}}}", "s:3:34: nobody is shown `password`", "leave it out")]
#[case::secret_of_the_person(
    "look_at: {virtual_user: {one_time_code: '1'}}",
    "s:3:35: nobody is shown `one_time_code`",
    "leave it out"
)]
#[case::member("look_at: {users: {ada: {lockd: true}}}", "s:3:34: unknown key `lockd`", "did you mean `locked`?")]
#[case::policy("look_at: {policies: [mfa]}", "s:3:31: unknown policy `mfa`", "")]
#[case::pages_of_nobody(
    "what_if: {scopes: [mail/Mail.Read], expect: {pages: [consent]}}",
    "s:3:55: nobody sits in front of the pages, so none would be seen",
    "add `interactive: true`"
)]
#[case::scope(
    "what_if: {scopes: [mail/Mail.Red]}",
    "s:3:29: API `mail` has no scope `Mail.Red`",
    "did you mean `Mail.Read`?"
)]
#[case::to_come(
    "what_if: {scopes: [mail/Mail.Read], mfa_ago: -1h}",
    "s:3:55: what is past is not to come",
    "write a time like `2h`"
)]
#[case::identity(
    "change_policy: {policy: mfa-for-payroll, set: {name: x}}",
    "s:3:57: `name` identifies the policy and does not change",
    "leave it out; what refers to it would lead nowhere"
)]
#[case::thinks_for_ever(
    "virtual_user: {think_time: 11m}",
    "s:3:37: the think time is between 0s and 10m, such as `250ms`",
    "write a time like `30s` or `2m`"
)]
fn a_mistake_is_told_with_its_place(#[case] step: &str, #[case] line: &str, #[case] hint: &str) {
    let mistakes = load("s", &script(step)).unwrap_err();
    let first = &mistakes.0[0];
    let said = format!("{}:{}:{}: {}", first.file, first.line, first.column, first.message);
    assert_eq!(said, line);
    assert!(first.hint.as_deref().unwrap_or_default().starts_with(hint), "{:?}", first.hint);
}

#[rstest]
#[case::list(
    "look_at: {consents: [mail/Mail.Read, mail/Mail.Send]}",
    "expected the consents of the user to be [mail/Mail.Read, mail/Mail.Send], saw []"
)]
#[case::member_within(
    "look_at: {users: {ada: {facts: {device: {compliant: true}}}}}",
    "expected ada's facts to be {\"device\":{\"compliant\":true}}, saw"
)]
#[case::several(
    "look_at: {faults: 2, exchanges: 1}",
    "expected 2 faults that wait, saw 0; expected 1 exchanges in the log, saw 0"
)]
#[case::policies(
    "what_if: {scopes: [mail/Mail.Read]}",
    "expected a token without more ado, saw that AADSTS65001 would be demanded"
)]
#[tokio::test]
async fn what_is_otherwise_is_told(#[case] step: &str, #[case] sentence: &str) {
    let verdict = verdict_on(load("s", &script(step)).unwrap()).await;
    let seen = sentences(&verdict).join(" | ");
    assert!(!verdict.passed && seen.contains(sentence), "{seen}");
}
