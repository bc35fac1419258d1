//! HTTP by hand: what no well-behaved client sends, and what comes back to the last byte.

use std::time::Duration;

use mock_idp::MockIdp;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// A test waits no longer than this for what does not come.
const LONG: Duration = Duration::from_secs(20);

/// A connection of which each byte is the test's own.
pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) async fn to(idp: &MockIdp) -> Self {
        Self::at(idp.port()).await
    }

    pub(crate) async fn at(port: u16) -> Self {
        Self(TcpStream::connect(("127.0.0.1", port)).await.unwrap())
    }

    pub(crate) async fn sends(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads until `end` has come; the server may not close before.
    pub(crate) async fn reads_until(&mut self, end: &str) -> String {
        let mut all = Vec::new();
        while !String::from_utf8_lossy(&all).contains(end) {
            let read = timeout(LONG, self.0.read_buf(&mut all)).await.unwrap().unwrap();
            assert_ne!(read, 0, "closed after {:?}", String::from_utf8_lossy(&all));
        }
        String::from_utf8(all).unwrap()
    }

    /// Sends a request and reads its whole answer, which has a body of a length that it tells. False if the server has closed
    /// the connection instead: before the first byte of the answer, or the test has failed.
    pub(crate) async fn asks(&mut self, request: &str) -> bool {
        if self.0.write_all(request.as_bytes()).await.is_err() {
            return false;
        }
        let mut all = Vec::new();
        loop {
            let read = timeout(LONG, self.0.read_buf(&mut all)).await.unwrap();
            if all.is_empty() && !matches!(read, Ok(1..)) {
                return false;
            }
            assert!(matches!(read, Ok(1..)), "an answer was cut off: {}", String::from_utf8_lossy(&all));
            if is_whole(&String::from_utf8_lossy(&all)) {
                return true;
            }
        }
    }

    /// Everything until the server closes, which it has to. A connection that is closed hard, with bytes of ours that nobody
    /// read, counts as closed, too.
    pub(crate) async fn reads_to_the_end(&mut self) -> String {
        let mut all = Vec::new();
        let read = timeout(LONG, self.0.read_to_end(&mut all)).await.unwrap();
        assert!(read.is_ok() || all.is_empty(), "an answer was cut off: {}", String::from_utf8_lossy(&all));
        String::from_utf8(all).unwrap()
    }
}

fn is_whole(answer: &str) -> bool {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| length.parse() == Ok(body.len()))
}

/// A token request that is complete but for its body of `length` bytes.
pub(crate) fn head(idp: &MockIdp, length: usize, more: &str) -> String {
    let path = format!("/{}/oauth2/v2.0/token", idp.tenant().id());
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {length}\r\n{more}\r\n"
    )
}

/// A request for the application `daemon`, good for a token.
pub(crate) const FORM: &str = "grant_type=client_credentials&client_id=d0000000-0000-4000-8000-000000000004\
                               &client_secret=daemon-secret&scope=api%3A%2F%2Fcalendar%2F.default";
