//! Where the answers to raw authorization requests land: a loopback listener that answers everything with 200. What was
//! delivered the person's browser knows.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

/// A listener on a free loopback port; ends when it is dropped.
pub(crate) struct Landing {
    port: u16,
    task: JoinHandle<()>,
}

impl Landing {
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut buffer = [0; 16 * 1024];
                    // Who hangs up has got what there is to get.
                    let _ = stream.read(&mut buffer).await;
                    let _ = stream.write_all(ANSWER).await;
                });
            }
        });
        Ok(Self { port, task })
    }

    /// The redirect address.
    pub(crate) fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
