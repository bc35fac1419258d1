//! The challenge of an API's 401 (`WWW-Authenticate`), and parts of an API's answer.

use desktop_client::challenge::{Challenge, ChallengeClaims, from_headers};
use indexmap::IndexMap;
use mock_idp::yaml::Path;
use reqwest::header::HeaderMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{ClaimsExpected, counted};
use crate::{check::Names, world::World};

/// The `Bearer` challenge of an answer; what is left out may be anything.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChallengeExpected {
    /// Its `error`, such as `insufficient_claims`; `none` if there must be none.
    pub error: Option<String>,
    /// The claims that it demands.
    pub claims: Option<ClaimsExpected>,
    /// True if there must be claims that nobody can read.
    pub unreadable_claims: Option<bool>,
    /// Other parameters by name; `none` for one that must not be there.
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub parameters: IndexMap<String, String>,
    /// How many challenges there are in all.
    pub scheme_count: Option<usize>,
    /// How many header lines they come in.
    pub header_count: Option<usize>,
}

impl ChallengeExpected {
    pub(crate) fn check(&self, path: &Path, names: &mut Names) {
        if let Some(claims) = &self.claims {
            claims.check(&path.key("claims"), names);
        }
        names.may_have_failed = true;
    }

    pub(crate) fn missed(&self, headers: &HeaderMap, world: &World) -> Vec<String> {
        let challenges = from_headers(headers);
        let Some(bearer) = challenges.iter().find(|challenge| challenge.is_bearer()) else {
            return vec!["expected a Bearer challenge, saw none".to_owned()];
        };
        let mut missed = Vec::new();
        let wanted = self.error.iter().map(|error| ("error", error));
        for (name, wanted) in wanted.chain(self.parameters.iter().map(|(name, value)| (name.as_str(), value))) {
            let seen = bearer.parameter(name).unwrap_or("none");
            if seen != wanted {
                missed.push(format!("expected the challenge's {name} to be {wanted}, saw {seen}"));
            }
        }
        if let Some(claims) = &self.claims {
            missed.extend(claims.missed(claims_of(bearer).as_deref(), world));
        }
        let unreadable = matches!(bearer.claims(), ChallengeClaims::Unreadable(_));
        if self.unreadable_claims.is_some_and(|wanted| wanted != unreadable) {
            let word = |unreadable: bool| if unreadable { "claims that nobody can read" } else { "no such claims" };
            missed.push(format!("expected {}, saw {}", word(!unreadable), word(unreadable)));
        }
        let lines = headers.get_all("www-authenticate").iter().count();
        for (what, wanted, seen) in
            [("challenge", self.scheme_count, challenges.len()), ("challenge header", self.header_count, lines)]
        {
            if let Some(wanted) = wanted.filter(|wanted| *wanted != seen) {
                missed.push(format!("expected {}, saw {seen}", counted(wanted, what)));
            }
        }
        missed
    }
}

/// The claims that an answer demands, as JSON text.
pub(crate) fn claims_demanded(headers: &HeaderMap) -> Option<String> {
    from_headers(headers).iter().filter(|challenge| challenge.is_bearer()).find_map(claims_of)
}

fn claims_of(challenge: &Challenge) -> Option<String> {
    match challenge.claims() {
        ChallengeClaims::Json(text) => Some(text),
        ChallengeClaims::Absent | ChallengeClaims::Unreadable(_) => None,
    }
}

/// What of `wanted` is not in `seen`: of a mapping the members that are named, of a list the items, of anything else itself.
pub(crate) fn body_missed(wanted: &Value, seen: &Value, at: &str) -> Vec<String> {
    match (wanted, seen) {
        (Value::Object(wanted), Value::Object(seen)) => wanted
            .iter()
            .flat_map(|(name, wanted)| {
                let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                body_missed(wanted, seen.get(name).unwrap_or(&Value::Null), &at)
            })
            .collect(),
        (Value::Array(wanted), Value::Array(seen)) if wanted.iter().all(|item| seen.contains(item)) => Vec::new(),
        (wanted, seen) if wanted == seen => Vec::new(),
        (wanted, seen) => {
            let what = if at.is_empty() { "the answer".to_owned() } else { format!("the answer's {at}") };
            let verb = if wanted.is_array() { "hold" } else { "be" };
            vec![format!("expected {what} to {verb} {wanted}, saw {seen}")]
        }
    }
}
