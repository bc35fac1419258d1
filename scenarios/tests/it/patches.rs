//! Changes to the directory: wrong ones are told with their place, right ones take effect.

use rstest::rstest;
use scenarios::load;
use serde_json::Value;

use super::{sentences, verdict_on};

const STEPS: &str = "steps:\n  - acquire_interactive: {scopes: [mail/Mail.Read]}\n";

fn first_line(given: &str, steps: &str) -> (String, String) {
    let mistakes = load("s", &format!("version: 1\ntitle: t\ngiven:\n{given}{steps}")).unwrap_err();
    assert_eq!(mistakes.0.len(), 1, "{mistakes}");
    let line = mistakes.to_string().lines().next().unwrap().to_owned();
    (line, mistakes.0[0].hint.clone().unwrap_or_default())
}

#[rstest]
#[case::key("  users: {ada: {lokced: true}}\n", "s:4:17: unknown key `lokced`", "did you mean `locked`?")]
#[case::deep_key(
    "  users:\n    ada:\n      facts:\n        device: {complaint: true}\n",
    "s:7:18: unknown key `complaint`",
    "did you mean `compliant`?"
)]
#[case::value("  apis: {news: {challenge: amr}}\n", "s:4:28: unknown value `amr`", "did you mean `arm`?")]
#[case::kind("  users: {ada: {locked: yes}}\n", "s:4:25: expected `true` or `false`, found `yes`", "")]
#[case::item(
    "  users:\n    ada: {methods: [one_time_code, passkye]}\n",
    "s:5:36: unknown value `passkye`",
    "did you mean `passkey`?"
)]
#[case::user("  users: {adaa: {locked: true}}\n", "s:4:11: unknown user `adaa`", "did you mean `ada`?")]
#[case::application(
    "  applications: {desctop: {}}\n",
    "s:4:18: unknown application `desctop`",
    "did you mean `desktop`?"
)]
#[case::api("  apis: {nwes: {}}\n", "s:4:10: unknown API `nwes`", "did you mean `news`?")]
#[case::fixed(
    "  users: {ada: {username: x@contoso.test}}\n",
    "s:4:17: `username` identifies the user and does not change",
    "leave it out; what refers to it would lead nowhere"
)]
#[case::as_a_configuration(
    "  applications: {desktop: {permissions: {mail: [Mail.Raed]}}}\n",
    "s:4:49: API `mail` has no scope `Mail.Raed`",
    "did you mean `Mail.Read`?"
)]
#[case::settings(
    "  consent_settings: {users_may_consnt: false}\n",
    "s:4:22: unknown key `users_may_consnt`",
    "did you mean `users_may_consent`?"
)]
#[case::location(
    "  named_locations: [{name: office, ranges: [10.0.0.0/99]}]\n",
    "s:4:45: `10.0.0.0/99` is no address range; write it as `203.0.113.0/24` or `2001:db8::/32`",
    ""
)]
#[case::defined_policy(
    "  define_policies:\n    - {name: p, id: f0000000-0000-4000-8000-0000000000ff, targets: {apis: [mial]}, grant: {all_of: [mfa]}}\n  policies: [p]\n",
    "s:5:76: unknown API `mial`",
    "did you mean `mail`?"
)]
#[case::policy_without_effect(
    "  define_policies:\n    - {name: p, id: f0000000-0000-4000-8000-0000000000ff, targets: {}, grant: {all_of: [mfa]}}\n  policies: [p]\n",
    "s:5:59: policy `p` guards nothing",
    "name `apis`, `scopes`, `authentication_contexts` or `user_actions`"
)]
#[case::policy_id_twice(
    "  define_policies:\n    - {name: p, id: f0000000-0000-4000-8000-000000000001, targets: {apis: [mail]}, grant: {all_of: [mfa]}}\n  policies: [p]\n",
    "s:5:21: policy id `f0000000-0000-4000-8000-000000000001` is used twice",
    "`tenants[0].policies[0].id` has it already"
)]
fn a_wrong_patch_is_told_with_its_place(#[case] given: &str, #[case] line: &str, #[case] hint: &str) {
    assert_eq!(first_line(given, STEPS), (line.to_owned(), hint.to_owned()));
}

