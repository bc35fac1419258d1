//! Following a tenant's log until it shows what is looked for, or nothing more can come.

use std::sync::Arc;

use mock_idp::{
    control_client::TenantClient,
    recorder::{Exchange, News},
};
use tokio::sync::watch::Receiver;

use super::CommandEnded;
use crate::{log::LogReader, world::Broken};

/// Somebody who looks at a log whenever it has grown.
pub(crate) struct Watch {
    pub(crate) tenant: TenantClient,
    /// Whether the tenant's clients wait while nobody looks.
    pub(crate) paces: bool,
    /// How the command ended, once it has.
    pub(crate) ended: Option<Receiver<Option<CommandEnded>>>,
    /// Wakes when the person's browser has ended a visit.
    pub(crate) visits: Option<Receiver<usize>>,
}

impl Watch {
    /// What `look` finds in the log; or how the command ended, if it did so first.
    ///
    /// # Errors
    ///
    /// If the server does not tell its log.
    pub(crate) async fn until<T>(
        mut self,
        mut look: impl FnMut(&[Arc<Exchange>]) -> Option<T>,
    ) -> Result<Result<T, CommandEnded>, Broken> {
        // First the signals, then the log: what comes in between is seen twice and not missed.
        let mut news = self.tenant.follow(None).await?;
        let mut log = LogReader::new(&self.tenant);
        loop {
            let ended = self.ended.as_mut().and_then(|ended| ended.borrow_and_update().clone());
            if let Some(visits) = &mut self.visits {
                visits.mark_unchanged();
            }
            if let Some(found) = look(log.read().await?) {
                return Ok(Ok(found));
            }
            if let Some(ended) = ended {
                return Ok(Err(ended));
            }
            if self.paces {
                self.tenant.pace(Some(log.added())).await?;
            }
            tokio::select! {
                told = news.next() => match told? {
                    News::Ended => return Err(Broken("the scenario's tenant is gone".to_owned())),
                    News::Exchange(_) | News::Lagged(_) => {}
                },
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
