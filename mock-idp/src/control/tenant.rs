//! What is told of a tenant, and what it takes to make one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory::{Api, Application, ConsentSettings, Directory, NamedLocation, Switches, User};

/// A tenant to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTenant {
    /// Id, domain or short name of the configured tenant to start like.
    pub like: String,
}

/// A tenant: where it is and who is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TenantDescription {
    /// Tenant id (`tid`).
    pub tenant_id: Uuid,
    /// Verified domain.
    pub domain: String,
    /// Origin and tenant id.
    pub authority: String,
    /// Issuer of its ID tokens.
    pub issuer: String,
    /// Its users.
    pub users: Vec<UserName>,
    /// The applications it knows.
    pub applications: Vec<ApplicationName>,
    /// The APIs it knows.
    pub apis: Vec<ApiName>,
}

/// A user by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserName {
    /// Object id (`oid`).
    pub id: Uuid,
    /// User name in this tenant.
    pub username: String,
    /// Full name.
    pub name: String,
}

/// An application by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApplicationName {
    /// Short name.
    pub name: String,
    /// Client id.
    pub client_id: Uuid,
}

/// An API by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiName {
    /// Short name.
    pub name: String,
    /// App ID URI.
    pub app_id_uri: String,
    /// Where the mock API answers.
    pub url: String,
}

impl TenantDescription {
    /// What `directory` says of a tenant of the server at `base`.
    #[must_use]
    pub fn of(directory: &Directory, base: &str) -> Self {
        let user = |user: &User| UserName { id: user.id, username: directory.username(user), name: user.name.clone() };
        let application = |application: &Application| ApplicationName {
            name: application.name.clone(),
            client_id: application.client_id,
        };
        let api = |api: &Api| ApiName {
            name: api.name.clone(),
            app_id_uri: api.app_id_uri.clone(),
            url: format!("{base}/api/{}", api.name),
        };
        Self {
            tenant_id: directory.id,
            domain: directory.domain.clone(),
            authority: format!("{base}/{}", directory.id),
            issuer: crate::token::issuer_v2(base, directory.id),
            users: directory.users.iter().map(user).collect(),
            applications: directory.applications.iter().map(application).collect(),
            apis: directory.apis.iter().map(api).collect(),
        }
    }
}

/// What a tenant knows, as it stands: under its own names, and without secrets.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TenantDirectory {
    /// Tenant id.
    pub id: Uuid,
    /// Verified domain.
    pub domain: String,
    /// Domain of the tenant that this one was made like. Its users are known by their old names, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_domain: Option<String>,
    /// Name shown on pages.
    pub display_name: String,
    /// Users.
    pub users: Vec<User>,
    /// Applications.
    pub applications: Vec<Application>,
    /// APIs.
    pub apis: Vec<Api>,
    /// Switches.
    pub switches: Switches,
    /// Who may consent.
    pub consent_settings: ConsentSettings,
    /// Places that policies know by name.
    pub named_locations: Vec<NamedLocation>,
}

impl From<&Directory> for TenantDirectory {
    fn from(directory: &Directory) -> Self {
        Self {
            id: directory.id,
            domain: directory.domain.clone(),
            origin_domain: directory.origin_domain.clone(),
            display_name: directory.display_name.clone(),
            users: directory.users.iter().map(|user| told_user(directory, user)).collect(),
            applications: directory.applications.iter().map(told_application).collect(),
            apis: directory.apis.to_vec(),
            switches: (*directory.switches).clone(),
            consent_settings: directory.consent_settings,
            named_locations: directory.named_locations.to_vec(),
        }
    }
}

impl From<TenantDirectory> for Directory {
    /// For look-ups: names of the origin's domain are found again, secrets are not there.
    fn from(told: TenantDirectory) -> Self {
        let mut users = told.users;
        if let Some(origin) = &told.origin_domain {
            for user in &mut users {
                if let Some((local, _)) =
                    user.username.rsplit_once('@').filter(|(_, domain)| domain.eq_ignore_ascii_case(&told.domain))
                {
                    user.username = format!("{local}@{origin}");
                }
            }
        }
        Self {
            id: told.id,
            domain: told.domain,
            origin_domain: told.origin_domain,
            display_name: told.display_name,
            users: users.into(),
            applications: told.applications.into(),
            apis: told.apis.into(),
            switches: told.switches.into(),
            consent_settings: told.consent_settings,
            named_locations: told.named_locations.into(),
        }
    }
}

/// A user under the name of this tenant, without secrets.
#[must_use]
pub(crate) fn told_user(directory: &Directory, user: &User) -> User {
    User {
        username: directory.username(user),
        password: None,
        one_time_code: User::default_one_time_code(),
        ..user.clone()
    }
}

/// An application without secrets.
#[must_use]
pub(crate) fn told_application(application: &Application) -> Application {
    Application { secrets: Vec::new(), expired_secrets: Vec::new(), ..application.clone() }
}
