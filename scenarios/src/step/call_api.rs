//! `call_api`: an API is called, through the client or with the token at hand.

use mock_idp::yaml::Path;
use reqwest::{RequestBuilder, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{By, MadeToken, Taken, Verb, short};
use crate::{
    check::Names,
    client::{Ask, ClientUnderTest, How},
    expected::{
        Caller, ChallengeExpected, Ended, Expect, OrAny, Outcome, any_or, body_missed, claims_demanded,
        schema_of_any_or,
    },
    world::{Broken, Failed, World},
};

/// An API is called.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallApi {
    /// Short name of the API.
    pub api: String,
    /// Path below the API, such as `/secrets`.
    #[serde(default)]
    pub path: String,
    /// Through the client, which gets a token for these scopes and answers challenges. Without them the call is plain, with
    /// the last token for this API.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// True for a plain call that carries no token at all.
    #[serde(default)]
    pub without_token: bool,
    /// For a plain call that carries a token made to order, such as an expired one.
    #[serde(default)]
    pub with_token: Option<MadeToken>,
    /// What it must end in; an answer with status 200, if nothing is said.
    #[serde(default, deserialize_with = "any_or")]
    #[schemars(schema_with = "schema_of_any_or::<ApiExpected>")]
    pub expect: ApiExpected,
}

/// What a call must end in: an answer of the API (`status`), or the client's refusal to go on (`ui_required`, `error`).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApiExpected {
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// The challenge that comes with the answer.
    pub challenge: Option<ChallengeExpected>,
    /// Members of the answer, such as `{ strength: { amr: [mfa] } }`: those that are named must be there, and of a list the
    /// items.
    pub body: Option<Value>,
    /// The client says that a person must act.
    pub ui_required: Option<crate::expected::UiRequiredExpected>,
    /// The client says that it fails, with this code.
    pub error: Option<String>,
    /// Whether any end will do that is no mistake: `expect: any`.
    #[serde(skip)]
    #[schemars(skip)]
    pub(crate) is_any: bool,
}

impl OrAny for ApiExpected {
    fn any() -> Self {
        Self { is_any: true, ..Self::default() }
    }
}

impl ApiExpected {
    pub(crate) fn as_refusal(&self) -> Option<Expect> {
        (self.ui_required.is_some() || self.error.is_some()).then(|| Expect {
            ui_required: self.ui_required.clone(),
            error: self.error.clone(),
            ..Expect::default()
        })
    }

    pub(crate) fn wanted_status(&self) -> u16 {
        self.status.unwrap_or(if self.challenge.is_some() { 401 } else { 200 })
    }

    pub(crate) fn described(&self) -> String {
        match self.as_refusal() {
            Some(refusal) => refusal.described(),
            None if self.is_any => "any end".to_owned(),
            None => format!("an answer with status {}", self.wanted_status()),
        }
    }
}

impl Verb for CallApi {
    fn check(&self, path: &Path, names: &mut Names) {
        names.api(&self.api, &path.key("api"));
        if let Some(scopes) = &self.scopes {
            names.some_scopes(scopes, &path.key("scopes"));
        }
        if !self.path.is_empty() && !self.path.starts_with('/') {
            names.problem(
                path.key("path"),
                format!("`{}` is not a path", self.path),
                format!("write `/{}`", self.path),
            );
        }
        if self.without_token && self.scopes.is_some() {
            let hint = "leave out `scopes` or `without_token`";
            names.problem(path.key("without_token"), "a call through the client carries a token", hint);
        }
        if let Some(token) = &self.with_token {
            token.check(&path.key("with_token"), names);
            if self.scopes.is_some() || self.without_token {
                let hint = "leave out `scopes` and `without_token`, or `with_token`";
                names.problem(path.key("with_token"), "a call carries one token", hint);
            }
        }
        let path = path.key("expect");
        if self.expect.is_any {
            names.may_have_failed = true;
        }
        if let Some(challenge) = &self.expect.challenge {
            challenge.check(&path.key("challenge"), names);
        }
        if let Some(refusal) = self.expect.as_refusal() {
            refusal.check(self.scopes.as_deref().unwrap_or_default(), &path, names);
            if self.scopes.is_none() {
                let hint = "add `scopes`, so that the call goes through the client, or expect a `status`";
                names.problem(path.clone(), "a plain call ends in a status, whatever it is", hint);
            }
            if self.expect.status.is_some() || self.expect.challenge.is_some() || self.expect.body.is_some() {
                names.problem(path, "a call ends in one way, and several are expected here", "keep one of them");
            }
        }
    }

