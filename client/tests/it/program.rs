//! The program with people and files: who signed in, a cache that cannot be used, an end before the end.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

use crate::command_line::{File, GOOD, assert_ends, command};
use crate::support::{Authority, CALENDAR, CLIENT, TENANT, User, device_code_path};

/// A cache in a folder of its own, in which ada is signed in at [`GOOD`]'s authority.
fn cache_of_ada() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache.json");
    let account = json!({
        "home_account_id": "ada.t", "environment": "localhost", "realm": "t", "local_account_id": "ada",
        "username": "ada@contoso.test", "authority_type": "MSSTS",
    });
    std::fs::write(&cache, json!({"Account": {"ada.t-localhost-t": account}}).to_string()).unwrap();
    (folder, cache)
}

fn with_cache(cache: &Path, arguments: &[&str]) -> Command {
    let mut program = command(&GOOD);
    program.arg("--cache").arg(cache).args(arguments);
    program
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[cfg(unix)]
#[rstest]
#[case::cache(&["accounts"], 0)]
#[case::path(&["cache", "path"], 0)]
#[case::path_as_json(&["cache", "path", "--json"], 0)]
#[case::doctor(&["doctor", "--json"], 1)]
fn a_name_that_is_not_unicode_is_a_name(#[case] arguments: &[&str], #[case] status: i32) {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff.json"));
    let output = with_cache(&cache, arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(status), "{}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(unix)]
#[test]
fn a_scope_that_is_not_unicode_is_a_mistake() {
    use std::os::unix::ffi::OsStrExt as _;
    let output = command(&GOOD).arg("token").arg(std::ffi::OsStr::from_bytes(b"\xff")).output().unwrap();
    assert_ends(&output, 2, "UTF-8");
}

#[rstest]
#[case::accounts(&["accounts"])]
#[case::logout(&["logout"])]
#[case::login(&["login"])]
#[case::token(&["token", "s", "--silent"])]
#[case::call(&["call", "https://localhost:1/api", "--scope", "s", "--silent"])]
fn a_cache_that_cannot_be_read_is_not_an_empty_one(#[case] arguments: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let output = with_cache(folder.path(), arguments).output().unwrap();
    assert_ends(&output, 1, "is no file");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("Nobody"));
}

#[test]
fn who_could_not_be_forgotten_is_not_listed_as_forgotten() {
    let (_folder, cache) = cache_of_ada();
    // Not even the superuser can take this lock.
    std::fs::create_dir(cache.with_file_name("cache.json.lock")).unwrap();
    assert_ends(&with_cache(&cache, &["logout"]).output().unwrap(), 1, "its lock");
    let told = json_of(&with_cache(&cache, &["logout", "--json", "ada@contoso.test"]).output().unwrap());
    assert_eq!(told["error"]["code"], "token_cache_error");
    let left = with_cache(&cache, &["accounts"]).output().unwrap();
    assert!(String::from_utf8_lossy(&left.stdout).starts_with("ada@contoso.test\t"));
}

#[rstest]
#[case::empty("", "ok")]
#[case::whitespace("\n", "ok")]
#[case::good(r#"{"AccessToken": {}}"#, "ok")]
#[case::damaged(r#"{"AccessToken": 7}"#, "problem")]
#[case::no_json("{", "problem")]
fn the_doctor_reads_the_cache_as_the_next_command_would(#[case] text: &str, #[case] verdict: &str) {
    let file = File::with(text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let report = json_of(&with_cache(&file.0, &["doctor", "--json"]).output().unwrap());
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["check"] == "cache").unwrap();
    assert_eq!(check["verdict"], verdict, "{check}");
    assert_eq!(std::fs::read_to_string(file.path()).unwrap(), text);
}

/// The program with a browser that hands its address to this test.
#[cfg(unix)]
async fn signs_in(authority: &Authority, cache: &Path, arguments: &[&str]) -> Output {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (pipe, browser) = (folder.path().join("address"), folder.path().join("browser"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::write(&browser, format!("#!/bin/sh\nprintf %s \"$1\" > '{}'\n", pipe.display())).unwrap();
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o700)).unwrap();
    let address = format!("{}/{TENANT}", authority.server.uri());
    let mut program = command(&["--authority", &address, "--client-id", CLIENT, "--cache"]);
    program.arg(cache).args(arguments).env("BROWSER", browser);
    let program = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let page = tokio::task::spawn_blocking(move || std::fs::read_to_string(pipe).unwrap()).await.unwrap();
    authority.browse(page.parse().unwrap()).await;
    tokio::task::spawn_blocking(move || program.wait_with_output().unwrap()).await.unwrap()
}

/// A cache in which ada has signed in at this authority.
async fn ada_at(authority: &Authority) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache.json");
    let clock = std::sync::Arc::new(desktop_client::SystemClock);
    let storage = desktop_client::storage::FileStorage::new(&cache);
    authority.sign_in_with(authority.builder().clock(clock).token_cache(storage)).await;
    (folder, cache)
}

#[cfg(unix)]
#[rstest]
#[case::known(&["token", CALENDAR, "--interactive", "--account", "ada@contoso.test"])]
#[case::by_id(&["token", CALENDAR, "--interactive", "--account", "ada.11111111-1111-4111-8111-111111111111"])]
#[case::stranger(&["token", CALENDAR, "--account", "zoe@contoso.test"])]
#[case::call(&["call", "http://localhost:1/api", "--scope", CALENDAR, "--account", "zoe@contoso.test"])]
#[tokio::test]
async fn a_token_of_somebody_else_is_no_token(#[case] arguments: &[&str]) {
    let authority = Authority::start().await;
    let (_folder, cache) = ada_at(&authority).await;
    authority.tokens_are_about("bo");
    let output = signs_in(&authority, &cache, arguments).await;
    let expected = if arguments.contains(&"zoe@contoso.test") { "zoe@contoso.test" } else { "ada@contoso.test" };
    assert_ends(&output, 1, &format!("{expected} was to sign in, and bo@contoso.test did"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--account bo@contoso.test"));
}

#[cfg(unix)]
#[rstest]
#[case::named("ada", &["token", CALENDAR, "--interactive", "--account", "ADA@contoso.test"])]
#[case::nobody_named("bo", &["token", CALENDAR, "--interactive"])]
#[tokio::test]
async fn a_token_of_who_was_asked_for_is_printed(#[case] comes: &'static str, #[case] arguments: &[&str]) {
    let authority = Authority::start().await;
    let (_folder, cache) = ada_at(&authority).await;
    authority.tokens_are_about(comes);
    let output = signs_in(&authority, &cache, arguments).await;
    assert_eq!(String::from_utf8_lossy(&output.stdout), "at-2\n");
}

#[cfg(unix)]
#[tokio::test]
async fn a_sign_in_of_somebody_else_is_one_and_is_told() {
    let authority = Authority::start().await;
    let (_folder, cache) = ada_at(&authority).await;
    authority.tokens_are_about("bo");
    let output = signs_in(&authority, &cache, &["login", CALENDAR, "--account", "ada@contoso.test"]).await;
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("signed in as bo@contoso.test"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("ada@contoso.test was to sign in, and bo@contoso.test did"), "{told}");
}

#[rstest]
#[case::token(&["token", CALENDAR, "--device-code"], 1)]
#[case::login(&["login", CALENDAR, "--device-code"], 0)]
#[tokio::test]
async fn a_code_is_entered_by_anybody_too(#[case] arguments: &[&str], #[case] status: i32) {
    let authority = Authority::start().await;
    let code = json!({"user_code": "A", "device_code": "d", "verification_uri": "https://login.example/device"});
    Mock::given(path(device_code_path()))
        .respond_with(ResponseTemplate::new(200).set_body_json(code))
        .mount(&authority.server)
        .await;
    let (_folder, cache) = ada_at(&authority).await;
    authority.tokens_are_about("bo");
    for expected in ["ada@contoso.test", "zoe@contoso.test"] {
        let address = format!("{}/{TENANT}", authority.server.uri());
        let mut program = command(&["--authority", &address, "--client-id", CLIENT, "--cache"]);
        program.arg(&cache).args(arguments).args(["--account", expected]);
        let output = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{told}");
        assert!(told.contains(&format!("{expected} was to sign in, and bo@contoso.test did")), "{told}");
    }
}

#[cfg(unix)]
#[rstest]
#[case::token(&["token", CALENDAR, "--prompt", "none"])]
#[case::login(&["login", CALENDAR, "--prompt", "none"])]
#[tokio::test]
async fn a_person_who_may_not_be_asked_is_needed(#[case] arguments: &[&str]) {
    let authority = Authority::start().await;
    authority.user(User::ComesBackWith(vec![("error", "interaction_required")]));
    let output = signs_in(&authority, Path::new("memory"), arguments).await;
    assert_ends(&output, 3, "--prompt none");
}

/// While another process holds the lock on the cache: nobody waits for it, and nothing is written afterwards.
#[cfg(target_os = "linux")]
#[rstest]
#[case::a_token_is_to_be_stored(&["--json", "token", CALENDAR, "--silent", "--claims", "{}"])]
#[case::an_account_is_to_be_forgotten(&["--json", "logout"])]
#[tokio::test]
async fn an_interruption_ends_the_wait_for_the_cache(
    #[case] arguments: &[&str],
    #[values("-INT", "-TERM")] signal: &str,
) {
    let authority = Authority::start().await;
    let (_folder, cache) = ada_at(&authority).await;
    let before = std::fs::read(&cache).unwrap();
    let lock = std::fs::File::open(cache.with_file_name("cache.json.lock")).unwrap();
    lock.lock().unwrap();
    let address = format!("{}/{TENANT}", authority.server.uri());
    let mut program = command(&["--authority", &address, "--client-id", CLIENT, "--cache"]);
    program.arg(&cache).args(arguments);
    let mut program = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = program.id().to_string();
    let waits = || {
        let open = std::fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
        open.filter_map(|file| file.path().read_link().ok()).any(|file| file.ends_with("cache.json.lock"))
    };
    while !waits() {
        assert_eq!(program.try_wait().unwrap(), None, "it ended before it waited");
        tokio::task::yield_now().await;
    }
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    let (sender, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(program.wait_with_output().unwrap()));
    let output = ended.recv_timeout(std::time::Duration::from_secs(20));
    let written = std::fs::read(&cache).unwrap();
    drop(lock);
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json_of(&output)["error"]["code"], "interrupted");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("nothing was changed"));
    assert_eq!(written, before);
}
