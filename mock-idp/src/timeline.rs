//! Exchanges as a sequence: who said what to whom, in a few words. The dashboard and the reports draw it, the terminal lists it.
//!
//! Owns the wording and who takes part. It knows the log alone: no tenant, no page, no geometry.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    expectation::{Asked, claims_in_brief},
    recorder::{Endpoint, Exchange},
};

/// Who takes part, from left to right, so that those who talk most stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The person.
    User,
    /// Her browser.
    Browser,
    /// This server.
    IdentityProvider,
    /// The program that asks for tokens.
    Client,
    /// A protected API.
    Api,
}

impl Actor {
    /// All of them, from left to right.
    pub const ALL: [Self; 5] = [Self::User, Self::Browser, Self::IdentityProvider, Self::Client, Self::Api];

    /// What it is called in a picture.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Browser => "browser",
            Self::IdentityProvider => "identity provider",
            Self::Client => "client",
            Self::Api => "API",
        }
    }
}

/// A message from one to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Who sends it.
    pub from: Actor,
    /// Who gets it.
    pub to: Actor,
    /// What it says, in a few words.
    pub text: String,
    /// What kind of message it is.
    pub kind: Kind,
    /// The number of its exchange, where it is first told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<u64>,
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "MessageKind")]
pub enum Kind {
    /// Something is asked.
    Question,
    /// It is answered.
    Answer,
    /// It is refused.
    Refusal,
}

/// What was asked, in a few words: `refresh token for payroll/Salary.Read`.
#[must_use]
pub fn question(exchange: &Exchange) -> String {
    let claims = exchange.claims.as_deref().and_then(claims_in_brief).map(|claims| format!(" {claims}"));
    let claims = claims.unwrap_or_default();
    let asked = Asked::of(exchange).listed();
    match exchange.endpoint {
        Endpoint::Authorize => format!("authorize {asked}{claims}"),
        Endpoint::DeviceCode => format!("device code for {asked}{claims}"),
        Endpoint::Token => match exchange.grant_type.as_deref() {
            Some("refresh_token") => format!("silent: {asked}{claims}"),
            Some("authorization_code") => format!("redeems code: {asked}"),
            other => format!("{}: {asked}{claims}", other.unwrap_or("token")),
        },
        Endpoint::Page => gesture(exchange).to_owned(),
        Endpoint::Api | Endpoint::Discovery | Endpoint::Logout => format!("{} {}", exchange.method, exchange.path),
    }
}

/// What was answered, in a few words: `400 AADSTS50076 basic_action, {…capolids…}`.
#[must_use]
pub fn answer(exchange: &Exchange) -> String {
    let answer = &exchange.answer;
    let mut words: Vec<String> = Vec::new();
    match exchange.endpoint {
        Endpoint::Token | Endpoint::Api => words.push(answer.status.to_string()),
        _ => {}
    }
    match (answer.code, &answer.error) {
        (Some(code), _) => {
            words.push(format!("AADSTS{code}"));
            words.push(answer.suberror.clone().or_else(|| answer.error.clone()).unwrap_or_default());
        }
        (None, Some(error)) => words.push(error.clone()),
        (None, None) if exchange.endpoint == Endpoint::Token => {
            words.push(format!("token for {}", answer.api.as_deref().unwrap_or("no API")));
        }
        (None, None) if exchange.endpoint == Endpoint::Api => {}
        (None, None) => words.push(answer.kind.replace("page ", "page: ")),
    }
    words.extend(answer.claims.as_deref().and_then(claims_in_brief));
    words.join(" ")
}

/// Whether the answer refuses.
#[must_use]
pub fn is_refused(exchange: &Exchange) -> bool {
    exchange.answer.error.is_some() || exchange.answer.status >= 400
}

/// The lines of an exchange: on each, messages that travel together, such as from the user through the browser.
#[must_use]
pub fn messages(exchange: &Exchange) -> Vec<Vec<Message>> {
    use Actor::{Api, Browser, Client, IdentityProvider, User};
    let tell = |from, to, text: String, kind| Message { from, to, text, kind, exchange: None };
    let numbered = |message: Message| Message { exchange: Some(exchange.number), ..message };
    let kind = if is_refused(exchange) { Kind::Refusal } else { Kind::Answer };
    let (question, answer) = (question(exchange), answer(exchange));
    let mut rows = Vec::new();
    match exchange.endpoint {
        Endpoint::Token | Endpoint::DeviceCode | Endpoint::Discovery => {
            rows.push(vec![numbered(tell(Client, IdentityProvider, question, Kind::Question))]);
            rows.push(vec![tell(IdentityProvider, Client, answer, kind)]);
        }
        Endpoint::Api => {
            rows.push(vec![numbered(tell(Client, Api, question, Kind::Question))]);
            rows.push(vec![tell(Api, Client, answer, kind)]);
        }
        Endpoint::Authorize => {
            rows.push(vec![tell(Client, Browser, "opens the sign-in window".to_owned(), Kind::Question)]);
            rows.push(vec![numbered(tell(Browser, IdentityProvider, question, Kind::Question))]);
            rows.extend(shown(exchange, answer, kind));
        }
        Endpoint::Page | Endpoint::Logout => {
            rows.push(vec![
                tell(User, Browser, question, Kind::Question),
                numbered(tell(Browser, IdentityProvider, "sends the page".to_owned(), Kind::Question)),
            ]);
            rows.extend(shown(exchange, answer, kind));
        }
    }
    rows
}

/// What the browser gets; what is for the client it hands on.
fn shown(exchange: &Exchange, answer: String, kind: Kind) -> Vec<Vec<Message>> {
    let tell = |from, to, text: String| Message { from, to, text, kind, exchange: None };
    let is_for_client = matches!(exchange.answer.kind.as_str(), "code" | "redirect error" | "cancelled");
    let mut rows = vec![vec![tell(Actor::IdentityProvider, Actor::Browser, answer)]];
    if is_for_client {
        let text = if kind == Kind::Refusal { "the error" } else { "the code" };
        rows.push(vec![tell(Actor::Browser, Actor::Client, text.to_owned())]);
    }
    rows
}

/// What the person did, by the page that she sent.
fn gesture(exchange: &Exchange) -> &'static str {
    let sent = |name: &str| {
        exchange.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    match (sent("step"), sent("answer")) {
        (_, "cancel") => "presses cancel",
        ("username", _) => "types the user name",
        ("password", _) => "types the password",
        ("pick", _) => "picks the account",
        ("otc", _) => "types the one-time code",
        ("number", _) if sent("number").is_empty() => "denies on the phone",
        ("number", _) => "chooses the number on the phone",
        ("way", _) => "chooses another method",
        ("register", _) => "registers a method",
        ("device", _) => "types the code of the device",
        ("confirm_device", _) => "confirms the device",
        ("device_ready", _) => "makes the device ready",
        ("consent", _) => "accepts",
        _ => "goes on",
    }
}
