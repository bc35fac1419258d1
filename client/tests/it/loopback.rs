//! Other programs at the loopback listener, while the browser is under way.

use std::time::Duration;

use desktop_client::{Builder, Error, UserAgentError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::support::{Authority, CALENDAR, Parameters};

/// The listener's address, and the request by which the user declines.
fn declined(url: &Url) -> (String, String) {
    let page: Parameters = url.query_pairs().into_owned().collect();
    let address = page["redirect_uri"].replace("http://localhost", "127.0.0.1");
    let body = format!("error=access_denied&error_subcode=cancel&state={}", page["state"]);
    let head =
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length:";
    (address, format!("{head} {}\r\n\r\n{body}", body.len()))
}

async fn ask(stream: &mut TcpStream, request: &str) -> Result<String, UserAgentError> {
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

async fn ends_with(builder: Builder) -> String {
    let app = builder.timeout(Duration::from_secs(10)).build().unwrap();
    let error: Error = app.acquire_token_interactive([CALENDAR]).await.unwrap_err();
    error.code().to_owned()
}

/// As browsers do: a connection ahead of need, an icon by another, and then the answer by the first.
#[tokio::test]
async fn an_answer_on_an_older_connection_than_the_last_is_heard() {
    let authority = Authority::start().await;
    let builder = authority.builder().user_agent(|url: Url| async move {
        let (address, answer) = declined(&url);
        let mut early = TcpStream::connect(&address).await?;
        let mut icon = TcpStream::connect(&address).await?;
        let nothing = ask(&mut icon, "GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
        assert!(nothing.starts_with("HTTP/1.1 404"), "{nothing}");
        ask(&mut early, &answer).await?;
        Ok::<(), UserAgentError>(())
    });
    assert_eq!(ends_with(builder).await, "authentication_canceled");
}

#[tokio::test]
async fn connections_that_say_nothing_keep_nobody_out() {
    let authority = Authority::start().await;
    let builder = authority.builder().user_agent(|url: Url| async move {
        let (address, answer) = declined(&url);
        let mut idle = Vec::new();
        for _ in 0..40 {
            idle.push(TcpStream::connect(&address).await?);
        }
        let page = ask(&mut TcpStream::connect(&address).await?, &answer).await?;
        assert!(page.starts_with("HTTP/1.1 200"), "{page}");
        Ok::<(), UserAgentError>(())
    });
    assert_eq!(ends_with(builder).await, "authentication_canceled");
}
