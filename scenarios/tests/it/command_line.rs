//! The command from outside: exit status, what is printed, the report.

use std::{path::Path, process::Command};

use mock_idp::MockIdp;
use serde_json::Value;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts");

struct Ended {
    status: i32,
    out: String,
    err: String,
}

fn scenarios(folder: &Path, args: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_scenarios"))
        .args(args)
        .current_dir(folder)
        .env_remove("SCENARIOS_FILTER")
        .env_remove("SCENARIOS_SERVER")
        .env_remove("SCENARIOS_CA")
        .env_remove("SCENARIOS_REPORT")
        .env_remove("SCENARIOS_JSON")
        .output()
        .unwrap();
    Ended {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn without_arguments_the_main_line_is_green_and_the_report_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let ended = scenarios(folder.path(), &[]);
    assert_eq!(ended.status, 0, "{}{}", ended.out, ended.err);
    let all = scenarios::built_in::scripts().len();
    let summary = format!("{all} of {all} scenarios passed\nreport: report/index.html");
    assert!(ended.out.contains(&summary), "{}", ended.out);
    assert!(!ended.out.contains('\x1b'), "no colours where nobody sees them");
    let report = std::fs::read_to_string(folder.path().join("report/index.html")).unwrap();
    assert_eq!(report.matches("<svg").count(), all);
    let foreign = ["<script", "<link", "src=", "http-equiv", "url("];
    assert!(!foreign.iter().any(|word| report.contains(word)), "the report needs nothing but itself");
    assert!(!report.contains("Passw0rd!") && !report.contains("eyJ"), "secrets stay out of the report");
}

#[test]
fn a_failure_tells_reason_place_and_sequence() {
    let folder = tempfile::tempdir().unwrap();
    let source = std::fs::read_to_string(format!("{SCRIPTS}/main-03.yaml")).unwrap();
    std::fs::write(folder.path().join("dropped.yaml"), source.replace("claims: from_last_error", "claims: none"))
        .unwrap();
    let ended = scenarios(folder.path(), &["dropped.yaml", "--report", "out"]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.out.contains(
            "(exchange 7) carried no claims; the silent failure at 6 had given {…capolids…}\n          dropped.yaml:38:"
        ),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("silent: payroll/Salary.Read  =>  400 AADSTS50076 basic_action {…capolids…}"),
        "{}",
        ended.out
    );
    assert!(folder.path().join("out/index.html").exists());
}

#[test]
fn as_json_the_verdicts_are_all_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let ended = scenarios(folder.path(), &["run", "--filter", "MAIN-03", "--json"]);
    let document: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.status, ended.err.as_str()), (0, ""));
    assert_eq!(document["passed"], true);
    let verdicts = document["verdicts"].as_array().unwrap();
    assert!(verdicts.iter().any(|verdict| verdict["id"] == "main-03" && verdict["prompts"] == 1));
}

#[test]
fn wrong_files_and_wrong_usage_end_with_two_and_start_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.yaml"), "version: 1\ntitel: x\nsteps: []\n").unwrap();
    std::fs::write(folder.path().join("two.yaml"), "version: 1\ntitle: x\nsteps:\n  - aquire_silent: {}\n").unwrap();
    for command in ["run", "check"] {
        let ended = scenarios(folder.path(), &[command, "."]);
        assert_eq!((ended.status, ended.out.as_str()), (2, ""));
        assert!(ended.err.contains("one.yaml:2:1: unknown key `titel`"), "{}", ended.err);
        assert!(ended.err.contains("two.yaml:4:5: unknown key `aquire_silent`"), "{}", ended.err);
        assert!(!folder.path().join("report").exists());
    }
    let ended = scenarios(folder.path(), &["nowhere.yaml"]);
    assert_eq!((ended.status, ended.err.as_str()), (2, "error: cannot read nowhere.yaml: there is no such file\n"));
    let ended = scenarios(folder.path(), &["exmples"]);
    let sentence =
        "error: cannot read exmples: there is no such file; did you mean the command `scenarios examples`?\n";
    assert_eq!((ended.status, ended.err.as_str()), (2, sentence));
    let ended = scenarios(folder.path(), &["main-03"]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("run it with `scenarios --filter main-03`, print it with `scenarios show main-03`"));
    assert_eq!(scenarios(folder.path(), &["--filter", "no such word"]).status, 2);
    assert_eq!(scenarios(folder.path(), &["--fliter", "x"]).status, 2);
    assert_eq!(scenarios(folder.path(), &["check"]).status, 2);
}

