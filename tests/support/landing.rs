//! Where a raw client's redirects land: a loopback listener that answers everything with 200.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
};

/// A listener on a free loopback port, for as long as this is there.
#[derive(Debug)]
pub struct Landing {
    port: u16,
    _listening: JoinSet<()>,
}

impl Landing {
    /// Listens.
    ///
    /// # Panics
    ///
    /// If the machine has no free port.
    #[expect(clippy::expect_used, reason = "test support")]
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut buffer = [0; 16 * 1024];
                    let _ = stream.read(&mut buffer).await;
                    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { port, _listening: listening }
    }

    /// The redirect address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}
