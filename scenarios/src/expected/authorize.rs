//! Where a raw authorization request must lead: a code, an error at the redirect address, or a page that goes nowhere.

use std::sync::Arc;

use indexmap::IndexMap;
use mock_idp::{expectation::SeenPage, recorder::Exchange, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ClaimsExpected, pages_missed};
use crate::{
    check::Names,
    person::Ended,
    step::{Door, Taken},
    world::World,
};

/// What an authorization request must end in; a code, if nothing is said. What is left out may be anything.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthorizeExpected {
    /// Whether a code came to the redirect address.
    pub code_issued: Option<bool>,
    /// OAuth error that came to the redirect address.
    pub error: Option<String>,
    /// AADSTS number in the description of that error.
    pub code: Option<u64>,
    /// `error_subcode` of that error; `none` if there must be none.
    pub error_subcode: Option<String>,
    /// The claims that came with that error.
    pub claims: Option<ClaimsExpected>,
    /// Other parameters that came to the redirect address, by name; `none` for one that must not be there.
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub parameters: IndexMap<String, String>,
    /// AADSTS number on a page from which nothing came back to the application.
    pub page_code: Option<u64>,
    /// Pages that the user saw, in order.
    pub pages: Option<Vec<SeenPage>>,
}

impl AuthorizeExpected {
    fn is_error(&self) -> bool {
        self.error.is_some() || self.code.is_some() || self.error_subcode.is_some() || self.claims.is_some()
    }

    fn wants_code(&self) -> bool {
        let other = self.is_error() || self.page_code.is_some() || self.parameters.contains_key("admin_consent");
        self.code_issued.unwrap_or(!other)
    }

    pub(crate) fn check(&self, door: Door, path: &Path, names: &mut Names) {
        if door == Door::AdminConsent && self.wants_code() {
            let hint = "expect `parameters: {admin_consent: \"True\"}`, an `error`, or `page_code`";
            names.problem(path.clone(), "the admin consent endpoint issues no code", hint);
        }
        let ways = [self.code_issued == Some(true), self.is_error(), self.page_code.is_some()];
        if ways.iter().filter(|is_given| **is_given).count() > 1 {
            names.problem(
                path.clone(),
                "a request ends in one way, and several are expected here",
                "keep `code_issued`, `error` with what belongs to it, or `page_code`",
            );
        }
        if let Some(claims) = &self.claims {
            claims.check(&path.key("claims"), names);
        }
        if self.is_error() {
            names.may_have_failed = true;
        }
    }

    fn described(&self) -> String {
        if self.wants_code() {
            return "a code".to_owned();
        }
        if let Some(code) = self.page_code {
            return format!("a page with AADSTS{code}");
        }
        let mut words = Vec::new();
        words.extend(self.error.clone());
        words.extend(self.code.map(|code| format!("AADSTS{code}")));
        words.extend(self.claims.as_ref().map(ClaimsExpected::described));
        if words.is_empty() { "no code".to_owned() } else { format!("the error {}", words.join(", ")) }
    }

    /// Compares.
    pub(crate) fn judge(&self, ended: &Ended, exchanges: &[Arc<Exchange>], world: &World) -> Taken {
        let mut missed = Vec::new();
        let is_error = ended.parameter("error").is_some();
        let otherwise = self.wants_code() != ended.parameter("code").is_some()
            || (self.is_error() && !is_error)
            || self.page_code.is_some_and(|code| ended.page_code() != Some(code));
        if otherwise {
            missed.push(format!("expected {}, saw {}", self.described(), ended.described()));
        } else {
            let mut compare = |what: &str, wanted: Option<String>, seen: Option<String>| {
                let seen = seen.unwrap_or_else(|| "none".to_owned());
                if let Some(wanted) = wanted.filter(|wanted| *wanted != seen) {
                    missed.push(format!("expected {what} {wanted}, saw {seen}"));
                }
            };
            let text = |name: &str| ended.parameter(name).map(str::to_owned);
            let number = |code: u64| format!("AADSTS{code}");
            compare("error", self.error.clone(), text("error"));
            compare("code", self.code.map(number), ended.error_code().map(number));
            compare("error_subcode", self.error_subcode.clone(), text("error_subcode"));
            for (name, wanted) in &self.parameters {
                compare(name, Some(wanted.clone()), text(name));
            }
            missed.extend(self.claims.as_ref().and_then(|claims| claims.missed(ended.parameter("claims"), world)));
        }
        missed.extend(self.pages.as_ref().and_then(|pages| pages_missed(pages, exchanges)));
        Taken {
            expected: Some(self.described()),
            seen: ended.described(),
            missed: (!missed.is_empty()).then(|| missed.join("; ")),
            ..Taken::default()
        }
    }
}