/// Somebody's project has other files, too.
#[test]
fn of_a_folder_the_scenarios_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("a.json", r#"{"version":1,"title":"a","steps":[{"advance_clock":"1s"}]}"#);
    write("deep/b.yaml", "version: 1\ntitle: b\nsteps: [advance_clock: 1s]\n");
    write("deep/c.given.yaml", "consents: []\n");
    write("package.json", r#"{"version":"1.0.0"}"#);
    write("node_modules/x/d.yaml", "d: []\n");
    write(".github/e.yaml", "e: []\n");
    let checked = scenarios(folder.path(), &["check", "."]);
    assert_eq!((checked.status, checked.out.as_str()), (0, "ok  ./a.json\nok  ./deep/b.yaml\n"), "{}", checked.err);
    write("broken.json", "{");
    assert_eq!(scenarios(folder.path(), &["check", "."]).status, 2);
    assert_eq!(scenarios(folder.path(), &["check", "package.json"]).status, 2, "what is named is meant");
}

#[test]
fn check_list_and_schema() {
    let folder = tempfile::tempdir().unwrap();
    let checked = scenarios(folder.path(), &["check", SCRIPTS]);
    assert_eq!((checked.status, checked.out.lines().count()), (0, scenarios::built_in::scripts().len()));
    let listed = scenarios(folder.path(), &["list", "--filter", "MAIN-05"]);
    assert_eq!(listed.status, 0);
    assert!(listed.out.starts_with("main-05  "), "{}", listed.out);
    let schema: Value = serde_json::from_str(&scenarios(folder.path(), &["schema"]).out).unwrap();
    assert_eq!(schema["title"], "Scenario of mock-idp");
    assert!(schema["properties"]["steps"]["items"].is_object(), "{}", schema["properties"]["steps"]);
}

#[test]
fn verdicts_are_written_as_junit_xml() {
    let folder = tempfile::tempdir().unwrap();
    let source = std::fs::read_to_string(format!("{SCRIPTS}/main-03.yaml")).unwrap();
    std::fs::write(folder.path().join("good.yaml"), &source).unwrap();
    std::fs::write(folder.path().join("dropped.yaml"), source.replace("claims: from_last_error", "claims: none"))
        .unwrap();
    let ended = scenarios(folder.path(), &[".", "--junit", "out/junit.xml"]);
    assert_eq!(ended.status, 1, "{}", ended.err);
    let xml = std::fs::read_to_string(folder.path().join("out/junit.xml")).unwrap();
    assert!(xml.starts_with(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"scenarios\" tests=\"2\" failures=\"1\""
    ));
    assert_eq!((xml.matches("<testsuite ").count(), xml.matches("<testcase ").count()), (1, 2), "{xml}");
    assert!(xml.contains("<testcase name=\"good\" classname=\"scenarios\" time=\""), "{xml}");
    assert!(
        xml.contains("had given {\u{2026}capolids\u{2026}} (./dropped.yaml:38:")
            && xml.contains("type=\"claims_forwarded_unmodified\""),
        "{xml}"
    );
}

#[test]
fn an_error_from_a_log_becomes_a_file_that_is_checked_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let log = r#"12:00 WARN {"error":"invalid_grant","error_codes":[50173],"suberror":"bad_token"}"#;
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    let ended = scenarios(folder.path(), &["from-error", "app.log", "--output", "revoked.yaml"]);
    assert_eq!((ended.status, ended.out.as_str()), (0, ""), "{}", ended.err);
    assert_eq!(scenarios(folder.path(), &["check", "revoked.yaml"]).status, 0);
    assert_eq!(scenarios(folder.path(), &["revoked.yaml"]).status, 0);
    let again = scenarios(folder.path(), &["from-error", "app.log", "--output", "revoked.yaml"]);
    assert_eq!(again.status, 2);
    assert!(again.err.starts_with("error: revoked.yaml is there already"), "{}", again.err);
    let printed = scenarios(folder.path(), &["from-error", "app.log"]);
    assert_eq!(printed.out, std::fs::read_to_string(folder.path().join("revoked.yaml")).unwrap());
}

