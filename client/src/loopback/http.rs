//! As much of HTTP/1.1 as one redirect needs, with limits on size and time.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::page::Page;

const LARGEST_HEAD: usize = 16 * 1024;
const LARGEST_BODY: usize = 64 * 1024;
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// A request, read in full.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) content_type: String,
    pub(super) body: String,
}

impl Request {
    pub(super) fn is_form(&self) -> bool {
        let media_type = self.content_type.split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }
}

/// Why a request was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed,
    TooLarge,
    TooSlow,
}

impl Refusal {
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Malformed => "400 Bad Request",
            Self::TooLarge => "413 Content Too Large",
            Self::TooSlow => "408 Request Timeout",
        }
    }

    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "The request cannot be read.",
            Self::TooLarge => "The request is too large.",
            Self::TooSlow => "The request took too long.",
        }
    }
}

pub(super) async fn read(stream: &mut TcpStream) -> Result<Request, Refusal> {
    timeout(TIME_LIMIT, read_request(stream)).await.unwrap_or(Err(Refusal::TooSlow))
}

async fn read_request(stream: &mut TcpStream) -> Result<Request, Refusal> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > LARGEST_HEAD {
            return Err(Refusal::TooLarge);
        }
        read_more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let (mut request, length) = parse_head(&head)?;
    if length > LARGEST_BODY {
        return Err(Refusal::TooLarge);
    }
    let start = end + 4;
    while bytes.len() < start + length {
        read_more(stream, &mut bytes).await?;
    }
    request.body = String::from_utf8(bytes[start..start + length].to_vec()).map_err(|_| Refusal::Malformed)?;
    Ok(request)
}

async fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Result<(), Refusal> {
    let mut chunk = [0; 4096];
    match stream.read(&mut chunk).await {
        Ok(0) | Err(_) => Err(Refusal::Malformed),
        Ok(count) => {
            bytes.extend_from_slice(&chunk[..count]);
            Ok(())
        }
    }
}

fn parse_head(head: &str) -> Result<(Request, usize), Refusal> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Refusal::Malformed);
    };
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Err(Refusal::Malformed);
    }
    let mut request = Request { method: method.to_owned(), target: target.to_owned(), ..Request::default() };
    let mut length = 0;
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(Refusal::Malformed)?;
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().map_err(|_| Refusal::Malformed)?,
            "content-type" => request.content_type = value.trim().to_owned(),
            // No browser sends a form in chunks.
            "transfer-encoding" => return Err(Refusal::Malformed),
            _ => {}
        }
    }
    Ok((request, length))
}

/// Failing to answer is the browser's loss only.
pub(super) async fn respond(stream: &mut TcpStream, page: &Page) {
    let location = page.location.as_ref().map(|address| format!("Location: {address}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {}\r\n{location}Content-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nContent-Security-Policy: {}\r\n\
         Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        page.status,
        page.html.len(),
        page.policy
    );
    let answer = async {
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(page.html.as_bytes()).await?;
        stream.shutdown().await
    };
    if !matches!(timeout(TIME_LIMIT, answer).await, Ok(Ok(()))) {
        tracing::debug!("the browser did not take its page");
    }
}
