//! What one tenant knows: its users, and the applications and APIs of the whole server. Look-ups only; nothing here
//! decides, stores or speaks HTTP.
//!
//! A [`Directory`] is cheap to copy: an isolated tenant shares everything with the tenant it was made like, and only what
//! a test changes is its own.

mod api;
mod application;
mod certificate;
mod facts;
pub mod model;
mod policy;
mod secret;
mod switches;

use std::sync::Arc;

use uuid::Uuid;

pub use model::*;

/// Application id of the API that owns scopes without a resource in front (Microsoft Graph's).
pub const GRAPH: Uuid = Uuid::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000);

/// One tenant's view of the configuration.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Tenant id (`tid`).
    pub id: Uuid,
    /// Verified domain.
    pub domain: String,
    /// Domain of the tenant that this one was made like. Its users are known here by their old names, too.
    pub origin_domain: Option<String>,
    /// Name shown on pages.
    pub display_name: String,
    /// Users as configured; their names carry the origin's domain, see [`Directory::username`].
    pub users: Arc<Vec<User>>,
    /// Applications.
    pub applications: Arc<Vec<Application>>,
    /// APIs.
    pub apis: Arc<Vec<Api>>,
    /// Switches.
    pub switches: Arc<Switches>,
    /// Who may consent.
    pub consent_settings: ConsentSettings,
    /// Places that policies know by name.
    pub named_locations: Arc<Vec<NamedLocation>>,
}

impl Directory {
    /// The view that `tenant` of `document` has.
    #[must_use]
    pub fn of(tenant: &Tenant, document: &Document) -> Self {
        Self {
            id: tenant.id,
            domain: tenant.domain.clone(),
            origin_domain: None,
            display_name: tenant.display_name.clone().unwrap_or_else(|| tenant.name.clone()),
            users: Arc::new(tenant.users.clone()),
            applications: Arc::new(document.applications.clone()),
            apis: Arc::new(document.apis.clone()),
            switches: Arc::new(document.switches.clone()),
            consent_settings: tenant.consent_settings,
            named_locations: Arc::new(tenant.named_locations.clone()),
        }
    }

    /// The same directory under another id and domain; members keep their ids and get the new domain.
    #[must_use]
    pub fn isolated_copy(&self, id: Uuid, domain: String) -> Self {
        let origin_domain = self.origin_domain.clone().or_else(|| Some(self.domain.clone()));
        Self { id, domain, origin_domain, ..self.clone() }
    }

    /// The user name of `user` in this tenant.
    #[must_use]
    pub fn username(&self, user: &User) -> String {
        match (&self.origin_domain, user.username.rsplit_once('@')) {
            (Some(origin), Some((local, domain))) if domain.eq_ignore_ascii_case(origin) => {
                format!("{local}@{}", self.domain)
            }
            _ => user.username.clone(),
        }
    }

    /// The user called `name`: a user name in any case, a name of the origin's domain, an object id, or the part of the
    /// name in front of the `@`.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&User> {
        let exact =
            |user: &&User| user.username.eq_ignore_ascii_case(name) || self.username(user).eq_ignore_ascii_case(name);
        let short =
            |user: &&User| user.username.split('@').next().is_some_and(|local| local.eq_ignore_ascii_case(name));
        self.users
            .iter()
            .find(exact)
            .or_else(|| Uuid::parse_str(name).ok().and_then(|id| self.user_by_id(id)))
            .or_else(|| self.users.iter().find(short))
    }

    /// The user with the object id `id`.
    #[must_use]
    pub fn user_by_id(&self, id: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The user with the object id `id`, to change. Copies the users first if another tenant shares them.
    pub fn user_mut(&mut self, id: Uuid) -> Option<&mut User> {
        Arc::make_mut(&mut self.users).iter_mut().find(|user| user.id == id)
    }

    /// The application with the client id or short name `name`, to change. Copies the applications first if another tenant
    /// shares them.
    pub fn application_mut(&mut self, name: &str) -> Option<&mut Application> {
        let id = self.application(name)?.client_id;
        Arc::make_mut(&mut self.applications).iter_mut().find(|application| application.client_id == id)
    }

    /// The API with the short name `name`, to change. Copies the APIs first if another tenant shares them.
    pub fn api_mut(&mut self, name: &str) -> Option<&mut Api> {
        Arc::make_mut(&mut self.apis).iter_mut().find(|api| api.name == name)
    }

    /// The application with the client id or short name `name`.
    #[must_use]
    pub fn application(&self, name: &str) -> Option<&Application> {
        match Uuid::parse_str(name) {
            Ok(id) => self.applications.iter().find(|application| application.client_id == id),
            Err(_) => self.applications.iter().find(|application| application.name == name),
        }
    }

    /// The API with the short name `name`.
    #[must_use]
    pub fn api(&self, name: &str) -> Option<&Api> {
        self.apis.iter().find(|api| api.name == name)
    }

    /// Microsoft Graph, if the directory has it.
    #[must_use]
    pub fn graph(&self) -> Option<&Api> {
        self.apis.iter().find(|api| api.id == GRAPH)
    }

    /// The API that a scope's resource part names: its App ID URI (with or without a closing slash, any case), its id, or
    /// `api://` and its id.
    #[must_use]
    pub fn api_by_resource(&self, resource: &str) -> Option<&Api> {
        let resource = resource.strip_suffix('/').unwrap_or(resource);
        let id = Uuid::parse_str(resource.strip_prefix("api://").unwrap_or(resource)).ok();
        self.apis.iter().find(|api| {
            api.app_id_uri.trim_end_matches('/').eq_ignore_ascii_case(resource) || id.is_some_and(|id| api.id == id)
        })
    }
}
