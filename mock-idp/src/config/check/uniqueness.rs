//! Names and ids that must be borne by one thing only.

use std::collections::HashMap;

use uuid::Uuid;

use super::{each, tenants};
use crate::{
    directory::model::Document,
    yaml::{Path, Problem},
};

pub(super) fn check(document: &Document, problems: &mut Vec<Problem>) {
    let (mut names, mut ids, mut domains) = (Seen::new("tenant name"), Seen::new("tenant id"), Seen::new("domain"));
    for (path, tenant) in tenants(document) {
        names.name(&tenant.name, path.key("name"), problems);
        ids.id(tenant.id, path.key("id"), problems);
        domains.name(&tenant.domain, path.key("domain"), problems);

        let (mut names, mut ids) = (Seen::new("user name"), Seen::new("user id"));
        for (path, user) in each(&tenant.users, &path.key("users")) {
            names.name(&user.username, path.key("username"), problems);
            ids.id(user.id, path.key("id"), problems);
        }
        let (mut names, mut ids) = (Seen::new("policy name"), Seen::new("policy id"));
        for (path, policy) in each(&tenant.policies, &path.key("policies")) {
            names.name(&policy.name, path.key("name"), problems);
            ids.id(policy.id, path.key("id"), problems);
        }
    }
    for (path, tenant) in tenants(document) {
        let mut names = Seen::new("name of a location");
        for (path, place) in each(&tenant.named_locations, &path.key("named_locations")) {
            names.name(&place.name, path.key("name"), problems);
        }
    }
    let (mut names, mut ids) = (Seen::new("application name"), Seen::new("client id"));
    for (path, application) in each(&document.applications, &Path::root().key("applications")) {
        names.name(&application.name, path.key("name"), problems);
        ids.id(application.client_id, path.key("client_id"), problems);
    }
    let (mut names, mut ids, mut uris) = (Seen::new("API name"), Seen::new("API id"), Seen::new("App ID URI"));
    for (path, api) in each(&document.apis, &Path::root().key("apis")) {
        names.name(&api.name, path.key("name"), problems);
        ids.id(api.id, path.key("id"), problems);
        uris.name(&api.app_id_uri, path.key("app_id_uri"), problems);

        let mut scopes = Seen::new("scope");
        for (path, scope) in each(&api.scopes, &path.key("scopes")) {
            scopes.name(&scope.name, path.key("name"), problems);
        }
        let mut routes = Seen::new("protected route");
        for (path, route) in each(&api.protected_routes, &path.key("protected_routes")) {
            routes.note(route.path.clone(), &route.path, path.key("path"), problems);
        }
    }
}

/// What has been seen of one kind, with the place of the first.
struct Seen {
    what: &'static str,
    first: HashMap<String, Path>,
}

impl Seen {
    fn new(what: &'static str) -> Self {
        Self { what, first: HashMap::new() }
    }

    /// A name, in any case.
    fn name(&mut self, name: &str, path: Path, problems: &mut Vec<Problem>) {
        self.note(name.to_ascii_lowercase(), name, path, problems);
    }

    fn id(&mut self, id: Uuid, path: Path, problems: &mut Vec<Problem>) {
        let id = id.to_string();
        self.note(id.clone(), &id, path, problems);
    }

    fn note(&mut self, key: String, shown: &str, path: Path, problems: &mut Vec<Problem>) {
        if let Some(first) = self.first.get(&key) {
            let problem = Problem::new(path, format!("{} `{shown}` is used twice", self.what));
            problems.push(problem.hint(format!("`{first}` has it already")));
        } else {
            self.first.insert(key, path);
        }
    }
}
