//! The tenant's clock, shown to the client, so that both agree. Clients read it at any moment and cannot wait for an answer,
//! so what it shows is kept here: it stands still, and nothing moves it but a step and the client's own waiting, both through
//! here.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use desktop_client::{BoxFuture, Clock};
use jiff::{SignedDuration, Timestamp};
use mock_idp::control_client::{ControlError, TenantClient};

/// The tenant's clock. Clones show the same time.
#[derive(Clone, Debug)]
pub(crate) struct TenantClock {
    tenant: TenantClient,
    shown: Arc<Mutex<Timestamp>>,
}

impl TenantClock {
    /// Stops the tenant's time at `at`.
    pub(crate) async fn frozen(tenant: &TenantClient, at: Timestamp) -> Result<Self, ControlError> {
        let shown = tenant.freeze_clock(at).await?;
        Ok(Self { tenant: tenant.clone(), shown: Arc::new(Mutex::new(shown)) })
    }

    /// A clock that runs with the server's: only somebody else's client, which has its own, goes by it.
    pub(crate) async fn running(tenant: &TenantClient) -> Result<Self, ControlError> {
        let shown = tenant.now().await?;
        Ok(Self { tenant: tenant.clone(), shown: Arc::new(Mutex::new(shown)) })
    }

    /// Lets time pass, and gives what the clock shows then.
    pub(crate) async fn advance(&self, by: SignedDuration) -> Result<Timestamp, ControlError> {
        let now = self.tenant.advance_clock(by).await?;
        // Of several who wait at the same time the answers may come in any order; time runs forward.
        let mut shown = self.shown();
        *shown = now.max(*shown);
        Ok(now)
    }

    /// Lets the tenant's time run with the server's again. What is shown is the time of this moment: a scenario is over before
    /// the difference counts.
    pub(crate) async fn run(&self) -> Result<(), ControlError> {
        self.tenant.reset_clock().await?;
        self.read().await
    }

    /// Shows what the tenant's clock shows now.
    pub(crate) async fn read(&self) -> Result<(), ControlError> {
        let now = self.tenant.now().await?;
        *self.shown() = now;
        Ok(())
    }

    fn shown(&self) -> MutexGuard<'_, Timestamp> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While the client waits, the tenant's time passes and nobody else's.
impl Clock for TenantClock {
    fn now(&self) -> Timestamp {
        *self.shown()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // A server that is gone is told by the next request.
            let _ = self.advance(SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)).await;
        })
    }
}
