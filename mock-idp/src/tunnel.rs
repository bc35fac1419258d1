//! A proxy for programs whose authority cannot be set: `CONNECT` (RFC 9110, 9.3.6) to one of the server's other names leads
//! to the server, and to any other place there. It passes bytes on and reads none: the TLS inside is the server's own.
//!
//! It listens on the loopback only, and does for local programs nothing that they could not do themselves.

use std::{future::pending, io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

use crate::{accept, http::split_port};

/// No client sends longer heads.
const LONGEST_HEAD: usize = 16 * 1024;

/// A running proxy; ends with this handle.
#[derive(Debug)]
pub(crate) struct Tunnel {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Tunnel {
    /// Starts on a free loopback port. A client has `patience` long for the head of its request.
    pub(crate) async fn start(names: &[String], server: SocketAddr, patience: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let names: Arc<[String]> = names.into();
        let serving = tokio::spawn(async move {
            let serve = |client| {
                let names = names.clone();
                // Whichever side goes away ends it; there is nobody to tell.
                async move { serve(client, &names, server, patience).await.unwrap_or_default() }
            };
            accept::each(listener, pending::<()>(), serve).await;
        });
        Ok(Self { address, serving })
    }

    /// Its address, as proxy variables take it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut client: TcpStream, names: &[String], server: SocketAddr, patience: Duration) -> io::Result<()> {
    let Some(head) = timeout(patience, head(&mut client)).await?? else {
        return refuse(&mut client, "431 Request Header Fields Too Large", "The head is too long.").await;
    };
    let Some(target) = target(&head) else {
        return refuse(&mut client, "405 Method Not Allowed", "This proxy takes CONNECT HOST:PORT only.").await;
    };
    let (name, _) = split_port(target);
    let connected = if names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        TcpStream::connect(server).await
    } else {
        TcpStream::connect(target).await
    };
    match connected {
        Ok(mut there) => {
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            copy_bidirectional(&mut client, &mut there).await.map(drop)
        }
        Err(error) => refuse(&mut client, "502 Bad Gateway", &format!("{target} cannot be reached: {error}.")).await,
    }
}

/// The head of the request; `None` if it does not end. A client sends nothing after it before it is answered.
async fn head(client: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= LONGEST_HEAD || client.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

/// `HOST:PORT` of a `CONNECT`.
fn target(head: &str) -> Option<&str> {
    let target = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    split_port(target).1.map(|_| target)
}

async fn refuse(client: &mut TcpStream, status: &str, sentence: &str) -> io::Result<()> {
    let length = sentence.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{sentence}"
    );
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::name(
        "CONNECT login.microsoftonline.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        Some("login.microsoftonline.com:443")
    )]
    #[case::no_port("CONNECT login.microsoftonline.com HTTP/1.1\r\n\r\n", None)]
    #[case::another_method("GET http://example.test/ HTTP/1.1\r\n\r\n", None)]
    #[case::nothing("\r\n\r\n", None)]
    fn connect_alone_is_taken(#[case] head: &str, #[case] expected: Option<&str>) {
        assert_eq!(target(head), expected);
    }
}
