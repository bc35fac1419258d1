//! `token_request`: anything is sent to the token endpoint.

use indexmap::IndexMap;
use mock_idp::yaml::Path;
use reqwest::header::{HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{By, Taken, Verb};
use crate::{
    check::Names,
    expected::AnswerExpected,
    raw::{self, Answer, Dialect, Params},
    world::{Broken, World},
};

/// A request to the token endpoint with exactly these parameters.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// Short name of the application whose `client_id` is sent; none is, if left out.
    #[serde(default, rename = "as")]
    pub client: Option<String>,
    /// Parameters by name. Scopes can be written short, as in `mail/Mail.Read`. A value can hold `{refresh_token}`,
    /// `{access_token:API}`, `{claims}` (of the last failure or challenge), `{code}`, `{code_verifier}`, `{redirect_uri}`,
    /// `{device_code}` and `{user_code}`.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, Option<String>>")]
    pub params: Params,
    /// Headers by name, such as `{ origin: "http://localhost:3000" }`, which browsers send for single-page applications.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub headers: IndexMap<String, String>,
    /// The protocol version of the endpoint.
    #[serde(default)]
    pub dialect: Dialect,
    /// `own` (the scenario's), `common`, `organizations`, `consumers`, or another tenant by name, domain or id.
    #[serde(default)]
    pub tenant: Option<String>,
    /// What it must end in; a token, if nothing is said.
    #[serde(default)]
    pub expect: AnswerExpected,
}

impl Verb for TokenRequest {
    fn check(&self, path: &Path, names: &mut Names) {
        raw::check(self.client.as_ref(), &self.params, path, names);
        for (name, value) in &self.headers {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                let path = path.key("headers").key(name);
                names.problem(
                    path,
                    format!("`{name}: {value}` is no header"),
                    "write it as `origin: http://localhost:3000`",
                );
            }
        }
        let scope = self.params.get("scope").and_then(Option::as_deref).unwrap_or_default();
        let scopes: Vec<_> = scope.split_whitespace().map(str::to_owned).collect();
        self.expect.check(&scopes, &path.key("expect"), names);
    }

    fn story(&self) -> String {
        let sent = |name: &str| self.params.get(name).and_then(Option::as_deref);
        let who = self.client.as_deref().unwrap_or("somebody");
        let grant = match sent("grant_type") {
            Some(grant) => grant.rsplit(':').next().unwrap_or(grant).replace('_', " "),
            None => "no grant".to_owned(),
        };
        let what = sent("scope").map(|scope| format!(", for {scope}")).unwrap_or_default();
        format!("{who} sends {grant} to the token endpoint{what}")
    }

    fn by(&self) -> By {
        By::Somebody
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let form = world.form(self.client.as_deref(), Vec::new(), &self.params)?;
        let url = world.endpoint(self.tenant.as_deref(), self.dialect, "token");
        let request = world.http.post(url).form(&form);
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = Answer::of(request).await?;
        world.learn(&answer);
        Ok(self.expect.judge(&answer, world))
    }
}
