//! The answer of the token endpoint or the device code endpoint to a raw request: status, error, or token.

use indexmap::IndexMap;
use mock_idp::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ClaimsExpected, TokenExpected, TokenSeen};
use crate::{check::Names, raw::Answer, step::Taken, world::World};

/// What an endpoint must answer; status 200, if nothing is said. What is left out may be anything.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerExpected {
    /// HTTP status.
    pub status: Option<u16>,
    /// OAuth error.
    pub error: Option<String>,
    /// AADSTS number.
    pub code: Option<u64>,
    /// `suberror`; `none` if there must be none.
    pub suberror: Option<String>,
    /// The claims that come with the error.
    pub claims: Option<ClaimsExpected>,
    /// A part of `error_description`.
    pub description_has: Option<String>,
    /// Whether `error_uri` is there.
    pub error_uri: Option<bool>,
    /// Headers by name; `none` for one that must not be there.
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub headers: IndexMap<String, String>,
    /// The token.
    pub token: Option<TokenExpected>,
    /// The members of the body, in any order: exactly these.
    pub members: Option<Vec<String>>,
}

impl AnswerExpected {
    fn is_error(&self) -> bool {
        self.error.is_some()
            || self.code.is_some()
            || self.suberror.is_some()
            || self.claims.is_some()
            || self.description_has.is_some()
            || self.error_uri.is_some()
            || self.status.is_some_and(|status| status >= 400)
    }

    /// Checks names, and that the expectation can apply to a request for `scopes`.
    pub(crate) fn check(&self, scopes: &[String], path: &Path, names: &mut Names) {
        if let Some(token) = &self.token {
            token.check_raw(scopes, &path.key("token"), names);
            if self.is_error() {
                let hint = "keep `token`, or what is about an error";
                names.problem(path.clone(), "an answer is a token or an error, and both are expected here", hint);
            }
        }
        if let Some(claims) = &self.claims {
            claims.check(&path.key("claims"), names);
        }
        if self.is_error() {
            names.may_have_failed = true;
        }
    }

    pub(crate) fn described(&self) -> String {
        if let Some(token) = &self.token {
            return token.described();
        }
        let mut words = Vec::new();
        words.extend(self.status.map(|status| format!("status {status}")));
        words.extend(self.error.clone());
        words.extend(self.code.map(|code| format!("AADSTS{code}")));
        words.extend(self.suberror.as_ref().filter(|suberror| *suberror != "none").cloned());
        words.extend(self.claims.as_ref().map(ClaimsExpected::described));
        match words.as_slice() {
            [] if self.is_error() => "an error".to_owned(),
            [] => "status 200".to_owned(),
            words => words.join(", "),
        }
    }

    /// Compares.
    pub(crate) fn judge(&self, answer: &Answer, world: &World) -> Taken {
        let missed = self.missed(answer, world);
        Taken {
            expected: Some(self.described()),
            seen: answer.described(&world.directory),
            missed: (!missed.is_empty()).then(|| missed.join("; ")),
            ..Taken::default()
        }
    }

    fn missed(&self, answer: &Answer, world: &World) -> Vec<String> {
        if self.is_error() != answer.is_error() {
            return vec![format!("expected {}, saw {}", self.described(), answer.described(&world.directory))];
        }
        let mut missed = Vec::new();
        let mut compare = |what: &str, wanted: Option<String>, seen: Option<String>| {
            let seen = seen.unwrap_or_else(|| "none".to_owned());
            if let Some(wanted) = wanted.filter(|wanted| *wanted != seen) {
                missed.push(format!("expected {what} {wanted}, saw {seen}"));
            }
        };
        let text = |member: &str| answer.text(member).map(str::to_owned);
        compare("status", self.status.map(|status| status.to_string()), Some(answer.status.to_string()));
        compare("error", self.error.clone(), text("error"));
        compare(
            "code",
            self.code.map(|code| format!("AADSTS{code}")),
            answer.code().map(|code| format!("AADSTS{code}")),
        );
        compare("suberror", self.suberror.clone(), text("suberror"));
        let has_error_uri = answer.text("error_uri").is_some();
        compare("error_uri", self.error_uri.map(|wanted| wanted.to_string()), Some(has_error_uri.to_string()));
        for (name, wanted) in &self.headers {
            let seen = answer.headers.get(name).and_then(|value| value.to_str().ok());
            compare(&format!("the header {name} to be"), Some(wanted.clone()), seen.map(str::to_owned));
        }
        if let Some(part) = &self.description_has {
            let text = answer.text("error_description").unwrap_or_default();
            if !text.contains(part) {
                missed.push(format!("expected an error_description with \"{part}\", saw \"{text}\""));
            }
        }
        if let Some(wanted) = &self.members {
            let mut seen: Vec<_> = answer.body.as_object().into_iter().flat_map(|body| body.keys().cloned()).collect();
            let mut sorted = wanted.clone();
            sorted.sort();
            seen.sort();
            if seen != sorted {
                missed.push(format!("expected the members {}, saw {}", sorted.join(", "), seen.join(", ")));
            }
        }
        missed.extend(self.claims.as_ref().and_then(|claims| claims.missed(answer.text("claims"), world)));
        if let Some(wanted) = &self.token {
            match TokenSeen::answered(&answer.body, &world.directory) {
                Some(seen) => missed.extend(wanted.missed(&seen, world)),
                None => missed.push(format!("expected {}, saw no access token", wanted.described())),
            }
        }
        missed
    }
}
