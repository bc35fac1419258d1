//! "A token": from where, for which API, how strong, whose.

use jiff::SignedDuration;
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
    /// Authentication contexts that must be among the token's (`acrs`).
    pub acrs: Option<Vec<String>>,
    /// The application's roles, exactly.
    pub roles: Option<Vec<String>>,
    /// Short name of the user that it is about.
    pub account: Option<String>,
    /// How long it is good at least, such as `20h`.
    #[schemars(with = "Option<String>")]
    pub expires_in_at_least: Option<SignedDuration>,
    /// How long it is good at most.
    #[schemars(with = "Option<String>")]
    pub expires_in_at_most: Option<SignedDuration>,
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

    /// The same for the answer to a raw request, which knows no cache.
    pub(super) fn check_raw(&self, scopes: &[String], path: &Path, names: &mut Names) {
        if self.from.is_some() {
            let message = "a raw request has no cache, so its token can only come from the network";
            names.problem(path.key("from"), message, "leave it out");
        }
        self.check(scopes, path, names);
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
        for (what, wanted, held) in [("amr", &self.amr, &seen.amr), ("acrs", &self.acrs, &seen.acrs)] {
            let lacks = |wanted: &&Vec<String>| wanted.iter().any(|word| !held.contains(word));
            if let Some(wanted) = wanted.as_ref().filter(lacks) {
                let (wanted, held) = (wanted.join(", "), held.join(", "));
                missed.push(format!("expected the token's {what} to hold {wanted}, saw [{held}]"));
            }
        }
        if let Some(roles) = self.roles.as_ref().filter(|roles| **roles != seen.roles) {
            missed.push(format!("expected the roles [{}], saw [{}]", roles.join(", "), seen.roles.join(", ")));
        }
        missed.extend(self.life_missed(seen.expires_in));
        if let Some(scopes) = &self.scopes {
            let (wanted, granted) = (super::asked(scopes, world), Asked::parse(&seen.scopes.join(" ")));
            if !wanted.is_same_as(&granted) {
                missed.push(format!("expected the scopes {}, saw {}", wanted.listed(), granted.listed()));
            }
        }
        if let Some(name) = &self.account {
            let is_hers = world.username(name).is_ok_and(|username| username.eq_ignore_ascii_case(&seen.account));
            if !is_hers {
                missed.push(format!("expected {name}'s token, saw {}'s", seen.account));
            }
        }
        missed
    }

    fn life_missed(&self, life: SignedDuration) -> Option<String> {
        let too_short = self.expires_in_at_least.filter(|wanted| life < *wanted).map(|wanted| ("at least", wanted));
        let too_long = self.expires_in_at_most.filter(|wanted| life > *wanted).map(|wanted| ("at most", wanted));
        let (word, wanted) = too_short.or(too_long)?;
        Some(format!("expected a token that is good for {word} {wanted:#}, saw {life:#}"))
    }
}
