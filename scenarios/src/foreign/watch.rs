//! Following a tenant's log until it shows what is looked for, or nothing more can come.

use std::sync::Arc;

use mock_idp::{TenantControls, recorder::Exchange};
use tokio::sync::watch::Receiver;

use super::CommandEnded;

/// Somebody who looks at a log whenever it has grown.
pub(crate) struct Watch {
    pub(crate) tenant: TenantControls,
    /// Whether the tenant's clients wait while nobody looks.
    pub(crate) paces: bool,
    /// How the command ended, once it has.
    pub(crate) ended: Option<Receiver<Option<CommandEnded>>>,
    /// Wakes when the person's browser has ended a visit.
    pub(crate) visits: Option<Receiver<usize>>,
}

impl Watch {
    /// What `look` finds in the log.
    ///
    /// # Errors
    ///
    /// How the command ended, if it did so first.
    pub(crate) async fn until<T>(
        mut self,
        mut look: impl FnMut(&[Arc<Exchange>]) -> Option<T>,
    ) -> Result<T, CommandEnded> {
        let mut changes = self.tenant.exchange_changes();
        loop {
            // First the signals, then the log: what comes in between is seen twice and not missed.
            changes.mark_unchanged();
            let ended = self.ended.as_mut().and_then(|ended| ended.borrow_and_update().clone());
            if let Some(visits) = &mut self.visits {
                visits.mark_unchanged();
            }
            let looked_at = self.tenant.exchanges_added();
            if let Some(found) = look(&self.tenant.exchanges()) {
                return Ok(found);
            }
            if let Some(ended) = ended {
                return Err(ended);
            }
            if self.paces {
                self.tenant.pace(Some(looked_at));
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = changed(&mut self.ended) => {}
                () = changed(&mut self.visits) => {}
            }
        }
    }
}

/// Waits for news; for ever, where none can come.
async fn changed<T>(news: &mut Option<Receiver<T>>) {
    if let Some(news) = news
        && news.changed().await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}
