//! How the time passes in which a person thinks: really, or on a clock that somebody moves instead of waiting.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use super::VirtualUser;

/// How the time passes in which a person thinks; by default it really does.
#[derive(Clone, Default)]
pub struct Thinking(Option<Arc<Passes>>);

type Passes = dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync;

impl Thinking {
    /// Nobody waits: `moves` lets a clock show that the time has passed.
    pub fn on_a_clock<F: Future<Output = ()> + Send + 'static>(
        moves: impl Fn(Duration) -> F + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(move |time| Box::pin(moves(time)))))
    }

    /// Lets pass what the person thinks before she answers a page.
    #[expect(clippy::disallowed_methods, reason = "a person thinks in real time where no clock is moved for her")]
    pub(crate) async fn of(&self, user: &VirtualUser) {
        let time = user.thinks();
        if time.is_zero() {
            return;
        }
        match &self.0 {
            Some(moves) => moves(time).await,
            None => tokio::time::sleep(time).await,
        }
    }
}

impl fmt::Debug for Thinking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Thinking(on a clock)" } else { "Thinking(in real time)" })
    }
}