#[rstest]
#[case::user("change_user: {user: ada, set: {lokced: true}}", "s:5:40: unknown key `lokced`")]
#[case::no_user("change_user: {user: addda, set: {locked: true}}", "s:5:29: unknown user `addda`")]
#[case::application(
    "change_application: {application: desktop, set: {kind: publik}}",
    "s:5:64: unknown value `publik`"
)]
#[case::api("change_api: {api: news, set: {token_version: 3}}", "s:5:54: token_version is 1 or 2, not 3")]
#[case::switches("change_switches: {trailer: tabs}", "s:5:36: unknown value `tabs`")]
#[case::switch_number(
    "change_switches: {errors: {\"1\": {claims: false}}}",
    "s:5:36: `1` is no AADSTS number of this server"
)]
fn a_wrong_change_is_told_with_its_place(#[case] step: &str, #[case] line: &str) {
    let (seen, _) = first_line("  user: ada\n", &format!("steps: [{step}]\n"));
    assert_eq!(seen, line);
}

/// What one step changes, a later one can build on.
#[test]
fn steps_are_checked_in_their_order() {
    let script = |first: &str| {
        format!(
            "version: 1\ntitle: t\nsteps:\n  - change_api: {{api: mail, set: {{scopes: [{{name: {first}, description: d}}]}}}}\n  - grant_consent: {{scopes: [mail/Mail.New]}}\n  - change_application: {{application: desktop, set: {{permissions: {{mail: [Mail.New]}}}}}}\n"
        )
    };
    load("s", &script("Mail.New")).unwrap();
    let mistakes = load("s", &script("Mail.Other")).unwrap_err();
    let lines: Vec<_> = mistakes.0.iter().map(|mistake| (mistake.line, mistake.message.as_str())).collect();
    assert_eq!(lines, [(5, "API `mail` has no scope `Mail.New`"), (6, "API `mail` has no scope `Mail.New`")]);
}

#[tokio::test]
async fn every_kind_of_thing_can_be_changed_before_and_during_a_run() {
    let source = "
version: 1
title: t
given:
  users: { ada: { groups: [finance], facts: { device: { compliant: true } } } }
  applications: { desktop: { approved: true } }
  apis: { mail: { token_version: 1 } }
  consents: [mail/Mail.Read]
  define_policies:
    - name: p
      id: f0000000-0000-4000-8000-0000000000ff
      users: { include: ['group:finance'] }
      targets: { apis: [mail] }
      grant: { all_of: [compliant_device, approved_application] }
  policies: [p]
steps:
  - acquire_interactive: { scopes: [mail/Mail.Read], expect: { token: { api: mail, amr: [pwd] } } }
  - change_application: { application: desktop, set: { approved: false } }
  - acquire_silent: { scopes: [mail/Mail.Read], force_refresh: true, expect: { ui_required: { code: 53002 } } }
  - change_user: { user: ada, set: { facts: { device: { compliant: false } } } }
  - advance_clock: 3m
  - acquire_silent: { scopes: [mail/Mail.Read], force_refresh: true, expect: { ui_required: { code: 53000 } } }
  - change_user: { user: ada, set: { groups: [] } }
  - change_switches: { narrow_scp: true }
  - change_api: { api: mail, set: { token_version: 2 } }
  - advance_clock: 3m
  - acquire_silent: { scopes: [mail/Mail.Read], force_refresh: true, expect: { token: { api: mail } } }
";
    let verdict = verdict_on(load("s.yaml", source).unwrap()).await;
    assert_eq!(sentences(&verdict), [""; 0]);
    let stories: Vec<_> = verdict.steps.iter().map(|step| step.told.as_str()).collect();
    assert_eq!(stories[1], "the application desktop is changed: approved: false");
    assert_eq!(stories[3], "ada is changed: facts.device.compliant: false");
    assert_eq!(stories[6], "ada is changed: no groups");
}

#[test]
fn a_story_tells_what_changes_and_no_secret() {
    let source = "version: 1\ntitle: t\nsteps:\n  - change_user: {user: ada, set: {password: S3cret!, enabled: true}}\n  - change_user: {user: ada, set: {enabled: false}}\n";
    let script = load("s", source).unwrap();
    let steps = format!("{:?}", script.script.steps);
    assert!(steps.contains("another password, enabled: true") && !steps.contains("S3cret!"), "{steps}");
}

/// Editors complete what a patch can hold, and ask for nothing.
#[test]
fn the_schema_knows_what_a_patch_can_hold() {
    let schema = scenarios::schema();
    for (name, has, has_not) in [
        ("UserPatch", "facts", "username"),
        ("ApplicationPatch", "approved", "client_id"),
        ("ApiPatch", "challenge", "name"),
    ] {
        let patch = &schema["definitions"][name];
        assert!(patch["properties"][has].is_object(), "{name}: {patch}");
        assert_eq!((&patch["properties"][has_not], &patch["required"]), (&Value::Null, &Value::Null), "{name}");
        assert_eq!(patch["additionalProperties"], false);
    }
}
