//! Connections: how many there are at the same time, and how long one may keep the server waiting. It knows nothing of what
//! is asked on them.

use std::{io, net, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

use crate::{
    accept,
    http::{Front, LARGEST_HEAD, hang_up},
    limits::Limits,
};

/// No client takes longer for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long requests in flight may take when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// All that a listener accepts. Without this handle, connections are cut off.
#[derive(Debug)]
pub(super) struct Connections {
    /// Tells them to end.
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// What serves a connection.
#[derive(Clone)]
struct Server {
    tls: Option<TlsAcceptor>,
    front: Front,
    limits: Limits,
}

impl Connections {
    /// Serves `front` on what `listener` accepts.
    ///
    /// # Errors
    ///
    /// If the listener cannot be used.
    pub(super) fn start(
        listener: net::TcpListener,
        tls: Option<Arc<ServerConfig>>,
        front: Front,
        limits: Limits,
    ) -> io::Result<Self> {
        let listener = TcpListener::from_std(listener)?;
        let (stop, stopped) = oneshot::channel();
        let server = Server { tls: tls.map(TlsAcceptor::from), front, limits };
        Ok(Self { stop: Some(stop), serving: tokio::spawn(server.serve(listener, stopped)) })
    }

    /// Accepts no more, and waits until requests in flight are answered.
    pub(super) async fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It has ended if it cannot be told.
            let _ = stop.send(());
            let _ = (&mut self.serving).await;
        }
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Server {
    async fn serve(self, listener: TcpListener, stopped: oneshot::Receiver<()>) {
        let places = Arc::new(Semaphore::new(self.limits.connections.min(Semaphore::MAX_PERMITS)));
        let ending = GracefulShutdown::new();
        let serve = |stream| {
            let place = places.clone().try_acquire_owned().ok();
            self.clone().connected(stream, place, ending.watcher())
        };
        let left = accept::each(listener, stopped, serve).await;
        // Some do not end in time.
        let _ = timeout(GRACE, ending.shutdown()).await;
        drop(left);
    }

    /// Serves a connection for which there is a `place`; closes it otherwise.
    async fn connected(self, stream: TcpStream, place: Option<OwnedSemaphorePermit>, ending: Watcher) {
        let Some(_taken) = place else { return };
        // Without delay: an answer behind the tickets of a TLS handshake would wait for those to be acknowledged, which takes a
        // system 40 ms, as it sends together what is small (Nagle's algorithm; RFC 9293, 3.7.4).
        let _ = stream.set_nodelay(true);
        match &self.tls {
            None => self.converse(stream, ending).await,
            Some(tls) => {
                if let Ok(Ok(stream)) = timeout(HANDSHAKE.min(self.limits.head), tls.accept(stream)).await {
                    self.converse(stream, ending).await;
                }
            }
        }
    }

    /// HTTP/1.1, until either side ends it. No client that is tested speaks HTTP/2 unless the handshake offers it.
    async fn converse<S>(&self, stream: S, ending: Watcher)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let service = service_fn(|request| self.front.clone().call(request).map(hang_up));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.limits.head).max_buf_size(LARGEST_HEAD);
        // Whatever ended it, there is nobody to tell.
        let _ = ending.watch(http.serve_connection(TokioIo::new(stream), service)).await;
    }
}
