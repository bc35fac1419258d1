//! HTTP/1.1 as a load generator needs it: requests that were written before, answers that are read and hardly parsed.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

/// A request, as bytes.
#[derive(Clone, Debug)]
pub struct Prepared(Vec<u8>);

impl Prepared {
    /// `path` holds the query.
    pub fn get(host: &str, path: &str) -> Self {
        Self(format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").into_bytes())
    }

    /// The same with one more field.
    #[must_use]
    pub fn with_field(&self, name: &str, value: &str) -> Self {
        let line = self.0.windows(2).position(|bytes| bytes == b"\r\n").map_or(0, |end| end + 2);
        let (first, rest) = self.0.split_at(line);
        Self([first, format!("{name}: {value}\r\n").as_bytes(), rest].concat())
    }

    /// JSON.
    pub fn put(host: &str, path: &str, body: &str) -> Self {
        Self::with_body("PUT", host, path, "application/json", body)
    }

    /// A form.
    pub fn post(host: &str, path: &str, form: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        Self::post_as(host, path, "application/x-www-form-urlencoded", &body)
    }

    /// Any body.
    pub fn post_as(host: &str, path: &str, media_type: &str, body: &str) -> Self {
        Self::with_body("POST", host, path, media_type, body)
    }

    fn with_body(method: &str, host: &str, path: &str, media_type: &str, body: &str) -> Self {
        let fields = format!("content-type: {media_type}\r\ncontent-length: {}", body.len());
        Self(format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n{fields}\r\n\r\n{body}").into_bytes())
    }
}

/// One connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The host and port of an origin.
#[must_use]
pub fn host(base: &str) -> &str {
    base.split_once("://").map_or(base, |(_, host)| host)
}

/// What came back.
#[derive(Debug)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// Status line and fields.
    pub head: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// A field of the head.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Connection {
    /// To `host`, a name with a port.
    pub async fn open(host: &str) -> Self {
        let stream = TcpStream::connect(host.replace("localhost", "127.0.0.1")).await.expect("a connection");
        stream.set_nodelay(true).expect("an option of the socket");
        Self { stream, buffer: Vec::with_capacity(16 * 1024) }
    }

    /// Sends and waits for the whole answer.
    pub async fn ask(&mut self, request: &Prepared) -> Answer<'_> {
        self.stream.write_all(&request.0).await.expect("a request is taken");
        self.buffer.clear();
        let head = loop {
            self.more().await;
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let fields = std::str::from_utf8(&self.buffer[..head]).expect("a head in ASCII");
        let chunked = fields.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let length = fields.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().expect("a length"))
        });
        if chunked {
            while !self.buffer.ends_with(b"\r\n0\r\n\r\n") {
                self.more().await;
            }
        } else {
            let end = head + length.unwrap_or_default();
            while self.buffer.len() < end {
                self.more().await;
            }
        }
        let (head, body) = self.buffer.split_at(head);
        let head = std::str::from_utf8(head).expect("a head in ASCII");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head, body }
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.expect("an answer");
        assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(&self.buffer));
    }
}

/// What a round of load did.
#[derive(Debug)]
pub struct Load {
    /// Rounds of work that were done.
    pub done: u32,
    /// How long each took.
    pub latencies: Vec<Duration>,
    /// Wall time.
    pub took: Duration,
}

impl Load {
    /// The latency that `share` of the rounds did not exceed.
    pub fn quantile(&self, share: f64) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into far fewer than 2^52 latencies"
        )]
        let index = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
        sorted.get(index).copied().unwrap_or_default()
    }
}

/// How fast to ask.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// As fast as answers come.
    Full,
    /// So many rounds per second in all, whether answers come or not; latency counts from when the round was due.
    PerSecond(f64),
}

/// What one worker does over and over: one round of work on its own connection.
pub trait Work: Clone + Send + 'static {
    /// Done once per round.
    fn round(&mut self, connection: &mut Connection) -> impl Future<Output = ()> + Send;
}

/// Sends one request, and wants this status.
#[derive(Clone, Debug)]
pub struct Same(pub Prepared, pub u16);

impl Work for Same {
    async fn round(&mut self, connection: &mut Connection) {
        let answer = connection.ask(&self.0).await;
        let told = String::from_utf8_lossy(answer.body);
        assert_eq!(answer.status, self.1, "{told}");
    }
}

/// `connections` workers at it for so long.
pub async fn load(host: &str, work: impl Work, connections: u32, pace: Pace, length: Duration) -> Load {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(host).await);
    }
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for (position, mut connection) in open.into_iter().enumerate() {
        let mut work = work.clone();
        let interval = match pace {
            Pace::Full => None,
            Pace::PerSecond(rounds) => Some(Duration::from_secs_f64(f64::from(connections) / rounds)),
        };
        let phase = interval.map(|interval| interval * u32::try_from(position).unwrap_or_default() / connections);
        workers.spawn(async move {
            let mut latencies = Vec::new();
            let mut due = start + phase.unwrap_or_default();
            loop {
                match interval {
                    None => due = Instant::now(),
                    Some(_) => tokio::time::sleep_until(due.into()).await,
                }
                if start.elapsed() >= length {
                    return latencies;
                }
                work.round(&mut connection).await;
                latencies.push(due.elapsed());
                due += interval.unwrap_or_default();
            }
        });
    }
    let latencies: Vec<Duration> = workers.join_all().await.into_iter().flatten().collect();
    Load { done: u32::try_from(latencies.len()).unwrap_or(u32::MAX), latencies, took: start.elapsed() }
}