    fn story(&self) -> String {
        if let Some(token) = &self.with_token {
            return format!("somebody calls {}{} with {}", self.api, self.path, token.described());
        }
        match &self.scopes {
            Some(scopes) => format!("calls {}{} through the client, for {}", self.api, self.path, short(scopes)),
            None if self.without_token => format!("somebody calls {}{} without a token", self.api, self.path),
            None => format!("calls {}{} with the token at hand", self.api, self.path),
        }
    }

    fn by(&self) -> By {
        if self.without_token || self.with_token.is_some() { By::Somebody } else { By::Client }
    }

    async fn run(&self, world: &mut World) -> Result<Taken, Broken> {
        if self.by() == By::Client {
            return world.call(self).await;
        }
        let mut request = world.http.get(format!("{}{}", world.base, self.route()));
        if let Some(token) = &self.with_token {
            request = request.bearer_auth(token.made(&self.api, world).await?);
        }
        let answer = sent(request).await?;
        Ok(self.judge(answer, world).await)
    }
}

impl CallApi {
    /// The path of the API on the server.
    pub(crate) fn route(&self) -> String {
        if self.api == "graph" { "/v1.0/me".to_owned() } else { format!("/api/{}{}", self.api, self.path) }
    }

    /// Lets `client` do it: by its own means, or with the token at hand.
    pub(crate) async fn by_client(&self, client: &dyn ClientUnderTest, world: &mut World) -> Result<Taken, Broken> {
        let url = format!("{}{}", world.base, self.route());
        let answer = match &self.scopes {
            Some(scopes) => {
                let before = world.place().await?;
                let ask = Ask {
                    scopes: world.full(scopes)?,
                    account: world.account.clone(),
                    cancellation: world.person.gets_ready(),
                    ..Ask::default()
                };
                let (ended, taken) = match client.call_api(&url, &ask).await {
                    Ok(answer) => (None, self.judge(answer, world).await),
                    Err(error) => {
                        let seen = world.note(&Err(error));
                        let taken = self.refused(&seen, world);
                        (Some(seen), taken)
                    }
                };
                if !self.expect.is_any {
                    return Ok(taken);
                }
                let ended = ended.as_ref().map_or(Ended::Answered, Ended::Outcome);
                return world.judged(before, vec![Caller::new(How::ByRightSteps, &ask, ended)], taken).await;
            }
            None => {
                let token = world.tokens.get(&self.api).ok_or_else(|| {
                    Broken(format!(
                        "there is no token for {} yet; get one in an earlier step, or give `scopes`",
                        self.api
                    ))
                })?;
                sent(world.http.get(&url).bearer_auth(token.reveal())).await?
            }
        };
        Ok(self.judge(answer, world).await)
    }

    async fn judge(&self, answer: Response, world: &mut World) -> Taken {
        let expected = Some(self.expect.described());
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body: Value = answer.json().await.unwrap_or_default();
        let demanded = claims_demanded(&headers);
        if demanded.is_some() {
            world.failed = Some(Failed { claims: demanded, for_a_person: true });
        }
        let seen = format!("an answer with status {status}");
        let mut missed = Vec::new();
        match self.expect.as_refusal() {
            Some(refusal) => missed.push(format!("expected {}, saw {seen}", refusal.described())),
            None if self.expect.is_any => {}
            None if status != self.expect.wanted_status() => {
                missed.push(format!("expected {}, saw {seen}", self.expect.described()));
            }
            None => {
                missed.extend(self.expect.challenge.iter().flat_map(|challenge| challenge.missed(&headers, world)));
                missed.extend(self.expect.body.iter().flat_map(|wanted| body_missed(wanted, &body, "")));
            }
        }
        Taken { expected, seen, missed: (!missed.is_empty()).then(|| missed.join("; ")), ..Taken::default() }
    }

    fn refused(&self, seen: &Outcome, world: &World) -> Taken {
        let missed = match self.expect.as_refusal() {
            Some(refusal) => refusal.missed(seen, &[], world),
            None if self.expect.is_any => None,
            None => Some(format!("expected {}, saw {}", self.expect.described(), seen.described())),
        };
        Taken { expected: Some(self.expect.described()), seen: seen.described(), missed, ..Taken::default() }
    }
}

async fn sent(request: RequestBuilder) -> Result<Response, Broken> {
    request.send().await.map_err(|error| Broken(format!("the API did not answer: {error}")))
}
