//! All tenants of a server, found by id, domain or short name.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use indexmap::IndexMap;
use uuid::Uuid;

use crate::{clock::Clock, directory::Document, ids::Ids, keys::SigningKey, limits::Limits};

use super::{
    Tenant,
    bounded::{give_back, is_roomy},
};

/// All tenants of a server.
pub struct Registry {
    key: Arc<SigningKey>,
    clock: Arc<dyn Clock>,
    ids: Ids,
    limits: Limits,
    inner: RwLock<Inner>,
}

struct Inner {
    document: Arc<Document>,
    /// In the order in which they were made.
    tenants: IndexMap<Uuid, Arc<Tenant>>,
    /// Lower-case domains and short names.
    names: HashMap<String, Uuid>,
    /// How many isolated tenants are gone because there were too many.
    dropped: u64,
}

/// The first segment of a path: which tenant a request means.
#[derive(Clone, Debug)]
pub enum Authority {
    /// A tenant by id or domain.
    Tenant(Arc<Tenant>),
    /// `common`, `organizations` or `consumers`: the user's name will tell. Until then, the first tenant is the host.
    Any {
        /// The word.
        word: String,
        /// The tenant whose applications and browser sessions count until the user is known.
        host: Arc<Tenant>,
    },
}

impl Authority {
    /// The tenant, or the host until it is known.
    #[must_use]
    pub fn tenant(&self) -> &Arc<Tenant> {
        match self {
            Self::Tenant(tenant) => tenant,
            Self::Any { host, .. } => host,
        }
    }

    /// The segment under which the endpoints are advertised.
    #[must_use]
    pub fn segment(&self) -> String {
        match self {
            Self::Tenant(tenant) => tenant.id.to_string(),
            Self::Any { word, .. } => word.clone(),
        }
    }
}

impl Registry {
    /// The tenants of `document`, each with a clock and randomness of its own; all sign with `key` until they rotate.
    #[must_use]
    pub fn new(
        document: &Arc<Document>,
        key: Arc<SigningKey>,
        clock: Arc<dyn Clock>,
        ids: Ids,
        limits: Limits,
    ) -> Self {
        let inner = Inner::of(document, &key, &clock, &ids, limits);
        Self { key, clock, ids, limits, inner: RwLock::new(inner) }
    }

    /// Everything as if the server had started with `document`; isolated tenants are gone.
    pub fn import(&self, document: &Arc<Document>) {
        let fresh = Inner::of(document, &self.key, &self.clock, &self.ids, self.limits);
        let before = std::mem::replace(&mut *self.write(), fresh);
        before.tenants.values().for_each(|tenant| tenant.log.close());
    }

