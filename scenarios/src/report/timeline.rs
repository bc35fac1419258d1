//! A run as a sequence: who said what to whom, in order. The page draws it, the terminal lists it.

use mock_idp::{
    expectation::{Asked, claims_in_brief},
    recorder::{Endpoint, Exchange},
};

use crate::{StepTaken, Verdict};

/// Who takes part, from left to right, so that those who talk most stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    User,
    Browser,
    IdentityProvider,
    Client,
    Api,
}

impl Actor {
    pub(super) const ALL: [Self; 5] = [Self::User, Self::Browser, Self::IdentityProvider, Self::Client, Self::Api];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Browser => "browser",
            Self::IdentityProvider => "identity provider",
            Self::Client => "client",
            Self::Api => "API",
        }
    }
}

/// One line of the sequence.
pub(super) enum Row<'a> {
    /// What follows happened before the scenario began.
    Before,
    /// A step begins.
    Step(usize, &'a StepTaken),
    /// Messages that travel on one line, such as from the user through the browser to the server.
    Messages(Vec<Message>),
}

/// A message from one to another.
pub(super) struct Message {
    pub(super) from: Actor,
    pub(super) to: Actor,
    pub(super) text: String,
    pub(super) kind: Kind,
    /// The number of its exchange, where it is first told.
    pub(super) exchange: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Question,
    Answer,
    Refusal,
}

/// The whole run.
pub(super) fn rows(verdict: &Verdict) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let between = |after: u64, until: u64| {
        verdict.exchanges.iter().filter(move |exchange| exchange.number > after && exchange.number <= until)
    };
    if verdict.since > 0 {
        rows.push(Row::Before);
        rows.extend(between(0, verdict.since).flat_map(|exchange| messages(exchange)));
    }
    let mut last = verdict.since;
    for (index, step) in verdict.steps.iter().enumerate() {
        rows.push(Row::Step(index + 1, step));
        rows.extend(between(step.after, step.until).flat_map(|exchange| messages(exchange)));
        last = step.until;
    }
    rows.extend(between(last, u64::MAX).flat_map(|exchange| messages(exchange)));
    rows
}

/// What was asked, in a few words: `refresh token for payroll/Salary.Read`.
pub(crate) fn question(exchange: &Exchange) -> String {
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
pub(crate) fn answer(exchange: &Exchange) -> String {
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
pub(super) fn is_refused(exchange: &Exchange) -> bool {
    exchange.answer.error.is_some() || exchange.answer.status >= 400
}

fn messages(exchange: &Exchange) -> Vec<Row<'static>> {
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
    rows.into_iter().map(Row::Messages).collect()
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
