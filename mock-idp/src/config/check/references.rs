//! Names that must be borne by something: of users, APIs, scopes, applications and tenants.

use super::{api_names, each, find_api, same, tenants, unknown};
use crate::{
    directory::model::{Api, Document, Tenant, User},
    yaml::{Path, Problem},
};

pub(super) fn check(document: &Document, problems: &mut Vec<Problem>) {
    for (path, tenant) in tenants(document) {
        for (path, user) in each(&tenant.users, &path.key("users")) {
            match &user.home_tenant {
                None => member(tenant, user, &path, problems),
                Some(home) => guest(document, tenant, user, home, &path, problems),
            }
        }
        policies(document, tenant, &path, problems);
        consents(document, tenant, &path, problems);
    }
    for (path, api) in each(&document.apis, &Path::root().key("apis")) {
        downstream(document, api, &path, problems);
    }
    for (path, application) in each(&document.applications, &Path::root().key("applications")) {
        for (name, scopes) in &application.permissions {
            let path = path.key("permissions").key(name);
            if let Some(api) = find_api(document, name, &path, problems) {
                for (path, scope) in each(scopes, &path) {
                    find_scope(api, scope, path, problems);
                }
            }
        }
        for name in application.roles.keys() {
            find_api(document, name, &path.key("roles").key(name), problems);
        }
        for (path, name) in each(&application.assigned, &path.key("assigned")) {
            find_somebody(document, name, path, problems);
        }
    }
}

/// Applications are known in every tenant, so whoever is assigned to one may be anybody's.
fn find_somebody(document: &Document, name: &str, path: Path, problems: &mut Vec<Problem>) {
    let found = document.tenants.iter().any(|tenant| {
        let mut missing = Vec::new();
        find_people(tenant, name, path.clone(), &mut missing);
        missing.is_empty()
    });
    if !found {
        let known = document.tenants.iter().flat_map(|tenant| &tenant.users).map(|user| user.username.as_str());
        problems.push(unknown(format!("no tenant has a user or a group `{name}`"), name, path, known));
    }
}

/// Other APIs that `api` calls, and the clients that may consent for it.
fn downstream(document: &Document, api: &Api, owner: &Path, problems: &mut Vec<Problem>) {
    for (path, route) in each(&api.on_behalf_of, &owner.key("on_behalf_of")) {
        if let Some(called) = find_api(document, &route.api, &path.key("api"), problems) {
            for (path, scope) in each(&route.scopes, &path.key("scopes")) {
                find_scope(called, scope, path, problems);
            }
        }
        let caller = document.applications.iter().find(|application| application.client_id == api.id);
        if caller.is_none_or(|caller| caller.secrets.is_empty()) {
            problems.push(
                Problem::new(path, format!("no application with a secret has the id of the API `{}`", api.name))
                    .hint("an API calls another one as the application whose client_id is its own id"),
            );
        }
    }
    for (path, name) in each(&api.known_client_applications, &owner.key("known_client_applications")) {
        find_application(document, name, path, problems);
    }
    for (path, row) in each(&api.preauthorized, &owner.key("preauthorized")) {
        find_application(document, &row.client, path.key("client"), problems);
        for (path, scope) in each(&row.scopes, &path.key("scopes")) {
            find_scope(api, scope, path, problems);
        }
    }
}

fn member(tenant: &Tenant, user: &User, owner: &Path, problems: &mut Vec<Problem>) {
    let path = owner.key("username");
    let Some((name, domain)) = user.username.split_once('@').filter(|(name, _)| !name.is_empty()) else {
        let problem = Problem::new(path, format!("`{}` is not a user name", user.username));
        return problems.push(problem.hint(format!("write it as `ada@{}`", tenant.domain)));
    };
    if !same(domain, &tenant.domain) {
        problems.push(
            Problem::new(path, format!("`{}` is not in the tenant's domain `{}`", user.username, tenant.domain))
                .hint(format!("write `{name}@{}`, or add `home_tenant` if this is a guest", tenant.domain)),
        );
    }
}

/// A guest's home knows the same user name, as a member.
fn guest(document: &Document, tenant: &Tenant, user: &User, home: &str, owner: &Path, problems: &mut Vec<Problem>) {
    let path = owner.key("home_tenant");
    let Some(home) = document.tenants.iter().find(|tenant| tenant.name == home) else {
        let others = document.tenants.iter().map(|other| other.name.as_str()).filter(|other| *other != tenant.name);
        return problems.push(unknown(format!("unknown tenant `{home}`"), home, path, others));
    };
    if home.name == tenant.name {
        return problems.push(
            Problem::new(path, format!("`{}` cannot be a guest from the tenant itself", user.username))
                .hint("leave out `home_tenant` for a member"),
        );
    }
    let members = || home.users.iter().filter(|other| other.home_tenant.is_none());
    if !members().any(|other| same(&other.username, &user.username)) {
        let known = members().map(|other| other.username.as_str());
        let message = format!("tenant `{}` has no member `{}`", home.name, user.username);
        problems.push(unknown(message, &user.username, owner.key("username"), known));
    }
    if user.password.is_some() {
        problems.push(
            Problem::new(owner.key("password"), "a guest has no password here")
                .hint(format!("the home tenant `{}` knows it", home.name)),
        );
    }
}

