//! A handle that calls a sign-in off from elsewhere.

use tokio::sync::watch;

/// Calls a sign-in off from elsewhere. Dropping the sign-in's future does it too.
#[derive(Debug, Clone)]
pub struct Cancellation(watch::Sender<bool>);

impl Cancellation {
    /// Not called off yet.
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Calls it off; the sign-in ends with `canceled_by_app`.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    pub(crate) async fn canceled(&self) {
        // The sender is ours, so waiting cannot fail.
        let mut receiver = self.0.subscribe();
        let _ = receiver.wait_for(|canceled| *canceled).await;
    }
}

impl Default for Cancellation {
    fn default() -> Self {
        Self::new()
    }
}
