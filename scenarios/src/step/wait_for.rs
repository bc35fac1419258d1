//! `wait_for`: an exchange is waited for, whoever's client it is.

use std::{fmt, time::Duration};

use mock_idp::{
    expectation::{Asked, Grant},
    recorder::{Endpoint, Exchange},
    yaml::Path,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Taken, Verb, short};
use crate::{
    check::Names,
    report,
    world::{Broken, World},
};

/// An exchange that is waited for, behind those that earlier steps waited for. What is left out may be anything.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitFor {
    /// Where the request goes.
    pub endpoint: Place,
    /// Short name of the application that sends it; the scenario's client if left out.
    #[serde(default)]
    pub client: Option<String>,
    /// Scopes that it asks for, among others.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The grant of a request to the token endpoint.
    #[serde(default)]
    pub grant: Option<Grant>,
    /// Short name of the API that is called, or that the token is for.
    #[serde(default)]
    pub api: Option<String>,
    /// HTTP status of the answer.
    #[serde(default)]
    pub status: Option<u16>,
    /// The OAuth error of the answer; `none` for an answer without.
    #[serde(default)]
    pub error: Option<String>,
    /// The AADSTS number of the answer.
    #[serde(default)]
    pub code: Option<u32>,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A sign-in window, or a hidden frame, is opened.
    Authorize,
    /// A page of the sign-in is sent.
    Page,
    /// The token endpoint.
    Token,
    /// A device asks for a code.
    DeviceCode,
    /// A mock API.
    Api,
    /// A sign-out.
    Logout,
}

impl Place {
    fn is(self, endpoint: Endpoint) -> bool {
        matches!(
            (self, endpoint),
            (Self::Authorize, Endpoint::Authorize)
                | (Self::Page, Endpoint::Page)
                | (Self::Token, Endpoint::Token)
                | (Self::DeviceCode, Endpoint::DeviceCode)
                | (Self::Api, Endpoint::Api)
                | (Self::Logout, Endpoint::Logout)
        )
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authorize => "an authorization request",
            Self::Page => "a page that is sent",
            Self::Token => "a request to the token endpoint",
            Self::DeviceCode => "a request for a device code",
            Self::Api => "a call of an API",
            Self::Logout => "a sign-out",
        })
    }
}

impl Verb for WaitFor {
    fn check(&self, path: &Path, names: &mut Names) {
        if let Some(client) = &self.client {
            names.application(client, &path.key("client"));
        }
        names.scopes(&self.scopes, &path.key("scopes"));
        if let Some(api) = &self.api {
            names.api(api, &path.key("api"));
        }
        if self.grant.is_some() && self.endpoint != Place::Token {
            names.problem(
                path.key("grant"),
                "only requests to the token endpoint have a grant",
                "write `endpoint: token`",
            );
        }
    }

    fn story(&self) -> String {
        format!("waits for {}", self.described())
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        let client = match &self.client {
            Some(name) => world.client_id_of(name)?,
            None => world.client_id.clone(),
        };
        let scopes = Asked::parse(&world.full(&self.scopes)?.join(" "));
        let behind = world.watched;
        let is_sought = |exchange: &Exchange| exchange.number > behind && self.is_met_by(exchange, &client, &scopes);
        let found = world.watch().until(|log| log.iter().find(|exchange| is_sought(exchange)).cloned());
        let expected = Some(self.described());
        let missed = |seen: String| {
            let sentence = format!("expected {}; {seen}", self.described());
            Ok(Taken { expected: expected.clone(), seen, missed: Some(sentence), ..Taken::default() })
        };
        match tokio::time::timeout(world.patience().unwrap_or(Duration::MAX), found).await {
            Ok(Ok(Ok(found))) => {
                world.watched = found.number;
                let seen =
                    format!("{} => {} (exchange {})", report::question(&found), report::answer(&found), found.number);
                Ok(Taken { expected, seen, ..Taken::default() })
            }
            Ok(Ok(Err(ended))) => missed(format!("the command {} without it", ended.ended)),
            Ok(Err(broken)) => Err(broken),
            Err(_) => missed("there was none".to_owned()),
        }
    }
}

impl WaitFor {
    fn is_met_by(&self, exchange: &Exchange, client: &str, scopes: &Asked) -> bool {
        let answer = &exchange.answer;
        let sender = exchange.client_id.as_deref();
        self.endpoint.is(exchange.endpoint)
            && sender.is_none_or(|sender| sender.eq_ignore_ascii_case(client))
            && scopes.is_within(&Asked::of(exchange))
            && self.grant.is_none_or(|grant| Grant::of(exchange.grant_type.as_deref()) == grant)
            && self.api.as_ref().is_none_or(|api| answer.api.as_ref() == Some(api))
            && self.status.is_none_or(|status| answer.status == status)
            && self.error.as_ref().is_none_or(|error| answer.error.as_deref().unwrap_or("none") == error)
            && self.code.is_none_or(|code| answer.code == Some(code))
    }

    fn described(&self) -> String {
        let mut words = vec![self.endpoint.to_string()];
        words.extend(self.client.iter().map(|client| format!("by {client}")));
        words.extend((!self.scopes.is_empty()).then(|| format!("for {}", short(&self.scopes))));
        words.extend(self.grant.map(|grant| format!("with the grant {}", grant.name())));
        words.extend(self.api.iter().map(|api| format!("about {api}")));
        let mut ends: Vec<_> = self.status.iter().map(|status| format!("status {status}")).collect();
        ends.extend(self.error.iter().map(|error| if error == "none" { "no error".to_owned() } else { error.clone() }));
        ends.extend(self.code.map(|code| format!("AADSTS{code}")));
        if !ends.is_empty() {
            words.push(format!("that ends in {}", ends.join(", ")));
        }
        words.join(" ")
    }
}
