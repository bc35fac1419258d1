//! What the commands print that need no server: help, `config`, `ca`, `errors`; and exact wordings of mistakes.

use std::{fs, io::Write as _, process::Stdio};

use rstest::rstest;

use crate::support::Home;

#[test]
fn help_names_every_command_and_fits_a_terminal() {
    let help = Home::new().run(&["--help"]);
    assert_eq!(help.status, Some(0));
    assert!(help.stdout.contains("/_mock/openapi.json"), "{}", help.stdout);
    for command in ["serve", "run", "browse", "config", "ca", "errors"] {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{command} in\n{}", help.stdout);
        let own = Home::new().run(&[command, "--help"]);
        assert_eq!(own.status, Some(0));
        assert!(own.stdout.contains("\nExamples:\n  mock-idp "), "{command}:\n{}", own.stdout);
    }
}

#[test]
fn without_a_command_help_is_given_as_a_mistake() {
    let none: [&str; 0] = [];
    let ended = Home::new().run(&none);
    assert_eq!((ended.status, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.contains("Usage: mock-idp <COMMAND>"), "{}", ended.stderr);
}

#[test]
fn the_version_is_told() {
    let expected = concat!("mock-idp ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(Home::new().run(&["--version"]).stdout, expected);
}

#[test]
fn the_built_in_directory_passes_its_own_check() {
    let home = Home::new();
    let built_in = home.run(&["config", "default"]).stdout;
    home.write("mine.yaml", &built_in);
    let ended = home.run(&["config", "check", "mine.yaml"]);
    let expected = "mine.yaml: good: 2 tenants, 6 users, 4 applications, 8 APIs\n";
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (Some(0), expected, ""));

    let mut check = home.command(&["config", "check", "-"]);
    let mut child = check.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(built_in.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected.replace("mine.yaml", "stdin"));
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    let home = Home::new();
    let built_in = home.run(&["config", "default"]).stdout;
    home.write("mine.yaml", &built_in.replacen("password: Passw0rd!", "pasword: Passw0rd!", 1));
    let line = built_in.lines().position(|line| line.contains("password: Passw0rd!")).unwrap() + 1;
    let ended = home.run(&["config", "check", "mine.yaml"]);
    let expected = format!(
        "mine.yaml:{line}:9: unknown key `pasword`\n   |\n{line} |         pasword: Passw0rd!\n   |         ^^^^^^^\n   |\n   \
         = help: did you mean `password`?\n"
    );
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr), (Some(2), "", expected));
}

#[test]
fn the_schema_is_one() {
    let schema = Home::new().run(&["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).unwrap();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(schema["properties"]["tenants"].is_object());
}

#[test]
fn the_ca_is_named_alone_on_stdout_and_explained_on_stderr() {
    let home = Home::new();
    let first = home.run(&["ca"]);
    assert_eq!(
        (first.status, first.stdout.as_str()),
        (Some(0), format!("{}\n", home.path("certs/ca.pem").display()).as_str())
    );
    for who in ["curl", "Python", "Node", "Java", "macOS", "Windows", "Debian"] {
        assert!(first.stderr.contains(who), "{who}");
    }
    let made = fs::read(home.path("certs/ca.pem")).unwrap();
    home.run(&["ca"]);
    assert_eq!(fs::read(home.path("certs/ca.pem")).unwrap(), made);
}

#[test]
fn a_copy_of_the_ca_never_takes_another_files_place() {
    let home = Home::new();
    for _ in 0..2 {
        let ended = home.run(&["ca", "--export", "copy.pem"]);
        assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    }
    assert_eq!(fs::read(home.path("copy.pem")).unwrap(), fs::read(home.path("certs/ca.pem")).unwrap());

    home.write("copy.pem", "-----BEGIN CERT");
    home.run(&["ca", "--export", "copy.pem"]);
    assert_eq!(fs::read(home.path("copy.pem")).unwrap(), fs::read(home.path("certs/ca.pem")).unwrap(), "is finished");

    home.write("other.pem", "precious");
    let ended = home.run(&["ca", "--export", "other.pem"]);
    let expected = "error: other.pem is there already and is not this certificate\n\
                    hint: give another file name, or remove it first\n";
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(2), expected));
    assert_eq!(fs::read_to_string(home.path("other.pem")).unwrap(), "precious");
}

#[rstest]
#[case("50076")]
#[case("AADSTS50076")]
fn an_error_has_a_page(#[case] code: &str) {
    let ended = Home::new().run(&["errors", code]);
    assert_eq!(ended.status, Some(0));
    let parts = [
        "AADSTS50076\n",
        "\"suberror\": \"basic_action\"",
        "\"error_uri\": \"https://login.microsoftonline.com/error?code=50076\"",
        "policies\n  f0000000-0000-4000-8000-000000000001.",
        "MsalUiRequiredException, ErrorCode invalid_grant, Classification BasicAction",
        "InteractionRequiredAuthError, errorCode invalid_grant, subError basic_action",
        "The user passes a second factor",
        "\"$T/what_if\" -d '{\"user\":\"ada\",\"client\":\"desktop\",\"scope\":\"api://payroll/Salary.Read\"}'",
        "      expect: { ui_required: { code: 50076 } }",
        "`scenarios show main-03`",
        "AADSTS50079 ",
        "Recorded: a real answer is on public record. Escalation reference: D1, D2, D15, G5.",
    ];
    for part in parts {
        assert!(ended.stdout.contains(part), "{part} in\n{}", ended.stdout);
    }
}

