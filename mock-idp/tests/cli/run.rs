//! `run`: the command's environment, its end, and signals on the way.
#![cfg(unix)]

use std::{collections::HashMap, fs};

use rstest::rstest;

use crate::support::{Ended, Home};

fn shell(home: &Home, options: &[&str], script: &str) -> Ended {
    let mut arguments = vec!["run"];
    arguments.extend(options);
    arguments.extend(["--", "sh", "-c", script]);
    home.run(&arguments)
}

#[rstest]
#[case::done("true", 0)]
#[case::failed("exit 7", 7)]
#[case::killed("kill -KILL $$", 137)]
#[case::signals_are_forwarded("trap 'exit 9' TERM; kill -TERM $PPID; while :; do :; done", 9)]
#[case::interrupts_too("trap 'exit 8' INT; kill -INT $PPID; while :; do :; done", 8)]
#[case::nobody_catches_it("kill -TERM $PPID; while :; do :; done", 143)]
fn ends_like_its_command(#[case] script: &str, #[case] status: i32) {
    let ended = shell(&Home::new(), &["--no-tls"], script);
    assert_eq!(ended.status, Some(status), "{}", ended.stderr);
}

#[test]
fn output_is_the_commands_alone() {
    let ended = shell(&Home::new(), &["--no-tls"], "echo out; echo err >&2");
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("out\n", "err\n"));
}

#[test]
fn the_command_is_told_where_the_server_is() {
    let home = Home::new();
    let variables = environment(&home, &[]);
    let url = &variables["MOCK_IDP_URL"];
    assert!(url.starts_with("https://localhost:") && !url.ends_with(":0"), "{url}");
    assert_eq!(variables["MOCK_IDP_AUTHORITY"], format!("{url}/11111111-1111-4111-8111-111111111111"));
    assert_eq!(variables["MOCK_IDP_TENANT_ID"], "11111111-1111-4111-8111-111111111111");
    assert_eq!(variables["MOCK_IDP_CLIENT_ID"], "d0000000-0000-4000-8000-000000000001");
    assert_eq!(variables["MOCK_IDP_API_URL"], format!("{url}/api"));
    let ca = fs::read_to_string(&variables["MOCK_IDP_CA"]).unwrap();
    for name in ["NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"] {
        assert!(fs::read_to_string(&variables[name]).unwrap().contains(ca.trim()), "{name}");
    }
    assert!(fs::metadata(&variables["BROWSER"]).unwrap().is_file());
}

#[test]
fn without_tls_no_ca_is_told() {
    let variables = environment(&Home::new(), &["--no-tls"]);
    assert!(variables["MOCK_IDP_URL"].starts_with("http://"));
    for name in ["MOCK_IDP_CA", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"] {
        assert!(!variables.contains_key(name), "{name}");
    }
}

/// What a command finds that would find nothing about certificates without us.
fn environment(home: &Home, options: &[&str]) -> HashMap<String, String> {
    let mut arguments = vec!["run"];
    arguments.extend(options);
    arguments.extend(["--", "env"]);
    let mut command = home.command(&arguments);
    for name in ["NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"] {
        command.env_remove(name);
    }
    let ended = crate::support::ended(command.env("MOCK_IDP_CA", "/left/over"));
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    ended.stdout.lines().filter_map(|line| line.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

#[test]
fn a_command_that_is_not_there_is_one_sentence() {
    let ended = Home::new().run(&["run", "--no-tls", "--", "no-such-command"]);
    assert_eq!(ended.status, Some(2));
    assert!(ended.stderr.starts_with("error: there is no command no-such-command\nhint: "), "{}", ended.stderr);
}

#[test]
fn a_command_is_needed() {
    for arguments in [&["run"][..], &["run", "--"], &["run", "env"]] {
        let ended = Home::new().run(arguments);
        assert_eq!(ended.status, Some(2), "{arguments:?}");
        assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
    }
}
