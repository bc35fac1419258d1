//! Files that scripts share, and scripts that run once for each row of a table.

use std::{collections::HashMap, io};

use mock_idp::yaml::Diagnostics;
use rstest::rstest;
use scenarios::{Loaded, Options, load, load_all, run};

const STEPS: &str = "steps:
  - acquire_silent: {scopes: [mail/Mail.Read]}
";

fn read(files: &[(&str, &str)]) -> Result<Vec<Loaded>, Diagnostics> {
    let all: HashMap<_, _> = files.iter().copied().collect();
    let reader = |name: &str| all.get(name).map(|text| (*text).to_owned()).ok_or(io::ErrorKind::NotFound.into());
    load_all(files[0].0, files[0].1, &reader)
}

fn first_lines(mistakes: &Diagnostics) -> Vec<String> {
    mistakes.0.iter().map(|mistake| mistake.to_string().lines().next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_included_is_added_to_and_each_row_is_a_case_with_its_name() {
    let script = format!(
        "version: 1
title: mail for ${{user}}
parameters:
  - {{ user: ada }}
  - {{ user: eve }}
  - {{ user: cy, case: a guest }}
include: [../common/base.given.yaml, ../common/more.given.yaml]
given:
  user: ${{user}}
  users: {{ ada: {{ groups: [staff] }} }}
{STEPS}"
    );
    let scripts = read(&[
        ("s/a/mail.yaml", &script),
        ("s/common/base.given.yaml", "signed_in: {scopes: [calendar/Events.Read]}\nusers: {ada: {locked: false}}\n"),
        ("s/common/more.given.yaml", "include: deep.given.yaml\ntenant_consents: [calendar/Events.Read]\n"),
        ("s/common/deep.given.yaml", "consents: [mail/Mail.Read]\ntenant_consents: [mail/Mail.Read]\n"),
    ])
    .unwrap();
    let ids: Vec<_> = scripts.iter().map(|script| script.id.as_str()).collect();
    assert_eq!(ids, ["mail[ada]", "mail[eve]", "mail[a guest]"]);
    let given = &scripts[1].script.given;
    assert_eq!(
        (given.user.as_str(), given.tenant_consents.as_slice()),
        ("eve", &["calendar/Events.Read".to_owned()][..])
    );
    let verdicts = run(&scripts, Options::default(), |_| {}).await.unwrap().verdicts;
    assert!(
        verdicts.iter().all(|verdict| verdict.passed),
        "{:?}",
        verdicts.iter().map(|v| v.reason()).collect::<Vec<_>>()
    );
    assert_eq!(verdicts[2].title, "mail for cy");
}

#[rstest]
#[case::unknown_name("policies: [mfa-for-payrol]", "s/b.given.yaml:1:12: unknown policy `mfa-for-payrol`")]
#[case::unknown_key("polices: []", "s/b.given.yaml:1:1: unknown key `polices`")]
#[case::wrong_type("policies: mfa", "s/b.given.yaml:1:11: expected a list, found `mfa`")]
#[case::syntax("policies: [", "s/b.given.yaml:2:1: did not find expected node content")]
#[case::circle(
    "include: a.yaml",
    "s/b.given.yaml:1:10: files include one another in a circle: s/a.yaml -> s/b.given.yaml -> s/a.yaml"
)]
#[case::itself(
    "include: b.given.yaml",
    "s/b.given.yaml:1:10: files include one another in a circle: s/a.yaml -> s/b.given.yaml -> s/b.given.yaml"
)]
#[case::missing("include: c.given.yaml", "s/b.given.yaml:1:10: cannot read `s/c.given.yaml`: there is no such file")]
#[case::no_name("include: [{}]", "s/b.given.yaml:1:11: this is no name of a file")]
fn a_mistake_in_an_included_file_is_shown_there(#[case] included: &str, #[case] line: &str) {
    let script = format!("version: 1\ntitle: t\ninclude: b.given.yaml\n{STEPS}");
    let mistakes = read(&[("s/a.yaml", &script), ("s/b.given.yaml", included)]).unwrap_err();
    let lines = first_lines(&mistakes);
    if included.ends_with('[') {
        assert!(lines[0].starts_with("s/b.given.yaml:"), "{lines:?}");
    } else {
        assert_eq!(lines, [line]);
    }
}

