//! `serve`: ready line, settings, end, and what keeps it from starting.

use std::{fs, net::TcpListener};

use crate::support::{Home, get};

const METADATA: &str = "/11111111-1111-4111-8111-111111111111/v2.0/.well-known/openid-configuration";

#[cfg(unix)]
#[rstest::rstest]
#[case("TERM")]
#[case("INT")]
#[tokio::test]
async fn serves_from_the_first_line_until_a_signal(#[case] signal: &str) {
    let server = Home::new().serve(&["--no-tls"]);
    assert!(server.base.starts_with("http://localhost:"), "{}", server.base);
    assert_eq!(get(&format!("{}{METADATA}", server.base), None).await.status(), 200);
    let (status, settings) = server.stop(signal);
    assert_eq!(status.code(), Some(0));
    for part in [
        "ada@contoso.test",
        "Passw0rd!",
        "d0000000-0000-4000-8000-000000000001",
        "curl",
        "leave --no-tls out",
        "/_mock/openapi.json",
    ] {
        assert!(settings.contains(part), "{part} in\n{settings}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_who_goes_away_does_not_end_it_badly() {
    let server = Home::new().serve(&["--no-tls"]);
    assert_eq!(server.stop_unread("TERM").code(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn the_ca_is_made_once_for_its_owner_alone_and_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let (ca, options) = (home.path("other/ca.pem"), ["--cert-dir", "other"]);
    let first = home.serve(&options);
    assert!(first.base.starts_with("https://localhost:"));
    assert_eq!(get(&format!("{}{METADATA}", first.base), Some(&ca)).await.status(), 200);
    let (_, settings) = first.stop("TERM");
    for part in [
        "instance_discovery=False,",
        "REQUESTS_CA_BUNDLE=",
        "knownAuthorities: [\"localhost:",
        "NODE_EXTRA_CA_CERTS=",
        "--cacert ",
    ] {
        assert!(settings.contains(part), "{part} in\n{settings}");
    }
    let key = fs::metadata(home.path("other/ca-key.pem")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);

    let kept = fs::read(&ca).unwrap();
    let second = home.serve(&options);
    assert_eq!(get(&format!("{}{METADATA}", second.base), Some(&ca)).await.status(), 200);
    assert_eq!(fs::read(&ca).unwrap(), kept);
    second.stop("TERM");
}

#[test]
fn a_port_in_use_is_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let ended = Home::new().run(&["serve", "--no-tls", "--port", &port.to_string()]);
    let sentence =
        format!("error: port {port} on 127.0.0.1 is in use; choose another with --port, or --port 0 for a free one\n");
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr), (Some(2), "", sentence));
}

#[rstest::rstest]
#[case::unknown_key("version: 1\ntenant: []\n", "mine.yaml:2:1: unknown key `tenant`\n")]
#[case::missing_file("", "error: there is no file gone.yaml\n")]
fn a_bad_configuration_starts_nothing(#[case] text: &str, #[case] expected: &str) {
    let home = Home::new();
    let file = if text.is_empty() { "gone.yaml" } else { "mine.yaml" };
    if !text.is_empty() {
        home.write(file, text);
    }
    let ended = home.run(&["serve", "--port", "0", "--config", file]);
    assert_eq!((ended.status, ended.stdout.as_str()), (Some(2), ""));
    assert!(ended.stderr.starts_with(expected), "{}", ended.stderr);
    assert!(!home.path("certs").exists(), "nothing was made");
}

#[test]
fn a_bad_signing_key_is_named() {
    let home = Home::new();
    home.write("key.pem", "rubbish");
    let ended = home.run(&["serve", "--port", "0", "--signing-key", "key.pem"]);
    assert_eq!(ended.status, Some(2));
    assert!(ended.stderr.starts_with("error: key.pem: the signing key is no PEM file"), "{}", ended.stderr);
}

#[cfg(unix)]
#[tokio::test]
async fn a_configuration_and_a_signing_key_of_ones_own_are_used() {
    let home = Home::new();
    let built_in = home.run(&["config", "default"]).stdout;
    let renamed = built_in.replace("name: desktop\n", "name: editor\n").replace("[desktop]", "[editor]");
    home.write("mine.yaml", &renamed.replace("ada@", "ann@"));
    home.write("key.pem", include_str!("../../src/keys/test-signing-key.pem"));
    let server = home.serve(&["--no-tls", "--config", "mine.yaml", "--signing-key", "key.pem"]);
    let keys = get(&format!("{}/common/discovery/v2.0/keys", server.base), None).await.text().await.unwrap();
    assert!(!keys.contains("x5c"), "the published key has a certificate, a key of one's own has none: {keys}");
    let (_, settings) = server.stop("TERM");
    assert!(settings.contains("ann@contoso.test") && settings.contains("d0000000-0000-4000-8000-000000000001"));
}

#[test]
fn options_can_be_given_in_the_environment() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = home.command(&["serve"]);
    command.env("MOCK_IDP_NO_TLS", "1").env("MOCK_IDP_HOST", "127.0.0.1").env("MOCK_IDP_PORT", &port);
    let ended = crate::support::ended(&mut command);
    assert_eq!(ended.status, Some(2));
    assert!(ended.stderr.contains(&format!("port {port} on 127.0.0.1 is in use")), "{}", ended.stderr);
}

