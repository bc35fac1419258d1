//! The variables as a table, the files as the programs that read them would.

use std::collections::HashMap;

use rstest::rstest;
use tempfile::TempDir;

use super::*;

/// A directory with a CA, an old bundle and a stand-in for `mock-idp`.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [("ca.pem", "OUR CA\n"), ("old.pem", "OLD ROOTS\n"), ("corporate.pem", "CORPORATE\n")] {
            fs::write(dir.path().join(name), text).unwrap();
        }
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn prepare(&self, tls: bool, inherited: &[(&str, &str)]) -> HashMap<&'static str, String> {
        let (ca, executable) = (self.path("ca.pem"), self.path("it's mock-idp"));
        let child = Child {
            base_url: "https://localhost:8443/",
            tenant_id: "t",
            client_id: "c",
            api_url: "https://localhost:8443/api",
            ca: tls.then_some(ca.as_path()),
            proxy: None,
            executable: &executable,
            directory: self.dir.path(),
        };
        let lookup = |name: &str| {
            let (_, value) = inherited.iter().find(|(key, _)| *key == name)?;
            // Values that end in .pem are files of this place.
            Some(match value.ends_with(".pem") {
                true => self.path(value).into(),
                false => OsString::from(value),
            })
        };
        let variables = prepare(&child, &lookup).unwrap();
        variables.into_iter().map(|(name, value)| (name, value.into_string().unwrap())).collect()
    }
}

#[rstest]
#[case("MOCK_IDP_URL", "https://localhost:8443")]
#[case("MOCK_IDP_AUTHORITY", "https://localhost:8443/t")]
#[case("MOCK_IDP_TENANT_ID", "t")]
#[case("MOCK_IDP_CLIENT_ID", "c")]
#[case("MOCK_IDP_API_URL", "https://localhost:8443/api")]
fn says_where_the_server_is(#[case] name: &str, #[case] value: &str) {
    for tls in [true, false] {
        assert_eq!(Place::new().prepare(tls, &[])[name], value);
    }
}

#[rstest]
#[case::alone(&[("SSL_CERT_FILE", "old.pem")], "OLD ROOTS\nOUR CA\n", "OUR CA\n")]
#[case::node_had_one(
    &[("SSL_CERT_FILE", "old.pem"), ("NODE_EXTRA_CA_CERTS", "corporate.pem")],
    "OLD ROOTS\nOUR CA\n", "CORPORATE\nOUR CA\n"
)]
#[case::requests_had_one(
    &[("SSL_CERT_FILE", "old.pem"), ("REQUESTS_CA_BUNDLE", "corporate.pem")],
    "OLD ROOTS\nCORPORATE\nOUR CA\n", "OUR CA\n"
)]
#[case::run_inside_a_run(
    &[("SSL_CERT_FILE", "ca.pem"), ("REQUESTS_CA_BUNDLE", "ca.pem"), ("NODE_EXTRA_CA_CERTS", "ca.pem")],
    "OUR CA\n", "OUR CA\n"
)]
#[case::node_named_a_missing_file(
    &[("SSL_CERT_FILE", "old.pem"), ("NODE_EXTRA_CA_CERTS", "gone.pem")],
    "OLD ROOTS\nOUR CA\n", "OUR CA\n"
)]
fn keeps_what_was_trusted(#[case] inherited: &[(&str, &str)], #[case] bundle: &str, #[case] node: &str) {
    let place = Place::new();
    let variables = place.prepare(true, inherited);
    let file = |name: &str| fs::read_to_string(&variables[name]).unwrap();
    assert_eq!(file("SSL_CERT_FILE"), bundle);
    assert_eq!(file("REQUESTS_CA_BUNDLE"), bundle);
    assert_eq!(file("NODE_EXTRA_CA_CERTS"), node);
    assert_eq!(file("MOCK_IDP_CA"), "OUR CA\n");
}

#[test]
fn curl_gets_the_bundle_where_it_was_given_another() {
    let place = Place::new();
    let variables = place.prepare(true, &[("CURL_CA_BUNDLE", "old.pem")]);
    assert_eq!(variables["CURL_CA_BUNDLE"], variables["SSL_CERT_FILE"]);
    assert!(!place.prepare(true, &[]).contains_key("CURL_CA_BUNDLE"));
}

#[test]
fn without_tls_there_is_nothing_to_trust() {
    let variables = Place::new().prepare(false, &[("SSL_CERT_FILE", "old.pem")]);
    for name in ["MOCK_IDP_CA", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
        assert!(!variables.contains_key(name), "{name}");
    }
}

#[rstest]
#[case::no_proxy_no_exception(&[("NO_PROXY", "corp")], None)]
#[case::first(&[("https_proxy", "http://p")], Some("localhost,127.0.0.1,::1"))]
#[case::added(&[("HTTPS_PROXY", "http://p"), ("NO_PROXY", "corp")], Some("corp,localhost,127.0.0.1,::1"))]
fn a_proxy_is_not_asked_for_this_machine(#[case] inherited: &[(&str, &str)], #[case] expected: Option<&str>) {
    let variables = Place::new().prepare(false, inherited);
    for name in ["NO_PROXY", "no_proxy"] {
        assert_eq!(variables.get(name).map(String::as_str), expected);
    }
}

/// `BROWSER` is read by programs of different habits: each hands the address over whole and does not wait.
#[cfg(unix)]
#[rstest]
#[case::xdg_open("sh", &["-c", "$BROWSER \"$1\"", "sh"])]
#[case::python("python3", &["-c", "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"])]
fn the_browser_works_for(#[case] program: &str, #[case] arguments: &[&str]) {
    use std::process::Command;
    let url = "https://localhost:8443/t/authorize?a=1&b=%20%s&c='\"$(x)";
    let place = Place::new();
    // The stand-in waits until its caller has gone on, then writes down what it was given.
    let (seen, go) = (place.path("seen"), place.path("go"));
    let stand_in = format!(
        "#!/bin/sh\n{}\nprintf '%s|' \"$@\" > '{1}.part'\nmv '{1}.part' '{1}'\n",
        wait_for(&go),
        seen.display()
    );
    replace_file(&place.path("it's mock-idp"), &stand_in, Access::Program).unwrap();
    let browser = &place.prepare(false, &[])["BROWSER"];

    let opened = Command::new(program).args(arguments).arg(url).env("BROWSER", browser).status();
    let Ok(status) = opened else {
        // Only the shell is promised on every machine; `tests/run-all` brings Python and checks it there.
        return assert_ne!(program, "sh");
    };
    assert!(status.success());
    fs::write(&go, "").unwrap();
    let waited = Command::new("sh").args(["-c", &wait_for(&seen)]).status();
    assert!(waited.unwrap().success());
    assert_eq!(fs::read_to_string(&seen).unwrap(), format!("browse|{url}|"));
}

/// A shell's line that waits for a file, ten seconds at most.
#[cfg(unix)]
fn wait_for(file: &Path) -> String {
    let file = file.display();
    format!("i=0; while [ ! -e '{file}' ] && [ $i -lt 1000 ]; do sleep 0.01; i=$((i+1)); done")
}
