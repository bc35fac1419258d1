//! Faults: an answer for the next matching requests, whatever they would have been answered (contract §7; escalation
//! reference 2.8 G8 and G9, 2.12).
//!
//! ```text
//! Fault (as written) ── arm ──► Armed (names resolved, one effect) ── Faults::hit(request) ──► Hit ──► http/fault
//! ```
//!
//! Pure: which request meets which fault is decided here, from what is known of a request ([`Sought`]); how a fault is
//! answered is for `http` to write. A new effect is a variant of [`Effect`] and its line in `effect.rs`.

mod effect;
mod list;
mod sentence;
mod wording;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use effect::Effect;
pub use list::{ArmedFault, Faults, Hit, Sought};
pub use sentence::refusal;
pub use wording::{RetryAfter, Times};

use crate::{
    directory::{Directory, OAuthError},
    grant::GRANTS,
    yaml::{Path, Problem, suggest},
};

/// An answer for the next requests that match: which ones, what they get, and how often.
///
/// Without a matcher every request to the authority matches, but none to an API. Of `code`, `status`, `drop`,
/// `redirect_error` and `tamper_state` there is one; none of them if `latency` stands alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Where the request goes; anywhere but to an API if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// Whose request: short name or client id of an application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// In whose name: a user name. Known of a request that hints at, types or carries something issued to the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Of a token request: its grant type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_type: Option<String>,
    /// Short name of the API that is called. Means `endpoint: api`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,

    /// The refusal with this AADSTS number, as the catalogue has it: a JSON error, at `/authorize` a page or a redirect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// This HTTP status, with a gateway's page for a body unless `body` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 200, max = 599))]
    pub status: Option<u16>,
    /// The connection is closed without an answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drop: bool,
    /// At `/authorize`: a redirect with this error and no description, as after an outage behind the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_error: Option<OAuthError>,
    /// At `/authorize`: the sign-in goes on, but its answer carries another `state` than was sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tamper_state: bool,

    /// The header `Retry-After`: seconds, or a text such as an HTTP date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<RetryAfter>,
    /// How long the request waits first, in real time, such as `250ms`; at most ten minutes. Alone, it is served normally
    /// afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "time-span"))]
    pub latency: Option<SignedDuration>,
    /// The body that goes with `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Its type; `application/json` if `body` is JSON, else `text/plain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,

    /// How many requests it concerns: a number from 1, or `unlimited`. Once, if absent.
    pub times: Times,
    /// So many matching requests pass first.
    #[serde(skip_serializing_if = "is_zero")]
    pub after: u32,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `/token`.
    Token,
    /// `/authorize` and `/adminconsent`: a client starts an interactive sign-in.
    Authorize,
    /// A page of the sign-in is submitted; `/deviceauth`.
    Page,
    /// `/devicecode`.
    DeviceCode,
    /// Metadata, instance discovery and user realm.
    Discovery,
    /// The signing keys.
    Keys,
    /// `/logout`.
    Logout,
    /// A mock API, `/v1.0/me` and `/oidc/userinfo` included.
    Api,
}

impl Endpoint {
    /// The word in documents.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Authorize => "authorize",
            Self::Page => "page",
            Self::DeviceCode => "device_code",
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::Logout => "logout",
            Self::Api => "api",
        }
    }
}

/// A fault that cannot be: what is wrong with it, member by member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct InvalidFault(pub Vec<Problem>);

impl Fault {
    /// Everything that is wrong with it, if it is to be injected into the tenant of `directory`. `path` is where it stands.
    #[must_use]
    pub fn problems(&self, directory: &Directory, path: &Path) -> Vec<Problem> {
        let mut problems = self.unknown_names(directory, path);
        if self.api.is_some() && self.endpoint.is_some_and(|endpoint| endpoint != Endpoint::Api) {
            problems.push(
                Problem::new(path.key("api"), "only a call of an API has one").hint("leave `endpoint` out, or `api`"),
            );
        }
        if self.grant_type.is_some() && self.endpoint() != Some(Endpoint::Token) {
            problems.push(
                Problem::new(path.key("grant_type"), "only a token request has one").hint("add `endpoint: token`"),
            );
        }
        problems.extend(self.effect(path).err());
        problems.extend(self.misplaced(path));
        problems
    }

    /// The endpoint that is meant; `api` alone means an API.
    #[must_use]
    pub fn endpoint(&self) -> Option<Endpoint> {
        self.endpoint.or(self.api.as_ref().map(|_| Endpoint::Api))
    }

    fn unknown_names(&self, directory: &Directory, path: &Path) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut name = |member: &str, kind: &str, given: &Option<String>, is_known: bool, known: Vec<&str>| {
            if let Some(given) = given.as_ref().filter(|_| !is_known) {
                let problem = Problem::new(path.key(member), format!("unknown {kind} `{given}`"));
                problems.push(match suggest(given, "there are", known) {
                    Some(hint) => problem.hint(hint),
                    None => problem,
                });
            }
        };
        let (client, user) = (self.client.as_deref().unwrap_or_default(), self.user.as_deref().unwrap_or_default());
        let applications = directory.applications.iter().map(|known| known.name.as_str()).collect();
        name("client", "application", &self.client, directory.application(client).is_some(), applications);
        let users = directory.users.iter().map(|known| known.username.as_str()).collect();
        name("user", "user", &self.user, directory.user(user).is_some(), users);
        let api = self.api.as_deref().unwrap_or_default();
        let apis = directory.apis.iter().map(|known| known.name.as_str()).collect();
        name("api", "API", &self.api, directory.api(api).is_some(), apis);
        let grants: Vec<&str> = GRANTS.iter().flat_map(|grant| grant.names).copied().collect();
        let is_known = self.grant_type.as_deref().is_some_and(|given| grants.contains(&given));
        name("grant_type", "grant type", &self.grant_type, is_known, grants);
        problems
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests;
