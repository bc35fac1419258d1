//! "A token": from where, for which API, how strong, whose.

use mock_idp::{expectation::Asked, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::TokenSeen;
use crate::{check::Names, world::World};

/// A token; what is left out may be anything.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TokenExpected {
    /// Whether a request was sent for it.
    pub from: Option<Origin>,
    /// Short name of the API that it is for (`aud`).
    pub api: Option<String>,
    /// The scopes that were granted, exactly.
    pub scopes: Option<Vec<String>>,
    /// Methods in the token (`amr`) that must be among its methods. Version 1 tokens only.
    pub amr: Option<Vec<String>>,
    /// Short name of the user that it is about.
    pub account: Option<String>,
}

/// Where a token comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The client's cache; no request was sent.
    Cache,
    /// The identity provider.
    Network,
}

impl TokenExpected {
    pub(super) fn check(&self, scopes: &[String], path: &Path, names: &mut Names) {
        if let Some(api) = &self.api {
            names.api(api, &path.key("api"));
        }
        names.scopes(self.scopes.as_deref().unwrap_or_default(), &path.key("scopes"));
        if self.amr.is_some() {
            names.shows_amr(scopes, &path.key("amr"));
        }
        if let Some(account) = &self.account {
            names.user(account, &path.key("account"));
        }
    }

    pub(super) fn described(&self) -> String {
        let mut words = vec!["a token".to_owned()];
        words.extend(self.api.as_ref().map(|api| format!("for {api}")));
        words.extend(self.from.map(|from| match from {
            Origin::Cache => "from the cache".to_owned(),
            Origin::Network => "from the network".to_owned(),
        }));
        words.extend(self.amr.as_ref().map(|amr| format!("with amr {}", amr.join("+"))));
        words.join(" ")
    }

    pub(super) fn missed(&self, seen: &TokenSeen, world: &World) -> Vec<String> {
        let mut missed = Vec::new();
        let from = if seen.from_cache { Origin::Cache } else { Origin::Network };
        if self.from.is_some_and(|wanted| wanted != from) || self.api.as_ref().is_some_and(|wanted| *wanted != seen.api)
        {
            missed.push(format!("expected {}, saw {}", self.described(), seen.described()));
        }
        let weak = |amr: &&Vec<String>| amr.iter().any(|method| !seen.amr.contains(method));
        if let Some(amr) = self.amr.as_ref().filter(weak) {
            missed.push(format!("expected the token's amr to hold {}, saw [{}]", amr.join(", "), seen.amr.join(", ")));
        }
        if let Some(scopes) = &self.scopes {
            let (wanted, granted) = (super::asked(scopes, world), Asked::parse(&seen.scopes.join(" ")));
            if !wanted.is_same_as(&granted) {
                missed.push(format!("expected the scopes {}, saw {}", wanted.listed(), granted.listed()));
            }
        }
        if let Some(name) = &self.account {
            let is_hers =
                world.tenant.username(name).is_ok_and(|username| username.eq_ignore_ascii_case(&seen.account));
            if !is_hers {
                missed.push(format!("expected {name}'s token, saw {}'s", seen.account));
            }
        }
        missed
    }
}
