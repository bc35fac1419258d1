//! What names may be made of that travel in an address, a header or a list of scopes, and how long they may be. Names that are
//! only shown may be anything.

use url::Url;

use super::same;
use crate::{
    directory::model::Api,
    terminal::misleads,
    yaml::{Path, Problem},
};

/// Names of tenants, applications and APIs become parts of addresses and of `api/Scope`.
pub(super) fn short_name(what: &str, name: &str, path: Path, problems: &mut Vec<Problem>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(allowed) {
        problems.push(
            Problem::new(path, format!("`{name}` cannot be the name of {what}"))
                .hint("a name has letters, digits, `-`, `_` and `.`"),
        );
    } else {
        length(what, name, LONGEST_NAME, path, problems);
    }
}

/// RFC 1035, 2.3.4 has the length.
pub(super) fn domain(domain: &str, path: Path, problems: &mut Vec<Problem>) {
    if RESERVED_TENANTS.iter().any(|reserved| same(reserved, domain)) {
        problems.push(Problem::new(path, format!("`{domain}` stands for every tenant and cannot be one's domain")));
    } else if domain.is_empty() || !domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.')) {
        problems.push(Problem::new(path, format!("`{domain}` is not a domain")).hint("write it as `contoso.test`"));
    } else {
        length("a domain", domain, LONGEST_DOMAIN, path, problems);
    }
}

/// Of which tenant it is, is checked with the other references.
pub(super) fn user_name(name: &str, path: Path, problems: &mut Vec<Problem>) {
    if name.contains(|c: char| c.is_whitespace() || misleads(c)) {
        problems.push(
            Problem::new(path, format!("`{name}` cannot be a user name"))
                .hint("a user name has neither spaces nor control characters nor marks of direction"),
        );
    } else {
        length("a user", name, LONGEST_USER_NAME, path, problems);
    }
}

/// What stands in front of a scope's name is part of the scope.
pub(super) fn app_id_uri(api: &Api, path: Path, problems: &mut Vec<Problem>) {
    let uri = &api.app_id_uri;
    if Url::parse(uri).is_err() || !is_scope_token(uri) {
        problems.push(
            Problem::new(path, format!("`{uri}` is not a URI that scopes can begin with"))
                .hint(format!("write it as `api://{}`", api.name)),
        );
    } else {
        length("an App ID URI", uri, LONGEST_URI, path, problems);
    }
}

pub(super) fn scope_name(name: &str, path: Path, problems: &mut Vec<Problem>) {
    if RESERVED_SCOPES.iter().any(|reserved| same(reserved, name)) {
        problems.push(Problem::new(path, format!("`{name}` has a meaning of its own and cannot be an API's scope")));
    } else if name.contains('/') || !is_scope_token(name) {
        problems.push(Problem::new(path, format!("`{name}` cannot be the name of a scope")).hint(
            "a scope has printable ASCII characters, but no spaces, quotes, `/` and backslashes (RFC 6749, 3.3)",
        ));
    } else {
        length("a scope", name, LONGEST_NAME, path, problems);
    }
}

/// Pages of Entra differ on how far the numbers go, so any is good (escalation reference, section 8, 4); `p1` and addresses
/// such as `urn:user:registersecurityinfo` occur, too. Challenges list them with spaces between (RFC 9470, 3).
pub(super) fn authentication_context(context: &str, path: Path, problems: &mut Vec<Problem>) {
    if !has_form_of_context(context) {
        problems
            .push(Problem::new(path, format!("`{context}` is not an authentication context")).hint("write it as `c1`"));
    } else {
        length("an authentication context", context, LONGEST_NAME, path, problems);
    }
}

/// Whether a configuration can have it as an authentication context.
pub(crate) fn is_authentication_context(context: &str) -> bool {
    has_form_of_context(context) && context.chars().count() <= LONGEST_NAME
}

fn has_form_of_context(context: &str) -> bool {
    let numbered = |digits: &str| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    let known = context.strip_prefix(['c', 'p']).is_some_and(numbered) || context.starts_with("urn:");
    known && is_scope_token(context)
}

/// Below `/api/{name}`; compared with what a request's path says when it is decoded.
pub(super) fn route_path(route: &str, path: Path, problems: &mut Vec<Problem>) {
    if !route.starts_with('/') {
        problems
            .push(Problem::new(path, format!("`{route}` does not start with `/`")).hint(format!("write `/{route}`")));
    } else if route.contains(misleads) {
        problems.push(
            Problem::new(path, format!("`{route}` cannot be the path of a route"))
                .hint("leave out control characters and marks of direction"),
        );
    }
}

/// Whether every character is one that an address has (RFC 3986, 2), so that a header can hold it. `|`, `^` and the like are not in
/// the RFC and are in use.
pub(super) fn is_address(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '`'))
}

/// RFC 6749, 3.3.
fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\'))
}

fn length(what: &str, name: &str, most: usize, path: Path, problems: &mut Vec<Problem>) {
    let length = name.chars().count();
    if length > most {
        problems.push(
            Problem::new(path, format!("the name of {what} has {length} characters: `{name}`"))
                .hint(format!("it may have {most}")),
        );
    }
}

const RESERVED_TENANTS: [&str; 3] = ["common", "organizations", "consumers"];
const RESERVED_SCOPES: [&str; 5] = [".default", "openid", "profile", "email", "offline_access"];
/// As Entra has it for the value of a scope (Microsoft Graph, `permissionScope`).
const LONGEST_NAME: usize = 120;
/// As Entra has it (Microsoft Graph, `user`: 64 before the `@`, 48 behind it).
const LONGEST_USER_NAME: usize = 113;
const LONGEST_URI: usize = 255;
const LONGEST_DOMAIN: usize = 253;
