//! Requests as text, so that seeds can be read and mutated:
//!
//! ```text
//! POST /contoso/oauth2/v2.0/token
//! origin: http://localhost:3000
//!
//! grant_type=refresh_token&refresh_token={refresh_token}
//! ---
//! GET /_mock/tenants/contoso/exchanges
//! ```

use axum::http::Uri;

/// A request.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// Requests, one after the other.
#[derive(Clone, Debug)]
pub struct Script(pub Vec<Ask>);

/// More find nothing that fewer do not, and take longer.
const MOST: usize = 8;

impl Script {
    /// Reads a script; `None` if it is none.
    pub fn read(data: &[u8]) -> Option<Self> {
        let mut lines = data.split(|byte| *byte == b'\n').peekable();
        let mut asks = Vec::new();
        while lines.peek().is_some() {
            let (method, target) = std::str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
            let mut ask = Ask::new(method, target);
            for line in lines.by_ref().take_while(|line| !line.is_empty()) {
                let at = line.iter().position(|byte| *byte == b':')?;
                let name = std::str::from_utf8(&line[..at]).ok()?;
                ask.headers.push((name.to_owned(), line[at + 1..].trim_ascii().to_vec()));
            }
            let body: Vec<&[u8]> = lines.by_ref().take_while(|line| *line != b"---").collect();
            ask.body = body.join(&b'\n');
            asks.push(ask);
        }
        (asks.len() <= MOST).then_some(Self(asks))
    }
}

impl Ask {
    pub fn new(method: &str, target: impl Into<String>) -> Self {
        Self { method: method.to_owned(), target: target.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// A form of these pairs; the values are encoded.
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        self.body(encoded(pairs))
    }

    /// The path as the server sees it; empty if the target is none.
    pub fn path(&self) -> String {
        let path = self.target.parse::<Uri>().map(|uri| uri.path().to_owned()).unwrap_or_default();
        path.split('/').filter(|segment| !segment.is_empty()).map(|segment| format!("/{segment}")).collect()
    }
}

/// `application/x-www-form-urlencoded`
pub fn encoded(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| {
        let value: String = value
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect();
        format!("{name}={value}")
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}
