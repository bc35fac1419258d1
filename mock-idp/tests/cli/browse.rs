//! `browse`: the real pages of a real server, and a client that waits for the answer.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    thread::{self, JoinHandle},
};

use rstest::rstest;

use crate::support::{Ended, Home};

/// A desktop client as far as a browser sees it: a listener that takes one answer.
struct Client {
    port: u16,
    request: JoinHandle<String>,
}

impl Client {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let request = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(&stream);
            let mut first = String::new();
            reader.read_line(&mut first).unwrap();
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").unwrap();
            first
        });
        Self { port, request }
    }
}

fn authorize(base: &str, port: u16, scope: &str) -> String {
    format!(
        "{base}/contoso.test/oauth2/v2.0/authorize?client_id=d0000000-0000-4000-8000-000000000001&response_type=code\
         &redirect_uri=http://localhost:{port}/&scope={scope}&state=st"
    )
}

fn browse(home: &Home, url: &str, options: &[&str]) -> Ended {
    let mut arguments = vec!["browse", url];
    arguments.extend(options);
    home.run(&arguments)
}

#[test]
fn signs_in_over_tls_and_delivers_the_code() {
    let home = Home::new();
    let server = home.serve(&[]);
    let client = Client::listen();
    let ended = browse(&home, &authorize(&server.base, client.port, "api://calendar/Events.Read"), &[]);
    let expected = format!(
        "page: user name\npage: password\npage: consent for Events.Read\n\
         delivered a code in the query to http://localhost:{}/, which answered 200\n",
        client.port
    );
    assert_eq!((ended.status, ended.stderr), (Some(0), expected));
    assert_eq!(ended.stdout, "");
    let request = client.request.join().unwrap();
    assert!(request.starts_with("GET /?code=") && request.contains("state=st"), "{request}");
}

#[rstest]
#[case::declined(&["--deny-consent"], "error=access_denied")]
#[case::disabled(&["--as", "di@contoso.test"], "error=")]
#[case::multifactor(&["--as", "eve@contoso.test"], "code=")]
fn the_client_gets_its_answer(#[case] options: &[&str], #[case] expected: &str) {
    let home = Home::new();
    let server = home.serve(&["--no-tls"]);
    let client = Client::listen();
    let url = authorize(&server.base, client.port, "api://payroll/Salary.Read");
    let ended = browse(&home, &url, &[&["--quiet"], options].concat());
    assert_eq!((ended.status, ended.stderr.as_str()), (Some(0), ""));
    let request = client.request.join().unwrap();
    assert!(request.contains(expected), "{request}");
}

#[rstest]
#[case::left(&["--cancel"], "ada@contoso.test closed the window on the password page")]
#[case::left_at(&["--cancel=username"], "closed the window on the user name page")]
#[case::failed_mfa(&["--fail-mfa"], "the answer could not be delivered")]
#[case::unknown(&["--as", "nobody@contoso.test"], "AADSTS50034")]
#[case::password(&["--password", "wrong"], "AADSTS50126")]
fn nothing_delivered_is_one_sentence(#[case] options: &[&str], #[case] expected: &str) {
    let home = Home::new();
    let server = home.serve(&["--no-tls"]);
    let url = authorize(&server.base, 1, "api://payroll/Salary.Read");
    let ended = browse(&home, &url, options);
    assert_eq!(ended.status, Some(1));
    let errors: Vec<&str> = ended.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert!(errors.len() == 1 && errors[0].contains(expected), "{}", ended.stderr);
}

#[test]
fn an_error_page_is_told_with_its_number() {
    let home = Home::new();
    let server = home.serve(&["--no-tls"]);
    let url = format!("{}/contoso.test/oauth2/v2.0/authorize?client_id=desktop", server.base);
    let ended = browse(&home, &url, &["--quiet"]);
    assert_eq!(ended.status, Some(1));
    assert!(
        ended.stderr.starts_with("error: nothing was delivered; the server's error page says: AADSTS700038: "),
        "{}",
        ended.stderr
    );
}

#[rstest]
#[case("not an address", 2, "error: \"not an address\" is no address\nhint: ")]
#[case("ftp://localhost/", 2, "error: ftp addresses cannot be browsed\nhint: ")]
fn what_is_no_address_is_refused(#[case] url: &str, #[case] status: i32, #[case] expected: &str) {
    let ended = browse(&Home::new(), url, &[]);
    assert_eq!(ended.status, Some(status));
    assert!(ended.stderr.starts_with(expected), "{}", ended.stderr);
}

#[test]
fn a_server_that_is_not_trusted_is_not_talked_to() {
    let home = Home::new();
    let server = home.serve(&[]);
    let other = Home::new();
    let ended = browse(&other, &authorize(&server.base, 1, "openid"), &[]);
    assert_eq!(ended.status, Some(1));
    assert!(ended.stderr.contains("check that the server runs there and that its CA is given"), "{}", ended.stderr);
}
