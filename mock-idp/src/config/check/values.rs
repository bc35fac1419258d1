//! Single values: the version, names that go into addresses, redirect addresses, policies that could never do anything.

use url::Url;

use super::{each, same, tenants};
use crate::{
    directory::model::{Api, Application, ChallengeDialect, Document, Policy, Scope, Tenant},
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
        short_name("a tenant", &tenant.name, &path, problems);
        domain(tenant, &path, problems);
        for (path, policy) in each(&tenant.policies, &path.key("policies")) {
            check_policy(policy, &path, problems);
        }
    }
    for (path, application) in each(&document.applications, &Path::root().key("applications")) {
        short_name("an application", &application.name, &path, problems);
        redirect_uris(application, &path, problems);
        front_channel_logout_uri(application, &path, problems);
    }
    for (path, api) in each(&document.apis, &Path::root().key("apis")) {
        short_name("an API", &api.name, &path, problems);
        if Url::parse(&api.app_id_uri).is_err() {
            problems.push(
                Problem::new(path.key("app_id_uri"), format!("`{}` is not a URI", api.app_id_uri))
                    .hint(format!("write it as `api://{}`", api.name)),
            );
        }
        for (path, scope) in each(&api.scopes, &path.key("scopes")) {
            scope_name(scope, &path, problems);
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
        if !route.path.starts_with('/') {
            problems.push(
                Problem::new(path.key("path"), format!("`{}` does not start with `/`", route.path))
                    .hint(format!("write `/{}`", route.path)),
            );
        }
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

/// Names become parts of addresses and of `api/Scope`.
fn short_name(what: &str, name: &str, owner: &Path, problems: &mut Vec<Problem>) {
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        problems.push(
            Problem::new(owner.key("name"), format!("`{name}` cannot be the name of {what}"))
                .hint("a name has letters, digits, `-`, `_` and `.`"),
        );
    }
}

fn domain(tenant: &Tenant, owner: &Path, problems: &mut Vec<Problem>) {
    let domain = &tenant.domain;
    let path = owner.key("domain");
    if RESERVED_TENANTS.iter().any(|reserved| same(reserved, domain)) {
        problems.push(Problem::new(path, format!("`{domain}` stands for every tenant and cannot be one's domain")));
    } else if domain.is_empty() || !domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.')) {
        problems.push(Problem::new(path, format!("`{domain}` is not a domain")).hint("write it as `contoso.test`"));
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

/// Pages of Entra differ on how far the numbers go, so any is good (escalation reference, section 8, 4); `p1` and addresses
/// such as `urn:user:registersecurityinfo` occur, too.
fn authentication_context(context: &str, path: Path, problems: &mut Vec<Problem>) {
    let numbered = |digits: &str| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    let known = context.strip_prefix(['c', 'p']).is_some_and(numbered) || context.starts_with("urn:");
    if !known {
        problems
            .push(Problem::new(path, format!("`{context}` is not an authentication context")).hint("write it as `c1`"));
    }
}

fn redirect_uris(application: &Application, owner: &Path, problems: &mut Vec<Problem>) {
    for (path, uri) in each(&application.redirect_uris, &owner.key("redirect_uris")) {
        match Url::parse(uri) {
            Err(error) => problems.push(
                Problem::new(path, format!("`{uri}` is not a redirect address: {error}"))
                    .hint("write a whole address, such as `http://localhost`"),
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
    let web = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.fragment().is_none());
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

fn scope_name(scope: &Scope, owner: &Path, problems: &mut Vec<Problem>) {
    let name = &scope.name;
    let path = owner.key("name");
    if RESERVED_SCOPES.iter().any(|reserved| same(reserved, name)) {
        problems.push(Problem::new(path, format!("`{name}` has a meaning of its own and cannot be an API's scope")));
    } else if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '/') {
        problems.push(
            Problem::new(path, format!("`{name}` cannot be the name of a scope"))
                .hint("a scope has neither spaces nor `/`"),
        );
    }
}

const RESERVED_TENANTS: [&str; 3] = ["common", "organizations", "consumers"];
const RESERVED_SCOPES: [&str; 5] = [".default", "openid", "profile", "email", "offline_access"];
