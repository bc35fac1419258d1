//! What is shown as an example and given to `run`'s command: the built-in names, or the nearest thing to them in
//! somebody's own configuration.

use mock_idp::{
    MockIdp,
    directory::{Api, Application, ClientKind, Directory, User},
};

/// One application and one API to try a tenant with.
#[derive(Debug)]
pub(super) struct Sample<'a> {
    /// `desktop`, or else the first public client, or else the first.
    pub(super) application: Option<&'a Application>,
    /// `calendar`, or else the first API with a scope.
    pub(super) api: Option<&'a Api>,
}

impl<'a> Sample<'a> {
    /// Chooses from `directory`.
    pub(super) fn of(directory: &'a Directory) -> Self {
        let applications = &directory.applications;
        let public = || applications.iter().find(|application| application.kind == ClientKind::Public);
        Self {
            application: directory.application("desktop").or_else(public).or_else(|| applications.first()),
            api: directory.api("calendar").or_else(|| directory.apis.iter().find(|api| !api.scopes.is_empty())),
        }
    }

    /// The application's client id; empty without one.
    pub(super) fn client_id(&self) -> String {
        self.application.map(|application| application.client_id.to_string()).unwrap_or_default()
    }

    /// The client id of the first single-page application, for pages; the application's without one.
    pub(super) fn page_id(&self, directory: &Directory) -> String {
        let page = directory.applications.iter().find(|application| application.kind == ClientKind::Spa);
        page.map_or_else(|| self.client_id(), |page| page.client_id.to_string())
    }

    /// The API's first scope in full, or one of OpenID Connect's.
    pub(super) fn scope(&self) -> String {
        let scope = self.api.and_then(|api| Some((api, api.scopes.first()?)));
        scope.map_or_else(|| "openid".to_owned(), |(api, scope)| format!("{}/{}", api.app_id_uri, scope.name))
    }

    /// The API's address.
    pub(super) fn api_url(&self, server: &MockIdp) -> String {
        self.api.map_or_else(|| server.base().to_owned(), |api| server.api_url(&api.name))
    }
}

/// The password of `user`; a guest's is known at home.
pub(super) fn password(server: &MockIdp, user: &User) -> Option<String> {
    let reveal = |user: &User| user.password.as_ref().map(|password| password.reveal().to_owned());
    match &user.home_tenant {
        None => reveal(user),
        Some(home) => reveal(server.tenant_named(home)?.directory().user(&user.username)?),
    }
}
