//! What is shown as an example and given to `run`'s command: the built-in names, or the nearest thing to them in
//! somebody's own configuration.

use crate::directory::{Api, Application, ClientKind, Directory};

/// One application and one API to try a tenant with.
#[derive(Debug)]
pub struct Sample<'a> {
    /// The first single-page application.
    single_page: Option<&'a Application>,
    /// `desktop`, or else the first public client, or else the first.
    pub application: Option<&'a Application>,
    /// `calendar`, or else the first API with a scope.
    pub api: Option<&'a Api>,
}

impl<'a> Sample<'a> {
    /// Chooses from `directory`.
    #[must_use]
    pub fn of(directory: &'a Directory) -> Self {
        let applications = &directory.applications;
        let public = || applications.iter().find(|application| application.kind == ClientKind::Public);
        Self {
            single_page: applications.iter().find(|application| application.kind == ClientKind::Spa),
            application: directory.application("desktop").or_else(public).or_else(|| applications.first()),
            api: directory.api("calendar").or_else(|| directory.apis.iter().find(|api| !api.scopes.is_empty())),
        }
    }

    /// The application's client id; empty without one.
    #[must_use]
    pub fn client_id(&self) -> String {
        self.application.map(|application| application.client_id.to_string()).unwrap_or_default()
    }

    /// The single-page application's client id; empty without one.
    #[must_use]
    pub fn single_page(&self) -> String {
        self.single_page.map(|application| application.client_id.to_string()).unwrap_or_default()
    }

    /// The API's first scope in full, or one of OpenID Connect's.
    #[must_use]
    pub fn scope(&self) -> String {
        let scope = self.api.and_then(|api| Some((api, api.scopes.first()?)));
        scope.map_or_else(|| "openid".to_owned(), |(api, scope)| format!("{}/{}", api.app_id_uri, scope.name))
    }

    /// The API's address.
    #[must_use]
    pub fn api_url(&self, base: &str) -> String {
        self.api.map_or_else(|| base.to_owned(), |api| format!("{base}/api/{}", api.name))
    }
}
