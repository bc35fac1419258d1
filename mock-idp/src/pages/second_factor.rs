//! The pages on which a person gives a second proof, chooses how, or registers one.
//!
//! Where the account has other methods (`has_others`), a form of its own offers the choice: step `way`, `method` empty.

use askama::Template;

use super::{Form, Frame, Problem, render, text::Text};
use crate::directory::Method;

/// Asks for a one-time code: field `otc`, step `otc`.
#[must_use]
pub fn one_time_code(
    frame: &Frame<'_>,
    form: &Form<'_>,
    username: &str,
    has_others: bool,
    problem: Option<&Problem>,
) -> String {
    #[derive(Template)]
    #[template(path = "one_time_code.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        has_others: bool,
        problem: Option<&'a Problem>,
    }
    render(&Page { frame, form, username, has_others, problem })
}

/// A number to find again on the phone.
#[derive(Clone, Copy, Debug)]
pub struct NumberShown {
    /// The number on the page.
    pub shown: u8,
    /// The numbers on the phone, which are sent back as `number`.
    pub offered: [u8; 3],
}

/// Shows a number, and the phone on which it is chosen: button `number` with a number, or empty to deny; step `number`.
#[must_use]
pub fn number_matching(
    frame: &Frame<'_>,
    form: &Form<'_>,
    username: &str,
    number: NumberShown,
    has_others: bool,
    problem: Option<&Problem>,
) -> String {
    #[derive(Template)]
    #[template(path = "number_matching.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        shown: u8,
        offered: [u8; 3],
        has_others: bool,
        problem: Option<&'a Problem>,
    }
    let NumberShown { shown, offered } = number;
    render(&Page { frame, form, username, shown, offered, has_others, problem })
}

/// Asks for the passkey: button `answer` with `next` or `cancel`; step `passkey`.
#[must_use]
pub fn passkey(frame: &Frame<'_>, form: &Form<'_>, username: &str, has_others: bool) -> String {
    #[derive(Template)]
    #[template(path = "passkey.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        has_others: bool,
    }
    render(&Page { frame, form, username, has_others })
}

/// A method, as a page offers it.
struct Choice {
    word: &'static str,
    real_name: &'static str,
    text: Text,
}

fn choices(methods: &[Method], text: impl Fn(Method) -> Text) -> Vec<Choice> {
    let choice = |method: Method| Choice { word: method.word(), real_name: method.real_name(), text: text(method) };
    methods.iter().copied().map(choice).collect()
}

/// Offers the methods of the account: button `method` with the method's word; step `way`.
#[must_use]
pub fn choose_way(frame: &Frame<'_>, form: &Form<'_>, username: &str, methods: &[Method]) -> String {
    #[derive(Template)]
    #[template(path = "choose_way.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        choices: Vec<Choice>,
    }
    let choices = choices(methods, |method| frame.texts.proving_by(method));
    render(&Page { frame, form, username, choices })
}

/// Says that a second method is needed, and registers the one that is chosen of `methods`, the first if nothing is touched:
/// field `method`; step `register`.
#[must_use]
pub fn register_method(frame: &Frame<'_>, form: &Form<'_>, username: &str, methods: &[Method]) -> String {
    #[derive(Template)]
    #[template(path = "register_method.html")]
    struct Page<'a> {
        frame: &'a Frame<'a>,
        form: &'a Form<'a>,
        username: &'a str,
        choices: Vec<Choice>,
    }
    let choices = choices(methods, |method| frame.texts.registering(method));
    render(&Page { frame, form, username, choices })
}
