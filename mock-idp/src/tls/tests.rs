//! The CA's files as processes meet them, and real handshakes.

use std::fs;

use rstest::rstest;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;

fn now() -> Timestamp {
    // Certificates are checked against the real time by reqwest, so a file's time stands in for the clock.
    let file = tempfile::NamedTempFile::new().unwrap();
    let modified = file.as_file().metadata().unwrap().modified().unwrap();
    Timestamp::try_from(modified).unwrap()
}

fn create(dir: &TempDir, names: &[&str]) -> Result<Ca, TlsError> {
    create_at(dir, names, now())
}

fn create_at(dir: &TempDir, names: &[&str], now: Timestamp) -> Result<Ca, TlsError> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    Ca::load_or_create(&dir.path().join("deep/certs"), &names, now)
}

fn file(dir: &TempDir, name: &str) -> PathBuf {
    dir.path().join("deep/certs").join(name)
}

#[test]
fn is_made_once_and_reused() {
    let dir = tempfile::tempdir().unwrap();
    let first = create(&dir, &[]).unwrap();
    let key = fs::read(file(&dir, "ca-key.pem")).unwrap();
    let second = create(&dir, &[]).unwrap();
    assert_eq!(first.certificate_pem(), second.certificate_pem());
    assert_eq!(key, fs::read(file(&dir, "ca-key.pem")).unwrap());
    assert_eq!(second.path(), Some(file(&dir, "ca.pem").as_path()));
    let written = fs::read_to_string(file(&dir, "ca.pem")).unwrap();
    assert_eq!(written, first.certificate_pem());
    assert!(!format!("{first:?}").contains("PRIVATE"));
}

#[cfg(unix)]
#[test]
fn the_key_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    create(&dir, &[]).unwrap();
    let mode = fs::metadata(file(&dir, "ca-key.pem")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn eight_at_once_agree_on_one() {
    let dir = tempfile::tempdir().unwrap();
    let barrier = std::sync::Barrier::new(8);
    let made: Vec<String> = std::thread::scope(|scope| {
        let make = || {
            barrier.wait();
            create(&dir, &[]).unwrap().certificate_pem().to_owned()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(made.iter().all(|pem| *pem == made[0]));
    let mut left: Vec<_> = fs::read_dir(file(&dir, "")).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["ca-key.pem", "ca.lock", "ca.pem"]);
}

#[rstest]
#[case::no_key("ca-key.pem", None, "ca.pem is there but")]
#[case::torn_certificate("ca.pem", Some("-----BEGIN CERTIFICATE-----\nMIIB"), "ca.pem cannot be used")]
#[case::rubbish_certificate(
    "ca.pem",
    Some("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
    "ca.pem cannot be used"
)]
#[case::empty_key("ca-key.pem", Some(""), "ca-key.pem cannot be used")]
#[case::foreign_key("ca-key.pem", Some("another"), "the key beside it is not its key")]
fn damage_is_told_and_left_as_it_is(#[case] name: &str, #[case] contents: Option<&str>, #[case] sentence: &str) {
    let dir = tempfile::tempdir().unwrap();
    create(&dir, &[]).unwrap();
    let damaged = file(&dir, name);
    match contents {
        None => fs::remove_file(&damaged).unwrap(),
        Some("another") => {
            fs::write(&damaged, KeyPair::generate().unwrap().serialize_pem()).unwrap();
        }
        Some(text) => fs::write(&damaged, text).unwrap(),
    }
    let before = fs::read(&damaged).ok();
    let error = create(&dir, &[]).unwrap_err().to_string();
    assert!(error.contains(sentence) && error.contains("delete"), "{error}");
    assert_eq!(fs::read(&damaged).ok(), before);
}

/// Who makes a CA may be killed at any point, and leave what it was writing.
#[rstest]
#[case::nothing_but_a_part(&["ca-key.pem", "ca.pem"])]
#[case::the_key(&["ca.pem"])]
fn what_was_begun_is_finished(#[case] missing: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    create(&dir, &[]).unwrap();
    for name in missing {
        fs::remove_file(file(&dir, name)).unwrap();
    }
    let key = fs::read(file(&dir, "ca-key.pem")).ok();
    for part in [".ca-key.pem.7-0", ".ca.pem.7-1"] {
        fs::write(file(&dir, part), "-----BEGIN").unwrap();
    }
    let made = create(&dir, &[]).unwrap();
    assert_eq!(create(&dir, &[]).unwrap().certificate_pem(), made.certificate_pem());
    if let Some(key) = key {
        assert_eq!(fs::read(file(&dir, "ca-key.pem")).unwrap(), key);
    }
    let mut left: Vec<_> = fs::read_dir(file(&dir, "")).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["ca-key.pem", "ca.lock", "ca.pem"]);
}

#[tokio::test]
async fn who_trusted_a_certificate_that_was_deleted_goes_on_to_be_right() {
    let dir = tempfile::tempdir().unwrap();
    let first = create(&dir, &[]).unwrap();
    fs::remove_file(file(&dir, "ca.pem")).unwrap();
    let port = serve(&create(&dir, &[]).unwrap()).await;
    let answer = trusting(&first).get(format!("https://localhost:{port}/")).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "hello");
}

