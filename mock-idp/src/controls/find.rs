//! Names of a tenant's things: found, or refused with the nearest name that there is.

use crate::directory::{Api, Application, Directory, Scope, User};

use super::Unknown;

impl Unknown {
    pub(super) fn new<'a>(kind: &'static str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self { kind, name: name.to_owned(), nearest: crate::yaml::nearest(name, known).map(str::to_owned) }
    }
}

/// The user of `directory` called `name`.
pub(crate) fn user<'a>(directory: &'a Directory, name: &str) -> Result<&'a User, Unknown> {
    let known = || directory.users.iter().map(|known| known.username.as_str());
    directory.user(name).ok_or_else(|| Unknown::new("user", name, known()))
}

/// The application of `directory` called `name`.
pub(crate) fn application<'a>(directory: &'a Directory, name: &str) -> Result<&'a Application, Unknown> {
    let known = || directory.applications.iter().map(|known| known.name.as_str());
    directory.application(name).ok_or_else(|| Unknown::new("application", name, known()))
}

/// The API of `directory` called `name`.
pub(crate) fn api<'a>(directory: &'a Directory, name: &str) -> Result<&'a Api, Unknown> {
    let known = || directory.apis.iter().map(|known| known.name.as_str());
    directory.api(name).ok_or_else(|| Unknown::new("API", name, known()))
}

/// The scope of `api` called `name`.
pub(crate) fn scope<'a>(api: &'a Api, name: &str) -> Result<&'a Scope, Unknown> {
    let known = || api.scopes.iter().map(|known| known.name.as_str());
    api.scope(name).ok_or_else(|| Unknown::new("scope", name, known()))
}
