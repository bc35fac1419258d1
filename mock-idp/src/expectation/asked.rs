//! The scopes of a request, in short form. Knows nothing of a directory: what a scope string itself says is enough.

use std::fmt;

use super::log::parameter;
use crate::{directory::Dialect, recorder::Exchange};

/// The scopes that a request asks for, without OpenID Connect's own; `api://payroll/Salary.Read` reads `payroll/Salary.Read`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Sorted, without repetition; compared in any case.
    scopes: Vec<(String, String)>,
}

impl Asked {
    /// What `exchange` asked for.
    #[must_use]
    pub fn of(exchange: &Exchange) -> Self {
        // At the v1 endpoints `resource` names the API.
        let (resource, scope) = (parameter(exchange, "resource"), parameter(exchange, "scope"));
        let asked = Dialect::of_path(&exchange.path).scope_of(resource, scope);
        Self::parse(asked.as_deref().or(scope).unwrap_or_default())
    }

    /// Reads the value of a `scope` parameter.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut scopes: Vec<_> = text.split_whitespace().filter(|word| !is_oidc(word)).map(split).collect();
        scopes.sort_by_key(lower);
        scopes.dedup_by_key(|scope| lower(scope));
        Self { scopes }
    }

    /// Whether both ask the same.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.scopes.iter().map(lower).eq(other.scopes.iter().map(lower))
    }

    /// Whether this asks for nothing that `other` has not.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.scopes.iter().all(|scope| other.scopes.iter().any(|had| lower(had) == lower(scope)))
    }

    /// Whether nothing is asked of any API.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty()
    }

    /// The scopes in short form: `payroll/Salary.Read, mail/Mail.Read`.
    #[must_use]
    pub fn listed(&self) -> String {
        let words: Vec<_> = self.scopes.iter().map(|(api, name)| format!("{api}/{name}")).collect();
        if words.is_empty() { "no API's scope".to_owned() } else { words.join(", ") }
    }

    /// Whether both ask something of the same API.
    #[must_use]
    pub fn shares_api_with(&self, other: &Self) -> bool {
        self.scopes.iter().any(|(api, _)| other.is_for(Some(api)))
    }

    pub(super) fn shares_scope_with(&self, other: &Self) -> bool {
        self.scopes.iter().any(|scope| other.scopes.iter().any(|had| lower(had) == lower(scope)))
    }

    pub(super) fn is_for(&self, api: Option<&str>) -> bool {
        api.is_some_and(|api| self.scopes.iter().any(|(asked, _)| asked.eq_ignore_ascii_case(api)))
    }
}

/// The APIs, as people call them: `payroll`, or `calendar and mail`.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut apis: Vec<&str> = self.scopes.iter().map(|(api, _)| api.as_str()).collect();
        apis.dedup();
        match apis.as_slice() {
            [] => f.write_str("no API"),
            [first @ .., last] if !first.is_empty() => write!(f, "{} and {last}", first.join(", ")),
            all => f.write_str(&all.concat()),
        }
    }
}

fn is_oidc(word: &str) -> bool {
    ["openid", "profile", "email", "offline_access"].iter().any(|oidc| oidc.eq_ignore_ascii_case(word))
}

/// Short name of the API, and the scope's name. A name without a resource is Graph's.
fn split(scope: &str) -> (String, String) {
    let Some((resource, name)) = scope.rsplit_once('/') else {
        return (GRAPH.to_owned(), scope.to_owned());
    };
    let resource = resource.trim_end_matches('/');
    let api = match resource.strip_prefix("api://") {
        Some(api) => api,
        None if resource.eq_ignore_ascii_case("https://graph.microsoft.com") => GRAPH,
        None => resource,
    };
    (api.to_owned(), name.to_owned())
}

fn lower((api, name): &(String, String)) -> (String, String) {
    (api.to_ascii_lowercase(), name.to_ascii_lowercase())
}

const GRAPH: &str = "graph";