#[test]
fn an_expired_one_is_told_and_a_leaf_never_outlives_it() {
    let dir = tempfile::tempdir().unwrap();
    let long_ago = now() - CA_LIFE - SignedDuration::from_hours(1);
    let ca = create_at(&dir, &[], long_ago).unwrap();
    assert_eq!(ca.expires().as_second(), (long_ago + CA_LIFE).as_second());
    let error = create(&dir, &[]).unwrap_err().to_string();
    assert!(error.contains("expired on") && error.contains("ca-key.pem"), "{error}");
    let leaf = ca.leaf(&[], ca.expires() - SignedDuration::from_hours(1)).unwrap();
    assert_eq!(leaf.not_after.unix_timestamp(), ca.expires().as_second());
}

#[rstest]
#[case::own(&[], &["localhost", "127.0.0.1", "::1"], None)]
#[case::given(&["idp.example", "192.0.2.7"], &["IDP.example", "192.0.2.7"], None)]
#[case::below_a_given_one(&["example"], &["idp.example"], None)]
#[case::other_name(&["idp.example"], &["notidp.example"], Some("\"notidp.example\""))]
#[case::other_address(&[], &["127.0.0.2"], Some("\"127.0.0.2\""))]
#[case::other_v6_address(&[], &["::2"], Some("\"::2\""))]
#[case::no_name(&[], &["*.example/x"], Some("is no host name"))]
fn is_good_for_its_names_alone(#[case] made_for: &[&str], #[case] wanted: &[&str], #[case] refused: Option<&str>) {
    let dir = tempfile::tempdir().unwrap();
    let ca = create(&dir, made_for).unwrap();
    let names: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
    for result in [create(&dir, wanted).map(drop), ca.server_config(&names, now()).map(drop)] {
        match (refused, result) {
            (None, result) => result.unwrap(),
            (Some(sentence), result) => {
                let error = result.unwrap_err().to_string();
                assert!(error.contains(sentence), "{error}");
            }
        }
    }
}

#[test]
fn has_what_strict_verifiers_ask_for() {
    let ca = Ca::ephemeral(&[], now()).unwrap();
    let certificate = parse(&ca.der).unwrap();
    assert!(certificate.is_ca());
    assert!(certificate.key_usage().unwrap().unwrap().value.key_cert_sign());
    assert!(certificate.name_constraints().unwrap().unwrap().critical);
    let names = name::with_own(&[]).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = ca.leaf(&names, now()).unwrap().signed_by(&key, &ca.issuer).unwrap();
    let leaf = parse(leaf.der()).unwrap();
    let has_authority_id = leaf.iter_extensions().any(|extension| {
        matches!(extension.parsed_extension(), x509_parser::prelude::ParsedExtension::AuthorityKeyIdentifier(_))
    });
    assert!(has_authority_id);
}

#[rstest]
#[case::localhost("localhost")]
#[case::address("127.0.0.1")]
#[tokio::test]
async fn a_client_that_trusts_it_shakes_hands(#[case] host: &str) {
    let dir = tempfile::tempdir().unwrap();
    create(&dir, &[]).unwrap();
    // Issued from the files, as every start but the first does.
    let ca = create(&dir, &[]).unwrap();
    let port = serve(&ca).await;
    let client = trusting(&ca);
    let answer = client.get(format!("https://{host}:{port}/")).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "hello");
    let stranger = trusting(&Ca::ephemeral(&[], now()).unwrap());
    let refused = stranger.get(format!("https://{host}:{port}/")).send().await;
    assert!(refused.is_err());
}

fn trusting(ca: &Ca) -> reqwest::Client {
    let root = reqwest::Certificate::from_pem(ca.certificate_pem().as_bytes()).unwrap();
    reqwest::Client::builder().tls_certs_only([root]).no_proxy().build().unwrap()
}

/// Says hello to everybody who shakes hands, on the port that is returned.
async fn serve(ca: &Ca) -> u16 {
    let tls = TlsAcceptor::from(ca.server_config(&[], now()).unwrap());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let greet = async |stream| {
            let mut stream = tls.accept(stream).await?;
            let _request = stream.read(&mut [0; 1024]).await?;
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello").await?;
            stream.shutdown().await
        };
        while let Ok((stream, _)) = listener.accept().await {
            // Strangers go away.
            let _: std::io::Result<()> = greet(stream).await;
        }
    });
    port
}
