//! HTTP: what comes in is read once ([`incoming`]), handed to `flow`, `grant` or `policy`, and what they say is written
//! down ([`respond`]). Decisions are made elsewhere.
//!
//! A new endpoint is one file here and one line in [`router`]; what goes before all of them is in [`front`].

mod api;
mod authorize;
mod body;
mod challenge;
mod consent_page;
mod control;
mod cors;
mod dashboard;
mod device;
mod discovery;
mod downstream;
mod fault;
mod front;
mod incoming;
mod login;
mod logout;
mod origin;
mod page;
mod problem;
mod respond;
mod router;
mod skip;
mod token;
mod turn;

use std::sync::Arc;

use uuid::Uuid;

pub(crate) use body::LARGEST_HEAD;
pub use fault::hang_up;
pub use front::Front;
pub use origin::Origins;
pub(crate) use origin::split_port;

use crate::{
    clock::Clock,
    directory::Document,
    error::{Aadsts, Refusal},
    ids::Ids,
    keys::SigningKey,
    limits::Limits,
    memory::Freed,
    seal::Sealer,
    state::{Authority, Registry, Tenant, UserCodes},
};

/// A running server, as its handlers see it.
pub struct Idp {
    /// Origin under which it is reached, such as `https://localhost:8443`.
    pub base: String,
    /// That origin and the others.
    pub origins: Origins,
    /// Host names that may reach the control API, beside loopback.
    pub control_hosts: Vec<String>,
    /// Where the CA is kept, for settings to copy; `None` without TLS or if it lives in memory.
    pub ca_path: Option<String>,
    /// All tenants.
    pub registry: Registry,
    /// Makes and opens refresh tokens.
    pub sealer: Sealer,
    /// The codes that can be typed at `/deviceauth`.
    pub user_codes: UserCodes,
    /// How patient it is, and how much it holds.
    pub limits: Limits,
    /// For ids that belong to no tenant.
    pub ids: Ids,
    clock: Arc<dyn Clock>,
    freed: Freed,
}

impl Idp {
    /// A server at `base` with the tenants of `document`, within `limits`.
    ///
    /// Returns `None` only if no encryption key can be made, which does not happen.
    #[must_use]
    pub fn new(
        base: String,
        document: &Arc<Document>,
        key: Arc<SigningKey>,
        clock: Arc<dyn Clock>,
        ids: Ids,
        limits: Limits,
    ) -> Option<Self> {
        let sealer = Sealer::new(&ids)?;
        let registry = Registry::new(document, key, clock.clone(), ids.fork(), limits);
        Some(Self {
            origins: Origins::new(&base, &[]),
            base,
            control_hosts: Vec::new(),
            ca_path: None,
            registry,
            sealer,
            user_codes: UserCodes::new(limits.entries),
            limits,
            ids,
            clock,
            freed: Freed::default(),
        })
    }

    /// The tenant or the word that the first segment of a path names.
    fn authority(&self, segment: &str) -> Result<Authority, Refusal> {
        self.registry.authority(segment).ok_or_else(|| Refusal::new(Aadsts::UnknownTenant).with("tenant", segment))
    }

    fn tenant(&self, name: &str) -> Option<Arc<Tenant>> {
        self.registry.find(name)
    }

    /// Everything as at the start; isolated tenants are gone.
    pub fn reset(&self) {
        self.import(&self.registry.document());
    }

    /// Everything as if the server had started with `document`; isolated tenants are gone.
    pub fn import(&self, document: &Arc<Document>) {
        self.registry.import(document);
        self.user_codes.clear();
    }

    /// Makes an isolated tenant that starts like the configured tenant `like`; the oldest makes room for one too many.
    pub fn create_tenant(&self, like: &str) -> Option<Arc<Tenant>> {
        let (made, dropped) = self.registry.create_like(like)?;
        if let Some(dropped) = dropped {
            self.forget(dropped);
        }
        Some(made)
    }

    /// Forgets an isolated tenant and all that is about it; says whether there was one. Those of the configuration stay.
    pub fn delete_tenant(&self, id: Uuid) -> bool {
        let deleted = self.registry.remove(id);
        if deleted {
            self.forget(id);
        }
        deleted
    }

    /// Forgets what is left of a tenant that is gone.
    fn forget(&self, tenant: Uuid) {
        self.user_codes.forget(tenant);
        self.freed.deleted(&self.registry);
    }

    fn tenant_by_id(&self, id: Uuid) -> Option<Arc<Tenant>> {
        self.registry.find(&id.to_string())
    }
}

impl std::fmt::Debug for Idp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Idp").field("base", &self.base).field("registry", &self.registry).finish_non_exhaustive()
    }
}
