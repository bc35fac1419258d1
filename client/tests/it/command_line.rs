//! The program and bad input: one sentence, the right exit status, no panic.

use std::process::{Command, Output};

use rstest::rstest;

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_desktop-client"));
    for (name, _) in std::env::vars() {
        if name.starts_with("MOCK_IDP") || name.starts_with("DESKTOP_CLIENT") {
            command.env_remove(name);
        }
    }
    command.args(arguments).output().unwrap()
}

const GOOD: [&str; 4] = ["--authority", "https://localhost:1/t", "--client-id", "x"];

#[rstest]
#[case::nothing(&[], 2, "Usage")]
#[case::no_authority(&["accounts"], 2, "--authority")]
#[case::no_client(&["accounts", "--authority", "https://localhost/t"], 2, "--client-id")]
#[case::plain_http(&["accounts", "--authority", "http://example.test/t", "--client-id", "x"], 2, "loopback")]
#[case::two_authorities(&["accounts", "--authority", "https://localhost/t", "--oidc-authority", "https://localhost", "--client-id", "x"], 2, "--oidc-authority")]
#[case::no_issuer(&["accounts", "--oidc-authority", "idp.example", "--client-id", "x"], 2, "issuer of an OpenID provider")]
#[case::external_id(&["accounts", "--authority", "https://x.ciamlogin.com/t", "--client-id", "x"], 2, "Entra External ID")]
#[case::no_profile(&["accounts", "--profile", "/nowhere.json"], 2, "/nowhere.json")]
#[case::no_ca(&["accounts", "--authority", "https://localhost/t", "--client-id", "x", "--ca", "/nowhere.pem"], 2, "/nowhere.pem")]
#[case::no_pem(&["accounts", "--authority", "https://localhost/t", "--client-id", "x", "--ca", "Cargo.toml"], 2, "PEM")]
#[case::foreign_redirect(&["accounts", "--authority", "https://localhost/t", "--client-id", "x", "--redirect-uri", "https://example.test"], 2, "http://localhost")]
#[case::no_scope(&["token"], 2, "SCOPE")]
#[case::no_address(&["call", "nowhere", "--scope", "s"], 2, "nowhere")]
fn mistakes(#[case] arguments: &[&str], #[case] status: i32, #[case] told: &str) {
    assert_ends(&run(arguments), status, told);
}

#[rstest]
#[case::claims(&["token", "s", "--claims", "nonsense"], 2, "JSON object")]
#[case::user_needed(&["token", "s", "--silent"], 3, "no account")]
#[case::user_needed_for_a_call(&["call", "https://localhost:1/api", "--scope", "s", "--silent"], 3, "no account")]
#[case::nobody_to_forget(&["logout", "zoe"], 1, "zoe")]
#[case::nobody_there(&["accounts"], 0, "Nobody")]
#[case::unreachable(&["login"], 1, "cannot be reached")]
fn refusals(#[case] arguments: &[&str], #[case] status: i32, #[case] told: &str) {
    let mut all = GOOD.to_vec();
    all.extend(arguments);
    assert_ends(&run(&all), status, told);
}

#[test]
fn a_profile_with_an_unknown_member_is_refused_with_its_place() {
    let file = std::env::temp_dir().join(format!("desktop-client-{}.json", std::process::id()));
    std::fs::write(&file, "{\n  \"autority\": \"x\"\n}").unwrap();
    let output = run(&["accounts", "--profile", file.to_str().unwrap()]);
    std::fs::remove_file(&file).unwrap();
    assert_ends(&output, 2, ".json:2:");
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

fn assert_ends(output: &Output, status: i32, told: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    assert!(stderr.contains(told), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(output.stdout.is_empty(), "{stderr}");
}