#[test]
fn what_holds_no_incident_is_refused_with_what_would() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), b"nothing \xff to see").unwrap();
    for (command, sentence) in [
        ("from-error", "error: app.log: there is no error in this text; paste the JSON body"),
        ("from-transcript", "error: app.log: this is no transcript: "),
    ] {
        let ended = scenarios(folder.path(), &[command, "app.log"]);
        assert_eq!(ended.status, 2);
        assert!(ended.err.starts_with(sentence), "{}", ended.err);
    }
    let ended = scenarios(folder.path(), &["from-error", "nowhere.log"]);
    assert_eq!(ended.err, "error: cannot read nowhere.log: there is no such file\n");
}

#[test]
fn a_built_in_scenario_is_shown_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    for (name, file) in [("main-03", "main-03"), ("policy/all-of", "policy/all-of"), ("all-of", "policy/all-of")] {
        let shown = scenarios(folder.path(), &["show", name]);
        let text = std::fs::read_to_string(format!("{SCRIPTS}/{file}.yaml")).unwrap();
        assert_eq!((shown.status, shown.out, shown.err.as_str()), (0, text, ""));
    }
    let shown = scenarios(folder.path(), &["show", "second-factor-too-old"]);
    assert_eq!((shown.status, shown.err.as_str()), (0, ""));
    let unknown = scenarios(folder.path(), &["show", "main-3"]);
    let sentence = "error: no built-in scenario is called 'main-3'; did you mean 'main-03'?\n";
    assert_eq!((unknown.status, unknown.out.as_str(), unknown.err.as_str()), (2, "", sentence));
}

/// With the programs alone somebody has all that the guide names, and nothing of theirs is written over.
#[test]
fn the_examples_are_written_as_they_stand_here() {
    let folder = tempfile::tempdir().unwrap();
    let written = scenarios(folder.path(), &["examples"]);
    assert_eq!((written.status, written.out.as_str()), (0, ""), "{}", written.err);
    let here = |path: &str| std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let there = |path: &str| std::fs::read_to_string(folder.path().join(path)).unwrap();
    for path in ["examples/first.yaml", "examples/python/mock_idp_fixture.py", "scripts/policy/all-of.yaml"] {
        assert_eq!(there(path), here(path));
    }
    assert_eq!(scenarios(folder.path(), &["check", "."]).status, 0);
    assert_eq!(scenarios(folder.path(), &["examples", "."]).status, 0, "once more does no harm");
    std::fs::write(folder.path().join("examples/first.yaml"), "mine").unwrap();
    let refused = scenarios(folder.path(), &["examples"]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("examples/first.yaml is there already and says something else"), "{}", refused.err);
    assert_eq!(there("examples/first.yaml"), "mine");
}

