//! What the dashboard and the like are told of a tenant: the log as a sequence, an exchange explained, credentials, snippets.

use std::sync::Arc;

use crate::{
    control::{Credentials, CredentialsOfUser, ExchangeTold, TenantListed, Timeline, TimelineRow},
    directory::User,
    http::Idp,
    incident::{BadTranscript, from_log},
    recorder::{Exchange, ExchangeFilter},
    report,
    snippets::{self, Filled, Values},
    state::Tenant,
};

use super::TenantControls;

impl TenantControls {
    /// What `filter` means of the log, as a sequence.
    #[must_use]
    pub fn timeline(&self, filter: &ExchangeFilter) -> Timeline {
        // First the end, then the exchanges: what comes in between is told twice and not missed.
        let last = self.log().last();
        let all = self.exchanges_like(&ExchangeFilter { limit: None, ..filter.clone() });
        let met = all.exchanges;
        let limit = filter.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(met.len());
        let earlier = met.len().saturating_sub(limit);
        Timeline {
            rows: met[earlier..].iter().map(|exchange| TimelineRow::of(exchange)).collect(),
            earlier: earlier as u64,
            dropped: all.dropped,
            last,
        }
    }

    /// Exchange `number`, explained; `None` if the log has none, or no longer.
    #[must_use]
    pub fn exchange_told(&self, number: u64) -> Option<ExchangeTold> {
        let exchanges = self.exchanges();
        exchanges.iter().find(|exchange| exchange.number == number).map(|exchange| ExchangeTold::of(exchange))
    }

    /// What `filter` means of the log as an HTML page that opens without a network.
    #[must_use]
    pub fn report(&self, filter: &ExchangeFilter) -> String {
        report::page(self.domain(), &self.exchanges_like(filter).exchanges)
    }

    /// A scenario that repeats what the client of these exchanges did. A filter that names a user keeps what names nobody: a
    /// sign-in does not know its user at first.
    ///
    /// # Errors
    ///
    /// If there is nothing among them that can be repeated.
    pub fn scenario(&self, filter: &ExchangeFilter) -> Result<String, BadTranscript> {
        let anybody = ExchangeFilter { user: None, ..filter.clone() };
        let is_meant = |exchange: &Arc<Exchange>| exchange.user.is_none() || filter.is_met_by(exchange);
        let exchanges: Vec<_> = self.exchanges_like(&anybody).exchanges.into_iter().filter(is_meant).collect();
        from_log(&exchanges, &self.policies())
    }

    /// The password of `user`, if it is known; a guest's is that of the home tenant.
    #[must_use]
    pub fn password(&self, user: &User) -> Option<String> {
        let reveal = |user: &User| user.password.as_ref().map(|password| password.reveal().to_owned());
        let Some(home) = &user.home_tenant else { return reveal(user) };
        let home = self.idp.registry.find(home)?;
        let state = home.state();
        reveal(state.directory.user(&user.username)?)
    }

    /// What each user types to sign in.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        let directory = self.directory();
        let of = |user: &User| CredentialsOfUser {
            username: directory.username(user),
            password: self.password(user),
            one_time_code: (!user.methods.is_empty()).then(|| user.one_time_code.reveal().to_owned()),
        };
        Credentials { users: directory.users.iter().map(of).collect() }
    }

    /// Settings to copy for each SDK.
    #[must_use]
    pub fn snippets(&self) -> Vec<Filled> {
        snippets::filled(&Values::of(&self.directory(), &self.idp.base, self.idp.ca_path.clone()))
    }
}

impl TenantListed {
    /// `tenant` in a list.
    pub(crate) fn of(tenant: &Tenant) -> Self {
        let dropped = tenant.dropped();
        Self {
            tenant_id: tenant.id,
            name: tenant.name.clone(),
            domain: tenant.domain.clone(),
            display_name: tenant.state().directory.display_name.clone(),
            isolated: tenant.origin != tenant.id,
            exchanges: tenant.log.added(),
            dropped,
        }
    }

    /// All tenants of a server.
    pub(crate) fn all(idp: &Idp) -> Vec<Self> {
        idp.registry.tenants().iter().map(|tenant| Self::of(tenant)).collect()
    }
}
