//! Single values: the version, redirect addresses, policies that could never do anything. What names may be made of stands in
//! [`super::words`].

use url::Url;

use super::{
    each, tenants,
    words::{app_id_uri, authentication_context, domain, is_address, route_path, scope_name, short_name, user_name},
};
use crate::{
    directory::model::{Api, Application, ChallengeDialect, Document, Policy},
    error::Aadsts,
    flow::same_but_port,
    yaml::{Path, Problem},
};

pub(super) fn check(document: &Document, problems: &mut Vec<Problem>) {
    if document.version != 1 {
        problems.push(
            Problem::new(
                Path::root().key("version"),
                format!("version {} of this format is not known", document.version),
            )
            .hint("write `version: 1`"),
        );
    }
    if document.switches.consent_lag.is_negative() {
        let path = Path::root().key("switches").key("consent_lag");
        problems.push(Problem::new(path, "a consent cannot arrive before it is given").hint("write `0s` or more"));
    }
    if let Some(detector) = document.switches.loop_detector {
        let path = Path::root().key("switches").key("loop_detector");
        if detector.requests < 2 {
            problems
                .push(Problem::new(path.key("requests"), "every request would be a loop").hint("write `2` or more"));
        }
        if !detector.within.is_positive() {
            let message = "within no time there are no two requests";
            problems.push(Problem::new(path.key("within"), message).hint("write it as `5m`"));
        }
    }
    if document.switches.refresh_token_max_lifetime.is_some_and(|lifetime| !lifetime.is_positive()) {
        let path = Path::root().key("switches").key("refresh_token_max_lifetime");
        problems.push(Problem::new(path, "a refresh token has to live for some time").hint("write `8760h` or so"));
    }
    for number in document.switches.errors.keys() {
        if !Aadsts::ALL.iter().any(|code| code.row().number.to_string() == *number) {
            let path = Path::root().key("switches").key("errors").key(number);
            problems.push(
                Problem::new(path, format!("`{number}` is no AADSTS number of this server"))
                    .hint("`mock-idp errors` lists them"),
            );
        }
    }
    if document.tenants.is_empty() {
        problems.push(
            Problem::new(Path::root().key("tenants"), "at least one tenant is needed")
                .hint("`mock-idp config default` prints a document to start from"),
        );
    }
    for (path, tenant) in tenants(document) {
        short_name("a tenant", &tenant.name, path.key("name"), problems);
        domain(&tenant.domain, path.key("domain"), problems);
        for (path, user) in each(&tenant.users, &path.key("users")) {
            user_name(&user.username, path.key("username"), problems);
        }
        for (path, policy) in each(&tenant.policies, &path.key("policies")) {
            check_policy(policy, &path, problems);
        }
    }
    for (path, application) in each(&document.applications, &Path::root().key("applications")) {
        short_name("an application", &application.name, path.key("name"), problems);
        redirect_uris(application, &path, problems);
        front_channel_logout_uri(application, &path, problems);
    }
    for (path, api) in each(&document.apis, &Path::root().key("apis")) {
        short_name("an API", &api.name, path.key("name"), problems);
        app_id_uri(api, path.key("app_id_uri"), problems);
        for (path, scope) in each(&api.scopes, &path.key("scopes")) {
            scope_name(&scope.name, path.key("name"), problems);
        }
        for (path, route) in each(&api.on_behalf_of, &path.key("on_behalf_of")) {
            route_path(&route.path, path.key("path"), problems);
        }
        challenges(api, &path, problems);
    }
}

/// What the API asks of callers, and whether its dialect has words for that.
fn challenges(api: &Api, owner: &Path, problems: &mut Vec<Problem>) {
    let speaks_rfc9470 = api.challenge == ChallengeDialect::Rfc9470;
    if speaks_rfc9470 && api.challenge_capable_clients_only {
        problems.push(
            Problem::new(
                owner.key("challenge_capable_clients_only"),
                format!("the API `{}` sends no claims, so `cp1` does not say who can answer it", api.name),
            )
            .hint("leave it out, or choose another `challenge`"),
        );
    }
    for (path, route) in each(&api.protected_routes, &owner.key("protected_routes")) {
        route_path(&route.path, path.key("path"), problems);
        if let Some(context) = &route.authentication_context {
            authentication_context(context, path.key("authentication_context"), problems);
        } else if route.max_age.is_none() {
            problems.push(
                Problem::new(path.clone(), format!("the route `{}` asks nothing", route.path))
                    .hint("name an `authentication_context` or a `max_age`"),
            );
        }
        if let Some(age) = route.max_age {
            let path = path.key("max_age");
            if !age.is_positive() {
                problems.push(Problem::new(path, "no sign-in is as young as that").hint("write `5m`"));
            } else if !speaks_rfc9470 {
                problems.push(
                    Problem::new(path, "only RFC 9470 has a word for the age of a sign-in")
                        .hint("write `challenge: rfc9470` at the API, or name an `authentication_context`"),
                );
            }
        }
    }
}