#[test]
fn every_example_is_part_of_the_program() {
    let listed: std::collections::BTreeSet<_> =
        scenarios::examples::EXAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect();
    let mut found = std::collections::BTreeSet::new();
    let mut folders = vec!["examples".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            // What installing and running leaves behind.
            let is_left = ["node_modules", "__pycache__", "test-results"].contains(&name.as_str());
            match entry.path().is_dir() {
                _ if is_left || name.starts_with('.') => {}
                true => folders.push(format!("{folder}/{name}")),
                false => assert!(found.insert(format!("{folder}/{name}"))),
            }
        }
    }
    assert_eq!(found, listed);
}

#[test]
fn a_start_of_any_name_is_checked_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["my-app", "it's: a #name", "12", ""] {
        let ended = scenarios(folder.path(), &["new", name]);
        std::fs::write(folder.path().join("new.yaml"), &ended.out).unwrap();
        assert_eq!(scenarios(folder.path(), &["check", "new.yaml"]).status, 0, "{}", ended.out);
    }
    assert_eq!(scenarios(folder.path(), &["new.yaml"]).status, 0);
}

/// Scenarios are judged on a server that is there already, and leave nothing in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_server_is_used_as_if_it_were_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = folder.path().join("certificates");
    let idp = MockIdp::builder().tls_from(&certificates).start().await.unwrap();
    let (before, base) = (idp.tenant_counts(), idp.base().to_owned());
    let run = |args: &[&str]| {
        let args = [&["run", "--filter", "main-0", "--server", &base], args].concat();
        tokio::task::block_in_place(|| scenarios(folder.path(), &args))
    };
    let ca = certificates.join("ca.pem");
    for how in [["--ca", ca.to_str().unwrap()], ["--cert-dir", certificates.to_str().unwrap()]] {
        let ended = run(&how);
        assert_eq!(ended.status, 0, "{}{}", ended.out, ended.err);
    }
    assert_eq!(idp.tenant_counts(), before);
    assert!(idp.exchanges().is_empty());
    idp.stop().await;
    let ended = run(&["--ca", ca.to_str().unwrap()]);
    assert!(ended.status == 2 && ended.err.contains("is `mock-idp serve` running there"), "{}", ended.err);
    let ended = run(&["--ca", "nowhere.pem"]);
    assert!(ended.status == 2 && ended.err.contains("nowhere.pem cannot be read"), "{}", ended.err);
}

#[test]
fn an_address_that_is_no_servers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in ["localhost:8443", "https://localhost/contoso", "ftp://localhost"] {
        let ended = scenarios(folder.path(), &["run", "--server", wrong]);
        assert!(ended.status == 2 && ended.err.contains("write one like https://localhost:8443"), "{}", ended.err);
    }
}

#[test]
fn exploring_a_client_that_keeps_the_rules_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ended = scenarios(folder.path(), &["explore", "--seed", "1", "--cases", "3"]);
    assert_eq!((ended.status, ended.out.as_str()), (0, ""), "{}", ended.err);
    assert!(ended.err.starts_with("exploring from seed 1\n"), "{}", ended.err);
    assert!(ended.err.ends_with("nothing found in 3 cases; `--seed 1` repeats them\n"), "{}", ended.err);
}

#[test]
fn wrong_words_to_explore_are_refused_before_anything_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("there.yaml"), "").unwrap();
    for (args, sentence) in [
        (["--budget", "soon"], "it is no length of time; write one like 90s or 5m"),
        (["--cases", "0"], "0 is not in 1.."),
        (["--seed", "x"], "invalid digit found in string"),
        (["--output", "there.yaml"], "error: there.yaml is there already; choose another name with --output"),
    ] {
        let ended = scenarios(folder.path(), &[&["explore"], &args[..]].concat());
        assert_eq!(ended.status, 2, "{}", ended.err);
        assert!(ended.err.contains(sentence), "{}", ended.err);
    }
    let help = scenarios(folder.path(), &["explore", "--help"]);
    for word in ["--budget", "--cases", "--seed", "--exec", "--output", "SCENARIOS_SEED", "0 nothing found, 1 found"] {
        assert!(help.out.contains(word), "{word} is missing:\n{}", help.out);
    }
}
