//! The program and bad input: one sentence, the right exit status, no panic.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use desktop_client::SystemClock;
use rstest::rstest;

use crate::support::{Authority, CALENDAR, CLIENT, TENANT};

pub(crate) fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// The program in an environment that says nothing to it.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_desktop-client"));
    for (name, _) in std::env::vars() {
        if name.starts_with("MOCK_IDP") || name.starts_with("DESKTOP_CLIENT") {
            command.env_remove(name);
        }
    }
    command.env("DESKTOP_CLIENT_CACHE", "memory").args(arguments);
    command
}

/// A file that goes with its test.
pub(crate) struct File(pub(crate) std::path::PathBuf);

impl File {
    pub(crate) fn with(text: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let file = std::env::temp_dir().join(format!("desktop-client-{}-{number}.json", std::process::id()));
        std::fs::write(&file, text).unwrap();
        Self(file)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(crate) const GOOD: [&str; 4] = ["--authority", "https://localhost:1/t", "--client-id", "x"];

#[rstest]
#[case::nothing(&[], 2, "Usage")]
#[case::no_authority(&["accounts"], 2, "--authority")]
#[case::no_client(&["accounts", "--authority", "https://localhost/t"], 2, "--client-id")]
#[case::plain_http(&["accounts", "--authority", "http://example.test/t", "--client-id", "x"], 2, "loopback")]
#[case::two_authorities(&["accounts", "--authority", "https://localhost/t", "--oidc-authority", "https://localhost", "--client-id", "x"], 2, "--oidc-authority")]
#[case::no_issuer(&["accounts", "--oidc-authority", "idp.example", "--client-id", "x"], 2, "issuer of an OpenID provider")]
#[case::external_id(&["accounts", "--authority", "https://x.ciamlogin.com/t", "--client-id", "x"], 2, "Entra External ID")]
#[case::a_cloud_without_an_app(&["accounts", "--profile", "public"], 2, "--client-id")]
#[case::a_tenant_of_nowhere(&["accounts", "--tenant", "consumers", "--client-id", "x"], 2, "--profile public")]
#[case::two_tenants(&["accounts", "--tenant", "t", "--authority", "https://localhost/t", "--client-id", "x"], 2, "--tenant")]
#[case::no_such_cloud(&["accounts", "--profile", "pubic"], 2, "pubic")]
#[case::no_profile(&["accounts", "--profile", "/nowhere.json"], 2, "/nowhere.json")]
#[case::no_ca(&["accounts", "--authority", "https://localhost/t", "--client-id", "x", "--ca", "/nowhere.pem"], 2, "/nowhere.pem")]
#[case::no_pem(&["accounts", "--authority", "https://localhost/t", "--client-id", "x", "--ca", "Cargo.toml"], 2, "PEM")]
#[case::foreign_redirect(&["accounts", "--authority", "https://localhost/t", "--client-id", "x", "--redirect-uri", "https://example.test"], 2, "http://localhost")]
#[case::no_scope(&["token"], 2, "SCOPE")]
#[case::two_ways(&["token", "s", "--silent", "--interactive"], 2, "cannot be used with")]
#[case::a_page_silently(&["token", "s", "--silent", "--prompt", "login"], 2, "cannot be used with")]
#[case::no_such_prompt(&["login", "--prompt", "nicely"], 2, "select_account")]
#[case::no_such_shell(&["completions", "cmd"], 2, "powershell")]
#[case::no_profile_to_examine(&["doctor"], 2, "--authority")]
#[case::two_ways_to_be_asked(&["token", "s", "--device-code", "--interactive"], 2, "cannot be used with")]
#[case::no_cache_action(&["cache"], 2, "clear")]
#[case::no_address(&["call", "nowhere", "--scope", "s"], 2, "nowhere")]
fn mistakes(#[case] arguments: &[&str], #[case] status: i32, #[case] told: &str) {
    assert_ends(&run(arguments), status, told);
}

#[rstest]
#[case::claims(&["token", "s", "--claims", "nonsense"], 2, "JSON object")]
#[case::user_needed(&["token", "s", "--silent"], 3, "no account")]
#[case::user_needed_for_a_call(&["call", "https://localhost:1/api", "--scope", "s", "--silent"], 3, "no account")]
#[case::what_to_type_next(&["token", "s", "--silent"], 3, "token s --interactive")]
#[case::not_signed_in(&["token", "s", "--silent", "--account", "zoe"], 3, "zoe")]
#[case::not_signed_in_for_a_call(&["call", "https://localhost:1/api", "--scope", "s", "--silent", "--account", "zoe"], 3, "zoe")]
#[case::nobody_to_forget(&["logout", "zoe"], 1, "zoe")]
#[case::nobody_there(&["accounts"], 0, "Nobody")]
#[case::a_cloud_and_an_app(&["accounts", "--profile", "Public"], 0, "Nobody")]
#[case::a_cloud_for_personal_accounts(&["accounts", "--profile", "public", "--tenant", "consumers"], 0, "Nobody")]
#[case::unreachable(&["login"], 1, "cannot be reached")]
fn refusals(#[case] arguments: &[&str], #[case] status: i32, #[case] told: &str) {
    let cloud = arguments.contains(&"--tenant");
    let mut all = if cloud { GOOD[2..].to_vec() } else { GOOD.to_vec() };
    all.extend(arguments);
    assert_ends(&run(&all), status, told);
}

#[rstest]
#[case::place("{\n  \"autority\": \"x\"\n}", ".json:2:")]
#[case::slip("{\n  \"autority\": \"x\"\n}", "did you mean \"authority\"?")]
#[case::no_json("{\n  authority\n}", ".json:2:3: ")]
fn a_bad_profile_is_told_by_place_and_remedy(#[case] text: &str, #[case] told: &str) {
    let file = File::with(text);
    assert_ends(&run(&["accounts", "--profile", file.path()]), 2, told);
}

#[rstest]
#[case::json("DESKTOP_CLIENT_JSON", "1", &["token", "s", "--silent"], 3)]
#[case::silent("DESKTOP_CLIENT_SILENT", "true", &["token", "s"], 3)]
#[case::not_silent("DESKTOP_CLIENT_SILENT", "0", &["token", "s"], 1)]
#[case::claims("DESKTOP_CLIENT_CLAIMS", "nonsense", &["token", "s"], 2)]
#[case::scope("DESKTOP_CLIENT_SCOPE", "s t", &["call", "https://localhost:1/api", "--silent"], 3)]
#[case::account("DESKTOP_CLIENT_ACCOUNT", "zoe", &["token", "s", "--silent"], 3)]
#[case::authority("DESKTOP_CLIENT_AUTHORITY", "nonsense", &["accounts", "--client-id", "x"], 2)]
fn options_come_from_the_environment(
    #[case] name: &str,
    #[case] value: &str,
    #[case] arguments: &[&str],
    #[case] status: i32,
) {
    let good: &[&str] = if name.ends_with("AUTHORITY") { &[] } else { &GOOD };
    let output = command(good).args(arguments).env(name, value).output().unwrap();
    assert_eq!(output.status.code(), Some(status), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout.starts_with(b"{"), name == "DESKTOP_CLIENT_JSON");
}

#[test]
fn the_cache_is_found_and_cleared_without_an_authority() {
    let file = File::with("{}");
    let at = |arguments: &[&str]| command(arguments).env("DESKTOP_CLIENT_CACHE", file.path()).output().unwrap();
    let path = at(&["cache", "path"]);
    assert_eq!(String::from_utf8_lossy(&path.stdout).trim(), file.path());
    let told: serde_json::Value = serde_json::from_slice(&at(&["cache", "path", "--json"]).stdout).unwrap();
    assert_eq!(told["path"], file.path());
    let cleared = at(&["cache", "clear"]);
    assert_eq!(cleared.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&cleared.stderr).contains("0 accounts forgotten"));
    let memory = run(&["cache", "path"]);
    assert!(String::from_utf8_lossy(&memory.stdout).starts_with("in memory"));
}

#[tokio::test]
async fn one_command_signs_in_and_the_next_one_is_silent() {
    let authority = Authority::start().await;
    let folder = File::with("");
    let address = format!("{}/{TENANT}", authority.server.uri());
    let with_cache = |arguments: &[&str]| {
        let mut program = command(&["--authority", &address, "--client-id", CLIENT]);
        program.args(arguments).env("DESKTOP_CLIENT_CACHE", folder.path()).env("BROWSER", "true");
        program
    };
    // The library signs in, the program uses what it left behind.
    let storage = desktop_client::storage::FileStorage::new(folder.path());
    authority.sign_in_with(authority.builder().clock(Arc::new(SystemClock)).token_cache(storage)).await;
    let accounts = tokio::task::spawn_blocking({
        let mut program = with_cache(&["accounts"]);
        move || program.output().unwrap()
    });
    assert!(String::from_utf8_lossy(&accounts.await.unwrap().stdout).starts_with("ada@contoso.test\t"));
    let token = tokio::task::spawn_blocking({
        let mut program = with_cache(&["token", CALENDAR, "--silent"]);
        move || program.output().unwrap()
    });
    assert_eq!(String::from_utf8_lossy(&token.await.unwrap().stdout).trim(), "at-1");
}

#[rstest]
#[case::bash("bash", "complete -F")]
#[case::zsh("zsh", "#compdef desktop-client")]
#[case::fish("fish", "complete -c desktop-client")]
#[case::powershell("powershell", "Register-ArgumentCompleter")]
fn a_shell_gets_its_completions_without_any_setting(#[case] shell: &str, #[case] told: &str) {
    let output = run(&["completions", shell]);
    let script = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert!(script.contains(told) && script.contains("doctor"), "{script}");
}

#[rstest]
#[case::nothing_to_hear(&[], "cannot be reached")]
#[case::the_redirect_address_too(&["--redirect-uri", "http://localhost:1"], "http://localhost:1")]
fn the_doctor_names_the_cause_and_leaves_with_one(#[case] arguments: &[&str], #[case] told: &str) {
    let output = command(&GOOD).args(arguments).arg("doctor").output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert!(report.contains(told) && report.contains("next: "), "{report}");
}

#[test]
fn the_doctor_reports_to_machines() {
    let output = command(&GOOD).args(["doctor", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], false);
    let authority = report["checks"].as_array().unwrap().iter().find(|check| check["check"] == "authority").unwrap();
    assert_eq!(authority["verdict"], "problem");
    assert_eq!(authority["next"], "check the address and the network");
}

#[test]
fn a_transcript_is_written_for_a_failure_too_and_for_its_owner_only() {
    let file = File::with("what was there before");
    let output = command(&GOOD).args(["login", "--record", file.path()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let transcript: serde_json::Value = serde_json::from_slice(&std::fs::read(&file.0).unwrap()).unwrap();
    assert_eq!(transcript["exchanges"][0]["endpoint"], "discovery");
    assert_eq!(transcript["exchanges"][0]["answer"]["kind"], "no answer");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file.0).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// `kill -INT` is what Ctrl-C sends.
#[cfg(unix)]
#[rstest]
#[case::ctrl_c("-INT")]
#[case::told_to_end("-TERM")]
#[tokio::test]
async fn a_transcript_is_written_when_the_wait_for_the_person_is_broken_off(#[case] signal: &str) {
    let authority = Authority::start().await;
    let file = File::with("");
    let address = format!("{}/{TENANT}", authority.server.uri());
    let mut program = command(&["--authority", &address, "--client-id", "x", "login", "--record", file.path()])
        .env("BROWSER", "true")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(program.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("Waiting for the sign-in in the browser"), "{line}");
    assert!(!line.contains('\r') && !line.contains('\u{1b}'), "nothing moves where there is no terminal");
    assert!(Command::new("kill").args([signal, &program.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(program.wait().unwrap().code(), Some(1));
    assert!(rest.contains("interrupted"), "{rest}");
    let transcript: serde_json::Value = serde_json::from_slice(&std::fs::read(&file.0).unwrap()).unwrap();
    assert_eq!(transcript["exchanges"].as_array().unwrap().last().unwrap()["answer"]["kind"], "opened");
}

#[test]
fn a_transcript_that_cannot_be_written_is_told_before_anything_is_done() {
    let output = command(&GOOD).args(["login", "--record", "/nowhere/at/all.json"]).output().unwrap();
    assert_ends(&output, 2, "written to /nowhere/at/all.json; name another file");
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}

#[test]
fn json_errors_are_for_machines() {
    let mut all = GOOD.to_vec();
    all.extend(["--json", "token", "s", "--silent"]);
    let output = run(&all);
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["error"]["code"], "user_null");
    assert_eq!(printed["error"]["classification"], "AcquireTokenSilentFailed");
}

pub(crate) fn assert_ends(output: &Output, status: i32, told: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    assert!(stderr.contains(told), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(output.stdout.is_empty(), "{stderr}");
}