fn policies(document: &Document, tenant: &Tenant, owner: &Path, problems: &mut Vec<Problem>) {
    for (path, policy) in each(&tenant.policies, &owner.key("policies")) {
        for (list, names) in [("include", &policy.users.include), ("exclude", &policy.users.exclude)] {
            for (path, name) in each(names, &path.key("users").key(list)) {
                find_people(tenant, name, path, problems);
            }
        }
        for (list, names) in [("include", &policy.clients.include), ("exclude", &policy.clients.exclude)] {
            for (path, name) in each(names, &path.key("clients").key(list)) {
                find_application(document, name, path, problems);
            }
        }
        for (list, names) in
            [("include", &policy.conditions.locations.include), ("exclude", &policy.conditions.locations.exclude)]
        {
            for (path, name) in each(names, &path.key("conditions").key("locations").key(list)) {
                find_location(tenant, name, path, problems);
            }
        }
        let path = path.key("targets");
        for (path, name) in each(&policy.targets.apis, &path.key("apis")).filter(|(_, name)| *name != "all") {
            find_api(document, name, &path, problems);
        }
        for (path, name) in each(&policy.targets.exclude, &path.key("exclude")) {
            find_api(document, name, &path, problems);
        }
        for (path, target) in each(&policy.targets.scopes, &path.key("scopes")) {
            scope_target(document, target, path, problems);
        }
    }
}

/// `api/Scope`.
fn scope_target(document: &Document, target: &str, path: Path, problems: &mut Vec<Problem>) {
    let Some((name, scope)) = target.split_once('/') else {
        let problem = Problem::new(path, format!("`{target}` does not say which API's scope it is"));
        let owner = document.apis.iter().find(|api| api.scope(target).is_some());
        return problems.push(match owner {
            Some(api) => problem.hint(format!("did you mean `{}/{target}`?", api.name)),
            None => problem.hint("write it as `mail/Mail.Read`"),
        });
    };
    let Some(api) = document.apis.iter().find(|api| api.name == name) else {
        return problems.push(unknown(format!("unknown API `{name}`"), name, path, api_names(document)));
    };
    find_scope(api, scope, path, problems);
}

fn consents(document: &Document, tenant: &Tenant, owner: &Path, problems: &mut Vec<Problem>) {
    for (path, consent) in each(&tenant.consents, &owner.key("consents")) {
        if let Some(user) = &consent.user {
            find_user(tenant, user, path.key("user"), problems);
        }
        find_application(document, &consent.client, path.key("client"), problems);
        let scopes = path.key("scopes");
        if consent.scopes.is_empty() {
            problems.push(Problem::new(scopes.clone(), "a consent to nothing").hint("name at least one scope"));
        }
        if let Some(api) = find_api(document, &consent.api, &path.key("api"), problems) {
            for (path, scope) in each(&consent.scopes, &scopes) {
                find_scope(api, scope, path, problems);
            }
        }
    }
}

/// A user, a group that somebody is in, or one of the words for many.
fn find_people(tenant: &Tenant, name: &str, path: Path, problems: &mut Vec<Problem>) {
    if ["guests", "administrators"].contains(&name) {
        return;
    }
    let Some(group) = name.strip_prefix("group:") else { return find_user(tenant, name, path, problems) };
    let groups = || tenant.users.iter().flat_map(|user| user.groups.iter().map(String::as_str));
    if !groups().any(|other| same(other, group)) {
        problems.push(unknown(
            format!("nobody in tenant `{}` is in the group `{group}`", tenant.name),
            group,
            path,
            groups(),
        ));
    }
}

fn find_location(tenant: &Tenant, name: &str, path: Path, problems: &mut Vec<Problem>) {
    if name != "all_trusted" && !tenant.named_locations.iter().any(|place| place.name == name) {
        let known = tenant.named_locations.iter().map(|place| place.name.as_str());
        let message = format!("tenant `{}` has no named location `{name}`", tenant.name);
        problems.push(unknown(message, name, path, known));
    }
}

fn find_application(document: &Document, name: &str, path: Path, problems: &mut Vec<Problem>) {
    if !document.applications.iter().any(|application| application.name == name) {
        let known = document.applications.iter().map(|application| application.name.as_str());
        problems.push(unknown(format!("unknown application `{name}`"), name, path, known));
    }
}

fn find_user(tenant: &Tenant, name: &str, path: Path, problems: &mut Vec<Problem>) {
    if !tenant.users.iter().any(|user| same(&user.username, name)) {
        let known = tenant.users.iter().map(|user| user.username.as_str());
        problems.push(unknown(format!("tenant `{}` has no user `{name}`", tenant.name), name, path, known));
    }
}

/// As it is spelled: requests may write a scope in any case, but what the directory says of it is compared to the letter.
fn find_scope(api: &Api, name: &str, path: Path, problems: &mut Vec<Problem>) {
    if !api.scopes.iter().any(|scope| scope.name == name) {
        let known = api.scopes.iter().map(|scope| scope.name.as_str());
        problems.push(unknown(format!("API `{}` has no scope `{name}`", api.name), name, path, known));
    }
}