#[test]
fn a_page_says_what_is_not_there_and_why() {
    let home = Home::new();
    let revoked = home.run(&["errors", "50173"]).stdout;
    for part in
        ["None: the grant or the account", "classification \"\"", "# sign in here, then:", "revoke_sessions: ada"]
    {
        assert!(revoked.contains(part), "{part} in\n{revoked}");
    }
    assert!(!revoked.contains("\"claims\""), "{revoked}");
    let fault = home.run(&["errors", "53011"]).stdout;
    assert!(fault.contains("\"$T/faults\" -d '{\"endpoint\":\"token\",\"code\":53011}'"), "{fault}");
    let configured = home.run(&["errors", "900981"]).stdout;
    for part in [
        "    consent_settings: { request_workflow: true }\n",
        "  - name: desktop\n        risky: true\n",
        "no call for these keys",
    ] {
        assert!(configured.contains(part), "{part} in\n{configured}");
    }
}

#[test]
fn pages_are_as_wide_as_one_likes() {
    let home = Home::new();
    let ended = crate::support::ended(home.command(&["errors", "65001"]).env("COLUMNS", "60"));
    let prose = ended.stdout.lines().filter(|line| !line.starts_with("    ") && !line.contains('`'));
    let longest = prose.map(|line| line.chars().count()).max();
    assert!(longest <= Some(60), "{longest:?} in\n{}", ended.stdout);
}

#[test]
fn the_table_of_errors_names_the_words_clients_act_on() {
    let table = Home::new().run(&["errors"]).stdout;
    let line = table.lines().find(|line| line.trim_start().starts_with("AADSTS65001 ")).unwrap();
    for part in ["invalid_grant", "consent_required", "Neither the user nor"] {
        assert!(line.contains(part), "{line}");
    }
    for heading in ["Conditional Access, multifactor", "Consent and permissions\n", "Load and outage\n"] {
        assert!(table.contains(heading), "{heading}");
    }
}

#[test]
fn errors_are_found_by_words() {
    let home = Home::new();
    let found = home.run(&["errors", "MFA"]);
    assert_eq!(found.status, Some(0));
    assert!(found.stdout.contains("AADSTS50076 ") && !found.stdout.contains("AADSTS7000215 "), "{}", found.stdout);
    let both = home.run(&["errors", "device", "compliant"]).stdout;
    assert!(both.contains("AADSTS53000 ") && !both.contains("AADSTS53003 "), "{both}");
    let none = home.run(&["errors", "xyzzy"]);
    assert_eq!(none.status, Some(2));
    assert!(none.stderr.starts_with("error: no error of the catalogue says \"xyzzy\"\nhint: "), "{}", none.stderr);
}

#[test]
fn machines_get_the_catalogue_as_json() {
    let home = Home::new();
    let all: serde_json::Value = serde_json::from_str(&home.run(&["errors", "--json"]).stdout).unwrap();
    assert!(all.as_array().unwrap().len() > 120);
    let one: serde_json::Value = serde_json::from_str(&home.run(&["errors", "50076", "--json"]).stdout).unwrap();
    let row = &one[0];
    assert_eq!((row["number"].as_u64(), row["evidence"].as_str()), (Some(50076), Some("recorded")));
    assert_eq!(row["example"]["error_codes"], serde_json::json!([50076]));
    assert!(row["libraries"]["MSAL.NET"].as_str().unwrap().contains("BasicAction"));
    assert_eq!(row["scenario"], "main-03");
}

#[test]
fn an_unknown_error_is_told_the_nearest() {
    let ended = Home::new().run(&["errors", "50067"]);
    let expected = "error: the catalogue has no AADSTS50067; the nearest one is AADSTS50076\n\
                    hint: `mock-idp errors` lists them all\n";
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(2), expected));
}

#[test]
fn logging_is_off_by_default_and_a_bad_filter_is_a_mistake() {
    let home = Home::new();
    assert_eq!(home.run(&["errors"]).stderr, "");
    let ended = crate::support::ended(home.command(&["errors"]).env("MOCK_IDP_LOG", "=="));
    assert_eq!(ended.status, Some(2));
    assert!(
        ended.stderr.starts_with("error: MOCK_IDP_LOG is \"==\", which is no log filter\nhint: "),
        "{}",
        ended.stderr
    );
    let ended = crate::support::ended(home.command(&["errors"]).env("RUST_LOG", "=="));
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(0), ""));
}
