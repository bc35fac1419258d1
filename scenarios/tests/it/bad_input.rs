//! A wrong file is refused with place and remedy, all mistakes at once, and nothing starts.

use rstest::rstest;
use scenarios::load;

const GOOD: &str = "version: 1
title: t
given:
  signed_in: {scopes: [calendar/Events.Read]}
  policies: [mfa-for-payroll]
steps:
  - acquire_silent:
      scopes: [payroll/Salary.Read]
      expect: {ui_required: {code: 50076}}
";

#[test]
fn what_the_cases_start_from_is_good() {
    load("good.yaml", GOOD).unwrap();
}

#[rstest]
#[case::unknown_key(("title: t", "titel: t"), "s:2:1: unknown key `titel`", "did you mean `title`?")]
#[case::unknown_verb(("acquire_silent:", "aquire_silent:"), "s:7:5: unknown key `aquire_silent`", "did you mean `acquire_silent`?")]
#[case::wrong_type(("[payroll/Salary.Read]", "payroll/Salary.Read"), "s:8:15: expected a list, found `payroll/Salary.Read`", "")]
#[case::version(("version: 1", "version: 2"), "s:1:10: version 2 is not known here", "this program reads version 1")]
#[case::user(("given:", "given:\n  user: adda"), "s:4:9: unknown user `adda`", "did you mean `ada`?")]
#[case::client(("given:", "given:\n  client: desctop"), "s:4:11: unknown application `desctop`", "did you mean `desktop`?")]
#[case::tenant(("given:", "given:\n  tenant: contosso"), "s:4:11: unknown tenant `contosso`", "did you mean `contoso`?")]
#[case::policy(("[mfa-for-payroll]", "[mfa-for-payrol]"), "s:5:14: unknown policy `mfa-for-payrol`", "did you mean `mfa-for-payroll`?")]
#[case::api(("payroll/Salary", "payrol/Salary"), "s:8:16: unknown API `payrol`", "did you mean `payroll`?")]
#[case::scope(("Salary.Read", "Salary.Raed"), "s:8:16: API `payroll` has no scope `Salary.Raed`", "did you mean `Salary.Read`?")]
#[case::scope_without_api(
    ("payroll/Salary.Read", "Salary.Read"),
    "s:8:16: `Salary.Read` does not say which API's scope it is",
    "did you mean `payroll/Salary.Read`?"
)]
#[case::api_for_a_scope(
    ("payroll/Salary.Read", "payroll"),
    "s:8:16: `payroll` does not say which API's scope it is",
    "did you mean `payroll/Salary.Read`?"
)]
#[case::no_amr(
    ("{ui_required: {code: 50076}}", "{token: {amr: [mfa]}}\n  - acquire_silent:\n      scopes: [mail/Mail.Read]\n      expect: {token: {amr: [mfa]}}"),
    "s:12:24: `mail` gets version 2 tokens, which carry no `amr`",
    "payroll and news get version 1 tokens"
)]
#[case::two_ways(
    ("{ui_required: {code: 50076}}", "{ui_required: {code: 50076}, token: {}}"),
    "s:9:7: a step ends in one way, and several are expected here",
    "keep one of `token`, `ui_required` and `error`"
)]
#[case::claims_word(
    ("{code: 50076}", "{claims: nome}"),
    "s:9:38: claims are `none`, `any` or a mapping with `policies` or `contexts`, not `nome`",
    ""
)]
#[case::policy_not_in_force(
    ("{code: 50076}", "{claims: {policies: [c1-is-mfa]}}"),
    "s:9:50: policy `c1-is-mfa` is not in force here, so no error can name it",
    "name it under `given.policies`, or enable it in an earlier step"
)]
#[case::nothing_failed_before(
    ("steps:", "steps:\n  - acquire_interactive: {scopes: [mail/Mail.Read], claims: from_last_error}"),
    "s:7:61: no step before this one is expected to fail, so there are no claims to take",
    "write `claims: none`, or expect `ui_required` of an earlier step"
)]
#[case::plain_call(
    ("steps:", "steps:\n  - call_api: {api: mail, expect: {error: x}}"),
    "s:7:27: a plain call ends in a status, whatever it is",
    "add `scopes`, so that the call goes through the client, or expect a `status`"
)]
#[case::fault_without_effect(
    ("given:", "given:\n  faults: [{endpoint: token}]"),
    "s:4:13: nothing would happen to the request",
    "add one of `code`, `status`, `drop`, `redirect_error`, `tamper_state`, or `latency`"
)]
#[case::number_of_a_fault(
    ("steps:", "steps:\n  - inject_fault: {endpoint: token, code: 900551}"),
    "s:7:43: the catalogue has no AADSTS900551",
    "did you mean `900561`? `mock-idp errors` lists them all"
)]
#[case::member_of_a_fault(
    ("steps:", "steps:\n  - inject_fault: {endpoint: token, sttatus: 503}"),
    "s:7:37: unknown key `sttatus`",
    "did you mean `status`?"
)]
#[case::endpoint_of_a_fault(
    ("steps:", "steps:\n  - inject_fault: {endpoint: tokn, status: 503}"),
    "s:7:30: unknown value `tokn`",
    "did you mean `token`?"
)]
#[case::rule(("steps:", "expect: {promts: 1}\nsteps:"), "s:6:10: unknown key `promts`", "did you mean `prompts`?")]
#[case::duration(("steps:", "steps:\n  - advance_clock: soon"), "s:7:20: `soon` is not a duration", "write it as `5s`, `10m` or `1h 30m`")]
fn a_mistake_is_named(#[case] (good, bad): (&str, &str), #[case] first_line: &str, #[case] hint: &str) {
    let source = GOOD.replacen(good, bad, 1);
    assert_ne!(source, GOOD);
    let mistakes = load("s", &source).unwrap_err();
    assert_eq!(mistakes.to_string().lines().next().unwrap(), first_line);
    assert_eq!(mistakes.0[0].hint.as_deref().unwrap_or_default(), hint);
}

#[test]
fn all_dangling_names_are_told_at_once() {
    let source =
        GOOD.replace("mfa-for-payroll", "mfa").replace("payroll/Salary.Read", "pay/Read").replace("calendar/", "cal/");
    let mistakes = load("s", &source).unwrap_err();
    let lines: Vec<_> = mistakes.0.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines, [4, 5, 8]);
}