    /// How many tenants there are, and under how many names they are found.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let inner = self.read();
        (inner.tenants.len(), inner.names.len())
    }

    /// How many isolated tenants there are.
    #[must_use]
    pub fn isolated(&self) -> usize {
        self.read().isolated()
    }

    /// How many isolated tenants are gone because there were too many.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.read().dropped
    }

    /// All tenants, in the order in which they were made; those of the configuration first.
    #[must_use]
    pub fn tenants(&self) -> Vec<Arc<Tenant>> {
        self.read().tenants.values().cloned().collect()
    }

    /// The tenants of the configuration.
    #[must_use]
    pub fn configured(&self) -> Vec<Arc<Tenant>> {
        let inner = self.read();
        inner.tenants.values().take(inner.document.tenants.len()).cloned().collect()
    }

    /// Lets nobody wait for exchanges any more.
    pub fn close_logs(&self) {
        self.read().tenants.values().for_each(|tenant| tenant.log.close());
    }

    /// The configuration.
    #[must_use]
    pub fn document(&self) -> Arc<Document> {
        self.read().document.clone()
    }

    /// The tenant that the first segment of a path names.
    #[must_use]
    pub fn authority(&self, segment: &str) -> Option<Authority> {
        match segment {
            "common" | "organizations" | "consumers" => {
                Some(Authority::Any { word: segment.to_owned(), host: self.first()? })
            }
            _ => self.find(segment).map(Authority::Tenant),
        }
    }

    /// The tenant with this id, domain (any case) or short name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Arc<Tenant>> {
        let inner = self.read();
        let id = Uuid::parse_str(name).ok().or_else(|| inner.names.get(&name.to_ascii_lowercase()).copied())?;
        inner.tenants.get(&id).cloned()
    }

    /// The first tenant of the configuration.
    #[must_use]
    pub fn first(&self) -> Option<Arc<Tenant>> {
        let inner = self.read();
        inner.document.tenants.first().and_then(|tenant| inner.tenants.get(&tenant.id)).cloned()
    }

    /// The keys that tokens under `authority` can be checked with: a tenant's own; of an authority for everybody those of
    /// all tenants, the host's first, each once.
    #[must_use]
    pub fn signing_keys(&self, authority: &Authority) -> Vec<Arc<SigningKey>> {
        let mut keys = authority.tenant().keys.listed();
        let host = keys.len();
        if let Authority::Any { .. } = authority {
            for key in self.read().tenants.values().flat_map(|tenant| tenant.keys.listed()) {
                if !keys.iter().any(|known| known.kid() == key.kid()) {
                    keys.push(key);
                }
            }
            // The order must not depend on which tenant was made first.
            keys[host..].sort_by(|one, other| one.kid().cmp(other.kid()));
        }
        keys
    }

    /// Makes an isolated tenant that starts like the configured tenant `like`. The second is the id of the oldest one, if it
    /// had to go for it.
    #[must_use]
    pub fn create_like(&self, like: &str) -> Option<(Arc<Tenant>, Option<Uuid>)> {
        let original = self.find(like)?;
        let document = self.document();
        let origin = document.tenants.iter().find(|tenant| tenant.id == original.id)?;
        let tenant = Arc::new(original.isolated_copy(origin, self.clock.clone()));
        let mut inner = self.write();
        inner.add(tenant.clone());
        let surplus = inner.isolated() > self.limits.tenants.max(1);
        let dropped = if surplus { inner.drop_oldest() } else { None };
        Some((tenant, dropped))
    }

    /// Forgets an isolated tenant. Those of the configuration stay.
    pub fn remove(&self, id: Uuid) -> bool {
        let mut inner = self.write();
        if inner.document.tenants.iter().any(|tenant| tenant.id == id) {
            return false;
        }
        inner.remove(id)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn of(document: &Arc<Document>, key: &Arc<SigningKey>, clock: &Arc<dyn Clock>, ids: &Ids, limits: Limits) -> Self {
        let mut inner =
            Self { document: document.clone(), tenants: IndexMap::new(), names: HashMap::new(), dropped: 0 };
        for tenant in &document.tenants {
            inner.add(Arc::new(Tenant::new(tenant, document, key.clone(), clock.clone(), ids.fork(), limits)));
        }
        inner
    }

    fn add(&mut self, tenant: Arc<Tenant>) {
        self.names.insert(tenant.domain.to_ascii_lowercase(), tenant.id);
        self.names.insert(tenant.name.to_ascii_lowercase(), tenant.id);
        self.tenants.insert(tenant.id, tenant);
    }

    fn isolated(&self) -> usize {
        self.tenants.len().saturating_sub(self.document.tenants.len())
    }

    /// Isolated tenants stand behind those of the configuration, oldest first.
    fn drop_oldest(&mut self) -> Option<Uuid> {
        let oldest = self.tenants.get_index(self.document.tenants.len()).map(|(id, _)| *id)?;
        self.dropped += 1;
        self.remove(oldest).then_some(oldest)
    }

    fn remove(&mut self, id: Uuid) -> bool {
        let Some(removed) = self.tenants.shift_remove(&id) else { return false };
        for name in [&removed.domain, &removed.name] {
            self.names.remove(&name.to_ascii_lowercase());
        }
        let left = self.tenants.len();
        if is_roomy(self.tenants.capacity(), left) {
            self.tenants.shrink_to(2 * left);
        }
        give_back(&mut self.names);
        removed.log.close();
        true
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").field("tenants", &self.read().tenants.len()).finish_non_exhaustive()
    }
}
