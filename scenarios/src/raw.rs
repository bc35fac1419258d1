//! Requests without opinions: exactly what a script writes is sent, after its placeholders and short scopes are filled in.
//!
//! For other people's clients, confidential clients and protocol errors. What comes back is plain data; judging it is
//! `expected::answer`'s.

use std::collections::HashMap;

use desktop_client::RefreshToken;
use indexmap::IndexMap;
use mock_idp::{
    config,
    directory::{Directory, Secret},
    expectation::claims_in_brief,
    yaml::{Path, suggest},
};
use reqwest::{RequestBuilder, header::HeaderMap};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    check::Names,
    expected::TokenSeen,
    landing::Landing,
    world::{Broken, Failed, World},
};

/// Parameters by name. A value can hold placeholders; `null` leaves out what would be sent otherwise.
pub(crate) type Params = IndexMap<String, Option<String>>;

/// The protocol version of an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// `/oauth2/v2.0/…`
    #[default]
    V2,
    /// `/oauth2/…`
    V1,
}

/// What raw requests have got so far, and others can send.
#[derive(Default)]
pub(crate) struct AtHand {
    values: HashMap<&'static str, Secret>,
    landing: Option<Landing>,
    sign_ins: u64,
}

impl AtHand {
    pub(crate) fn keep(&mut self, name: &'static str, value: &str) {
        self.values.insert(name, Secret::new(value));
    }

    pub(crate) fn keep_refresh_token(&mut self, token: &RefreshToken) {
        self.keep("refresh_token", token.secret());
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(Secret::reveal)
    }

    /// A redirect address at which somebody listens.
    pub(crate) async fn redirect_uri(&mut self) -> Result<String, Broken> {
        if self.landing.is_none() {
            let started = Landing::start().await;
            self.landing =
                Some(started.map_err(|error| Broken(format!("nothing can listen on this machine: {error}")))?);
        }
        Ok(self.landing.as_ref().map(Landing::address).unwrap_or_default())
    }

    /// A number that no sign-in of this scenario had before.
    pub(crate) fn next_sign_in(&mut self) -> u64 {
        self.sign_ins += 1;
        self.sign_ins
    }
}

/// What an endpoint answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body as JSON; `null` if it is none.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Result<Self, Broken> {
        let no_answer = |error: reqwest::Error| Broken(format!("there was no answer: {}", error.without_url()));
        let response = request.send().await.map_err(no_answer)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.map_err(no_answer)?;
        Ok(Self { status, headers, body: serde_json::from_slice(&body).unwrap_or_default() })
    }

    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.body[member].as_str()
    }

    /// The first AADSTS number.
    pub(crate) fn code(&self) -> Option<u64> {
        self.body["error_codes"][0].as_u64()
    }

    pub(crate) fn is_error(&self) -> bool {
        self.status >= 400 || self.text("error").is_some()
    }

    /// In a few words: `400 invalid_grant, AADSTS50076, basic_action, claims {…capolids…}`.
    pub(crate) fn described(&self, directory: &Directory) -> String {
        let mut words = vec![self.status.to_string()];
        if self.is_error() {
            words.extend(self.text("error").map(str::to_owned));
            words.extend(self.code().map(|code| format!("AADSTS{code}")));
            words.extend(self.text("suberror").map(str::to_owned));
            words.extend(self.text("claims").and_then(claims_in_brief).map(|claims| format!("claims {claims}")));
        } else if let Some(token) = TokenSeen::answered(&self.body, directory) {
            words.push(token.described());
        }
        words.join(", ")
    }
}

