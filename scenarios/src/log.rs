//! The tenant's log as far as it was read: each exchange is fetched once, whoever looks, however often.

use std::sync::Arc;

use mock_idp::{
    control::ExchangeFilter,
    control_client::{ControlError, TenantClient},
    recorder::Exchange,
};

/// Somebody who reads a tenant's log.
#[derive(Clone, Debug)]
pub(crate) struct LogReader {
    tenant: TenantClient,
    exchanges: Vec<Arc<Exchange>>,
    added: u64,
}

impl LogReader {
    pub(crate) fn new(tenant: &TenantClient) -> Self {
        Self { tenant: tenant.clone(), exchanges: Vec::new(), added: 0 }
    }

    /// Reads on, and gives all that was read.
    pub(crate) async fn read(&mut self) -> Result<&[Arc<Exchange>], ControlError> {
        let news = self.tenant.exchanges_like(&ExchangeFilter::skip(self.added)).await?;
        self.exchanges.extend(news.exchanges);
        self.added = news.added;
        Ok(&self.exchanges)
    }

    /// Empties the log.
    pub(crate) async fn clear(&mut self) -> Result<(), ControlError> {
        self.tenant.clear_exchanges().await?;
        self.exchanges.clear();
        Ok(())
    }

    /// How many exchanges there were when it was last read.
    pub(crate) fn added(&self) -> u64 {
        self.added
    }
}