fn check_policy(policy: &Policy, owner: &Path, problems: &mut Vec<Problem>) {
    let targets = &policy.targets;
    let path = owner.key("targets");
    let by_request = [&targets.apis, &targets.scopes, &targets.authentication_contexts];
    if by_request.iter().all(|names| names.is_empty()) && targets.user_actions.is_empty() {
        problems.push(
            Problem::new(path.clone(), format!("policy `{}` guards nothing", policy.name))
                .hint("name `apis`, `scopes`, `authentication_contexts` or `user_actions`"),
        );
    }
    for (path, context) in each(&targets.authentication_contexts, &path.key("authentication_contexts")) {
        authentication_context(context, path, problems);
    }
    if policy.grant.is_empty() && policy.session.is_empty() {
        problems.push(
            Problem::new(owner.key("grant").key("all_of"), format!("policy `{}` asks nothing", policy.name))
                .hint("write `[mfa]` or `[block]`"),
        );
    }
}

fn redirect_uris(application: &Application, owner: &Path, problems: &mut Vec<Problem>) {
    for (path, uri) in each(&application.redirect_uris, &owner.key("redirect_uris")) {
        match Url::parse(uri) {
            Err(error) => problems.push(
                Problem::new(path, format!("`{uri}` is not a redirect address: {error}"))
                    .hint("write a whole address, such as `http://localhost`"),
            ),
            Ok(parsed) if RUN_BY_BROWSERS.contains(&parsed.scheme()) => problems.push(
                Problem::new(path, format!("a browser that is sent to `{uri}` runs or shows what stands in it"))
                    .hint("write an address of `http`, `https` or of a scheme that is the application's own"),
            ),
            Ok(parsed) if !is_address(uri) => problems.push(
                Problem::new(path, format!("`{uri}` has characters that no address has (RFC 3986)"))
                    .hint(format!("write them encoded: `{parsed}`")),
            ),
            Ok(parsed) if parsed.fragment().is_some() => problems.push(
                Problem::new(path, format!("the redirect address `{uri}` has a fragment"))
                    .hint("leave out `#` and what follows"),
            ),
            Ok(_) => {}
        }
    }
}

/// OpenID Connect Front-Channel Logout 1.0, 2: an address without fragment, on the origin of a redirect address.
fn front_channel_logout_uri(application: &Application, owner: &Path, problems: &mut Vec<Problem>) {
    let Some(uri) = &application.front_channel_logout_uri else { return };
    let path = owner.key("front_channel_logout_uri");
    let origin = |uri: &str| Url::parse(uri).ok().filter(Url::has_host).map(|url| url.origin().ascii_serialization());
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.fragment().is_none();
    let web = Url::parse(uri).ok().filter(|url| is_address(uri) && is_web(url));
    let Some(asked) = web.and_then(|_| origin(uri)) else {
        let message = format!("`{uri}` cannot be loaded in a frame");
        problems.push(
            Problem::new(path, message)
                .hint("write a whole address without `#`, such as `https://app.test/signed-out`"),
        );
        return;
    };
    let origins: Vec<String> = application.redirect_uris.iter().filter_map(|uri| origin(uri)).collect();
    if !origins.iter().any(|known| *known == asked || same_but_port(known, &asked)) {
        let message = format!("`{uri}` is on another origin than the redirect addresses of `{}`", application.name);
        let problem = Problem::new(path, message);
        problems.push(match origins.first() {
            Some(origin) => problem.hint(format!("write an address below `{origin}`")),
            None => problem.hint("add a redirect address first"),
        });
    }
}

/// Schemes whose addresses browsers run, or show as if they were the page that leads there.
const RUN_BY_BROWSERS: [&str; 7] = ["javascript", "data", "vbscript", "blob", "filesystem", "about", "view-source"];