impl World {
    /// The address of an endpoint.
    pub(crate) fn endpoint(&self, tenant: Option<&str>, dialect: Dialect, name: &str) -> String {
        let tenant = match tenant {
            None | Some("own") => self.tenant.id().to_string(),
            Some(name) => {
                let known = config::built_in();
                let found = known.tenants.iter().find(|tenant| tenant.name == name);
                found.map_or_else(|| name.to_owned(), |tenant| tenant.id.to_string())
            }
        };
        let version = match (name, dialect) {
            ("adminconsent", Dialect::V2) => "/v2.0",
            ("adminconsent", Dialect::V1) => "",
            (_, Dialect::V2) => "/oauth2/v2.0",
            (_, Dialect::V1) => "/oauth2",
        };
        format!("{}/{tenant}{version}/{name}", self.base)
    }

    /// `usual` parameters, of which `params` can override or leave out each, and add others; with everything filled in.
    pub(crate) fn form(
        &self,
        client: Option<&str>,
        usual: Vec<(String, String)>,
        params: &Params,
    ) -> Result<Vec<(String, String)>, Broken> {
        let mut form = Vec::new();
        if let Some(client) = client {
            form.push(("client_id".to_owned(), self.client_id_of(client)?));
        }
        form.extend(usual);
        form.retain(|(name, _)| !params.contains_key(name));
        for (name, value) in params {
            let Some(value) = value else { continue };
            let value = self.filled(value)?;
            let value = if name == "scope" { self.scopes_in_full(&value) } else { value };
            form.push((name.clone(), value));
        }
        Ok(form)
    }

    /// Scopes with their API in full. What no API of the directory has is sent as it is written: that may be the point.
    pub(crate) fn scopes_in_full(&self, scopes: &str) -> String {
        let full = |word: &str| match word.split_once('/') {
            Some((api, name)) => match self.directory.api(api) {
                Some(api) => format!("{}/{name}", api.app_id_uri),
                None => word.to_owned(),
            },
            None => word.to_owned(),
        };
        scopes.split(' ').map(full).collect::<Vec<_>>().join(" ")
    }

    /// A text with its placeholders replaced.
    pub(crate) fn filled(&self, text: &str) -> Result<String, Broken> {
        let mut filled = String::new();
        for part in parts(text) {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Placeholder(name, api) => filled.push_str(&self.value_of(name, api)?),
            }
        }
        Ok(filled)
    }

    fn value_of(&self, name: &str, api: Option<&str>) -> Result<String, Broken> {
        let value = match (name, api) {
            ("access_token", Some(api)) => self.tokens.get(api).map(|token| token.reveal().to_owned()),
            ("claims", None) => match &self.failed {
                Some(Failed { claims, .. }) => claims.clone(),
                None => None,
            },
            (name, _) => self.at_hand.get(name).map(str::to_owned),
        };
        let shown = api.map_or_else(|| name.to_owned(), |api| format!("{name}:{api}"));
        value.ok_or_else(|| Broken(format!("nothing before this step has brought a value for {{{shown}}}")))
    }

    /// Remembers what an answer brought: tokens, or a failure with its claims.
    pub(crate) fn learn(&mut self, answer: &Answer) {
        if answer.is_error() {
            self.failed = Some(Failed { claims: answer.text("claims").map(str::to_owned), for_a_person: true });
            return;
        }
        if let (Some(token), Some(seen)) =
            (answer.text("access_token"), TokenSeen::answered(&answer.body, &self.directory))
        {
            self.tokens.insert(seen.api, Secret::new(token));
        }
        if let Some(token) = answer.text("refresh_token") {
            self.at_hand.keep("refresh_token", token);
        }
    }
}

/// Checks the application, the placeholders and the tenant of a raw request.
pub(crate) fn check(client: Option<&String>, params: &Params, path: &Path, names: &mut Names) {
    if let Some(client) = client {
        names.application(client, &path.key("as"));
    }
    for (name, value) in params {
        if let Some(value) = value {
            check_text(value, &path.key("params").key(name), names);
        }
    }
}

