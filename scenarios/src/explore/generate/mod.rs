//! From chance to a scenario: a directory, policies, a person, and what happens, around a few APIs that a case is about.
//!
//! [`world`] draws how things stand, [`event`] what happens to them, [`operation`] what the client does. What is drawn is a
//! document; whether it can be run is for the reader of scenario files to say.

mod event;
mod operation;
mod world;

use serde_json::{Map, Value, json};

use super::{choice::Choice, document::Document, rules};

/// Whose case it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// A client that is told each verb.
    Told,
    /// A command that goes its own way: the scopes are told to it, and chance is in what surrounds it.
    Command,
}

/// The case of that number.
pub(super) fn case(seed: u64, case: u64, subject: Subject) -> Document {
    let mut plot = Plot::new(Choice::of(seed, case), subject);
    let given = plot.given();
    let steps = plot.steps();
    let declares = given.contains_key("capabilities");
    Document(json!({
        "version": 1,
        "title": format!("Case {case} of seed {seed}"),
        "given": given,
        "steps": steps,
        "expect": rules::expect(subject, declares),
    }))
}

/// A case that is being drawn.
pub(super) struct Plot {
    choice: Choice,
    subject: Subject,
    /// Short name of the user at the keyboard.
    user: &'static str,
    /// What the client asks for; the first is what it signs in to.
    theme: Vec<Wish>,
    /// Policies that can come into force, by name.
    policies: Vec<String>,
    /// Whether the user's own consent to the first API is on record; what is not there cannot be revoked.
    has_consented: bool,
}

/// Scopes that a client asks for in one go.
#[derive(Clone, Copy, Debug)]
struct Wish {
    /// Short name of their API.
    api: &'static str,
    scopes: &'static [&'static str],
    /// Paths of the API that can be called with them.
    paths: &'static [&'static str],
}

const fn wish(api: &'static str, scopes: &'static [&'static str]) -> Wish {
    Wish { api, scopes, paths: &[""] }
}

/// What can be asked for. What comes more than once is asked for more often.
const WISHES: &[Wish] = &[
    CALENDAR,
    CALENDAR,
    wish("mail", &["mail/Mail.Read"]),
    wish("mail", &["mail/Mail.Read"]),
    wish("mail", &["mail/Mail.Read", "mail/Mail.Send"]),
    wish("mail", &["mail/Mail.Read", "mail/Mail.Send"]),
    wish("mail", &["mail/Mail.Send"]),
    wish("mail", &["mail/Mail.Manage"]),
    wish("payroll", &["payroll/Salary.Read"]),
    wish("payroll", &["payroll/Salary.Read"]),
    Wish { api: "vault", scopes: &["vault/Secrets.Read"], paths: &["", "/secrets", "/secrets"] },
    Wish { api: "vault", scopes: &["vault/Secrets.Read"], paths: &["", "/secrets", "/secrets"] },
    wish("news", &["news/Articles.Read"]),
    wish("news", &["news/Articles.Read"]),
    Wish { api: "portal", scopes: &["portal/access_as_user"], paths: &["", "/salary"] },
    wish("graph", &["User.Read"]),
    wish("archive", &["archive/Files.Read"]),
];

const CALENDAR: Wish = wish("calendar", &["calendar/Events.Read"]);

/// Whoever signs in to these can do so without an administrator.
const SIGN_INS: &[Wish] = &[
    CALENDAR,
    CALENDAR,
    wish("mail", &["mail/Mail.Read"]),
    wish("mail", &["mail/Mail.Read", "mail/Mail.Send"]),
    wish("news", &["news/Articles.Read"]),
    wish("vault", &["vault/Secrets.Read"]),
];

impl Plot {
    fn new(mut choice: Choice, subject: Subject) -> Self {
        let user = choice.pick(&["ada", "ada", "ada", "ada", "eve", "bo", "cy"]);
        let mut theme = vec![choice.pick(SIGN_INS)];
        let more = 1 + choice.below(2);
        while theme.len() <= more {
            let wish = choice.pick(WISHES);
            let is_new = theme.iter().all(|known| known.api != wish.api);
            match subject {
                Subject::Told => theme.push(wish),
                // A command is asked for single scopes of several APIs, and calls each by its name.
                Subject::Command if is_new && wish.api != "graph" => theme.push(wish),
                Subject::Command => {}
            }
        }
        if subject == Subject::Command {
            for wish in &mut theme {
                wish.scopes = &wish.scopes[..1];
            }
        }
        Self { choice, subject, user, theme, policies: Vec::new(), has_consented: true }
    }

    fn a_wish(&mut self) -> Wish {
        let at = self.choice.below(self.theme.len());
        self.theme[at]
    }

    fn an_api(&mut self) -> &'static str {
        self.a_wish().api
    }

    fn a_policy(&mut self) -> Option<String> {
        let at = self.choice.below(self.policies.len());
        self.policies.get(at).cloned()
    }

    /// Operations, with what happens between them.
    fn steps(&mut self) -> Vec<Value> {
        let mut steps = Vec::new();
        match self.subject {
            Subject::Told => {
                for _ in 0..2 + self.choice.below(4) {
                    for _ in 0..self.choice.below(3) {
                        steps.push(self.event());
                    }
                    steps.push(self.operation());
                }
            }
            Subject::Command => {
                for wish in self.theme.clone().into_iter().skip(1) {
                    for _ in 0..self.choice.below(3) {
                        steps.push(self.event());
                    }
                    steps.push(json!({ "token_for": { "scopes": wish.scopes, "expect": "any" } }));
                }
            }
        }
        steps
    }
}

/// A mapping of one key.
fn one(name: &str, value: Value) -> Value {
    Map::from_iter([(name.to_owned(), value)]).into()
}
