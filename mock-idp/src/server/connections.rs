//! Connections: how many there are at the same time, and how long one may keep the server waiting. It knows nothing of what
//! is asked on them.

use std::{
    future::ready,
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

use axum_server::{
    Handle, Server,
    accept::NoDelayAcceptor,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use hyper_util::rt::TokioTimer;
use tokio::{sync::Semaphore, task::JoinHandle};
use tower::{service_fn, util::MapResult};

use crate::{
    http::{Front, LARGEST_HEAD, hang_up},
    limits::Limits,
};

/// No client takes longer for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Serves `front` on what `listener` accepts, until `handle` says otherwise.
///
/// # Errors
///
/// If the listener cannot be used.
pub(super) fn serve(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    front: Front,
    limits: &Limits,
    handle: &Handle<SocketAddr>,
) -> io::Result<JoinHandle<io::Result<()>>> {
    let server = axum_server::from_tcp(listener)?.handle(handle.clone());
    let places = Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS)));
    // A connection for which no service can be made is closed.
    let admit = service_fn(move |_: SocketAddr| {
        let front = front.clone();
        ready(places.clone().try_acquire_owned().map(Arc::new).map(|place| {
            MapResult::new(front, move |answered| {
                let _taken = &place;
                hang_up(answered)
            })
        }))
    });
    // Without delay: an answer behind the tickets of a TLS handshake would wait for those to be acknowledged, which takes a system
    // 40 ms, as it sends together what is small (Nagle's algorithm; RFC 9293, 3.7.4).
    Ok(match tls {
        None => tokio::spawn(patient(server.acceptor(NoDelayAcceptor::new()), limits.head).serve(admit)),
        Some(tls) => {
            let acceptor = RustlsAcceptor::new(tls).handshake_timeout(HANDSHAKE.min(limits.head));
            let acceptor = acceptor.acceptor(NoDelayAcceptor::new());
            tokio::spawn(patient(server.acceptor(acceptor), limits.head).serve(admit))
        }
    })
}

/// Waits so long for the head of a request, the first or a later one. HTTP/1 alone: until a client has told by its first bytes
/// that it speaks HTTP/2 the library would wait for ever, and none of those that are tested does without being asked to.
fn patient<A>(server: Server<SocketAddr, A>, head: Duration) -> Server<SocketAddr, A> {
    let mut server = server.http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(LARGEST_HEAD);
    server
}
