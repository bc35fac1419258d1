//! The loop that accepts connections.

use std::time::Duration;

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// How long nothing is accepted after an error: of one connection, or because too many files are open.
const PAUSE: Duration = Duration::from_millis(10);

/// Serves each connection that `listener` accepts in a task of its own, until `stop` is done. Returns those that are still
/// served; they end with what is returned.
pub(crate) async fn each<Served>(
    listener: TcpListener,
    stop: impl Future,
    mut serve: impl FnMut(TcpStream) -> Served,
) -> JoinSet<()>
where
    Served: Future<Output = ()> + Send + 'static,
{
    let mut stop = std::pin::pin!(stop);
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    open.spawn(serve(stream));
                }
                Err(_) => pause().await,
            },
            Some(_) = open.join_next() => {}
            _ = &mut stop => return open,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "there is nothing to wait for: the system does not tell when it has room again"
)]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}