#[rstest]
#[case::unknown("user: ${usr}", "[{user: ada}]", &["s/a.yaml:5:9: unknown parameter `${usr}`", "s/a.yaml:3:15: nothing uses the parameter `user`"])]
#[case::unused("user: ada", "[{user: ada}]", &["s/a.yaml:3:15: nothing uses the parameter `user`"])]
#[case::uneven("user: ${user}", "[{user: ada}, {usr: eve}]", &["s/a.yaml:3:28: the first row has no parameter `usr`", "s/a.yaml:3:28: this row gives no value to `user`"])]
#[case::twice("user: ${user}", "[{user: ada}, {user: ada}]", &["s/a.yaml:3:28: two rows are called `ada`"])]
#[case::no_rows("user: ada", "[]", &["s/a.yaml:3:1: the table has no rows"])]
#[case::no_table("user: ada", "ada", &["s/a.yaml:3:13: the table has no rows"])]
#[case::no_row("user: ada", "[ada]", &["s/a.yaml:3:14: this row is no mapping of names to values"])]
#[case::nameless("consents: ${scopes}", "[{scopes: [mail/Mail.Read]}]", &["s/a.yaml:3:15: the value of `scopes` is too much for a name"])]
#[case::inside("user: a${scopes}", "[{scopes: [x], case: y}]", &["s/a.yaml:5:9: the value of `scopes` cannot stand inside a text"])]
#[case::value("user: ${user}", "[{user: ada}, {user: adda}]", &["s/a.yaml:5:9: unknown user `adda`"])]
fn a_mistake_with_parameters_is_shown_where_it_is(#[case] given: &str, #[case] rows: &str, #[case] expected: &[&str]) {
    let script = format!("version: 1\ntitle: t\nparameters: {rows}\ngiven:\n  {given}\n{STEPS}");
    let mistakes = read(&[("s/a.yaml", &script)]).unwrap_err();
    let mut lines = first_lines(&mistakes);
    let mut expected: Vec<_> = expected.iter().map(|line| (*line).to_owned()).collect();
    lines.sort();
    expected.sort();
    assert_eq!(lines, expected);
}

#[test]
fn a_near_name_is_hinted_at() {
    let script = format!("version: 1\ntitle: t\nparameters: [{{user: ada}}]\ngiven: {{ user: \"${{usr}}\" }}\n{STEPS}");
    let mistakes = read(&[("a.yaml", &script)]).unwrap_err();
    assert!(mistakes.0.iter().any(|mistake| mistake.hint.as_deref() == Some("did you mean `user`?")));
}

#[test]
fn several_cases_are_not_one() {
    let script = format!("version: 1\ntitle: t ${{user}}\nparameters: [{{user: ada}}, {{user: eve}}]\n{STEPS}");
    let mistakes = load("a.yaml", &script).unwrap_err();
    assert_eq!(first_lines(&mistakes), ["a.yaml:3:1: these are 2 scenarios, and one is wanted here"]);
}

#[tokio::test]
async fn a_failure_points_into_the_file_that_made_it() {
    let script =
        format!("version: 1\ntitle: t\ninclude: b.given.yaml\ngiven: {{ consents: [mail/Mail.Read] }}\n{STEPS}");
    let included = "signed_in: {scopes: [calendar/Events.Read]}\npolicies: [mfa-for-payroll]\n";
    let scripts = read(&[("s/a.yaml", &script), ("s/b.given.yaml", included)]).unwrap();
    let verdict = run(&scripts, Options::default(), |_| {}).await.unwrap().verdicts.remove(0);
    assert_eq!(verdict.missed[0].place.to_string(), "s/b.given.yaml:2:1");
}

#[test]
fn the_schema_knows_both() {
    let schema = scenarios::schema();
    assert_eq!(schema["properties"]["parameters"]["type"], "array");
    assert!(schema["properties"]["include"].is_object());
}
