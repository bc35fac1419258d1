//! What people look at, over HTTP: the log as a sequence, an exchange explained, exports, credentials, snippets.

use reqwest::Method;

use super::{ControlError, tenant::TenantClient};
use crate::{
    control::{Credentials, ExchangeTold, ExportForm, ExportOrder, Snippets, Timeline},
    recorder::ExchangeFilter,
    snippets::Filled,
};

#[expect(clippy::missing_errors_doc, reason = "all fail alike; the type of the error says how")]
impl TenantClient {
    /// What `filter` means of the log, as a sequence.
    pub async fn timeline(&self, filter: &ExchangeFilter) -> Result<Timeline, ControlError> {
        self.server.answer(self.server.request(Method::GET, &self.path("/exchanges/timeline")).query(filter)).await
    }

    /// Exchange `number`, explained.
    pub async fn exchange_told(&self, number: u64) -> Result<ExchangeTold, ControlError> {
        self.server.get(&self.path(&format!("/exchanges/{number}"))).await
    }

    /// A scenario that repeats what the client of the exchanges behind number `since` did.
    pub async fn scenario(&self, since: u64) -> Result<String, ControlError> {
        self.export(ExportForm::Scenario, since).await
    }

    /// The exchanges behind number `since` as an HTML page that opens without a network.
    pub async fn report(&self, since: u64) -> Result<String, ControlError> {
        self.export(ExportForm::Report, since).await
    }

    /// What each user types to sign in.
    pub async fn credentials(&self) -> Result<Credentials, ControlError> {
        self.server.get(&self.path("/credentials")).await
    }

    /// Settings to copy for each SDK.
    pub async fn snippets(&self) -> Result<Vec<Filled>, ControlError> {
        self.server.get::<Snippets>(&self.path("/snippets")).await.map(|told| told.snippets)
    }

    async fn export(&self, form: ExportForm, since: u64) -> Result<String, ControlError> {
        let order = ExportOrder { form, since: Some(since), client_id: None, user: None, text: None };
        self.server.text(self.server.request(Method::GET, &self.path("/exchanges/export")).query(&order)).await
    }
}
