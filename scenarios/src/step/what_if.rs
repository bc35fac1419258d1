//! `what_if`: what would be decided for a request that nobody makes.

use jiff::SignedDuration;
use mock_idp::{Judgement, Question, yaml::Path};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb, short};
use crate::{
    check::Names,
    world::{Broken, World},
};

/// A request to be judged without being made.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WhatIf {
    /// Scopes of one API, such as `payroll/Salary.Read`.
    pub scopes: Vec<String>,
    /// Short name of the user; the user of the scenario if left out.
    pub user: Option<String>,
    /// Short name of the application; the client of the scenario if left out.
    pub client: Option<String>,
    /// The `claims` parameter, as JSON text.
    pub claims: Option<String>,
    /// How long ago the user typed credentials, such as `2h`; just now if left out.
    #[schemars(with = "Option<String>")]
    pub signed_in_ago: Option<SignedDuration>,
    /// Whether a second factor was passed, together with the credentials if `mfa_ago` is left out.
    pub mfa: bool,
    /// How long ago a second factor was passed.
    #[schemars(with = "Option<String>")]
    pub mfa_ago: Option<SignedDuration>,
    /// Whether a device is being signed in by its code.
    pub device_code: bool,
    /// Whether the user sits in front of the pages.
    pub interactive: bool,
    /// What would come of it; a token, if nothing is said.
    pub expect: Foreseen,
}

/// What would come of a request.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Foreseen {
    /// The AADSTS numbers of what would be demanded, in the order of evaluation; none if a token would be issued.
    pub codes: Vec<u32>,
    /// The names of the policies that would not be met.
    pub policies: Option<Vec<String>>,
    /// The pages that the user would see, in their order, such as `one_time_code`; `blocked` where none helps.
    pub pages: Option<Vec<String>>,
}

impl Verb for WhatIf {
    fn check(&self, path: &Path, names: &mut Names) {
        names.some_scopes(&self.scopes, &path.key("scopes"));
        if let Some(user) = &self.user {
            names.user(user, &path.key("user"));
        }
        if let Some(client) = &self.client {
            names.application(client, &path.key("client"));
        }
        for (name, ago) in [("signed_in_ago", self.signed_in_ago), ("mfa_ago", self.mfa_ago)] {
            if ago.is_some_and(|ago| ago.is_negative()) {
                names.problem(path.key(name), "what is past is not to come", "write a time like `2h`");
            }
        }
        let path = path.key("expect");
        for (index, name) in self.expect.policies.iter().flatten().enumerate() {
            names.expected_policy(name, &path.key("policies").index(index));
        }
        if self.expect.pages.is_some() && !self.interactive {
            let message = "nobody sits in front of the pages, so none would be seen";
            names.problem(path.key("pages"), message, "add `interactive: true`");
        }
    }

    fn story(&self) -> String {
        format!("somebody asks what would be decided for {}", short(&self.scopes))
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let given = &world.script.given;
        let question = Question {
            user: self.user.as_ref().unwrap_or(&given.user).clone(),
            client: self.client.as_ref().unwrap_or(&given.client).clone(),
            scope: world.full(&self.scopes)?.join(" "),
            claims: self.claims.clone(),
            signed_in_ago: self.signed_in_ago,
            mfa: self.mfa,
            mfa_ago: self.mfa_ago,
            device_code: self.device_code,
            interactive: self.interactive,
        };
        Ok(self.expect.judge(&world.tenant.judge(&question).await?))
    }
}

impl Foreseen {
    fn judge(&self, seen: &Judgement) -> Taken {
        let codes: Vec<u32> = seen.demands.iter().map(|demand| demand.code).collect();
        let policies: Vec<String> = seen.policies.iter().map(|policy| policy.name.clone()).collect();
        let pages = seen.pages.clone().unwrap_or_default();
        let mut missed = Vec::new();
        if self.codes != codes {
            missed.push(format!("expected {}, saw {}", demanded(&self.codes), demanded(&codes)));
        }
        for (what, wanted, seen) in [("unmet policies", &self.policies, policies), ("pages", &self.pages, pages)] {
            if let Some(wanted) = wanted.as_ref().filter(|wanted| **wanted != seen) {
                missed.push(format!("expected the {what} [{}], saw [{}]", wanted.join(", "), seen.join(", ")));
            }
        }
        Taken {
            expected: Some(demanded(&self.codes)),
            seen: demanded(&codes),
            missed: (!missed.is_empty()).then(|| missed.join("; ")),
            ..Taken::default()
        }
    }
}

fn demanded(codes: &[u32]) -> String {
    match codes {
        [] => "a token without more ado".to_owned(),
        codes => {
            let codes: Vec<_> = codes.iter().map(|code| format!("AADSTS{code}")).collect();
            format!("that {} would be demanded", codes.join(", then "))
        }
    }
}