/// Checks the placeholders of a text.
pub(crate) fn check_text(text: &str, path: &Path, names: &mut Names) {
    for part in parts(text) {
        let Part::Placeholder(name, api) = part else { continue };
        match (PLACEHOLDERS.iter().find(|known| known.name == name), api) {
            (None, _) => {
                let hint = suggest(name, "there are", PLACEHOLDERS.iter().map(|known| known.name)).unwrap_or_default();
                names.problem(path.clone(), format!("unknown placeholder `{{{name}}}`"), hint);
            }
            (Some(Placeholder { name: "access_token", .. }), Some(api)) => {
                names.api(api, path);
            }
            (Some(Placeholder { name: "access_token", .. }), None) => {
                let message = "`{access_token}` does not say which API's token it is";
                names.problem(path.clone(), message, "write it as `{access_token:mail}`");
            }
            (Some(Placeholder { name, .. }), Some(_)) => {
                names.problem(path.clone(), format!("`{{{name}}}` is of no API"), format!("write `{{{name}}}`"));
            }
            (Some(Placeholder { name, from: Some(verb) }), None) if !names.at_hand.contains(name) => {
                names.problem(
                    path.clone(),
                    format!("no step before this one brings a value for `{{{name}}}`"),
                    format!("add the step `{verb}` before it"),
                );
            }
            (Some(_), None) => {}
        }
    }
}

/// What a value can be filled in for, and the verb that alone brings one.
struct Placeholder {
    name: &'static str,
    from: Option<&'static str>,
}

const PLACEHOLDERS: &[Placeholder] = &[
    Placeholder { name: "refresh_token", from: None },
    Placeholder { name: "access_token", from: None },
    Placeholder { name: "claims", from: None },
    Placeholder { name: "code", from: Some("authorize_request") },
    Placeholder { name: "code_verifier", from: Some("authorize_request") },
    Placeholder { name: "redirect_uri", from: Some("authorize_request") },
    Placeholder { name: "device_code", from: Some("start_device_code") },
    Placeholder { name: "user_code", from: Some("start_device_code") },
];

enum Part<'a> {
    Text(&'a str),
    /// `{name}` or `{name:api}`.
    Placeholder(&'a str, Option<&'a str>),
}

/// A text in pieces. Braces around anything else than a name, such as JSON's, are text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(open) = rest[from..].find('{').map(|found| from + found) {
        let inner = &rest[open + 1..];
        let found = inner.split_once('}').and_then(|(inside, after)| {
            let (name, api) = inside.split_once(':').map_or((inside, None), |(name, api)| (name, Some(api)));
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let is_api = api.is_none_or(|api| {
                !api.is_empty() && api.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            });
            (is_name && is_api).then_some((name, api, after))
        });
        match found {
            Some((name, api, after)) => {
                parts.push(Part::Text(&rest[..open]));
                parts.push(Part::Placeholder(name, api));
                (rest, from) = (after, 0);
            }
            None => from = open + 1,
        }
    }
    parts.push(Part::Text(rest));
    parts
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn shown(text: &str) -> String {
        parts(text)
            .iter()
            .map(|part| match part {
                Part::Text(text) => (*text).to_owned(),
                Part::Placeholder(name, api) => format!("<{name} {}>", api.unwrap_or("-")),
            })
            .collect()
    }

    #[rstest]
    #[case::plain("openid", "openid")]
    #[case::alone("{code}", "<code ->")]
    #[case::of_an_api("Bearer {access_token:my-api.v1}!", "Bearer <access_token my-api.v1>!")]
    #[case::two("{code}{code_verifier}", "<code -><code_verifier ->")]
    #[case::json(r#"{"access_token":{"nbf":null}}"#, r#"{"access_token":{"nbf":null}}"#)]
    #[case::json_around(r#"{"token":"{code}"}"#, r#"{"token":"<code ->"}"#)]
    #[case::open("{code", "{code")]
    #[case::empty("{} {:x} {code:}", "{} {:x} {code:}")]
    #[case::wide("{é} {code}", "{é} <code ->")]
    fn placeholders_are_told_from_other_braces(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(shown(text), expected);
    }
}