/// By a key of one's own, which is no secret of anybody's but the tester's, or by insisting.
#[cfg(unix)]
#[rstest::rstest]
#[case::own_key(&["--signing-key", "own.pem"], "")]
#[case::insisting(&["--allow-published-key"], "")]
#[case::insisting_by_the_environment(&[], "1")]
fn letting_the_network_in_is_warned_of(#[case] options: &[&str], #[case] allowed: &str) {
    let home = Home::new();
    home.write("own.pem", include_str!("../../src/directory/daemon-key.pem"));
    let arguments = [&["run", "--host", "0.0.0.0", "--no-tls"], options, &["--", "true"]].concat();
    let ended = crate::support::ended(home.command(&arguments).env("MOCK_IDP_ALLOW_PUBLISHED_KEY", allowed));
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("warning: listening on 0.0.0.0: "), "{}", ended.stderr);
}

#[rstest::rstest]
#[case::by_default("0.0.0.0", &[])]
#[case::of_version_6("::", &[])]
#[case::as_if_it_were_ones_own("0.0.0.0", &["--signing-key", "published.pem"])]
fn a_published_key_is_not_for_the_network(#[case] host: &str, #[case] options: &[&str]) {
    let home = Home::new();
    home.write("published.pem", include_str!("../../src/keys/test-signing-key-3.pem"));
    let ended = home.run(&[&["serve", "--port", "0", "--host", host], options].concat());
    let expected = format!(
        "error: the signing key is a published test key, and on {host} others can reach this server: whoever trusts it \
         there trusts everybody; give it a key of its own with --signing-key FILE, or insist with --allow-published-key\n\
         hint: make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out signing-key.pem` and add \
         --signing-key signing-key.pem; among test containers alone, set MOCK_IDP_ALLOW_PUBLISHED_KEY=1\n"
    );
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr), (Some(2), "", expected));
    assert!(!home.path("certs").exists(), "nothing was made");
}

#[cfg(unix)]
#[tokio::test]
async fn another_name_has_a_ca_of_its_own_and_one_that_is_not_for_it_is_told() {
    let home = Home::new();
    home.serve(&["--cert-dir", "usual"]).stop("TERM");
    let options = ["serve", "--port", "0", "--also-as", "login.microsoftonline.com", "--cert-dir", "usual"];
    let ended = home.run(&options);
    assert_eq!((ended.status, ended.stdout.as_str()), (Some(2), ""));
    for part in ["was not made for \"login.microsoftonline.com\"", "use another --cert-dir, or delete ca.pem"] {
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }

    let mut command = home.command(&["ca"]);
    crate::support::ended(command.env("XDG_DATA_HOME", home.path("data")).env_remove("MOCK_IDP_CERT_DIR"));
    let mut command = home.command(&["run", "--also-as", "login.microsoftonline.com", "--", "sh", "-c"]);
    command
        .env("XDG_DATA_HOME", home.path("data"))
        .env_remove("MOCK_IDP_CERT_DIR")
        .arg("echo $HTTPS_PROXY $no_proxy; echo $MOCK_IDP_CA");
    let ended = crate::support::ended(&mut command);
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.trim().ends_with("data/mock-idp/also-as/ca.pem"), "{}", ended.stdout);
    assert!(ended.stdout.starts_with("http://127.0.0.1:") && ended.stdout.contains("localhost"), "{}", ended.stdout);
}
