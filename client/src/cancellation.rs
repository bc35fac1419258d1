//! A handle that calls a sign-in off from elsewhere.

use tokio::sync::watch;

use crate::error::{ClientErrorKind, Error};

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

    /// The outcome of `sign_in`, unless it is called off before.
    pub(crate) async fn unless_canceled<T>(&self, sign_in: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        tokio::select! {
            biased;
            () = self.canceled() => Err(Error::client(
                ClientErrorKind::CanceledByApp,
                "the app called the sign-in off; tokens of other APIs stay good",
            )),
            outcome = sign_in => outcome,
        }
    }

    async fn canceled(&self) {
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
